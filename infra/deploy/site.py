"""The site of a stage: the build and /config.json in the bucket, the blog's pages anew, old copies forgotten."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from chalicelib.blog.site import FRESH
from infra import setup
from infra.deploy import security_txt
from infra.deploy.aws import Aws
from infra.deploy.site_files import upload
from infra.deploy.stage import API_STAGE, ROOT, Stage

CONFIG = "config.json"


class SiteError(Exception):
    """The site could not be built or written; the message says what to do."""


def build() -> Path:
    """Build the front end, unless the build is of these very files."""
    try:
        setup.frontend()
    except setup.SetupError as error:
        raise SiteError(f"The front end was not built: {error}") from error
    return setup.FRONTEND / "dist"


def publish(aws: Aws, stage: Stage, outputs: Mapping[str, str], environment: Mapping[str, str], built: Path) -> int:
    """Bring the site to the build and to what the posts say; return how many files of the build were new."""
    s3, bucket = aws.client("s3"), outputs["SiteBucket"]
    written = upload(s3, bucket, built)
    s3.put_object(
        Bucket=bucket,
        Key=CONFIG,
        Body=json.dumps(browser_config(aws, stage, outputs), indent=1).encode(),
        ContentType="application/json",
        CacheControl=FRESH,
    )
    security_txt.put(s3, bucket, outputs["SiteUrl"], datetime.now(UTC))
    _run("infra.deploy.due_days", "Due dates could not be stored as days", stage, environment)
    _run("infra.deploy.pages", "The blog's pages could not be written", stage, environment)
    _forget_copies(aws, outputs["DistributionId"])
    return len(written)


def browser_config(aws: Aws, stage: Stage, outputs: Mapping[str, str]) -> dict[str, Any]:
    """What /config.json says: public identifiers, and addresses where the region does not say enough."""
    endpoint = aws.endpoint or None
    return {
        "stage": stage.name,
        "api": f"{outputs['SiteUrl']}/{API_STAGE}",
        "region": stage.region,
        "user_pool_id": outputs["UserPoolId"],
        "user_pool_client_id": outputs["UserPoolClientId"],
        "identity_pool_id": outputs["IdentityPoolId"],
        "user_pool_endpoint": endpoint,
        "identity_pool_endpoint": endpoint,
        "media_bucket": outputs["MediaBucket"],
        "s3_endpoint": endpoint,
        "todos_table": outputs["TodosTable"],
        "dynamodb_endpoint": endpoint,
        "sign_in_pages": _sign_in_pages(stage),
        "mailbox": None,
    }


def _sign_in_pages(stage: Stage) -> dict[str, Any] | None:
    if not stage.sign_in_providers:
        return None
    return {"address": stage.sign_in_pages, "providers": stage.sign_in_providers}


def _run(module: str, failure: str, stage: Stage, environment: Mapping[str, str]) -> None:
    region = {"AWS_REGION": stage.region, "AWS_DEFAULT_REGION": stage.region}
    done = subprocess.run(
        [sys.executable, "-m", module],
        cwd=ROOT,
        env={**os.environ, **environment, **region},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["it gave no reason"])[-1]
        raise SiteError(f"{failure}: {last}. Run the command again.")


def _forget_copies(aws: Aws, distribution: str) -> None:
    # One path of an invalidation, however much it covers, is charged as one.
    paths = {"Quantity": 1, "Items": ["/*"]}
    reference = datetime.now(UTC).isoformat()
    aws.client("cloudfront").create_invalidation(
        DistributionId=distribution, InvalidationBatch={"Paths": paths, "CallerReference": reference}
    )

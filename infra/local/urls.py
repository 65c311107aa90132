"""What a browser and a script need to know about the running laptop cloud."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from infra.local.demo import DEMO_USERS
from infra.local.layout import REGION, STAGE, Layout


def browser_config(layout: Layout, outputs: Mapping[str, str], *, direct: bool = False) -> dict[str, Any]:
    """What /config.json says: public identifiers only.

    Addresses are relative to the page's origin, whatever port that is forwarded to; with `direct` they are those of the
    API and of the engine.
    """
    engine = layout.aws if direct else "/"
    return {
        "stage": STAGE,
        "api": layout.api if direct else urlsplit(layout.site_api).path,
        "region": REGION,
        "user_pool_id": outputs["UserPoolId"],
        "user_pool_client_id": outputs["UserPoolClientId"],
        "identity_pool_id": outputs["IdentityPoolId"],
        "user_pool_endpoint": engine,
        "identity_pool_endpoint": engine,
        "media_bucket": outputs["MediaBucket"],
        "s3_endpoint": engine,
        "todos_table": outputs["TodosTable"],
        "dynamodb_endpoint": engine,
        "mailbox": urlsplit(layout.mailbox).path,
    }


def write_urls(layout: Layout, outputs: Mapping[str, str]) -> None:
    """Write urls.json: everything answers at these addresses now."""
    urls = {
        "site": layout.site,
        "direct_site": layout.direct_site,
        "api": layout.api,
        "aws": layout.aws,
        "mailbox": layout.mailbox,
        "region": REGION,
        "user_pool_id": outputs["UserPoolId"],
        "user_pool_client_id": outputs["UserPoolClientId"],
        "identity_pool_id": outputs["IdentityPoolId"],
        "media_bucket": outputs["MediaBucket"],
        "demo_users": [user.public() for user in DEMO_USERS],
    }
    layout.urls.write_text(json.dumps(urls, indent=1) + "\n", encoding="utf-8")

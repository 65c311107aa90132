"""What a browser and a script need to know about the running laptop cloud."""

import json
from collections.abc import Mapping
from typing import Any

from infra.local.demo import DEMO_USERS
from infra.local.layout import REGION, STAGE, Layout


def browser_config(layout: Layout, outputs: Mapping[str, str]) -> dict[str, Any]:
    """What the site serves at /config.json: public identifiers only."""
    return {
        "stage": STAGE,
        "api": layout.api,
        "region": REGION,
        "user_pool_id": outputs["UserPoolId"],
        "user_pool_client_id": outputs["UserPoolClientId"],
        "identity_pool_id": outputs["IdentityPoolId"],
        "user_pool_endpoint": layout.aws,
        "identity_pool_endpoint": layout.aws,
        "media_bucket": outputs["MediaBucket"],
        "s3_endpoint": layout.aws,
        "todos_table": outputs["TodosTable"],
        "dynamodb_endpoint": layout.aws,
        "mailbox": layout.mailbox,
    }


def write_urls(layout: Layout, outputs: Mapping[str, str]) -> None:
    """Write urls.json: everything answers at these addresses now."""
    urls = {
        "site": layout.site,
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

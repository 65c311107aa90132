"""boto3 clients of the local engine."""

from typing import Any

import boto3
from botocore.config import Config

from infra.local.keys import Keys
from infra.local.layout import REGION, Layout


def client(layout: Layout, keys: Keys, service: str) -> Any:  # noqa: ANN401 - boto3's clients are made at run time
    """A client with the installation's root key."""
    return boto3.client(
        service,
        region_name=REGION,
        endpoint_url=layout.aws,
        aws_access_key_id=keys.access_key,
        aws_secret_access_key=keys.secret_key,
        config=Config(connect_timeout=2, read_timeout=60, retries={"total_max_attempts": 2}),
    )

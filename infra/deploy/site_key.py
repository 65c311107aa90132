"""The site's key: the API key that CloudFront shows the API. A new one is valid before the old one is deleted.

https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-setup-api-key-with-console.html
"""

import time
from collections.abc import Callable
from typing import Any

import httpx

from infra.deploy import api
from infra.deploy.api import Key
from infra.deploy.aws import Aws
from infra.deploy.config import plans
from infra.deploy.parts import EDGE
from infra.deploy.plan import Found
from infra.deploy.stacks import apply
from infra.deploy.stage import Stage

NEXT, OLD = "-next", "-old"
_VALID_SECONDS = 300.0


class SiteKeyError(Exception):
    """The new key is not valid; the message says that the old one still is."""


def rotate_site_key(aws: Aws, stage: Stage, found: Found, say: Callable[[str], None]) -> str:
    """Make a new key, let CloudFront use it, delete the old one, and return the new one's value.

    Raises:
        SiteKeyError: API Gateway does not take the new key within five minutes.
        StackError: CloudFront could not be changed.
    """
    client, name = aws.client("apigateway"), plans(stage)[0].name
    old = api.find_key(aws, name)
    new = api.find_key(aws, name + NEXT) or _make(client, name + NEXT)
    _add_to_plan(client, name, new)
    _wait_until_valid(aws, str(found.api_id), new)
    say("  CloudFront takes some minutes to show the new site key everywhere …")
    # CloudFormation ends its update when every edge location has it.
    edge = EDGE.stack(stage, {**found.outputs, "SiteApiKey": new.value})
    apply(aws.client("cloudformation", EDGE.region), edge, poll_seconds=aws.poll_seconds)
    if old is not None:
        _rename(client, old, name + OLD)
    _rename(client, new, name)
    gone = api.find_key(aws, name + OLD)
    if gone is not None:
        client.delete_api_key(apiKey=gone.id)
    return new.value


def _make(client: Any, name: str) -> Key:  # noqa: ANN401 - boto3's client
    made = client.create_api_key(name=name, enabled=True)
    return Key(made["id"], made["value"])


def _add_to_plan(client: Any, name: str, key: Key) -> None:  # noqa: ANN401
    found = [plan for page in client.get_paginator("get_usage_plans").paginate() for plan in page["items"]]
    plan = next(plan["id"] for plan in found if plan["name"] == name)
    pages = client.get_paginator("get_usage_plan_keys").paginate(usagePlanId=plan)
    if key.id not in {each["id"] for page in pages for each in page["items"]}:
        client.create_usage_plan_key(usagePlanId=plan, keyId=key.id, keyType="API_KEY")


def _wait_until_valid(aws: Aws, api_id: str, key: Key) -> None:
    url, deadline = f"{api.base_url(aws, api_id)}/health", time.monotonic() + _VALID_SECONDS
    while (status := httpx.get(url, headers={"x-api-key": key.value}, timeout=60).status_code) != httpx.codes.OK:
        if time.monotonic() > deadline:
            raise SiteKeyError(f"API Gateway answers {status} to the new site key. The old one is still in use.")
        time.sleep(aws.poll_seconds)


def _rename(client: Any, key: Key, name: str) -> None:  # noqa: ANN401
    client.update_api_key(apiKey=key.id, patchOperations=[{"op": "replace", "path": "/name", "value": name}])

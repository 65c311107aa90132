"""What Chalice and the deploy itself make carries the stage's tags."""

from collections.abc import Iterator
from typing import Any

from infra import policies
from infra.deploy.aws import Aws
from infra.deploy.stage import Stage
from infra.deploy.tagging import put_tags

STAGE = Stage("dev", "eu-north-1", "blog@example.com", owner="web-team")
ACCOUNT = "123456789012"
PLANS = [{"id": "p1", "name": "mytodolist-dev-site"}, {"id": "p2", "name": "mytodolist-prod-site"}]
KEYS = [{"id": "k1", "name": "mytodolist-dev-site"}, {"id": "k2", "name": "mytodolist-dev-readers"}]


class Account:
    """An account with a stage in it; it notes the ARN of each thing that is tagged."""

    def __init__(self) -> None:
        self.tagged: dict[str, dict[str, str]] = {}

    def client(self, service: str, **_: object) -> "Client":
        return Client(self, service)


class Client:
    def __init__(self, account: Account, service: str) -> None:
        self._account, self._service = account, service

    def get_paginator(self, operation: str) -> "Pages":
        return Pages({"get_usage_plans": PLANS, "get_api_keys": KEYS}[operation])

    def get_function_configuration(self, FunctionName: str) -> dict[str, str]:  # noqa: N803 - AWS's own names
        return {"FunctionArn": f"arn:function:{FunctionName}", "Role": f"arn:aws:iam::{ACCOUNT}:role/{FunctionName}"}

    def list_event_source_mappings(self, FunctionName: str) -> dict[str, Any]:  # noqa: N803
        return {"EventSourceMappings": [{"UUID": "m1"}] if FunctionName.endswith("publish-pages") else []}

    def list_rule_names_by_target(self, TargetArn: str) -> dict[str, list[str]]:  # noqa: N803
        return {"RuleNames": ["every-five-minutes"] if TargetArn.endswith("sweep-mail") else []}

    def tag_resource(self, **asked: Any) -> None:
        arn = asked.get("resourceArn") or asked.get("Resource") or asked["ResourceARN"]
        self._account.tagged[arn] = _mapping(asked.get("tags") or asked["Tags"])

    def tag_role(self, RoleName: str, Tags: list[dict[str, str]]) -> None:  # noqa: N803
        self._account.tagged[f"role {RoleName}"] = _mapping(Tags)


class Pages:
    def __init__(self, items: list[dict[str, str]]) -> None:
        self._items = items

    def paginate(self) -> Iterator[dict[str, Any]]:
        yield from ({"items": [item]} for item in self._items)


def _mapping(tags: Any) -> dict[str, str]:
    return dict(tags) if isinstance(tags, dict) else {each["Key"]: each["Value"] for each in tags}


def test_the_api_its_plans_and_keys_event_sources_rules_and_roles_have_the_stages_tags() -> None:
    account = Account()
    put_tags(Aws(account, "eu-north-1", ACCOUNT, "aws"), STAGE, "abc")
    gateway, roles = (
        "arn:aws:apigateway:eu-north-1::",
        [policies.lambda_name(each, "dev") for each in policies.FUNCTIONS],
    )
    assert set(account.tagged) == {
        *(f"{gateway}{path}" for path in ("/restapis/abc", "/restapis/abc/stages/api", "/usageplans/p1")),
        *(f"{gateway}/apikeys/{key}" for key in ("k1", "k2")),
        f"arn:aws:lambda:eu-north-1:{ACCOUNT}:event-source-mapping:m1",
        f"arn:aws:events:eu-north-1:{ACCOUNT}:rule/every-five-minutes",
        *(f"role {role}" for role in roles),
    }
    assert all(tags == {"app": "mytodolist", "stage": "dev", "owner": "web-team"} for tags in account.tagged.values())

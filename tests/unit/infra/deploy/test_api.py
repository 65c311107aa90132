"""The stage of an API is told of its cache after every deploy, and of no longer having one."""

from collections.abc import Iterator
from typing import Any

import pytest
from botocore.session import get_session
from botocore.stub import Stubber

from infra.deploy import api
from infra.deploy.api import ApiError, put_settings
from infra.deploy.aws import Aws
from infra.deploy.config import api_settings
from infra.deploy.stage import Stage

STAGE = Stage("dev", "eu-north-1", "blog@example.com")
SETTINGS = api_settings(STAGE, {"SiteUrl": "https://d1.cloudfront.net", "ApiAccessLogArn": "arn:log"})


class ApiGateway:
    """A stage that takes patches as API Gateway does: not too many, and none while its cache is being made."""

    def __init__(self, *statuses: str, settings: tuple[str, ...] = ("*/*",)) -> None:
        self.statuses = [*statuses, "AVAILABLE"]
        self.settings = {name: {"throttlingRateLimit": 1.0} for name in settings}
        self.updates: list[list[dict[str, str]]] = []

    def client(self, *_: object, **__: object) -> "ApiGateway":
        return self

    def get_stage(self, **_: str) -> dict[str, Any]:
        status = self.statuses[0] if len(self.statuses) == 1 else self.statuses.pop(0)
        return {"cacheClusterStatus": status, "methodSettings": self.settings}

    def update_stage(self, restApiId: str, stageName: str, patchOperations: list[dict[str, str]]) -> None:  # noqa: N803
        assert (restApiId, stageName) == ("abc", "api")
        assert self.statuses == ["AVAILABLE"]
        assert len(patchOperations) <= 80, "Update size too large"
        self.updates.append(patchOperations)

    @property
    def told(self) -> list[tuple[str, str]]:
        return [(patch["path"], patch.get("value", "(removed)")) for update in self.updates for patch in update]


def aws(gateway: ApiGateway) -> Aws:
    return Aws(gateway, "eu-north-1", "123456789012", "aws", "http://127.0.0.1:1")


def test_every_method_has_its_say_before_the_cache_is_turned_on() -> None:
    gateway = ApiGateway()
    put_settings(aws(gateway), "abc", SETTINGS, "0.5")
    assert len(gateway.updates) > 1
    assert gateway.told[-2:] == [("/cacheClusterSize", "0.5"), ("/cacheClusterEnabled", "true")]
    told = dict(gateway.told)
    assert (told["/~1posts/GET/caching/enabled"], told["/~1todos/GET/caching/enabled"]) == ("true", "false")
    assert told["/*/*/caching/enabled"] == "false"


def test_a_cache_that_is_turned_off_leaves_no_method_with_settings_of_its_own() -> None:
    gateway = ApiGateway(settings=("*/*", "~1posts/GET", "/posts/{slug}/GET", "todos/GET"))
    put_settings(aws(gateway), "abc", SETTINGS)
    removed = {path for path, value in gateway.told if value == "(removed)"}
    assert removed == {"/~1posts/GET", "/~1posts~1{slug}/GET", "/~1todos/GET"}
    assert gateway.told[-1] == ("/cacheClusterEnabled", "false")


def test_a_route_that_is_gone_loses_its_settings_and_others_keep_theirs() -> None:
    gateway = ApiGateway(settings=("*/*", "~1posts/GET", "~1pages~1{slug}/GET"))
    put_settings(aws(gateway), "abc", SETTINGS, "0.5")
    assert [path for path, value in gateway.told if value == "(removed)"] == ["/~1pages~1{slug}/GET"]


def test_a_cache_that_is_being_made_is_waited_for() -> None:
    gateway = ApiGateway("CREATE_IN_PROGRESS", "CREATE_IN_PROGRESS")
    put_settings(aws(gateway), "abc", SETTINGS, "0.5")
    assert gateway.updates


def test_one_that_is_never_ready_is_said_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api, "_CACHE_SECONDS", 0)
    with pytest.raises(ApiError, match="is still DELETE_IN_PROGRESS"):
        put_settings(aws(ApiGateway(*["DELETE_IN_PROGRESS"] * 3)), "abc", SETTINGS)


@pytest.fixture
def checked() -> Iterator[Any]:
    """A client that checks requests by AWS's own model and sends none."""
    client = get_session().create_client(
        "apigateway", region_name="eu-north-1", aws_access_key_id="none", aws_secret_access_key="none"
    )
    yield client
    client.close()


def test_the_patches_are_of_the_shape_that_aws_takes(checked: Any) -> None:
    gateway = ApiGateway(settings=("~1pages/GET",))
    put_settings(aws(gateway), "abc", SETTINGS, "0.5")
    for update in gateway.updates:
        with Stubber(checked) as stub:
            stub.add_response("update_stage", {})
            checked.update_stage(restApiId="abc", stageName="api", patchOperations=update)

"""Which transport a process has: the lean one, unless a setting or its environment asks for more than it does."""

import boto3
import msgspec
import pytest

from chalicelib.settings import Settings, SettingsError, settings
from chalicelib.store.lean import default_endpoint
from chalicelib.store.transport import is_lean


def given(transport: str, region: str = "eu-north-1") -> Settings:
    return msgspec.structs.replace(settings(), store_transport=transport, aws_region=region)


@pytest.mark.parametrize(("transport", "lean"), [("", True), ("lean", True), ("botocore", False)])
def test_one_setting_returns_to_botocores_client(transport: str, *, lean: bool) -> None:
    assert is_lean(given(transport), {}) is lean


def test_a_transport_of_another_name_is_not_guessed() -> None:
    with pytest.raises(SettingsError, match="STORE_TRANSPORT is lean or botocore, not 'leaner'"):
        is_lean(given("leaner"), {})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("HTTPS_PROXY", "http://proxy.example:3128"),
        ("https_proxy", "http://proxy.example:3128"),
        ("HTTP_PROXY", "http://proxy.example:3128"),
        ("AWS_USE_FIPS_ENDPOINT", "True"),
        ("AWS_USE_DUALSTACK_ENDPOINT", "true"),
        ("AWS_ACCOUNT_ID_ENDPOINT_MODE", "required"),
        ("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true"),
    ],
)
def test_what_only_botocore_does_is_left_to_botocore(name: str, value: str) -> None:
    assert not is_lean(given("lean"), {name: value})
    assert is_lean(given("lean"), {name: ""})
    assert is_lean(given("lean"), {name: "preferred" if "MODE" in name else "false"}) is ("PROXY" not in name.upper())


@pytest.mark.parametrize(
    ("region", "lean"),
    [("eu-north-1", True), ("us-gov-west-1", True), ("cn-north-1", False), ("us-isob-east-1", False)],
)
def test_a_region_of_another_partition_is_left_to_botocore(region: str, *, lean: bool) -> None:
    # Its addresses end otherwise.
    host = boto3.client("dynamodb", region).meta.endpoint_url
    assert is_lean(given("lean", region), {}) is lean is (host == default_endpoint(region))

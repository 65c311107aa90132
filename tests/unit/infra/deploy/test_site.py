"""What the pages of a stage are told, and whom they may call: its own API, Cognito, table and bucket."""

from collections import defaultdict
from dataclasses import replace
from typing import Any

import cfnlint.decode
import pytest

from infra.deploy.aws import Aws
from infra.deploy.site import browser_config
from infra.deploy.stage import Stage
from tests.support.tables import TEMPLATES

STAGE = Stage("dev", "eu-north-1", "blog@example.com")


class Outputs(defaultdict[str, str]):
    """Every output there might be, under its own name."""

    def __missing__(self, name: str) -> str:
        return f"value-of-{name}"


def test_on_aws_the_region_says_where_everything_is() -> None:
    config = browser_config(Aws(None, "eu-north-1", "123456789012", "aws"), STAGE, Outputs())
    assert config["todos_table"] == "value-of-TodosTable"
    assert {value for name, value in config.items() if name.endswith("_endpoint")} == {None}


def test_a_rehearsal_has_it_all_in_one_place() -> None:
    engine = "http://127.0.0.1:1"
    config = browser_config(Aws(None, "eu-north-1", "123456789012", "aws", engine), STAGE, Outputs())
    assert {value for name, value in config.items() if name.endswith("_endpoint")} == {engine}


@pytest.mark.parametrize(
    ("settings", "pages"),
    [
        ({}, None),
        ({"sign_in_domain": "my-todos"}, None),
        (
            {"sign_in_domain": "my-todos", "google_client_id": "client"},
            {"address": "https://my-todos.auth.eu-north-1.amazoncognito.com", "providers": ["Google"]},
        ),
        (
            {"sign_in_domain": "auth.example.com", "google_client_id": "client", "saml_metadata_url": "https://idp"},
            {"address": "https://auth.example.com", "providers": ["Google", "SAML"]},
        ),
    ],
)
def test_pages_learn_of_other_providers_where_a_stage_has_some(
    settings: dict[str, str], pages: dict[str, Any] | None
) -> None:
    stage = replace(STAGE, **settings)  # type: ignore[arg-type]
    config = browser_config(Aws(None, "eu-north-1", "123456789012", "aws"), stage, Outputs())
    assert config["sign_in_pages"] == pages


def test_pages_call_cognito_dynamodb_and_their_bucket_and_nobody_else() -> None:
    template, problems = cfnlint.decode.decode(str(TEMPLATES / "edge.yaml"))
    assert not problems
    headers = template["Resources"]["SiteHeaders"]["Properties"]["ResponseHeadersPolicyConfig"]
    text, named = headers["SecurityHeadersConfig"]["ContentSecurityPolicy"]["ContentSecurityPolicy"]["Fn::Sub"]
    assert "connect-src 'self' ${Calls} ${SignInPages};" in text
    (origins, _) = named["Calls"]["Fn::If"][2]["Fn::Sub"]
    at = "${AWS::Region}.${AWS::URLSuffix}"
    assert origins.split(" ") == [
        f"https://{host}.{at}" for host in ("cognito-idp", "cognito-identity", "dynamodb", "${Media}.s3")
    ]

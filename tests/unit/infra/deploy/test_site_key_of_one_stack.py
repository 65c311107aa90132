"""The site key of one stack is rotated by another number: everything that has the old one is made anew or updated."""

import json
from typing import Any

from infra.checks.schemas import schema
from infra.deploy.one_stack.template import merge_template
from infra.deploy.stage import Stage

STAGE = Stage("prod", "eu-north-1", "blog@example.com", domain="example.com", cache_size="0.5")
REFERENCE = "{{resolve:secretsmanager:${SiteKeySecret}}}"


def create_only(kind: str) -> set[str]:
    found = schema(kind)
    assert found is not None
    return set(found["createOnlyProperties"])


def test_another_number_makes_another_secret_and_another_key() -> None:
    template = merge_template(STAGE)
    resources: dict[str, Any] = template["Resources"]
    # Given a secret whose name has the number, and that CloudFormation replaces by its name
    assert resources["SiteKeySecret"]["Properties"]["Name"] == {"Fn::Sub": "mytodolist-prod-site-key${SiteKeyNumber}"}
    assert template["Parameters"]["SiteKeyNumber"]["Default"] == ""
    assert "/properties/Name" in create_only("AWS::SecretsManager::Secret")
    # Then what has its value names the secret, so that another one is another reference
    assert resources["SiteKey"]["Properties"]["Value"] == {"Fn::Sub": REFERENCE}
    assert resources["Edge"]["Properties"]["Parameters"]["ApiKeySecretArn"] == {"Fn::GetAtt": ["SiteKeySecret", "Id"]}
    assert REFERENCE in json.dumps(resources["PublishPages"])
    # And the key has another name, without which CloudFormation would refuse to replace it
    assert resources["SiteKey"]["Properties"]["Name"] == {"Fn::Sub": "mytodolist-prod-site${SiteKeyNumber}"}
    # And the key and its place in the plan are new ones, beside which the old ones are valid until the end
    assert "/properties/Value" in create_only("AWS::ApiGateway::ApiKey")
    assert "/properties/KeyId" in create_only("AWS::ApiGateway::UsagePlanKey")


def test_cloudfront_shows_a_key_that_the_plan_has() -> None:
    assert "SitePlanKey" in merge_template(STAGE)["Resources"]["Edge"]["DependsOn"]

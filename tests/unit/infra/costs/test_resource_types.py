"""Every resource that templates make is on the bill, or free for a reason."""

from collections.abc import Iterator
from typing import Any

import pytest

from infra.checks.resolving import read
from infra.checks.stacks import stages, with_everything
from infra.costs.bill import RENTED, SOLD
from infra.costs.resource_types import Resource, lines, lines_of, resource_types, unpriced
from infra.costs.resources import resources
from infra.deploy.one_stack.template import merge_template
from infra.deploy.parts import TEMPLATES
from infra.deploy.stage import load

# Chalice names these types, and merges what is given here into them.
BY_CHALICE = {"RestAPI": "AWS::Serverless::Api", "APIHandlerInvokePermission": "AWS::Lambda::Permission"}
NEW: dict[str, tuple[str, dict[str, Any]]] = {
    "AWS::KMS::Key": ("AWS::KMS::Key", {"KeyPolicy": {}}),
    "AWS::EC2::NatGateway": ("AWS::EC2::NatGateway", {"SubnetId": "subnet-1"}),
    "ContributorInsightsSpecification": (
        "AWS::DynamoDB::Table",
        {"ContributorInsightsSpecification": {"Enabled": True}},
    ),
    "UserPoolAddOns": ("AWS::Cognito::UserPool", {"UserPoolAddOns": {"AdvancedSecurityMode": "ENFORCED"}}),
    "IntelligentTieringConfigurations": ("AWS::S3::Bucket", {"IntelligentTieringConfigurations": []}),
    "KmsMasterKeyId": ("AWS::SQS::Queue", {"KmsMasterKeyId": "alias/mine"}),
    "VdmOptions": ("AWS::SES::ConfigurationSet", {"VdmOptions": {}}),
    "ProvisionedConcurrencyConfig": ("AWS::Serverless::Function", {"ProvisionedConcurrencyConfig": {}}),
    "VpcEndpointType 'Interface'": ("AWS::EC2::VPCEndpoint", {"VpcEndpointType": "Interface"}),
}


def everything() -> Iterator[Resource]:
    for stage in stages():
        yield from resources(with_everything(stage))
    for template in TEMPLATES.rglob("*.yaml"):
        for resource in read(template)["Resources"].values():
            yield resource["Type"], resource.get("Properties", {})
    for name, resource in merge_template(load("prod"))["Resources"].items():
        kind = resource.get("Type") or BY_CHALICE.get(name, "AWS::Serverless::Function")
        yield kind, resource.get("Properties", {})


def test_every_resource_and_every_property_of_a_priced_one_is_known() -> None:
    assert sorted(set(unpriced(everything()))) == []


@pytest.mark.parametrize("said", NEW)
def test_what_is_new_is_found(said: str) -> None:
    [sentence] = unpriced([NEW[said]])
    assert said in sentence


def test_every_line_is_sold_or_rented() -> None:
    assert lines() <= {*SOLD, *RENTED}


def test_a_type_has_lines_or_a_reason_and_a_page() -> None:
    for kind, known in resource_types().items():
        assert bool(lines_of(kind)) != ("free" in known), kind
        assert known["page"], kind


def test_no_type_is_listed_that_nothing_makes() -> None:
    assert set(resource_types()) - {kind for kind, _ in everything()} == set()

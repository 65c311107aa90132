"""The DAX cluster of the cloud: closed, encrypted, allowed no more than it is for, and as old as the laptop's."""

from typing import Any

import cfnlint.decode
import pytest

from infra import policies
from infra.local.dax.__main__ import ITEM_SECONDS, QUERY_SECONDS
from tests.support.tables import TEMPLATES
from tests.templates.reading import of_type, stack


@pytest.fixture(scope="module")
def template() -> dict[str, Any]:
    found, problems = cfnlint.decode.decode(str(TEMPLATES / "cloud" / "cache.yaml"))
    assert not problems
    return dict(found)


def kinds(template: dict[str, Any]) -> set[str]:
    return {resource["Type"] for resource in template["Resources"].values()}


def test_the_network_leads_to_dynamodb_and_s3_and_nowhere_else(template: dict[str, Any]) -> None:
    assert not kinds(template) & {"AWS::EC2::NatGateway", "AWS::EC2::InternetGateway", "AWS::EC2::Route"}
    endpoints = [
        each["Properties"] for each in template["Resources"].values() if each["Type"] == "AWS::EC2::VPCEndpoint"
    ]
    assert {each["VpcEndpointType"] for each in endpoints} == {"Gateway"}
    assert sorted(str(each["ServiceName"]).rpartition(".")[2].strip("'}") for each in endpoints) == ["dynamodb", "s3"]


def test_the_endpoint_of_dynamodb_lets_through_all_that_the_cluster_and_the_function_may_do() -> None:
    resources = stack("cloud/cache")["Resources"]
    let_through = actions(resources["ToDynamoDb"]["Properties"]["PolicyDocument"])
    (role,) = resources["ClusterRole"]["Properties"]["Policies"]
    function = policies.render(policies.API, "prod", "123456789012", "eu-north-1", in_vpc=True, through_dax=True)
    wanted = {each for each in actions(role["PolicyDocument"]) | actions(function) if each.startswith("dynamodb:")}
    assert wanted <= let_through
    assert {"dynamodb:DescribeTable", "dynamodb:DescribeEndpoints"} <= let_through


def actions(policy: dict[str, Any]) -> set[str]:
    listed = [each["Action"] for each in policy["Statement"]]
    return {action for each in listed for action in (each if isinstance(each, list) else [each])}


@pytest.mark.parametrize(
    ("zones", "subnets"),
    [
        ({}, ["eu-north-1a", "eu-north-1b", "eu-north-1c"]),
        ({"FirstZone": "eu-north-1b", "SecondZone": "eu-north-1c"}, ["eu-north-1b", "eu-north-1c"]),
        (
            {"FirstZone": "us-east-1a", "SecondZone": "us-east-1d", "ThirdZone": "us-east-1f"},
            ["us-east-1a", "us-east-1d", "us-east-1f"],
        ),
    ],
)
def test_the_network_has_a_subnet_in_each_zone_that_is_named_or_in_three(
    zones: dict[str, str], subnets: list[str]
) -> None:
    made = stack("cloud/cache", **zones)
    found = of_type(made["Resources"], "AWS::EC2::Subnet")
    assert [each["Properties"]["AvailabilityZone"] for each in found.values()] == subnets
    assert len(of_type(made["Resources"], "AWS::EC2::SubnetRouteTableAssociation")) == len(subnets)
    assert len(made["Resources"]["Subnets"]["Properties"]["SubnetIds"]) == len(subnets)
    assert made["Outputs"]["FunctionSubnets"]["Value"].count(",") == len(subnets) - 1


def test_the_cluster_is_encrypted_on_its_disks_and_on_the_way(template: dict[str, Any]) -> None:
    cluster = template["Resources"]["Cluster"]["Properties"]
    assert cluster["ClusterEndpointEncryptionType"] == "TLS"
    assert cluster["SSESpecification"] == {"SSEEnabled": True}


def test_only_the_function_calls_it_and_only_over_tls(template: dict[str, Any]) -> None:
    rules = [each["Properties"] for each in template["Resources"].values() if each["Type"].endswith("GroupIngress")]
    assert [(rule["FromPort"], rule["ToPort"]) for rule in rules] == [(9111, 9111)]
    assert all("CidrIp" not in rule for rule in rules)


def test_the_laptops_answers_grow_as_old(template: dict[str, Any]) -> None:
    parameters = template["Parameters"]
    assert (parameters["ItemSeconds"]["Default"], parameters["QuerySeconds"]["Default"]) == (
        ITEM_SECONDS,
        QUERY_SECONDS,
    )


def test_its_role_reaches_the_blogs_tables_and_never_scans(template: dict[str, Any]) -> None:
    (policy,) = template["Resources"]["ClusterRole"]["Properties"]["Policies"]
    cached, ledger = policy["PolicyDocument"]["Statement"][:2]
    tables = {str(each).partition("/")[2].strip("'}") for each in cached["Resource"]}
    assert tables == {"mytodolist-${Stage}-posts", "mytodolist-${Stage}-posts/index/*", "mytodolist-${Stage}-post-tags"}
    assert "dynamodb:Scan" not in cached["Action"]
    assert ledger["Action"] == ["dynamodb:DescribeTable", "dynamodb:PutItem"]


def test_the_api_function_alone_may_call_this_stages_cluster() -> None:
    def statements(function: str) -> list[dict[str, Any]]:
        policy = policies.render(function, "dev", "123456789012", "eu-north-1", mail_from="a@b.se", through_dax=True)
        return [each for each in policy["Statement"] if each["Sid"] == "ThroughDax"]

    (allowed,) = statements(policies.API)
    assert allowed["Resource"] == "arn:aws:dax:eu-north-1:123456789012:cache/todo-dev-*"
    assert not any(statements(function) for function in policies.FUNCTIONS if function != policies.API)

"""What the engine records and does not build: the requests that CloudFormation makes for it are at least valid.

Each is built by botocore from the service's own model, which checks names, types and what is required, and stops there.
"""

import ast
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import boto3
import pytest

from infra.deploy.parts import parts
from infra.deploy.stage import ROOT, load
from tests.rehearsal.report import Report
from tests.templates.reading import ACCOUNT, of_type, stack

RECORDS = ROOT / "infra" / "local" / "engine" / "gaps" / "stack_records.py"
GIVEN = {
    "cloud/budget": {"Email": "alarms@example.com"},
    "cloud/edge-alarms": {"DistributionId": "E123"},
    "cloud/edge-logs": {
        "DistributionArn": f"arn:aws:cloudfront::{ACCOUNT}:distribution/E123",
        "LogsBucketArn": "arn:aws:s3:::mytodolist-prod-logs",
    },
    "media": {"AllowedOrigins": "https://example.com"},
    "messaging": {"MailFrom": "blog@example.com"},
}
# The reader of templates does not know the ARNs of what AWS names itself.
FIREWALL = f"arn:aws:wafv2:us-east-1:{ACCOUNT}:global/webacl/mytodolist-prod/12345678"
Properties = dict[str, Any]
Request = tuple[str, str, Properties]


def without(properties: Properties, *left_out: str) -> Properties:
    return {name: value for name, value in properties.items() if name not in left_out}


def renamed(properties: Properties, names: dict[str, str]) -> Properties:
    return {names.get(name, name): value for name, value in properties.items()}


def rule(properties: Properties, group: Properties) -> Properties:
    ports = {name: int(properties[name]) for name in ("FromPort", "ToPort")}
    return {"IpProtocol": properties["IpProtocol"], **ports, "UserIdGroupPairs": [group]}


def small(properties: Properties) -> Properties:
    """CloudFormation's names as CloudWatch Logs writes them."""
    return {name[0].lower() + name[1:]: value for name, value in properties.items()}


def tags(properties: Properties) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in properties.get("Tags", [])}


REQUESTS: dict[str, Callable[[Properties], Request]] = {
    "AWS::Backup::BackupSelection": lambda it: ("backup", "create_backup_selection", it),
    "AWS::Budgets::Budget": lambda it: (
        "budgets",
        "create_budget",
        {
            "AccountId": ACCOUNT,
            **it,
            "Budget": {
                # CloudFormation makes a name up.
                "BudgetName": "made-up",
                **it["Budget"],
                "BudgetLimit": {"Amount": str(it["Budget"]["BudgetLimit"]["Amount"]), "Unit": "USD"},
            },
        },
    ),
    "AWS::CloudWatch::CompositeAlarm": lambda it: ("cloudwatch", "put_composite_alarm", it),
    "AWS::DAX::Cluster": lambda it: (
        "dax",
        "create_cluster",
        {
            **renamed(it, {"IAMRoleARN": "IamRoleArn"}),
            "SSESpecification": {"Enabled": it["SSESpecification"]["SSEEnabled"]},
            "ReplicationFactor": int(it["ReplicationFactor"]),
            "Tags": [{"Key": key, "Value": value} for key, value in it["Tags"].items()],
        },
    ),
    "AWS::DAX::ParameterGroup": lambda it: (
        "dax",
        "update_parameter_group",
        {
            "ParameterGroupName": it["ParameterGroupName"],
            "ParameterNameValues": [
                {"ParameterName": name, "ParameterValue": value} for name, value in it["ParameterNameValues"].items()
            ],
        },
    ),
    "AWS::DAX::SubnetGroup": lambda it: ("dax", "create_subnet_group", it),
    "AWS::EC2::SecurityGroupEgress": lambda it: (
        "ec2",
        "authorize_security_group_egress",
        {
            "GroupId": it["GroupId"],
            "IpPermissions": [rule(it, {"GroupId": it["DestinationSecurityGroupId"]})],
        },
    ),
    "AWS::EC2::SecurityGroupIngress": lambda it: (
        "ec2",
        "authorize_security_group_ingress",
        {"GroupId": it["GroupId"], "IpPermissions": [rule(it, {"GroupId": it["SourceSecurityGroupId"]})]},
    ),
    "AWS::Logs::Delivery": lambda it: (
        "logs",
        "create_delivery",
        {**small(without(it, "S3SuffixPath", "Tags")), "s3DeliveryConfiguration": {"suffixPath": it["S3SuffixPath"]}},
    ),
    "AWS::Logs::DeliveryDestination": lambda it: (
        "logs",
        "put_delivery_destination",
        {
            **small(without(it, "DestinationResourceArn", "Tags")),
            "deliveryDestinationConfiguration": {"destinationResourceArn": it["DestinationResourceArn"]},
            "tags": tags(it),
        },
    ),
    "AWS::Logs::DeliverySource": lambda it: (
        "logs",
        "put_delivery_source",
        {**small(without(it, "Tags")), "tags": tags(it)},
    ),
    "AWS::WAFv2::LoggingConfiguration": lambda it: (
        "wafv2",
        "put_logging_configuration",
        {
            "LoggingConfiguration": {
                **it,
                "ResourceArn": FIREWALL,
                "RedactedFields": [
                    {name: {"Name": value["Name"]} if value else {} for name, value in field.items()}
                    for field in it["RedactedFields"]
                ],
            }
        },
    ),
    "AWS::XRay::Group": lambda it: ("xray", "create_group", it),
    "AWS::XRay::SamplingRule": lambda it: (
        "xray",
        "create_sampling_rule",
        {**it, "SamplingRule": {**it["SamplingRule"], "FixedRate": float(it["SamplingRule"]["FixedRate"])}},
    ),
}


def recorded_types() -> set[str]:
    """The resource types that the engine records."""
    module = ast.parse(RECORDS.read_text())
    [table] = [
        node.value
        for node in module.body
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id == "_RECORDED"
    ]
    return set(ast.literal_eval(table))


def used() -> dict[str, list[Properties]]:
    """The recorded types that a stage's templates use, with the properties of each resource."""
    found: dict[str, list[Properties]] = {}
    for part in parts(replace(load("prod"), dax_nodes=3)):
        name = part.template.removesuffix(".yaml")
        resources = stack(name, **GIVEN.get(name, {}))["Resources"]
        for resource in of_type(resources, *recorded_types()).values():
            found.setdefault(resource["Type"], []).append(resource["Properties"])
    return found


def test_every_recorded_resource_of_the_templates_is_checked(report: Report) -> None:
    report.recorded = sorted(used())
    assert set(used()) <= set(REQUESTS)


@pytest.mark.parametrize("kind", sorted(REQUESTS))
def test_its_request_is_one_that_aws_takes(kind: str, report: Report) -> None:
    resources = used().get(kind, [])
    assert resources, f"{kind} is in no template any more"
    for properties in resources:
        service, operation, parameters = REQUESTS[kind](properties)
        sent: list[Any] = []
        client = boto3.client(service, region_name="eu-north-1", aws_access_key_id="none", aws_secret_access_key="none")
        # Answering here keeps botocore from sending; by now it has checked and written the request.
        client.meta.events.register(
            "before-call", lambda params, sent=sent, **_: sent.append(params) or (_Answer(), {})
        )
        getattr(client, operation)(**parameters)
        assert len(sent) == 1
        assert sent[0]["url_path"] is not None
        client.close()
    operation_name = "".join(word.capitalize() for word in operation.split("_"))
    report.validated.append({"operation": f"{service} {operation_name}", "for": kind})


class _Answer:
    status_code = 200


def test_a_wrong_request_is_seen() -> None:
    client = boto3.client("wafv2", region_name="eu-north-1", aws_access_key_id="none", aws_secret_access_key="none")
    with pytest.raises(Exception, match="Missing required parameter"):
        client.associate_web_acl(ResourceArn="arn")
    client.close()

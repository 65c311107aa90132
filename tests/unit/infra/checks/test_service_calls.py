"""The calls that make a resource are ones that botocore's validator takes and that moto carries out.

botocore says little of EC2's ranges and SQS's times, and moto knows them.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache, partial
from typing import Any

import boto3
import pytest
from botocore import xform_name
from botocore.exceptions import ClientError
from moto import mock_aws

from infra.checks.names import Unknown
from infra.checks.resolving import read, resolve
from infra.checks.service_calls import ITSELF, TRANSLATIONS, Call, UntranslatedError, calls
from infra.checks.service_models import refused_calls, refused_values, typed
from infra.checks.stacks import stacks_of, stages, with_everything
from infra.deploy.stage import ROOT, load

REGION = "eu-west-1"
NOTHING_UNKNOWN = Unknown({})
# What others need is made before them. moto has no firewalls' ARNs and no hosted zones of a stage.
IN_ORDER = (
    *("VPC", "Subnet", "RouteTable", "SubnetRouteTableAssociation", "SecurityGroup", "SecurityGroupEgress"),
    *("SecurityGroupIngress", "VPCEndpoint", "Queue", "QueuePolicy", "Topic", "TopicPolicy", "Subscription"),
    *("Bucket", "BucketPolicy", "Account", "OIDCProvider"),
)
# Where the answer of a call has the id of what it made.
IDS: Mapping[str, tuple[str, str]] = {
    "CreateRouteTable": ("RouteTable", "RouteTableId"),
    "CreateSecurityGroup": ("", "GroupId"),
    "CreateSubnet": ("Subnet", "SubnetId"),
    "CreateVpc": ("Vpc", "VpcId"),
    "CreateVpcEndpoint": ("VpcEndpoint", "VpcEndpointId"),
}
VPC = {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.0.0.0/24"}}
BUCKET = "AWS::S3::Bucket"
REFUSED: Mapping[str, dict[str, Any]] = {
    "AWS::EC2::VPC: InvalidVpc.Range": {**VPC, "Properties": {"CidrBlock": "10.0.0.0/29"}},
    "AWS::EC2::Subnet: InvalidSubnet.Range": {
        "Type": "AWS::EC2::Subnet",
        "Properties": {"VpcId": "Network-id", "CidrBlock": "10.1.0.0/26"},
    },
    "AWS::SQS::Queue: InvalidAttributeValue": {
        "Type": "AWS::SQS::Queue",
        "Properties": {"QueueName": "q", "MaximumMessageSize": 1_048_577},
    },
    "AWS::SNS::Topic: InvalidParameter": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": "a topic"}},
    "AWS::S3::Bucket: InvalidBucketName": {"Type": BUCKET, "Properties": {"BucketName": "ph"}},
}
INVALID: Mapping[str, dict[str, Any]] = {
    "which infra/checks/service_calls.py lacks": {"Type": "AWS::SQS::Queue", "Properties": {"Visible": 1}},
    "Unknown parameter in LifecycleConfiguration.Rules[0]": {
        "Type": BUCKET,
        "Properties": {"LifecycleConfiguration": {"Rules": [{"Id": "a", "Status": "Enabled", "Days": 1}]}},
    },
    "Invalid type for parameter IpPermissions[0].FromPort": {
        "Type": "AWS::EC2::SecurityGroupIngress",
        "Properties": {"GroupId": "sg-1", "IpProtocol": "tcp", "FromPort": "https", "ToPort": 443},
    },
    'Missing required parameter in LoggingConfiguration: "ResourceArn"': {
        "Type": "AWS::WAFv2::LoggingConfiguration",
        "Properties": {"LogDestinationConfigs": ["arn:aws:logs:us-east-1:1:log-group:aws-waf-logs-a"]},
    },
}
REFUSED_VALUES: Mapping[str, dict[str, Any]] = {
    "NotificationConfiguration.TopicConfigurations.Events is 's3:ObjectMade'": {
        "Type": BUCKET,
        "Properties": {
            "NotificationConfiguration": {"TopicConfigurations": [{"Event": "s3:ObjectMade", "Topic": "t"}]}
        },
    },
    "Rules.Status is 'On'": {
        "Type": BUCKET,
        "Properties": {"LifecycleConfiguration": {"Rules": [{"Id": "a", "Status": "On", "ExpirationInDays": 1}]}},
    },
    "VpcEndpointType is 'Gate'": {"Type": "AWS::EC2::VPCEndpoint", "Properties": {"VpcEndpointType": "Gate"}},
    "ResourceRecordSet.Type is 'ALIAS'": {
        "Type": "AWS::Route53::RecordSet",
        "Properties": {"HostedZoneId": "Z1", "Name": "a.test", "Type": "ALIAS"},
    },
    "ThumbprintList has 3 characters": {
        "Type": "AWS::IAM::OIDCProvider",
        "Properties": {"Url": "https://a.test", "ThumbprintList": ["abc"]},
    },
}


@pytest.fixture
def emulated() -> Iterator[None]:
    with mock_aws():
        yield


class Maker:
    """Makes resources in moto, and remembers their ids."""

    def __init__(self, region: str) -> None:
        self.region = region
        self.ids: dict[str, str] = {}
        self.client = cache(partial(boto3.client, region_name=region))

    def make(self, resources: Mapping[str, Any]) -> list[str]:
        """Make everything that can be made; return what is refused, by type and code."""
        refused = []
        for kind in IN_ORDER:
            # A queue comes after the one that its failed messages go to.
            for logical, resource in sorted(resources.items(), key=lambda each: "RedrivePolicy" in str(each[1])):
                if resource["Type"].endswith(f"::{kind}") and resource["Type"] in TRANSLATIONS:
                    refused += self._make(logical, resource)
        return refused

    def _make(self, logical: str, resource: Mapping[str, Any]) -> Iterator[str]:
        for call in calls(resource["Type"], resource.get("Properties", {})):
            if call.operation == "PutBucketLogging":
                # moto cannot read a bucket's policy whose principal is "*".
                continue
            try:
                self._call(logical, call)
            except ClientError as error:
                yield f"{resource['Type']}: {error.response['Error']['Code']}"

    def _call(self, logical: str, call: Call) -> None:
        text = json.dumps(call.parameters)
        for name, made in {**self.ids, ITSELF: self.ids.get(f"{logical}-id", logical.lower())}.items():
            text = text.replace(f'"{name}"', f'"{made}"')
        given = typed(replace(call, parameters=json.loads(text)), NOTHING_UNKNOWN)
        client = self.client(call.service)
        if call.operation == "CreateBucket" and self.region != "us-east-1":
            given["CreateBucketConfiguration"] = {"LocationConstraint": self.region}
        if "QueueUrl" in given:
            given["QueueUrl"] = client.get_queue_url(QueueName=given["QueueUrl"])["QueueUrl"]
        answer = getattr(client, xform_name(call.operation))(**given)
        if call.operation in IDS:
            around, name = IDS[call.operation]
            self.ids[f"{logical}-id"] = (answer[around] if around else answer)[name]


def test_moto_makes_everything_that_it_knows_of_a_stage(emulated: None) -> None:
    made = Maker(REGION)
    stacks = [stack for stack in stacks_of(with_everything(load("busy"))) if stack.region == REGION]
    for stack in stacks:
        for output in resolve(read(stack.template), stack.parameters, REGION)["Outputs"].values():
            if "Export" in output:
                made.ids[f"import:{output['Export']['Name']}"] = str(output["Value"])
    assert [refused for stack in stacks for refused in made.make(stack.resources())] == []
    # Then its network, queues, topics and buckets are there
    kinds = {each["Type"] for stack in stacks for each in stack.resources().values()} & TRANSLATIONS.keys()
    assert len(made.ids) >= 9
    assert {kind.rpartition("::")[2] for kind in kinds} <= {*IN_ORDER, "LoggingConfiguration"}
    assert boto3.client("sqs", region_name=REGION).list_queues()["QueueUrls"]


@pytest.mark.parametrize("said", REFUSED)
def test_moto_refuses_what_aws_refuses(emulated: None, said: str) -> None:
    assert Maker(REGION).make({"Network": VPC, "It": REFUSED[said]}) == [said]


def test_no_call_of_a_stage_or_of_the_bootstrap_is_refused() -> None:
    stacks = [stack for stage in stages() for stack in stacks_of(with_everything(stage))]
    bootstrap = resolve(read(ROOT / "infra/templates/cloud/bootstrap.yaml"), {"Stage": "prod"}, REGION)["Resources"]
    assert [
        found for each in (*(stack.resources() for stack in stacks), bootstrap) for found in refused_calls(each)
    ] == []
    assert list(refused_values(bootstrap)) == []


@pytest.mark.parametrize("said", INVALID)
def test_a_call_that_botocore_refuses_is_found(said: str) -> None:
    [sentence] = refused_calls({"It": INVALID[said]})
    assert said in sentence


@pytest.mark.parametrize("said", REFUSED_VALUES)
def test_a_value_that_the_call_does_not_know_is_found(said: str) -> None:
    [sentence] = refused_values({"It": REFUSED_VALUES[said]})
    assert said in sentence


def test_a_property_without_a_translation_is_an_error() -> None:
    with pytest.raises(UntranslatedError, match="AWS::EC2::VPC has Tenancy"):
        calls("AWS::EC2::VPC", {"CidrBlock": "10.0.0.0/24", "Tenancy": "default"})

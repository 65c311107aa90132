"""Everything that a deploy makes carries the tags app, stage and owner, as far as AWS lets it have tags.

The tags are those of the stacks. CloudFormation puts them on each resource whose type is taggable.
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-resource-tags.html
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import pytest
from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER

from infra.deploy.parts import parts
from infra.deploy.stage import load
from tests.templates.reading import REGION, names, of_type, stack, template

# Types whose schema does not say whether they can have tags. Those with tags have them in the template.
SCHEMA_IS_SILENT = {
    "AWS::DAX::Cluster": "takes the tags of its stack, as the user guide says of every type with Tags",
    "AWS::DynamoDB::GlobalTable": "has tags on each replica alone, written in the template",
}
# AWS gives these no tags. A new type is listed here after a look at what it costs without an owner.
UNTAGGED = {
    "AWS::ApiGateway::Account",
    "AWS::Backup::BackupSelection",
    "AWS::CloudFront::CachePolicy",
    "AWS::CloudFront::OriginAccessControl",
    "AWS::CloudFront::ResponseHeadersPolicy",
    "AWS::Cognito::IdentityPoolPrincipalTag",
    "AWS::Cognito::IdentityPoolRoleAttachment",
    "AWS::Cognito::UserPoolClient",
    "AWS::Cognito::UserPoolDomain",
    "AWS::Cognito::UserPoolGroup",
    "AWS::Cognito::UserPoolIdentityProvider",
    "AWS::DAX::ParameterGroup",
    "AWS::DAX::SubnetGroup",
    "AWS::EC2::SecurityGroupEgress",
    "AWS::EC2::SecurityGroupIngress",
    "AWS::EC2::SubnetRouteTableAssociation",
    "AWS::IAM::ManagedPolicy",
    "AWS::Lambda::Permission",
    "AWS::Lambda::Url",
    "AWS::Logs::MetricFilter",
    "AWS::Route53::RecordSet",
    "AWS::S3::BucketPolicy",
    "AWS::SES::ConfigurationSetEventDestination",
    "AWS::SNS::Subscription",
    "AWS::SNS::TopicPolicy",
    "AWS::SQS::QueuePolicy",
    "AWS::WAFv2::LoggingConfiguration",
}


def used() -> set[str]:
    return {resource["Type"] for name in names() for resource in template(name)["Resources"].values()}


def tagging(kind: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", kind).schema.get("tagging", {})
    return found


def unexplained(kinds: Iterable[str]) -> set[str]:
    """The types that may stay without tags and are not listed with a reason."""
    untagged = {kind for kind in kinds if not (tagging(kind).get("taggable") and tagging(kind).get("tagOnCreate"))}
    return untagged - UNTAGGED - set(SCHEMA_IS_SILENT)


def test_every_type_takes_the_tags_of_its_stack_or_is_listed() -> None:
    assert unexplained(used()) == set()


def test_a_new_type_without_tags_is_found() -> None:
    assert unexplained({*used(), "AWS::SNS::TopicInlinePolicy"}) == {"AWS::SNS::TopicInlinePolicy"}


def test_what_is_listed_is_used_and_has_no_tags_after_all() -> None:
    assert used() >= UNTAGGED
    assert [kind for kind in UNTAGGED if tagging(kind).get("taggable")] == []


def test_every_stack_of_a_stage_has_the_three_tags() -> None:
    stage = replace(load("prod"), owner="web-team", dax_nodes=3)
    tags = {part.concern: part.stack(stage, {}).tags for part in parts(stage)}
    assert all(each == {"app": "mytodolist", "stage": "prod", "owner": "web-team"} for each in tags.values()), tags


@pytest.mark.parametrize("owner", ["", "web-team"])
def test_replicas_of_posts_have_them_in_the_template(owner: str) -> None:
    [posts] = of_type(
        stack("data", Owner=owner, ReplicaRegion1="eu-west-1")["Resources"], "AWS::DynamoDB::GlobalTable"
    ).values()
    wanted = {"app": "mytodolist", "stage": "prod"} | ({"owner": owner} if owner else {})
    replicas = {each["Region"]: each["Tags"] for each in posts["Properties"]["Replicas"]}
    assert set(replicas) == {REGION, "eu-west-1"}
    for tags in replicas.values():
        assert {tag["Key"]: tag["Value"] for tag in tags} == wanted

"""Asks Service Quotas, before a deploy, whether the account has room for what the stage would make anew.

Only quotas that a new or a crowded account meets, and whose use one list tells. Lambda's concurrency is asked in
preflight.py. Service Quotas does not know DAX's nodes, and SES's sending quota has nothing to be compared with.
https://docs.aws.amazon.com/servicequotas/2019-06-24/apireference/API_GetServiceQuota.html
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from infra.deploy.aws import Aws
from infra.deploy.findings import Finding, stop, unknown
from infra.deploy.inventory import Inventory
from infra.deploy.stage import GLOBAL_REGION, Stage
from infra.deploy.taken_names import missing_parts, resolved

STACK = "AWS::CloudFormation::Stack"


@dataclass(frozen=True, slots=True)
class Quota:
    """A quota: its codes in Service Quotas, the resources that it counts, and the list that shows how many there are.

    `items` is where an answer of the list has them. A quota of the whole account is asked in us-east-1.
    """

    name: str
    service: str
    code: str
    types: tuple[str, ...]
    client: str
    operation: str
    items: str
    is_global: bool = False
    arguments: Mapping[str, Any] = field(default_factory=dict, hash=False)


QUOTAS = (
    Quota("stacks", "cloudformation", "L-0485CB21", (STACK,), "cloudformation", "describe_stacks", "Stacks"),
    Quota("buckets", "s3", "L-DC2B2D3D", ("AWS::S3::Bucket",), "s3", "list_buckets", "Buckets", is_global=True),
    Quota(
        *("tables", "dynamodb", "L-F98FE922", ("AWS::DynamoDB::Table", "AWS::DynamoDB::GlobalTable")),
        *("dynamodb", "list_tables", "TableNames"),
    ),
    Quota(
        *("user pools", "cognito-idp", "L-627C1657", ("AWS::Cognito::UserPool",)),
        *("cognito-idp", "list_user_pools", "UserPools"),
        arguments={"MaxResults": 60},
    ),
    Quota("VPCs", "vpc", "L-F678F1CE", ("AWS::EC2::VPC",), "ec2", "describe_vpcs", "Vpcs"),
    Quota(
        *("distributions", "cloudfront", "L-24B04930", ("AWS::CloudFront::Distribution",)),
        *("cloudfront", "list_distributions", "DistributionList.Items"),
        is_global=True,
    ),
    # https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cloudfront-limits.html
    Quota(
        *("cache policies", "cloudfront", "L-7D134442", ("AWS::CloudFront::CachePolicy",)),
        *("cloudfront", "list_cache_policies", "CachePolicyList.Items"),
        is_global=True,
        arguments={"Type": "custom"},
    ),
    Quota(
        *("response headers policies", "cloudfront", "L-CF0D4FC5", ("AWS::CloudFront::ResponseHeadersPolicy",)),
        *("cloudfront", "list_response_headers_policies", "ResponseHeadersPolicyList.Items"),
        is_global=True,
        arguments={"Type": "custom"},
    ),
)


def ask(aws: Aws, stage: Stage, inventory: Inventory) -> Iterator[Finding]:
    """Return an answer for each quota that has no room for the stage, or that AWS does not tell."""
    if aws.endpoint:
        # A local engine has none.
        return
    for (quota, region), needed in _needed(aws, stage, inventory).items():
        try:
            allowed = _allowed(aws, quota, region)
            there = _count(aws, quota, region)
        except (BotoCoreError, ClientError) as error:
            yield unknown(f"the quota of {quota.name}", error)
            continue
        if there + needed > allowed:
            yield stop(
                f"The account may have {allowed} {quota.name} in {region}, has {there}, and {stage.name} makes "
                f"{needed} more: delete some, or ask for more by aws service-quotas request-service-quota-increase "
                f"--service-code {quota.service} --quota-code {quota.code} --desired-value {there + needed} "
                f"--region {region}."
            )


def _needed(aws: Aws, stage: Stage, inventory: Inventory) -> Mapping[tuple[Quota, str], int]:
    """How many things each quota counts in the stacks that a deploy would make anew, by quota and region."""
    made: Counter[tuple[Quota, str]] = Counter()
    for part in missing_parts(stage, inventory):
        types = [STACK, *(resource["Type"] for resource in resolved(aws, stage, part)["Resources"].values())]
        region = part.region or stage.region
        for quota in QUOTAS:
            if count := sum(each in quota.types for each in types):
                made[quota, GLOBAL_REGION if quota.is_global else region] += count
    return made


def _allowed(aws: Aws, quota: Quota, region: str) -> int:
    client = aws.client("service-quotas", region)
    wanted = {"ServiceCode": quota.service, "QuotaCode": quota.code}
    try:
        answer = client.get_service_quota(**wanted)
    except client.exceptions.NoSuchResourceException:
        # Service Quotas has an own value of some quotas only where one was asked for.
        answer = client.get_aws_default_service_quota(**wanted)
    return int(answer["Quota"]["Value"])


def _count(aws: Aws, quota: Quota, region: str) -> int:
    client = aws.client(quota.client, region)
    pages = (
        client.get_paginator(quota.operation).paginate(**quota.arguments)
        if client.can_paginate(quota.operation)
        else _pages_by_marker(client, quota)
    )
    *wrapped_in, items = quota.items.split(".")
    return sum(len((page[wrapped_in[0]] if wrapped_in else page).get(items, [])) for page in pages)


def _pages_by_marker(client: Any, quota: Quota) -> Iterator[Mapping[str, Any]]:  # noqa: ANN401 - boto3's client
    """The pages of a list for which botocore has no paginator: those of CloudFront have a marker."""
    more: dict[str, str] = {}
    while True:
        page = getattr(client, quota.operation)(**quota.arguments, **more)
        yield page
        listed = page[quota.items.partition(".")[0]]
        marker = listed.get("NextMarker") if isinstance(listed, dict) else None
        if not marker:
            return
        more = {"Marker": marker}

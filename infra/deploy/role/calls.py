"""The AWS operations that our own deploys call, and the IAM actions that each of them needs.

`calls.json` beside this file lists the operations. The rehearsal fails where it makes a call that is not listed.
https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""

import json
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

from infra.deploy.leftovers import LISTINGS
from infra.deploy.role.services import exists

FILE = Path(__file__).with_name("calls.json")
# What deploys call outside of a rehearsal, and who calls it.
ELSEWHERE: Mapping[str, str] = {
    "cloudformation:DescribeStackEvents": "make deploy, where a stack fails",
    "cloudformation:DescribeEvents": "make deploy, where a validation of CloudFormation fails",
    "cloudformation:DeleteChangeSet": "make deploy, where a run has left one behind",
    "execute-api:Invoke": "make smoke, which asks the API's health with the caller's signature",
    "cloudformation:GetTemplateSummary": "aws cloudformation deploy, for the one stack",
    "cloudformation:CreateChangeSet": "the same",
    "cloudformation:DescribeChangeSet": "the same",
    "cloudformation:ExecuteChangeSet": "the same",
    "cloudformation:DescribeStackResource": "the same, of nested stacks",
    "cloudformation:DetectStackDrift": "make drift",
    "cloudformation:DetectStackResourceDrift": "CloudFormation, for make drift",
    "cloudformation:DescribeStackDriftDetectionStatus": "make drift",
    "cloudformation:DescribeStackResourceDrifts": "make drift",
    "cloudformation:BatchDescribeTypeConfigurations": "CloudFormation, for make drift",
    "lambda:GetFunctionConcurrency": "make drift, of functions that no stack has",
    "iam:ListAttachedRolePolicies": "the same, of their roles",
    "dynamodb:Scan": "make deploy and make site, which look for due dates to store as days",
    "lambda:ListVersionsByFunction": "make site of one stack, which deletes old versions of functions",
    "lambda:ListAliases": "the same",
    "sesv2:GetEmailIdentity": "make outputs, for the DNS records of mail",
    "ssm:GetParameter": "make deploy, of a stage whose signing key is a parameter",
    "ssm:PutParameter": "the same",
    "ssm:AddTagsToResource": "the same",
    "ssm:DeleteParameter": "make destroy, of such a stage",
    "ssm:DescribeParameters": "make destroy, which lists what is left",
    "acm:DescribeCertificate": "make outputs, for the DNS records of certificates",
    "apigateway:GetAccount": "make plan, which asks what the account has before a deploy",
    "sesv2:GetAccount": "the same",
    "backup:ListBackupVaults": "the same",
    "ce:GetAnomalyMonitors": "the same, of a stage that tells of cost anomalies",
    "cognito-idp:ListUserPools": "the same",
    "ec2:DescribeAvailabilityZones": "the same",
    "kms:DescribeKey": "the same",
    "lambda:GetAccountSettings": "the same",
    "route53:GetHostedZone": "the same",
    "s3:HeadBucket": "the same",
    "service-quotas:GetServiceQuota": "the same, which asks whether the account has room for a stage",
    "service-quotas:GetAWSDefaultServiceQuota": "the same",
    "cloudfront:ListDistributions": "the same",
    "cloudfront:ListCachePolicies": "the same",
    "cloudfront:ListResponseHeadersPolicies": "the same",
    "ec2:DescribeVpcs": "the same",
    "cloudformation:GetTemplate": "the same, of a stack's template",
    "cloudformation:ListStackResources": "make destroy, which lists what is left",
    "sesv2:ListEmailIdentities": "the same",
    "backup:DeleteBackupVault": "make destroy, with all data",
    "backup:ListTags": "the same, which asks whether the stage has made a thing before it deletes it",
    "dynamodb:ListTagsOfResource": "the same",
    "s3:GetBucketTagging": "the same",
    "secretsmanager:DescribeSecret": "the same",
    "iam:GetRole": "make plan, which looks for service-linked roles",
    "cognito-idp:DescribeUserPoolDomain": "make outputs, for the DNS record of the sign-in pages",
}
# botocore's name of a service, where IAM has another.
_PREFIXES = {
    "sesv2": "ses",
    "cloudwatch": "cloudwatch",
    "service-quotas": "servicequotas",
    "resourcegroupstaggingapi": "tag",
}
# Operations whose action has another name, or which need several.
_ACTIONS: Mapping[str, tuple[str, ...]] = {
    "budgets:DescribeBudget": ("budgets:ViewBudget",),
    "budgets:DescribeBudgets": ("budgets:ViewBudget",),
    "lambda:Invoke": ("lambda:InvokeFunction",),
    "s3:CompleteMultipartUpload": ("s3:PutObject",),
    "s3:CopyObject": ("s3:GetObject", "s3:PutObject"),
    "s3:CreateMultipartUpload": ("s3:PutObject",),
    "s3:DeleteObjects": ("s3:DeleteObject", "s3:DeleteObjectVersion"),
    "s3:GetBucketEncryption": ("s3:GetEncryptionConfiguration",),
    "s3:GetBucketLifecycleConfiguration": ("s3:GetLifecycleConfiguration",),
    "s3:GetPublicAccessBlock": ("s3:GetBucketPublicAccessBlock",),
    "s3:HeadBucket": ("s3:ListBucket",),
    "s3:HeadObject": ("s3:GetObject",),
    "s3:ListBuckets": ("s3:ListAllMyBuckets",),
    "s3:ListObjectVersions": ("s3:ListBucketVersions",),
    "s3:ListObjects": ("s3:ListBucket",),
    "s3:ListObjectsV2": ("s3:ListBucket",),
    "s3:PutBucketLifecycleConfiguration": ("s3:PutLifecycleConfiguration",),
    "s3:UploadPart": ("s3:PutObject",),
    # It needs no permission, and cannot be refused.
    "sts:GetCallerIdentity": (),
}
# Reads of S3 that a caller may not make answer 403 instead of 404 unless they may list the bucket.
_READS_OF_OBJECTS = ("s3:GetObject", "s3:HeadObject")
_READ = ("Batch", "Describe", "Detect", "Get", "Head", "List", "View")


class CallError(Exception):
    """No action is known for an operation; the message says where to write it."""


def read() -> list[str]:
    """The operations that rehearsals have made, as `service:Operation`."""
    kept: list[str] = json.loads(FILE.read_text(encoding="utf-8"))
    return kept


def listed() -> set[str]:
    """Every operation that a deploy may call, with the lists in which `make destroy` looks for what is left."""
    return {*read(), *ELSEWHERE, *_of_listings()}


def as_text(operations: Iterable[str]) -> str:
    """The text of the kept file."""
    return json.dumps(sorted(set(operations)), indent=1) + "\n"


def actions_of(operations: Iterable[str]) -> set[str]:
    """The IAM actions that the operations need."""
    return {action for operation in operations for action in actions_of_call(operation)}


def actions_of_call(operation: str) -> tuple[str, ...]:
    """The IAM actions of one operation, given as `service:Operation` by botocore's names.

    Raises:
        CallError: IAM has no action of that name.
    """
    if operation in _ACTIONS:
        return _ACTIONS[operation]
    service, _, name = operation.partition(":")
    if service == "apigateway":
        return (f"apigateway:{_http_method(name)}",)
    action = f"{_PREFIXES.get(service, service)}:{name}"
    if not exists(action):
        raise CallError(f"infra/deploy/role/calls.py does not say which action {operation} needs.")
    return (action, "s3:ListBucket") if operation in _READS_OF_OBJECTS else (action,)


def is_read(operation: str) -> bool:
    """Whether an operation changes nothing."""
    return operation.partition(":")[2].startswith(_READ)


@cache
def _of_listings() -> frozenset[str]:
    from botocore import xform_name  # noqa: PLC0415 - slow to import, and rarely needed
    from botocore.session import get_session  # noqa: PLC0415

    models = {listing.service: get_session().get_service_model(listing.service) for listing in LISTINGS}
    names = {
        (service, xform_name(operation)): f"{service}:{operation}"
        for service, model in models.items()
        for operation in model.operation_names
    }
    return frozenset(names[listing.service, listing.operation] for listing in LISTINGS)


@cache
def _http_method(operation: str) -> str:
    from botocore.session import get_session  # noqa: PLC0415 - slow to import, and rarely needed

    model = get_session().get_service_model("apigateway").operation_model(operation)
    return str(model.http["method"])

"""Whether a stage has made what has one of its names, by the tag `stage` that its templates put on what they keep.

A bucket or a table of such a name may be somebody else's: made by hand, or by another program, before the stage.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from botocore.exceptions import ClientError

from infra.deploy.aws import Aws
from infra.deploy.stage import Stage

_TAG = "stage"
_NO_TAGS = ("NoSuchTagSet", "NoSuchBucket", "NoSuchTagSetError")


def made_by(stage: Stage, tags: Mapping[str, str]) -> bool:
    """Whether the stage has made what has these tags."""
    return tags.get(_TAG) == stage.name


def bucket_tags(aws: Aws, name: str) -> dict[str, str]:
    """The tags of a bucket; none where there is no such bucket."""
    try:
        return _as_mapping(aws.client("s3").get_bucket_tagging(Bucket=name)["TagSet"])
    except ClientError as error:
        if error.response["Error"]["Code"] not in _NO_TAGS:
            raise
        return {}


def table_tags(aws: Aws, table: Mapping[str, Any]) -> dict[str, str]:
    """The tags of a table as DescribeTable gives it."""
    found: list[dict[str, str]] = []
    client = aws.client("dynamodb")
    for page in client.get_paginator("list_tags_of_resource").paginate(ResourceArn=table["TableArn"]):
        found += page["Tags"]
    return _as_mapping(found)


def secret_tags(aws: Aws, name: str) -> dict[str, str]:
    """The tags of a secret; none where there is no such secret."""
    client = aws.client("secretsmanager")
    try:
        return _as_mapping(client.describe_secret(SecretId=name).get("Tags", []))
    except client.exceptions.ResourceNotFoundException:
        return {}


def identity_tags(aws: Aws, name: str) -> dict[str, str]:
    """The tags of an identity of SES; none where there is no such identity."""
    ses = aws.client("sesv2")
    try:
        return _as_mapping(ses.get_email_identity(EmailIdentity=name).get("Tags", []))
    except ses.exceptions.NotFoundException:
        return {}


def vault_tags(aws: Aws, arn: str) -> dict[str, str]:
    """The tags of a backup vault."""
    tags: dict[str, str] = aws.client("backup").list_tags(ResourceArn=arn)["Tags"]
    return tags


def pool_tags(aws: Aws, pool_id: str) -> dict[str, str]:
    """The tags of a user pool."""
    pool = aws.client("cognito-idp").describe_user_pool(UserPoolId=pool_id)["UserPool"]
    tags: dict[str, str] = pool.get("UserPoolTags", {})
    return tags


def _as_mapping(tags: Iterable[Mapping[str, str]]) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in tags}

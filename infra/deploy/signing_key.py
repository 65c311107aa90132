"""The key that signs links in mails and the cursors of lists: a secret of the stack, or a parameter without a price.

https://docs.aws.amazon.com/systems-manager/latest/userguide/secure-string-parameter-kms-encryption.html
"""

import secrets
from collections.abc import Mapping
from typing import Any

from infra.deploy.aws import Aws
from infra.deploy.stage import APP, Stage

PARAMETER = "parameter"
_BYTES = 48
# Sent with each value: an update may forget what it is not told.
_DESCRIPTION = "Signs the links in mails and the cursors of lists"


def read_signing_key(aws: Aws, stage: Stage, outputs: Mapping[str, str]) -> str:
    """Return the stage's key; where it is a parameter and there is none yet, make it."""
    if stage.signing_key != PARAMETER:
        client = aws.client("secretsmanager")
        return str(client.get_secret_value(SecretId=outputs["SigningKeyArn"])["SecretString"])
    return _parameter(aws.client("ssm"), stage)


def write_signing_key(aws: Aws, stage: Stage, outputs: Mapping[str, str], text: str) -> None:
    """Put another key, or a key ring, in its place; AWS keeps the version before."""
    if stage.signing_key != PARAMETER:
        aws.client("secretsmanager").put_secret_value(SecretId=outputs["SigningKeyArn"], SecretString=text)
        return
    name = parameter_name(stage)
    aws.client("ssm").put_parameter(
        Name=name, Description=_DESCRIPTION, Value=text, Type="SecureString", Overwrite=True
    )


def key_version(aws: Aws, arn: str) -> str:
    """Return the id of the secret's current version: it is another one after each rotation."""
    versions = aws.client("secretsmanager").describe_secret(SecretId=arn)["VersionIdsToStages"]
    return next(str(version) for version, stages in versions.items() if "AWSCURRENT" in stages)


def delete_signing_key_parameter(aws: Aws, stage: Stage) -> None:
    """Delete the key that is a parameter, if there is one."""
    client = aws.client("ssm")
    try:
        client.delete_parameter(Name=parameter_name(stage))
    except client.exceptions.ParameterNotFound:
        return


def parameter_name(stage: Stage) -> str:
    """Return what the parameter is called."""
    return f"/{APP}/{stage.name}/signing-key"


def _parameter(client: Any, stage: Stage) -> str:  # noqa: ANN401 - boto3's clients are made at run time
    name = parameter_name(stage)
    try:
        return str(client.get_parameter(Name=name, WithDecryption=True)["Parameter"]["Value"])
    except client.exceptions.ParameterNotFound:
        made = secrets.token_urlsafe(_BYTES)
    tags = [{"Key": key, "Value": value} for key, value in stage.tags.items()]
    client.put_parameter(
        Name=name,
        Description=_DESCRIPTION,
        Value=made,
        Type="SecureString",
        Tags=tags,
    )
    return made

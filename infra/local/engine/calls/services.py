"""The services that the engine answers for, and their operations as AWS's models declare them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from botocore.model import OperationModel, ServiceModel, StructureShape

from infra.local.engine import declared_limits

_DATED = re.compile(r"\d{4}_\d{2}_\d{2}$")


@dataclass(frozen=True)
class Service:
    """botocore's name of the model, the emulator's, the service of the credential scope, and IAM's prefix."""

    model: str
    engine: str
    scope: str
    prefix: str

    @property
    def protocol(self) -> str:
        """json, query, rest-json, rest-xml or ec2; CloudWatch's is smithy-rpc-v2-cbor, json or query by request."""
        return str(self.description.metadata["protocol"])

    @property
    def description(self) -> ServiceModel:
        return next(iter(self.operations.values())).service_model

    @property
    def target_prefix(self) -> str:
        return str(self.description.metadata.get("targetPrefix", ""))

    @property
    def operations(self) -> Mapping[str, OperationModel]:
        return declared_limits.operations(self.model)


def _same(name: str) -> Service:
    return Service(name, name, name, name)


SERVICES = (
    _same("acm"),
    _same("apigateway"),
    _same("backup"),
    _same("cloudformation"),
    _same("cloudfront"),
    Service("cloudwatch", "monitoring", "monitoring", "cloudwatch"),
    _same("cognito-identity"),
    _same("cognito-idp"),
    _same("dynamodb"),
    Service("dynamodbstreams", "dynamodbstreams", "dynamodb", "dynamodb"),
    _same("ec2"),
    _same("events"),
    _same("iam"),
    _same("kms"),
    _same("lambda"),
    _same("logs"),
    _same("route53"),
    _same("s3"),
    _same("scheduler"),
    _same("secretsmanager"),
    _same("ses"),
    Service("sesv2", "ses", "ses", "ses"),
    _same("sns"),
    _same("sqs"),
    _same("ssm"),
    _same("sts"),
    _same("wafv2"),
)
# The actions whose name is not the operation's.
# https://docs.aws.amazon.com/service-authorization/latest/reference/list_awslambda.html
_ACTIONS = {
    ("lambda", "Invoke"): "InvokeFunction",
    ("lambda", "InvokeAsync"): "InvokeFunction",
    ("lambda", "InvokeWithResponseStream"): "InvokeFunction",
    ("lambda", "GetLayerVersionByArn"): "GetLayerVersion",
}


def action_of(service: Service, operation: str) -> str:
    """Return the IAM action of an operation of a service that authorises by operation."""
    name = _DATED.sub("", operation)
    return f"{service.prefix}:{_ACTIONS.get((service.model, name), name)}"


@cache
def of_scope(scope: str) -> tuple[Service, ...]:
    """Return the services that are signed for under this name."""
    return tuple(service for service in SERVICES if service.scope == scope)


@cache
def of_target(prefix: str) -> Service | None:
    """Return the service whose operations are named by `x-amz-target: PREFIX.Operation`."""
    return next((service for service in SERVICES if service.target_prefix == prefix), None) if prefix else None


@cache
def of_action(action: str) -> Service | None:
    """Return the first service of the query protocol that has this operation."""
    found = (each for each in SERVICES if each.protocol in ("query", "ec2") and action in each.operations)
    return next(found, None)


@cache
def members(service: Service, operation: str) -> frozenset[str]:
    """Return the names that the operation's input has, as they are sent."""
    shape = service.operations[operation].input_shape
    if not isinstance(shape, StructureShape):
        return frozenset()
    return frozenset(str(member.serialization.get("name", name)) for name, member in shape.members.items())


@cache
def proofs(service: Service, operation: str) -> tuple[str, ...]:
    """Return what an operation that needs no signature has to be given, such as a token."""
    model = service.operations[operation]
    if model.auth_type != "none" or not isinstance(model.input_shape, StructureShape):
        return ()
    return tuple(model.input_shape.required_members)

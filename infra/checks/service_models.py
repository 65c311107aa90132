"""A second opinion on templates: the models of AWS's services, which CloudFormation calls in the end.

The models are those that botocore ships. CloudFormation's schemas are others, and say less of lengths and values.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any

import botocore.session
from botocore.model import ListShape, MapShape, Shape, StringShape, StructureShape
from botocore.validate import ParamValidator

from infra.checks.names import Unknown
from infra.checks.resolving import Node
from infra.checks.service_calls import TRANSLATIONS, Call, UntranslatedError, calls

# The call that makes a resource of a type, whose members are called as the properties are.
CALLS: Mapping[str, tuple[str, str]] = {
    "AWS::ApiGateway::ApiKey": ("apigateway", "CreateApiKey"),
    "AWS::Backup::BackupPlan": ("backup", "CreateBackupPlan"),
    "AWS::Backup::BackupSelection": ("backup", "CreateBackupSelection"),
    "AWS::Backup::BackupVault": ("backup", "CreateBackupVault"),
    "AWS::Budgets::Budget": ("budgets", "CreateBudget"),
    "AWS::CloudFront::CachePolicy": ("cloudfront", "CreateCachePolicy"),
    "AWS::CloudFront::Distribution": ("cloudfront", "CreateDistribution"),
    "AWS::CloudFront::Function": ("cloudfront", "CreateFunction"),
    "AWS::CloudFront::OriginAccessControl": ("cloudfront", "CreateOriginAccessControl"),
    "AWS::CloudFront::ResponseHeadersPolicy": ("cloudfront", "CreateResponseHeadersPolicy"),
    "AWS::CloudWatch::Alarm": ("cloudwatch", "PutMetricAlarm"),
    "AWS::CloudWatch::CompositeAlarm": ("cloudwatch", "PutCompositeAlarm"),
    "AWS::CloudWatch::Dashboard": ("cloudwatch", "PutDashboard"),
    "AWS::Cognito::IdentityPool": ("cognito-identity", "CreateIdentityPool"),
    "AWS::Cognito::IdentityPoolPrincipalTag": ("cognito-identity", "SetPrincipalTagAttributeMap"),
    "AWS::Cognito::IdentityPoolRoleAttachment": ("cognito-identity", "SetIdentityPoolRoles"),
    "AWS::Cognito::UserPool": ("cognito-idp", "CreateUserPool"),
    "AWS::Cognito::UserPoolClient": ("cognito-idp", "CreateUserPoolClient"),
    "AWS::Cognito::UserPoolDomain": ("cognito-idp", "CreateUserPoolDomain"),
    "AWS::Cognito::UserPoolGroup": ("cognito-idp", "CreateGroup"),
    "AWS::Cognito::UserPoolIdentityProvider": ("cognito-idp", "CreateIdentityProvider"),
    "AWS::DAX::Cluster": ("dax", "CreateCluster"),
    "AWS::DAX::ParameterGroup": ("dax", "CreateParameterGroup"),
    "AWS::DAX::SubnetGroup": ("dax", "CreateSubnetGroup"),
    "AWS::DynamoDB::GlobalTable": ("dynamodb", "CreateTable"),
    "AWS::DynamoDB::Table": ("dynamodb", "CreateTable"),
    "AWS::Events::Rule": ("events", "PutRule"),
    "AWS::IAM::ManagedPolicy": ("iam", "CreatePolicy"),
    "AWS::IAM::Role": ("iam", "CreateRole"),
    "AWS::Lambda::Function": ("lambda", "CreateFunction"),
    "AWS::Lambda::Permission": ("lambda", "AddPermission"),
    "AWS::Lambda::Url": ("lambda", "CreateFunctionUrlConfig"),
    "AWS::Logs::Delivery": ("logs", "CreateDelivery"),
    "AWS::Logs::DeliveryDestination": ("logs", "PutDeliveryDestination"),
    "AWS::Logs::DeliverySource": ("logs", "PutDeliverySource"),
    "AWS::Logs::LogGroup": ("logs", "CreateLogGroup"),
    "AWS::Logs::MetricFilter": ("logs", "PutMetricFilter"),
    "AWS::SES::ConfigurationSet": ("sesv2", "CreateConfigurationSet"),
    "AWS::SES::ConfigurationSetEventDestination": ("sesv2", "CreateConfigurationSetEventDestination"),
    "AWS::SES::EmailIdentity": ("sesv2", "CreateEmailIdentity"),
    "AWS::SecretsManager::Secret": ("secretsmanager", "CreateSecret"),
    "AWS::WAFv2::WebACL": ("wafv2", "CreateWebACL"),
    "AWS::XRay::Group": ("xray", "CreateGroup"),
    "AWS::XRay::SamplingRule": ("xray", "CreateSamplingRule"),
}
# As long as an ARN, at least.
_LENGTH_OF_UNKNOWN = 40
# Names that CloudFormation has for what the service calls otherwise.
_OTHERWISE: Mapping[str, str] = {"UserPoolName": "PoolName"}


def refused_calls(resources: Node) -> Iterator[str]:
    """Yield a sentence for each parameter of a call that botocore's own validator refuses, or that has no translation.

    What only AWS knows is a text of some length here.
    """
    unknown = Unknown(resources)
    for logical, resource in resources.items():
        kind = resource["Type"]
        if kind not in TRANSLATIONS:
            continue
        try:
            made = calls(kind, resource.get("Properties", {}))
        except UntranslatedError as error:
            yield f"{logical}: {error}"
            continue
        for call in made:
            report = ParamValidator().validate(typed(call, unknown), _input(call.service, call.operation))
            if report.has_errors():
                yield f"{logical} ({kind}): {call.service}.{call.operation}: {report.generate_report()}."


def refused_values(resources: Node) -> Iterator[str]:
    """Yield a sentence for each value of the resources of a stack that the service's own model refuses."""
    unknown = Unknown(resources)
    for logical, resource in resources.items():
        kind = resource["Type"]
        for place, shape, value in compared(kind, resource.get("Properties", {})):
            fault = None if unknown.has(str(value)) else _fault(shape, value)
            if fault is not None:
                yield f"{logical} ({kind}): {place} {fault}."


def table(kinds: Iterable[str]) -> str:
    """Return a table of the types and of the calls whose models judge them."""
    judges = {kind: ".".join(CALLS[kind]) if kind in CALLS else TRANSLATIONS[kind][0] for kind in sorted(kinds)}
    return "\n".join(
        ["| type | judged by the model of |", "| --- | --- |", *(f"| {a} | {b} |" for a, b in judges.items())]
    )


def compared(kind: str, properties: Node) -> Iterator[tuple[str, Shape, Any]]:
    """Yield place, shape and value of each property that the service's model knows too."""
    if kind in CALLS:
        yield from _pairs(_input(*CALLS[kind]), properties, "")
    elif kind in TRANSLATIONS:
        for call in calls(kind, properties):
            yield from _pairs(_input(call.service, call.operation), call.parameters, "")


def _pairs(shape: Shape, value: Any, place: str) -> Iterator[tuple[str, Shape, Any]]:
    """Yield place, shape and value of each leaf that both have."""
    if isinstance(shape, StructureShape) and isinstance(value, dict):
        members = {name.lower(): member for name, member in shape.members.items()}
        for name, each in value.items():
            member = members.get(str(_OTHERWISE.get(name, name)).lower())
            if member is not None:
                yield from _pairs(member, each, f"{place}.{name}".lstrip("."))
    elif isinstance(shape, ListShape) and isinstance(value, list):
        yield place, shape, value
        for each in value:
            yield from _pairs(shape.member, each, place)
    elif isinstance(shape, MapShape) and isinstance(value, dict):
        for name, each in value.items():
            yield f"{place}.{name}".lstrip("."), shape.key, name
            yield from _pairs(shape.value, each, f"{place}.{name}".lstrip("."))
    elif not isinstance(value, dict | list) and shape.type_name in ("string", "integer", "long", "double", "float"):
        yield place, shape, value


def _fault(shape: Shape, value: Any) -> str | None:
    if isinstance(value, list):
        most = shape.metadata.get("max", len(value))
        return None if len(value) <= most else f"has {len(value)} entries; {most} are allowed"
    if shape.type_name == "string":
        return _fault_of_text(shape, str(value).lower() if isinstance(value, bool) else str(value))
    try:
        number = float(value)
    except (TypeError, ValueError):
        return f"is {value!r}; a number is wanted"
    low, high = shape.metadata.get("min", number), shape.metadata.get("max", number)
    return None if low <= number <= high else f"is {value}; {low} to {high} are allowed"


def _fault_of_text(shape: Shape, text: str) -> str | None:
    if isinstance(shape, StringShape) and shape.enum and text not in shape.enum:
        return f"is {text!r}; the service knows {', '.join(shape.enum)}"
    least, most = shape.metadata.get("min", 0), shape.metadata.get("max", len(text))
    if not least <= len(text) <= most:
        return f"has {len(text)} characters; {least} to {most} are allowed"
    pattern = _pattern(shape.metadata.get("pattern", ""))
    if pattern is not None and not pattern.fullmatch(text):
        return f"is {text!r}; {pattern.pattern} is wanted"
    return None


def typed(call: Call, unknown: Unknown) -> Any:
    """Return the parameters of a call in the types that it takes."""
    return _typed(_input(call.service, call.operation), call.parameters, unknown)


def _typed(shape: Shape, value: Any, unknown: Unknown) -> Any:
    """A value of a template, in which numbers and booleans may be texts, in the type that the call takes."""
    if isinstance(shape, StructureShape) and isinstance(value, dict):
        return {
            name: _typed(shape.members[name], each, unknown) if name in shape.members else each
            for name, each in value.items()
        }
    if isinstance(shape, ListShape) and isinstance(value, list):
        return [_typed(shape.member, each, unknown) for each in value]
    if shape.type_name == "boolean" and str(value).lower() in ("true", "false"):
        return str(value).lower() == "true"
    if shape.type_name in ("integer", "long") and str(value).lstrip("-").isdecimal():
        return int(value)
    if shape.type_name == "string" and isinstance(value, str | int):
        return str(value).ljust(_LENGTH_OF_UNKNOWN, "x") if unknown.has(str(value)) else str(value)
    return value


@cache
def _pattern(written: str) -> re.Pattern[str] | None:
    """The pattern, unless it has what only other languages' patterns have."""
    try:
        return re.compile(written, re.DOTALL) if written else None
    except re.error:
        return None


@cache
def _input(service: str, operation: str) -> Shape:
    shape = botocore.session.get_session().get_service_model(service).operation_model(operation).input_shape
    if shape is None:
        raise ValueError(f"{operation} of {service} takes nothing.")
    return shape

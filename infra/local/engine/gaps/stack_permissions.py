"""CloudFormation acts with the permissions of the caller, and IAM looks at the boundary of the role it is to change.

AWS: what a stack creates, reads, updates and deletes is called in the name of whoever asked for it. Each type's schema
names the actions. `iam:PermissionsBoundary` is a condition key of the calls that change what a role may do, and
`iam:PassedToService` of `iam:PassRole`.
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/control-access-with-iam.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html

The emulator: asks for the permission to change the stack alone, and knows neither key.

Here: every action of the schema is looked for in the caller's policies, on the resource's ARN where its name is known
before it is made, and else on any resource; in nested stacks too. Root may do everything.
"""

import contextvars
import functools
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ministack.core import iam_actions
from ministack.core import iam_evaluator as evaluator
from ministack.core.responses import get_account_id, get_region
from ministack.core.router import extract_access_key_id
from ministack.services import iam
from ministack.services.cloudformation import provisioners, stacks

from infra.local.engine.gaps.stacks import Properties

TARGETS = (
    "ministack.core.iam_actions:request_tag_context(service, iam_action, body, params)",
    "ministack.core.iam_evaluator:EvalContext",
    "ministack.core.iam_evaluator:_action_matches(request_action, actions, not_actions)",
    "ministack.core.iam_evaluator:evaluate(ctx, policies)",
    "ministack.core.iam_evaluator:pin_request_caller(headers, query_params)",
    "ministack.core.iam_evaluator:resolve_principal(access_key_id, account_id)",
    "ministack.core.router:extract_access_key_id",
    "ministack.services.cloudformation.provisioners:_delete_resource",
    "ministack.services.cloudformation.provisioners:_provision_resource",
    "ministack.services.cloudformation.provisioners:_update_resource",
    "ministack.services.cloudformation.stacks:_delete_resource(resource_type, physical_id, props)",
    "ministack.services.cloudformation.stacks:_provision_resource(resource_type, logical_id, props, stack_name)",
    "ministack.services.cloudformation.stacks:_update_resource",
    "ministack.services.iam:_roles",
)
# The actions of each type and kind of handler, as AWS's schemas have them.
_HANDLERS: Mapping[str, Mapping[str, list[str]]] = json.loads(
    (Path(__file__).parents[3] / "deploy" / "role" / "handlers.json").read_text(encoding="utf-8")
)
_ROLE = re.compile(r"arn:aws[a-z-]*:iam::\d{12}:role/[\w+=,.@/-]+")
# The property that names a resource, and its ARN with that name.
_ARNS: Mapping[str, tuple[str, str]] = {
    "AWS::Backup::BackupVault": ("BackupVaultName", "backup:{region}:{account}:backup-vault:{name}"),
    "AWS::CloudFront::Function": ("Name", "cloudfront::{account}:function/{name}"),
    "AWS::CloudWatch::Alarm": ("AlarmName", "cloudwatch:{region}:{account}:alarm:{name}"),
    "AWS::CloudWatch::CompositeAlarm": ("AlarmName", "cloudwatch:{region}:{account}:alarm:{name}"),
    "AWS::CloudWatch::Dashboard": ("DashboardName", "cloudwatch::{account}:dashboard/{name}"),
    "AWS::DynamoDB::GlobalTable": ("TableName", "dynamodb:{region}:{account}:table/{name}"),
    "AWS::DynamoDB::Table": ("TableName", "dynamodb:{region}:{account}:table/{name}"),
    "AWS::Events::Rule": ("Name", "events:{region}:{account}:rule/{name}"),
    "AWS::IAM::ManagedPolicy": ("ManagedPolicyName", "iam::{account}:policy/{name}"),
    "AWS::IAM::Role": ("RoleName", "iam::{account}:role/{name}"),
    "AWS::Lambda::Function": ("FunctionName", "lambda:{region}:{account}:function:{name}"),
    "AWS::Logs::LogGroup": ("LogGroupName", "logs:{region}:{account}:log-group:{name}"),
    "AWS::S3::Bucket": ("BucketName", "s3:::{name}"),
    "AWS::S3::BucketPolicy": ("Bucket", "s3:::{name}"),
    "AWS::SES::ConfigurationSet": ("Name", "ses:{region}:{account}:configuration-set/{name}"),
    "AWS::SNS::Topic": ("TopicName", "sns:{region}:{account}:{name}"),
    "AWS::SQS::Queue": ("QueueName", "sqs:{region}:{account}:{name}"),
    "AWS::SecretsManager::Secret": ("Name", "secretsmanager:{region}:{account}:secret:{name}-AbCdEf"),
    "AWS::XRay::Group": ("GroupName", "xray:{region}:{account}:group/{name}/ABC"),
    "AWS::XRay::SamplingRule": ("RuleName", "xray:{region}:{account}:sampling-rule/{name}"),
}
_ON_ROLES = ("iam:AttachRolePolicy", "iam:DetachRolePolicy")
_caller: contextvars.ContextVar[str] = contextvars.ContextVar("caller_of_cloudformation", default="")

Asked = tuple[str, str | None, dict[str, Any]]


def apply() -> None:
    evaluator.pin_request_caller = _remembering(evaluator.pin_request_caller)
    iam_actions.request_tag_context = _with_boundary(iam_actions.request_tag_context)
    # Nested stacks are made by the second module of each.
    stacks._provision_resource = provisioners._provision_resource = _creating(stacks._provision_resource)
    stacks._update_resource = provisioners._update_resource = _updating(stacks._update_resource)
    stacks._delete_resource = provisioners._delete_resource = _deleting(stacks._delete_resource)


def _remembering(original: Any) -> Any:
    @functools.wraps(original)
    def pin(headers: Any, query_params: Any = None) -> Any:
        _caller.set(extract_access_key_id(headers or {}, query_params or {}) or "")
        return original(headers, query_params)

    return pin


def _with_boundary(original: Any) -> Any:
    @functools.wraps(original)
    def context(service: str, action: str, body: bytes, params: dict[str, Any]) -> dict[str, Any]:
        found: dict[str, Any] = original(service, action, body, params)
        if service == "iam":
            named = [params.get(key, "") for key in ("PermissionsBoundary", "RoleName")]
            boundary, role = (each[0] if isinstance(each, list) else each for each in named)
            found = {**found, "iam:PermissionsBoundary": boundary or _boundary_of(role)}
        return found

    return context


def _creating(original: Any) -> Any:
    @functools.wraps(original)
    def create(resource_type: str, logical_id: str, properties: Properties, stack: str) -> Any:
        _check(resource_type, ("create", "read"), f"{stack}-{logical_id}-ABC", properties)
        return original(resource_type, logical_id, properties, stack)

    return create


def _updating(original: Any) -> Any:
    @functools.wraps(original)
    def update(resource_type: str, physical_id: str, old: Properties, new: Properties, *where: Any) -> Any:
        if old != new:
            _check(resource_type, ("update", "read"), physical_id, new)
        return original(resource_type, physical_id, old, new, *where)

    return update


def _deleting(original: Any) -> Any:
    @functools.wraps(original)
    def delete(resource_type: str, physical_id: str, properties: Properties, *where: Any, **more: Any) -> Any:
        _check(resource_type, ("delete",), physical_id, properties or {})
        return original(resource_type, physical_id, properties, *where, **more)

    return delete


def _check(resource_type: str, kinds: tuple[str, ...], name: str, properties: Properties) -> None:
    """Raise what AWS says where the caller lacks a permission."""
    if not _caller.get():
        return
    principal = evaluator.resolve_principal(_caller.get(), get_account_id())
    if isinstance(principal, evaluator.AuthError) or principal.policies is None:
        return
    for kind in kinds:
        for action in _HANDLERS.get(resource_type, {}).get(kind, ()):
            for asked in _requests(resource_type, action, name, properties):
                if not _allowed(principal, *asked):
                    message = (
                        f"User: {principal.arn} is not authorized to perform: {action} on resource: {asked[1] or '*'} "
                        f"because no identity-based policy allows the {action} action"
                    )
                    raise ValueError(message)


def _requests(resource_type: str, action: str, name: str, properties: Properties) -> Iterator[Asked]:
    service = resource_type.split("::")[1].lower()
    arn = _arn(resource_type, name, properties)
    if action == "iam:PassRole":
        passed_to = {"cognito": "cognito-identity"}.get(service, service)
        for role in sorted(set(_ROLE.findall(json.dumps(properties)))):
            yield action, role, {"iam:passedtoservice": f"{passed_to}.amazonaws.com"}
    elif action in _ON_ROLES and resource_type == "AWS::IAM::ManagedPolicy":
        for role in properties.get("Roles", ()):
            role_arn = f"arn:aws:iam::{get_account_id()}:role/{role}"
            yield action, role_arn, {"iam:permissionsboundary": _boundary_of(role)}
    elif resource_type == "AWS::IAM::Role" and arn is not None:
        boundary = properties.get("PermissionsBoundary") or _boundary_of(arn.rpartition("/")[2])
        yield action, arn, {"iam:permissionsboundary": boundary}
    elif arn is not None and action.partition(":")[0] == arn.split(":")[2]:
        yield action, arn, {}
    else:
        yield action, None, {}


def _arn(resource_type: str, name: str, properties: Properties) -> str | None:
    if resource_type not in _ARNS:
        return None
    naming, shape = _ARNS[resource_type]
    named = str(properties.get(naming) or name)
    if named.startswith("arn:"):
        return named
    return "arn:aws:" + shape.format(region=get_region(), account=get_account_id(), name=named)


def _allowed(principal: Any, action: str, arn: str | None, context: dict[str, Any]) -> bool:
    if arn is None:
        statements = [each for policy in principal.policies for each in policy if each.effect == "Allow"]
        return any(evaluator._action_matches(action, each.actions, each.not_actions) for each in statements)
    asked = evaluator.EvalContext(
        principal_arn=principal.arn,
        principal_type=principal.type,
        principal_account=principal.account,
        action=action,
        resource_arn=arn,
        region=get_region(),
        service_context={"aws:tagkeys": None, **context},
        principal_keys=principal.keys,
    )
    return bool(evaluator.evaluate(asked, principal.policies, *principal.limits).decision == "Allow")


def _boundary_of(role: str) -> str:
    return str((iam._roles.get(role) or {}).get("PermissionsBoundary") or "")

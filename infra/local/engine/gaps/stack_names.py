"""A resource whose name is taken fails its stack.

AWS: the creation fails with AlreadyExists where something of that type has the name already, made by a stack or not.
A secret keeps its name while it waits for its deletion. User pools, identity pools and APIs may share a name.
https://docs.aws.amazon.com/cloudformation-cli/latest/userguide/resource-type-test-contract.html
https://docs.aws.amazon.com/secretsmanager/latest/userguide/manage_delete-secret.html

The emulator: takes over what is there, or overwrites it; buckets and CloudFront's functions it refuses.

Here: the service is asked for the name first. What is only recorded has its name in another stack or nowhere.
"""

from collections.abc import Callable, Mapping
from typing import Any

from ministack.core.responses import get_account_id, get_region
from ministack.services import (
    backup,
    cloudformation,
    cloudfront,
    cloudwatch,
    cloudwatch_logs,
    dynamodb,
    iam,
    lambda_svc,
    secretsmanager,
    ses,
    ses_v2,
    sns,
    sqs,
    waf,
)
from ministack.services.cloudformation import provisioners

from infra.local.engine.gaps.stack_replacements import TYPES, at
from infra.local.engine.gaps.stacks import Properties

TARGETS = (
    "ministack.services.backup:_vaults",
    "ministack.services.cloudformation:_stacks",
    "ministack.services.cloudformation.provisioners:_RESOURCE_HANDLERS",
    "ministack.services.cloudfront:_cache_policies",
    "ministack.services.cloudfront:_oacs",
    "ministack.services.cloudfront:_response_headers_policies",
    "ministack.services.cloudwatch:_alarms",
    "ministack.services.cloudwatch:_dashboards",
    "ministack.services.cloudwatch_logs:_log_groups",
    "ministack.services.dynamodb:_tables",
    "ministack.services.iam:_policies",
    "ministack.services.iam:_roles",
    "ministack.services.lambda_svc:_functions",
    "ministack.services.secretsmanager:_secrets",
    "ministack.services.ses:_identities",
    "ministack.services.ses:_templates",
    "ministack.services.ses_v2:_config_sets",
    "ministack.services.ses_v2:_identities",
    "ministack.services.sns:_topics",
    "ministack.services.sqs:_queue_name_to_url",
    "ministack.services.waf:_web_acls",
)
# Whether the service has something of this name.
Taken = Callable[[str], bool]
_OF_POLICIES = {
    "AWS::CloudFront::CachePolicy": "CachePolicyConfig/Name",
    "AWS::CloudFront::OriginAccessControl": "OriginAccessControlConfig/Name",
    "AWS::CloudFront::ResponseHeadersPolicy": "ResponseHeadersPolicyConfig/Name",
}
_SERVICES: Mapping[str, Taken] = {
    "AWS::Backup::BackupVault": lambda name: name in backup._vaults,
    "AWS::CloudFront::CachePolicy": lambda name: _has_named(cloudfront._cache_policies, name),
    "AWS::CloudFront::OriginAccessControl": lambda name: _has_named(cloudfront._oacs, name),
    "AWS::CloudFront::ResponseHeadersPolicy": lambda name: _has_named(cloudfront._response_headers_policies, name),
    "AWS::CloudWatch::Alarm": lambda name: name in cloudwatch._alarms,
    "AWS::CloudWatch::Dashboard": lambda name: name in cloudwatch._dashboards,
    "AWS::DynamoDB::GlobalTable": lambda name: name in dynamodb._tables,
    "AWS::DynamoDB::Table": lambda name: name in dynamodb._tables,
    "AWS::IAM::ManagedPolicy": lambda name: f"arn:aws:iam::{get_account_id()}:policy/{name}" in iam._policies,
    "AWS::IAM::Role": lambda name: name in iam._roles,
    "AWS::Lambda::Function": lambda name: name in lambda_svc._functions,
    "AWS::Logs::LogGroup": lambda name: name in cloudwatch_logs._log_groups,
    "AWS::SES::ConfigurationSet": lambda name: name in ses_v2._config_sets,
    "AWS::SES::EmailIdentity": lambda name: name in ses._identities or name in ses_v2._identities,
    "AWS::SES::Template": lambda name: name in ses._templates,
    "AWS::SNS::Topic": lambda name: f"arn:aws:sns:{get_region()}:{get_account_id()}:{name}" in sns._topics,
    "AWS::SQS::Queue": lambda name: name in sqs._queue_name_to_url,
    "AWS::SecretsManager::Secret": lambda name: name in secretsmanager._secrets,
    "AWS::WAFv2::WebACL": lambda name: _has_named(waf._web_acls, name),
}
# They come with the function or API that uses them, or the emulator refuses their names by itself.
_NOT_ASKED = ("AWS::CodeDeploy::Application", "AWS::Events::Rule", "AWS::S3::Bucket")


def apply() -> None:
    handlers = provisioners._RESOURCE_HANDLERS
    for resource_type, path in {**{name: known["name"] for name, known in TYPES.items()}, **_OF_POLICIES}.items():
        if resource_type not in _NOT_ASKED:
            handler = handlers[resource_type]
            handlers[resource_type] = {**handler, "create": _refusing(resource_type, path, handler["create"])}


def _refusing(resource_type: str, path: str, original: Any) -> Any:
    taken = _SERVICES.get(resource_type) or (lambda name: _in_a_stack(resource_type, path, name))

    def create(logical_id: str, properties: Properties, stack: str) -> Any:
        name = at(properties, path)
        if name and taken(name):
            raise ValueError(_refusal(resource_type, name))
        return original(logical_id, properties, stack)

    return create


def _refusal(resource_type: str, name: str) -> str:
    if resource_type == "AWS::SecretsManager::Secret":
        if secretsmanager._secrets[name].get("DeletedDate"):
            why = "a secret with this name is already scheduled for deletion"
            return f"You can't create this secret because {why}. (Service: SecretsManager, Status Code: 400)"
        why = f"the secret {name} already exists"
        return f"The operation failed because {why}. (Service: SecretsManager, Status Code: 400)"
    return f"Resource of type '{resource_type}' with identifier '{name}' already exists."


def _has_named(store: Any, name: str) -> bool:
    """Whether a record has this name, on its own or in its configuration."""
    return any(name in (record.get("Name"), at(record, "Config/Name")) for record in store.values())


def _in_a_stack(resource_type: str, path: str, name: str) -> bool:
    return any(
        resource["ResourceType"] == resource_type and at(resource["Properties"], path) == name
        for stack in cloudformation._stacks.values()
        for resource in stack.get("_resources", {}).values()
    )

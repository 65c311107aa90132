"""A stage as one CloudFormation stack: what Chalice cannot say, as the template it merges into its own.

The stacks of infra/templates are nested in it unchanged, so both paths deploy the same files. What differs from the
direct path is listed in docs/adr, and held to by tests/package.
https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/automating-updates-to-serverless-apps.html
"""

import copy
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from infra import cache_settings, policies
from infra.deploy.config import SIGNING, api_settings, environment, own_environment
from infra.deploy.parts import DEPLOYS, OPTIONAL, TEMPLATES, Part, parts
from infra.deploy.stacks import PROTECTION
from infra.deploy.stage import API_STAGE, Stage
from infra.event_settings import EVENT_SETTINGS, StreamSettings

ALIAS = "live"
# SAM's name for the alias of a function.
API_HANDLER = "APIHandler"
RELEASE_ROLE = "ReleaseRole"
CANARY = "Canary10Percent10Minutes"
# The alarms of a release, by the end of their names; they are what CodeDeploy rolls back on.
RELEASE_ALARMS = ("api-errors", "api-server-errors", "api-latency")

# Stand in policies for what an account decides.
ANY_ACCOUNT = "123456789012"
ANY_API = "anyapi0000"
ANY_DISTRIBUTION = "EANYDISTRIBUTION"
STANDING_FOR = {
    ANY_ACCOUNT: "${AWS::AccountId}",
    ANY_API: "${RestAPI}",
    ANY_DISTRIBUTION: "${Edge.Outputs.DistributionId}",
}

Node = dict[str, Any]


# Conditions that hold for every stage as one stack.
ALWAYS = ("InTheCloud", "MakesSigningKey")


class OneStackError(Exception):
    """The stage cannot be one stack; the message says what its file needs."""


def nested(stage: Stage) -> tuple[Part, ...]:
    """The parts that are nested: not what is in another region, nor the bucket that packages are uploaded to."""
    return tuple(part for part in parts(stage) if not part.region and part != DEPLOYS)


def require_possible(stage: Stage) -> None:
    """Raise OneStackError where a stage cannot be one stack.

    Its signing key has to be a secret, and it needs a domain: CloudFront and the API would each wait for the other's
    address.
    """
    if stage.signing_key != "secret":
        raise OneStackError(f"infra/stages/{stage.name}.yaml needs signing_key: secret, which CloudFormation can read.")
    if not stage.domain:
        raise OneStackError(f"infra/stages/{stage.name}.yaml needs a domain for a stack that holds everything.")


def merge_template(stage: Stage) -> Node:
    """What Chalice merges into the template it makes of the application.

    Raises:
        OneStackError: the stage cannot be one stack.
    """
    require_possible(stage)
    found = references(stage)
    resources: Node = {_logical(part.concern): _nested(stage, part) for part in nested(stage)}
    resources |= {_function_id(name): _function(stage, name, found) for name in policies.FUNCTIONS}
    resources |= _api(stage, found)
    if stage.roles_have_boundary:
        resources |= _bounded_roles(stage)
    outputs = {name: {"Value": value} for name, value in found.items()}
    return {
        "Description": f"MyTodoList & MyBlog: the stage {stage.name}",
        "Parameters": {
            "FirewallArn": {"Type": "String", "Default": "", "Description": "Of the firewall in us-east-1"},
            PROTECTION: {
                "Type": "String",
                "AllowedValues": ["true", "false"],
                "Default": "true" if stage.protected else "false",
                "Description": "Whether tables and users refuse to be deleted; false for the first deploy",
            },
            "SiteKeyNumber": {
                "Type": "String",
                "AllowedPattern": "[0-9]{0,4}",
                "Default": "",
                "Description": "Another number makes another site key; both are valid until CloudFront shows it",
            },
            "KeysRotated": {"Type": "String", "Default": "never", "Description": "When make rotate-keys was run last"},
        },
        "Resources": resources,
        "Outputs": outputs,
    }


def references(stage: Stage) -> Node:
    """Every output of the nested stacks, as a reference to it."""
    # By name, since CloudFront waits for the API, and the API for its function.
    site_bucket = {"Fn::Sub": f"{stage.api_name}-site-${{AWS::AccountId}}"}
    found: Node = {"SiteUrl": f"https://{stage.domain}", "SiteBucket": site_bucket}
    for part in nested(stage):
        for name in always_put_out(TEMPLATES / part.template):
            found.setdefault(name, {"Fn::GetAtt": [_logical(part.concern), f"Outputs.{name}"]})
    return found


def for_functions(stage: Stage) -> Node:
    """The outputs that every function may know: not CloudFront's, which waits for the API and so for its function."""
    return {name: value for name, value in references(stage).items() if not name.startswith("Distribution")}


def of_the_api() -> Node:
    """What is known of the API and CloudFront, for functions that neither of them waits for."""
    host = "${RestAPI}.execute-api.${AWS::Region}.${AWS::URLSuffix}"
    return {
        "StageUrl": {"Fn::Sub": f"https://{host}/{API_STAGE}"},
        "SiteApiKey": {"Fn::Sub": "{{resolve:secretsmanager:${SiteKeySecret}}}"},
    }


def placeholders(stage: Stage) -> dict[str, str]:
    """Outputs that the application can be loaded with, before there is anything."""
    return {name: f"arn:aws:none:::{name}/stream/none" for name in for_functions(stage)} | {
        "SiteUrl": f"https://{stage.domain}",
    }


@cache
def always_put_out(template: Path) -> tuple[str, ...]:
    """The outputs of a template that a stage as one stack always has: it is in the cloud, and its key is a secret."""
    outputs = read_template(template).get("Outputs", {})
    return tuple(name for name, one in outputs.items() if one.get("Condition", "InTheCloud") in ALWAYS)


def read_template(template: Path) -> Node:
    """A template with CloudFormation's short forms as their arguments."""
    return copy.deepcopy(_parsed(template.read_text(encoding="utf-8")))


@cache
def _parsed(text: str) -> Node:
    """Parse each template once: a stage's own is read for every function and for every part."""
    read: Node = yaml.load(text, Loader=_AnyTag)  # noqa: S506 - a safe loader of our own
    return read


def everywhere(value: Any) -> Any:  # noqa: ANN401 - whatever JSON holds
    """A policy with the names of STANDING_FOR, for whichever account the stack is made in."""
    if isinstance(value, str):
        said = value
        for name, reference in STANDING_FOR.items():
            said = said.replace(name, reference)
        return {"Fn::Sub": said} if said != value else value
    if isinstance(value, list):
        return [everywhere(each) for each in value]
    if isinstance(value, dict):
        return {name: everywhere(each) for name, each in value.items()}
    return value


def _nested(stage: Stage, part: Part) -> Node:
    stack = part.stack(stage, {"SiteUrl": f"https://{stage.domain}"})
    given: Node = {name: value for name, value in stack.parameters.items() if not value.startswith("(")}
    if PROTECTION in given:
        given[PROTECTION] = {"Ref": PROTECTION}
    if part.concern == "edge":
        given |= {
            "FirewallArn": {"Ref": "FirewallArn"},
            "ApiDomain": {"Fn::Sub": "${RestAPI}.execute-api.${AWS::Region}.${AWS::URLSuffix}"},
            "ApiKeySecretArn": {"Fn::GetAtt": ["SiteKeySecret", "Id"]},
        }
    if part.concern == "service-alarms" and stage.dax_nodes:
        given["DaxCluster"] = {"Fn::GetAtt": ["Cache", "Outputs.DaxClusterName"]}
    # A part that is switched off is deleted; what it retains itself, such as a vault with backups, stays.
    is_optional = part.concern in OPTIONAL
    return {
        "Type": "AWS::CloudFormation::Stack",
        # Their imports and exports say nothing to CloudFormation inside one stack.
        "DependsOn": [_logical(needed) for needed in _NEEDS.get(part.concern, ())],
        "DeletionPolicy": "Delete" if is_optional else "RetainExceptOnCreate",
        "UpdateReplacePolicy": "Delete" if is_optional else "Retain",
        "Properties": {"TemplateURL": f"templates/{part.template}", "Parameters": given},
    }


def _function(stage: Stage, function: str, found: Mapping[str, Any]) -> Node:
    key: Any = {"Fn::Sub": ["{{resolve:secretsmanager:${Key}}}", {"Key": found["SigningKeyArn"]}]}
    own = own_environment(function, stage, {**found, **of_the_api(), "SigningKey": key})
    properties: Node = {
        "FunctionName": policies.lambda_name(function, stage.name),
        "AutoPublishAlias": ALIAS,
        # An environment may change while the code stays, and the alias has to show it.
        "AutoPublishAliasAllProperties": True,
        "Environment": {"Variables": {**environment(stage, for_functions(stage)), **own}},
    }
    if function in SIGNING:
        # A change of it lets CloudFormation read the secret anew.
        properties["Environment"]["Variables"]["KEYS_ROTATED"] = {"Ref": "KeysRotated"}
    if function == policies.API:
        if stage.snapstart:
            properties["SnapStart"] = {"ApplyOn": "PublishedVersions"}
        if stage.dax_nodes:
            subnets = {"Fn::Split": [",", found["FunctionSubnets"]]}
            properties["VpcConfig"] = {"SubnetIds": subnets, "SecurityGroupIds": [found["FunctionGroup"]]}
        alarms = [f"{stage.api_name}-{alarm}" for alarm in RELEASE_ALARMS]
        properties["DeploymentPreference"] = {"Type": CANARY, "Alarms": alarms, **_release_role(stage)}
    elif function in EVENT_SETTINGS:
        properties["Events"] = {_source_id(function): {"Properties": _source(function, found)}}
    # Log groups have to be there first, or Lambda makes some that last for ever.
    return {"DependsOn": ["Observability"], "Properties": properties}


def _bounded_roles(stage: Stage) -> Node:
    """The boundary for Chalice's roles, and CodeDeploy's role: SAM would make that one without a boundary."""
    boundary = {"Fn::Sub": f"arn:${{AWS::Partition}}:iam::${{AWS::AccountId}}:policy/{stage.role_boundary}"}
    service = {"Effect": "Allow", "Principal": {"Service": "codedeploy.amazonaws.com"}, "Action": "sts:AssumeRole"}
    managed = "arn:${AWS::Partition}:iam::aws:policy/service-role/AWSCodeDeployRoleForLambdaLimited"
    release: Node = {
        "Type": "AWS::IAM::Role",
        "Properties": {
            "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [service]},
            "ManagedPolicyArns": [{"Fn::Sub": managed}],
            "PermissionsBoundary": boundary,
        },
    }
    names = (f"{_logical(name)}Role" for name in policies.FUNCTIONS)
    return {name: {"Properties": {"PermissionsBoundary": boundary}} for name in names} | {RELEASE_ROLE: release}


def _release_role(stage: Stage) -> Node:
    return {"Role": {"Fn::GetAtt": [RELEASE_ROLE, "Arn"]}} if stage.roles_have_boundary else {}


def _source(function: str, found: Mapping[str, Any]) -> Node:
    settings = EVENT_SETTINGS[function]
    if isinstance(settings, StreamSettings):
        given = settings.as_mapping("")
        failures = {"OnFailure": {"Type": "SQS", "Destination": found["StreamFailuresArn"]}}
        return given | {"DestinationConfig": failures, "Stream": found[_SOURCES[function]]}
    return settings.as_mapping() | {"Queue": found[_SOURCES[function]]}


def _api(stage: Stage, found: Mapping[str, Any]) -> Node:
    settings = api_settings(stage, dict(found))
    resources: Node = {
        "RestAPI": {
            "Properties": {
                "OpenApiVersion": "2.0",
                "TracingEnabled": True,
                "Variables": dict(settings.variables),
                **cache_settings.stage_properties(stage.cache_size, settings.method_settings()),
                "AccessLogSetting": {
                    "DestinationArn": settings.access_log_arn,
                    "Format": settings.access_log_format,
                },
            }
        },
        "APIHandlerInvokePermission": {"Properties": {"FunctionName": {"Ref": f"{API_HANDLER}Alias{ALIAS}"}}},
        "SiteKeySecret": {
            "Type": "AWS::SecretsManager::Secret",
            "Properties": {
                # Another name is another secret, so everything that reads it gets another value in the same update.
                "Name": {"Fn::Sub": f"{stage.api_name}-site-key${{SiteKeyNumber}}"},
                "Description": "What CloudFront shows the API",
                "GenerateSecretString": {"PasswordLength": 40, "ExcludePunctuation": True},
            },
        },
    }
    for plan, name in zip(settings.plans, ("Site", "Readers"), strict=True):
        value = {"Value": {"Fn::Sub": "{{resolve:secretsmanager:${SiteKeySecret}}}"}} if name == "Site" else {}
        quota = {"Quota": {"Limit": plan.quota, "Period": "DAY"}} if plan.quota else {}
        resources |= {
            f"{name}Key": {
                "Type": "AWS::ApiGateway::ApiKey",
                "Properties": {"Name": plan.name, "Enabled": True, **value},
            },
            f"{name}Plan": {
                "Type": "AWS::ApiGateway::UsagePlan",
                # SAM names the stage that its API has.
                "DependsOn": [f"RestAPI{API_STAGE}Stage"],
                "Properties": {
                    "UsagePlanName": plan.name,
                    "ApiStages": [{"ApiId": {"Ref": "RestAPI"}, "Stage": API_STAGE}],
                    "Throttle": {"RateLimit": plan.rate, "BurstLimit": plan.burst},
                    **quota,
                },
            },
            f"{name}PlanKey": {
                "Type": "AWS::ApiGateway::UsagePlanKey",
                "Properties": {
                    "KeyId": {"Ref": f"{name}Key"},
                    "KeyType": "API_KEY",
                    "UsagePlanId": {"Ref": f"{name}Plan"},
                },
            },
        }
    return resources


# Whose exports each template imports, and what else has to be there before.
_NEEDS = {
    "data": ("identity",),
    # CloudFront shows a new site key when the plan has it.
    "edge": ("logs", "site-plan-key"),
    "media": ("logs", "identity", "messaging"),
    "observability": ("messaging",),
    "service-alarms": ("messaging",),
    "backup": ("data", "media"),
}
# Which output each function is fed from; app.py says the same by its settings.
_SOURCES = {
    "publish-pages": "PostsStreamArn",
    "mail-subscribers": "SubscribersStreamArn",
    "tell-owner": "MessagesStreamArn",
    "follow-photos": "MediaStreamArn",
    "empty-trash": "TodosStreamArn",
    "make-thumbnails": "ThumbnailJobsArn",
    "follow-mail": "MailEventJobsArn",
    "announce-posts": "AnnouncementsArn",
}


def _function_id(function: str) -> str:
    return API_HANDLER if function == policies.API else _logical(function)


def _source_id(function: str) -> str:
    kind = "Dynamodb" if isinstance(EVENT_SETTINGS[function], StreamSettings) else "Sqs"
    return f"{_logical(function)}{kind}EventSource"


def _logical(name: str) -> str:
    return "".join(word.capitalize() for word in name.split("-"))


class _AnyTag(yaml.SafeLoader):
    """Reads CloudFormation's short forms as their arguments."""


def _argument(loader: yaml.SafeLoader, _: str, node: yaml.Node) -> Any:  # noqa: ANN401
    if isinstance(node, yaml.ScalarNode):
        return loader.construct_scalar(node)
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    return loader.construct_mapping(node, deep=True) if isinstance(node, yaml.MappingNode) else None


_AnyTag.add_multi_constructor("!", _argument)

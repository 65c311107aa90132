"""The functions of the one stack: what the template says of them beside Chalice, and who may change their alias."""

from collections.abc import Mapping
from typing import Any

from infra import policies
from infra.deploy.config import SIGNING, environment, own_environment
from infra.deploy.one_stack.references import for_functions, of_the_api
from infra.deploy.parts import logical_name
from infra.deploy.stage import Stage
from infra.event_settings import EVENT_SETTINGS, StreamSettings

Node = dict[str, Any]
ALIAS = "live"
# SAM's name for the function of the API.
API_HANDLER = "APIHandler"
RELEASE_ROLE = "ReleaseRole"
CANARY = "Canary10Percent10Minutes"
# The alarms of a release, by the end of their names; they are what CodeDeploy rolls back on.
RELEASE_ALARMS = ("api-errors", "api-server-errors", "api-latency")
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


def functions(stage: Stage, found: Mapping[str, Any]) -> Node:
    """Every function with its alias, environment and event source, by the name that Chalice gives it."""
    return {_function_id(name): _function(stage, name, found) for name in policies.FUNCTIONS}


def bounded_roles(stage: Stage) -> Node:
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
    names = (f"{logical_name(name)}Role" for name in policies.FUNCTIONS)
    return {name: {"Properties": {"PermissionsBoundary": boundary}} for name in names} | {RELEASE_ROLE: release}


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


def _release_role(stage: Stage) -> Node:
    return {"Role": {"Fn::GetAtt": [RELEASE_ROLE, "Arn"]}} if stage.roles_have_boundary else {}


def _source(function: str, found: Mapping[str, Any]) -> Node:
    settings = EVENT_SETTINGS[function]
    if isinstance(settings, StreamSettings):
        given = settings.as_mapping("")
        failures = {"OnFailure": {"Type": "SQS", "Destination": found["StreamFailuresArn"]}}
        return given | {"DestinationConfig": failures, "Stream": found[_SOURCES[function]]}
    return settings.as_mapping() | {"Queue": found[_SOURCES[function]]}


def _function_id(function: str) -> str:
    return API_HANDLER if function == policies.API else logical_name(function)


def _source_id(function: str) -> str:
    kind = "Dynamodb" if isinstance(EVENT_SETTINGS[function], StreamSettings) else "Sqs"
    return f"{logical_name(function)}{kind}EventSource"

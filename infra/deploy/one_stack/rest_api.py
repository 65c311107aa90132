"""The REST API of the one stack: its stage, usage plans and keys, and the secret that holds the site's key."""

from collections.abc import Mapping
from typing import Any

from infra import cache_settings
from infra.deploy.config import api_settings
from infra.deploy.one_stack.functions import ALIAS, API_HANDLER
from infra.deploy.stage import API_STAGE, Stage

Node = dict[str, Any]


def rest_api(stage: Stage, found: Mapping[str, Any]) -> Node:
    """The resources of the API beside its document."""
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
        own: Node = {"Name": plan.name}
        if name == "Site":
            # CloudFormation replaces a key only where its name changes too.
            value = {"Fn::Sub": "{{resolve:secretsmanager:${SiteKeySecret}}}"}
            own = {"Name": {"Fn::Sub": f"{plan.name}${{SiteKeyNumber}}"}, "Value": value}
        quota = {"Quota": {"Limit": plan.quota, "Period": "DAY"}} if plan.quota else {}
        resources |= {
            f"{name}Key": {
                "Type": "AWS::ApiGateway::ApiKey",
                "Properties": {"Enabled": True, **own},
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

"""The stage's tags on what no stack makes: the API, its plans and keys, roles, event sources and rules.

Functions have them by Chalice's configuration, and what stacks make by the stacks' own tags.
https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-tagging-supported-resources.html
"""

from collections.abc import Iterator, Mapping

from infra.deploy.aws import Aws
from infra.deploy.config import plans
from infra.deploy.functions import names
from infra.deploy.stage import API_STAGE, Stage

Tags = Mapping[str, str]


def put_tags(aws: Aws, stage: Stage, api_id: str) -> None:
    """Put the stage's tags on everything of it that Chalice and this deploy made; it may be done again."""
    gateway = aws.client("apigateway")
    for path in _api_paths(aws, stage, api_id):
        gateway.tag_resource(resourceArn=f"arn:{aws.partition}:apigateway:{aws.region}::{path}", tags=stage.tags)
    roles = set()
    for name in names(stage):
        found = aws.client("lambda").get_function_configuration(FunctionName=name)
        roles.add(found["Role"].rpartition("/")[2])
        _tag_event_sources(aws, name, stage.tags)
        _tag_rules(aws, found["FunctionArn"], stage.tags)
    for role in sorted(roles):
        aws.client("iam").tag_role(RoleName=role, Tags=_listed(stage.tags))


def _api_paths(aws: Aws, stage: Stage, api_id: str) -> Iterator[str]:
    """The path of each resource of API Gateway in its ARN."""
    gateway = aws.client("apigateway")
    wanted = {plan.name for plan in plans(stage)}
    yield f"/restapis/{api_id}"
    yield f"/restapis/{api_id}/stages/{API_STAGE}"
    for operation, path in (("get_usage_plans", "/usageplans"), ("get_api_keys", "/apikeys")):
        for page in gateway.get_paginator(operation).paginate():
            yield from (f"{path}/{each['id']}" for each in page["items"] if each["name"] in wanted)


def _tag_event_sources(aws: Aws, function: str, tags: Tags) -> None:
    client = aws.client("lambda")
    for mapping in client.list_event_source_mappings(FunctionName=function)["EventSourceMappings"]:
        arn = f"arn:{aws.partition}:lambda:{aws.region}:{aws.account}:event-source-mapping:{mapping['UUID']}"
        client.tag_resource(Resource=arn, Tags=dict(tags))


def _tag_rules(aws: Aws, function_arn: str, tags: Tags) -> None:
    events = aws.client("events")
    for rule in events.list_rule_names_by_target(TargetArn=function_arn)["RuleNames"]:
        arn = f"arn:{aws.partition}:events:{aws.region}:{aws.account}:rule/{rule}"
        events.tag_resource(ResourceARN=arn, Tags=_listed(tags))


def _listed(tags: Tags) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]

"""A stage as one stack: what CloudFormation takes, what a release shifts, what both paths have in common."""

import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from infra import cache_settings, policies
from infra.api_settings import ApiSettings, gateway_responses, stage_patches
from infra.cache_settings import ROUTES, Kept
from infra.deploy.config import api_settings, chalice_stage, environment, network, plans
from infra.deploy.one_stack.functions import ALIAS, CANARY
from infra.deploy.one_stack.nested_stacks import nested
from infra.deploy.one_stack.references import placeholders
from infra.deploy.one_stack.template import OneStackError, merge_template
from infra.deploy.parts import parts
from infra.deploy.placeholders import ANY_ACCOUNT, ANY_API, ANY_DISTRIBUTION, REFERENCES
from infra.deploy.role.resources import OF_THE_ONE_STACK
from infra.deploy.stage import ROOT, Stage
from infra.event_settings import EVENT_SETTINGS, StreamSettings
from tests.package.building import PLAIN, STAGE, Built, build, run

Node = dict[str, Any]
# What checkov asks for and this stage does not need.
JUSTIFIED = {
    "CKV_AWS_111": "Lambda makes a function's network interfaces with its role, wherever they are; its code may not",
    "CKV_AWS_115": "the account's own limit on concurrency holds, and queues limit what they call",
    "CKV_AWS_116": "failures of streams and queues go to queues of their own",
    "CKV_AWS_117": "functions call AWS alone, over TLS; a network of one's own is for a cache",
    "CKV_AWS_149": "AWS's own key for Secrets Manager encrypts it",
    "CKV_AWS_173": "AWS's own key for Lambda encrypts environments",
}
# A method's settings, as patches and as templates name them.
METHOD = {
    "logging/loglevel": "LoggingLevel",
    "logging/dataTrace": "DataTraceEnabled",
    "metrics/enabled": "MetricsEnabled",
    "throttling/rateLimit": "ThrottlingRateLimit",
    "throttling/burstLimit": "ThrottlingBurstLimit",
    "caching/enabled": "CachingEnabled",
    "caching/ttlInSeconds": "CacheTtlInSeconds",
    "caching/dataEncrypted": "CacheDataEncrypted",
}
# Where the two paths differ, and why. docs/adr has the list for people.
DIFFERENCES = {
    "SnapStart": "it is for published versions, which only the packaged path has",
    "alias": "only the packaged path has an alias and shifts traffic; the direct one goes back to the last release",
    "site key": "here a secret that CloudFormation makes; there API Gateway makes it and the deploy passes it on",
    "site bucket": "by its name here, since CloudFront waits for the API and the API for its function",
    "strangers": "CloudFormation cannot say 403 to who asks for a fresh answer unasked; there they get the copy",
    "regions": "what has to be in us-east-1 cannot be nested in a stack of another region",
    "domain": "the one stack needs one; the direct path takes CloudFront's",
}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    return build(tmp_path_factory.mktemp("package"))


@pytest.fixture(scope="module")
def sam(built: Built) -> Node:
    """What Chalice wrote."""
    read: Node = json.loads(built.sam.read_text())
    return read


@pytest.fixture(scope="module")
def stack(built: Built) -> Node:
    """What CloudFormation makes of it."""
    read: Node = json.loads(built.stack.read_text())
    return read


def properties(template: Node, name: str) -> Node:
    found: Node = template["Resources"][name]["Properties"]
    return found


def direct_settings() -> ApiSettings:
    """What the direct path puts on the stage."""
    arn = {"Fn::GetAtt": ["Observability", "Outputs.ApiAccessLogArn"]}
    return api_settings(STAGE, {"SiteUrl": f"https://{STAGE.domain}", "ApiAccessLogArn": arn})  # type: ignore[dict-item]


def function_id(function: str) -> str:
    return "APIHandler" if function == policies.API else function.title().replace("-", "")


def test_every_role_has_the_stages_boundary(stack: Node) -> None:
    boundary = {"Fn::Sub": "arn:${AWS::Partition}:iam::${AWS::AccountId}:policy/boundary-mytodolist-prod"}
    roles = {name: each for name, each in stack["Resources"].items() if each["Type"] == "AWS::IAM::Role"}
    assert len(roles) == len(policies.FUNCTIONS) + 1
    assert {name for name, each in roles.items() if each["Properties"].get("PermissionsBoundary") != boundary} == set()


def test_a_stage_without_a_boundary_has_chalices_roles_as_they_are() -> None:
    resources = merge_template(PLAIN)["Resources"]
    assert [name for name in resources if name.endswith("Role")] == []


def test_the_role_that_deploys_knows_every_type_of_the_one_stack(stack: Node) -> None:
    assert {each["Type"] for each in stack["Resources"].values()} <= OF_THE_ONE_STACK


def test_cfn_lint_finds_nothing(built: Built) -> None:
    run([str(Path(sys.executable).parent / "cfn-lint"), "--regions", STAGE.region, "--", str(built.stack)])


def test_checkov_finds_what_is_justified_and_nothing_else(built: Built) -> None:
    checkov = ROOT / ".venv-checkov" / "bin" / "checkov"
    options = ["--framework", "cloudformation", "--compact", "--quiet", "--skip-download"]
    run([str(checkov), *options, "--skip-check", ",".join(JUSTIFIED), "--file", str(built.stack)])


def test_every_route_calls_the_alias(stack: Node) -> None:
    paths = properties(stack, "RestAPI")["Body"]["paths"]
    calls = [
        operation["x-amazon-apigateway-integration"]["uri"]["Fn::Sub"]
        for item in paths.values()
        for method, operation in item.items()
        if method != "options"
    ]
    assert len(calls) >= 25
    assert {call.partition("functions/")[2] for call in calls} == {f"${{APIHandlerAlias{ALIAS}}}/invocations"}
    assert properties(stack, "APIHandlerInvokePermission")["FunctionName"] == {"Ref": f"APIHandlerAlias{ALIAS}"}


def test_a_release_is_shifted_by_codedeploy_and_rolled_back_on_alarms(stack: Node) -> None:
    alias = stack["Resources"][f"APIHandlerAlias{ALIAS}"]
    update = alias["UpdatePolicy"]["CodeDeployLambdaAliasUpdate"]
    group = properties(stack, update["DeploymentGroupName"]["Ref"])
    assert CANARY in json.dumps(group["DeploymentConfigName"])
    assert group["AlarmConfiguration"]["Enabled"] is True
    named = {alarm["Name"] for alarm in group["AlarmConfiguration"]["Alarms"]}
    assert named == {f"mytodolist-prod-{name}" for name in ("api-errors", "api-server-errors", "api-latency")}
    assert "DEPLOYMENT_STOP_ON_ALARM" in group["AutoRollbackConfiguration"]["Events"]


@pytest.mark.parametrize("function", policies.FUNCTIONS)
def test_a_function_is_what_the_direct_path_makes_it(sam: Node, function: str) -> None:
    given = chalice_stage(STAGE, {})
    own = given["lambda_functions"]["api_handler" if function == policies.API else function]
    made = properties(sam, function_id(function))
    assert made["FunctionName"] == policies.lambda_name(function, STAGE.name)
    assert (made["MemorySize"], made["Timeout"]) == (own["lambda_memory_size"], own["lambda_timeout"])
    assert (made["Architectures"], made["Tracing"]) == ([given["lambda_architecture"]], "Active")
    assert "none" not in {value for value in made["Environment"]["Variables"].values() if isinstance(value, str)}


@pytest.mark.parametrize("function", policies.FUNCTIONS)
def test_a_policy_is_what_the_direct_path_gives(sam: Node, function: str) -> None:
    role = "ApiHandlerRole" if function == policies.API else f"{function_id(function)}Role"
    [given] = properties(sam, role)["Policies"]
    wanted = policies.render(
        function,
        STAGE.name,
        ANY_ACCOUNT,
        STAGE.region,
        mail_from=STAGE.mail_from,
        api_id=ANY_API,
        distribution_id=ANY_DISTRIBUTION,
        in_vpc=function == policies.API,
        through_dax=True,
    )
    text = json.dumps(given["PolicyDocument"])
    # What stands for an account's own names must not be taken for them.
    assert not [name for name in (ANY_ACCOUNT, ANY_API, ANY_DISTRIBUTION) if name in text]
    for name, reference in REFERENCES.items():
        text = text.replace(reference, name)
    assert json.loads(text, object_hook=lambda it: it.get("Fn::Sub", it)) == wanted


@pytest.mark.parametrize("function", EVENT_SETTINGS)
def test_an_event_source_treats_failures_as_on_the_direct_path(stack: Node, function: str) -> None:
    settings = EVENT_SETTINGS[function]
    kind = "Dynamodb" if isinstance(settings, StreamSettings) else "Sqs"
    name = function_id(function)
    made = properties(stack, f"{name}{name}{kind}EventSource")
    failures = {"Fn::GetAtt": ["Messaging", "Outputs.StreamFailuresArn"]}
    wanted: Node = settings.as_mapping("") if isinstance(settings, StreamSettings) else settings.as_mapping()
    if isinstance(settings, StreamSettings):
        wanted["DestinationConfig"] = {"OnFailure": {"Destination": failures}}
    assert {key: made[key] for key in wanted} == wanted
    assert made["EventSourceArn"]["Fn::GetAtt"][0] in ("Data", "Messaging")


def test_the_api_answers_and_is_limited_as_on_the_direct_path(stack: Node) -> None:
    body, stage = properties(stack, "RestAPI")["Body"], properties(stack, "RestAPIapiStage")
    assert body["x-amazon-apigateway-gateway-responses"] == gateway_responses("https://todo.example.com")
    assert body["info"]["title"] == STAGE.api_name
    compressed_from = chalice_stage(STAGE, {})["minimum_compression_size"]
    assert properties(stack, "RestAPI")["MinimumCompressionSize"] == compressed_from
    settings = stage["MethodSettings"][0]
    told = {
        "/*/*/logging/loglevel": settings["LoggingLevel"],
        "/*/*/logging/dataTrace": str(settings["DataTraceEnabled"]).lower(),
        "/*/*/metrics/enabled": str(settings["MetricsEnabled"]).lower(),
        "/*/*/throttling/rateLimit": str(settings["ThrottlingRateLimit"]),
        "/*/*/throttling/burstLimit": str(settings["ThrottlingBurstLimit"]),
        "/*/*/caching/enabled": str(settings["CachingEnabled"]).lower(),
        "/accessLogSettings/destinationArn": stage["AccessLogSetting"]["DestinationArn"],
        "/accessLogSettings/format": stage["AccessLogSetting"]["Format"],
        "/tracingEnabled": str(stage["TracingEnabled"]).lower(),
        "/variables/stage": stage["Variables"]["stage"],
    }
    assert told == {patch["path"]: patch["value"] for patch in stage_patches(direct_settings())}


def test_the_stage_keeps_answers_as_on_the_direct_path(stack: Node) -> None:
    stage, everywhere = properties(stack, "RestAPIapiStage"), direct_settings().method_settings()
    patches = {patch["path"]: patch["value"] for patch in cache_settings.stage_patches(STAGE.cache_size, everywhere)}
    told = {
        "/cacheClusterEnabled": str(stage["CacheClusterEnabled"]).lower(),
        "/cacheClusterSize": stage["CacheClusterSize"],
    }
    for each in stage["MethodSettings"][1:]:
        method = f"{each['ResourcePath']}/{each['HttpMethod']}"
        told |= {f"{method}/{path}": _as_patched(each[name]) for path, name in METHOD.items() if name in each}
    # CloudFormation cannot say who may ask for a fresh answer.
    strangers = ("requireAuthorizationForCacheControl", "unauthorizedCacheControlHeaderStrategy")
    assert told == {path: value for path, value in patches.items() if not path.endswith(strangers)}


def _as_patched(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


@pytest.mark.parametrize(("route", "kept"), [(route, kept) for route, kept in ROUTES.items() if kept is not None])
def test_answers_are_told_apart_as_on_the_direct_path(stack: Node, route: tuple[str, str], kept: Kept) -> None:
    method, path = route
    operation = properties(stack, "RestAPI")["Body"]["paths"][path][method.lower()]
    assert operation["x-amazon-apigateway-integration"]["cacheKeyParameters"] == list(kept.parameters)


def test_who_writes_pages_has_copies_forgotten_as_on_the_direct_path(sam: Node) -> None:
    told = {
        function: properties(sam, function_id(function))["Environment"]["Variables"] for function in policies.FUNCTIONS
    }
    own = ("STAGE_CACHE_URL", "STAGE_CACHE_KEY", "DISTRIBUTION_ID")
    assert [function for function, variables in told.items() if set(own) & set(variables)] == [policies.PAGES]
    url, key, distribution = (told[policies.PAGES][name] for name in own)
    assert url["Fn::Sub"].startswith("https://${RestAPI}.execute-api.")
    assert url["Fn::Sub"].endswith("/api")
    assert key == properties(sam, "SiteKey")["Value"]
    assert distribution == {"Fn::GetAtt": ["Edge", "Outputs.DistributionId"]}


@pytest.mark.parametrize("function", policies.FUNCTIONS)
def test_the_api_function_alone_joins_daxs_network_as_on_the_direct_path(sam: Node, function: str) -> None:
    outputs = {name: f"Cache.Outputs.{name}" for name in ("DaxEndpoint", "FunctionSubnets", "FunctionGroup")}
    direct, made = network(function, STAGE, outputs), properties(sam, function_id(function))
    assert bool(direct) is (function == policies.API)
    if direct:
        subnets = {"Fn::Split": [",", {"Fn::GetAtt": ["Cache", "Outputs.FunctionSubnets"]}]}
        group = {"Fn::GetAtt": ["Cache", "Outputs.FunctionGroup"]}
        assert made["VpcConfig"] == {"SubnetIds": subnets, "SecurityGroupIds": [group]}
    else:
        assert "VpcConfig" not in made
    endpoint = {"Fn::GetAtt": ["Cache", "Outputs.DaxEndpoint"]} if direct else None
    assert made["Environment"]["Variables"].get("DAX_ENDPOINT") == endpoint


def test_the_cluster_is_what_the_direct_path_makes_it(sam: Node) -> None:
    given = properties(sam, "Cache")["Parameters"]
    [cache] = [part.stack(STAGE, {}) for part in parts(STAGE) if part.concern == "cache"]
    assert (
        given
        == cache.parameters
        == {
            "Stage": "prod",
            "Nodes": "3",
            "NodeType": "dax.t3.small",
            "NodeCode": cache.parameters["NodeCode"],
            "NetworkRange": STAGE.network_range,
            "RoleBoundary": STAGE.boundary_name,
        }
    )


def test_tables_and_users_are_protected_by_a_parameter_of_the_whole() -> None:
    # A first deploy gives `false`: a rollback could not delete what is protected.
    made = merge_template(PLAIN)
    assert PLAIN.protected
    assert made["Parameters"]["Protected"]["Default"] == "true"
    for nested_stack in ("Data", "Identity"):
        assert properties(made, nested_stack)["Parameters"]["Protected"] == {"Ref": "Protected"}


def test_a_stage_without_dax_has_nothing_of_it() -> None:
    made = merge_template(PLAIN)
    assert "Cache" not in made["Resources"]
    assert "VpcConfig" not in properties(made, "APIHandler")
    assert PLAIN.requirements != STAGE.requirements


def test_the_api_function_alone_has_snapshots_where_the_stage_says_so() -> None:
    made = merge_template(replace(PLAIN, snapstart=True))
    functions = {name: each for name, each in made["Resources"].items() if "AutoPublishAlias" in each["Properties"]}
    assert {name for name, each in functions.items() if "SnapStart" in each["Properties"]} == {"APIHandler"}
    assert properties(made, "APIHandler")["SnapStart"] == {"ApplyOn": "PublishedVersions"}
    assert "SnapStart" not in properties(merge_template(PLAIN), "APIHandler")


@pytest.mark.parametrize("function", policies.FUNCTIONS)
def test_a_function_is_told_what_the_direct_path_tells_it_of_authorities(sam: Node, function: str) -> None:
    outputs = {**placeholders(STAGE), "SiteUrl": f"https://{STAGE.domain}"}
    told = properties(sam, function_id(function))["Environment"]["Variables"]
    assert told["CA_BUNDLE"] == environment(STAGE, outputs)["CA_BUNDLE"] == "amazon-roots.pem"


def test_a_stage_without_a_cache_has_it_switched_off() -> None:
    made = properties(merge_template(PLAIN), "RestAPI")
    assert (made["CacheClusterEnabled"], len(made["MethodSettings"])) == (False, 1)
    variables = properties(merge_template(PLAIN), "PublishPages")["Environment"]["Variables"]
    assert not [name for name in variables if name.startswith("STAGE_CACHE")]


def test_a_closed_api_wants_a_key_beside_each_token(stack: Node) -> None:
    assert STAGE.closed_api
    paths = properties(stack, "RestAPI")["Body"]["paths"].values()
    operations = [operation for methods in paths for operation in methods.values()]
    asked = [{name for each in operation.get("security", ()) for name in each} for operation in operations]
    of_people = [names for names in asked if "UserPool" in names]
    assert len(of_people) > 15
    assert [names for names in of_people if "api_key" not in names] == []


def test_usage_plans_are_those_of_the_direct_path(stack: Node) -> None:
    for plan, name in zip(plans(STAGE), ("Site", "Readers"), strict=True):
        made = properties(stack, f"{name}Plan")
        assert made["Throttle"] == {"RateLimit": plan.rate, "BurstLimit": plan.burst}
        assert made.get("Quota", {}).get("Limit", 0) == plan.quota
        assert made["UsagePlanName"] == plan.name
    assert properties(stack, "ReadersKey")["Name"] == plans(STAGE)[1].name
    # Another number makes another key, which CloudFormation replaces by its name.
    assert properties(stack, "SiteKey")["Name"] == {"Fn::Sub": f"{plans(STAGE)[0].name}${{SiteKeyNumber}}"}


def test_every_template_but_those_of_other_regions_is_nested(built: Built, sam: Node) -> None:
    inside = {part.concern for part in nested(STAGE)}
    assert {part.concern for part in parts(STAGE)} - inside == {
        "deploys",
        "firewall",
        "edge-logs",
        "edge-alarms",
        "budget",
    }
    for part in nested(STAGE):
        copied = built.nested / part.template
        assert copied.read_text() == (ROOT / "infra" / "templates" / part.template).read_text()
        name = part.concern.title().replace("-", "")
        assert sam["Resources"][name]["Properties"]["TemplateURL"] == f"templates/{part.template}"


def test_a_stage_without_a_domain_is_refused() -> None:
    with pytest.raises(OneStackError, match=r"infra/stages/dev\.yaml needs a domain"):
        merge_template(Stage("dev", "eu-north-1", "blog@example.com"))


def test_the_manual_lists_every_difference() -> None:
    text = (ROOT / "docs" / "deploying.md").read_text()
    for difference in DIFFERENCES:
        assert f"**{difference}**" in text

"""An empty account becomes a stage by one deploy, and the stage is what its settings say."""

import io
import json
import sys
import zipfile
from pathlib import Path

import pytest

from infra import policies
from infra.api_settings import MINIMUM_COMPRESSION_BYTES, VALIDATOR
from infra.deploy.config import THUMBNAILS, policy
from infra.deploy.package import megabytes, newest_package, sizes
from infra.deploy.plan import CREATE, KEEP, plan
from infra.deploy.stage import API_STAGE
from infra.event_settings import EVENT_SETTINGS, StreamSettings
from infra.gateway_responses import GATEWAY_RESPONSES
from tests.rehearsal.report import Report
from tests.rehearsal.staging import Rehearsal


def test_the_plan_of_an_empty_account_creates_everything(rehearsal: Rehearsal) -> None:
    steps = plan(rehearsal.stage, rehearsal.look())
    assert {step.change for step in steps if step.what.startswith("mytodolist-")} == {CREATE, "update"}
    assert [step.change for step in steps if step.what == "functions"] == [CREATE]


def test_one_deploy_makes_the_stage(rehearsal: Rehearsal, report: Report) -> None:
    outputs = rehearsal.deploy()
    assert outputs["ApiDomain"].startswith(f"{rehearsal.look().api_id}.execute-api.")
    packed, unpacked = sizes(newest_package(rehearsal.project))
    report.facts |= {"package": megabytes(packed), "package, unpacked": megabytes(unpacked)}
    assert packed < 8 * 1024 * 1024


def test_the_plan_of_a_deployed_stage_keeps_every_stack(rehearsal: Rehearsal) -> None:
    steps = plan(rehearsal.stage, rehearsal.look())
    stacks = [step for step in steps if step.what.startswith("mytodolist-rehearsal-")]
    assert {step.change for step in stacks} == {KEEP}


def test_functions_have_their_memory_time_and_policy(rehearsal: Rehearsal) -> None:
    lambda_, iam, outputs = rehearsal.client("lambda"), rehearsal.client("iam"), rehearsal.outputs
    for function in policies.FUNCTIONS:
        found = lambda_.get_function_configuration(FunctionName=policies.lambda_name(function, rehearsal.stage.name))
        assert found["Runtime"] == "python{}.{}".format(*sys.version_info)
        assert found["Architectures"] == [rehearsal.stage.architecture]
        assert found["TracingConfig"] == {"Mode": "Active"}
        assert found["Timeout"] == {policies.API: 29, THUMBNAILS: 60}.get(function, 30)
        assert found["MemorySize"] == (1024 if function == THUMBNAILS else 512)
        role = found["Role"].rpartition("/")[2]
        names = iam.list_role_policies(RoleName=role)["PolicyNames"]
        documents = [iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"] for name in names]
        assert documents == [policy(function, rehearsal.stage, rehearsal.aws, outputs)]
        assert iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"] == []


def test_every_role_of_the_stage_has_its_boundary(rehearsal: Rehearsal) -> None:
    iam = rehearsal.client("iam")
    names = [each["RoleName"] for each in iam.list_roles()["Roles"] if each["RoleName"].startswith("mytodolist-")]
    roles = {name: iam.get_role(RoleName=name)["Role"] for name in names}
    assert len(roles) >= len(policies.FUNCTIONS)
    boundaries = {
        name: role.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn") for name, role in roles.items()
    }
    assert set(boundaries.values()) == {rehearsal.aws.role_boundary_arn(rehearsal.stage)}, boundaries


def test_the_function_for_missing_pages_is_cloudfronts_alone_and_answers_404(rehearsal: Rehearsal) -> None:
    lambda_, name = rehearsal.client("lambda"), "mytodolist-rehearsal-not-found"
    assert lambda_.get_function_url_config(FunctionName=name)["AuthType"] == "AWS_IAM"
    statements = json.loads(lambda_.get_policy(FunctionName=name)["Policy"])["Statement"]
    assert {each["Action"] for each in statements} == {"lambda:InvokeFunctionUrl", "lambda:InvokeFunction"}
    assert {json.dumps(each["Principal"]) for each in statements} == {'{"Service": "cloudfront.amazonaws.com"}'}
    answer = json.load(lambda_.invoke(FunctionName=name, Payload=b"{}")["Payload"])
    assert answer["statusCode"] == 404
    assert "Read the blog" in answer["body"]


def test_event_sources_have_their_failure_settings(rehearsal: Rehearsal) -> None:
    lambda_, failures = rehearsal.client("lambda"), rehearsal.outputs["StreamFailuresArn"]
    for function, settings in EVENT_SETTINGS.items():
        name = policies.lambda_name(function, rehearsal.stage.name)
        [mapping] = lambda_.list_event_source_mappings(FunctionName=name)["EventSourceMappings"]
        wanted = settings.as_mapping(failures) if isinstance(settings, StreamSettings) else settings.as_mapping()
        assert {key: mapping[key] for key in wanted} == wanted


def test_everything_that_no_stack_makes_is_tagged(rehearsal: Rehearsal) -> None:
    gateway, tags = rehearsal.client("apigateway"), rehearsal.stage.tags
    arn = f"arn:aws:apigateway:{rehearsal.aws.region}::"
    api = f"/restapis/{rehearsal.look().api_id}"
    plans = [f"/usageplans/{each['id']}" for each in gateway.get_usage_plans()["items"]]
    keys = [f"/apikeys/{each['id']}" for each in gateway.get_api_keys()["items"]]
    assert (len(plans), len(keys)) == (2, 2)
    for path in (api, f"{api}/stages/{API_STAGE}", *plans, *keys):
        assert gateway.get_tags(resourceArn=f"{arn}{path}")["tags"] == tags, path
    lambda_, iam, events = (rehearsal.client(name) for name in ("lambda", "iam", "events"))
    rules = []
    for function in policies.FUNCTIONS:
        found = lambda_.get_function(FunctionName=policies.lambda_name(function, rehearsal.stage.name))
        assert {name: found["Tags"].get(name) for name in tags} == tags
        role = found["Configuration"]["Role"].rpartition("/")[2]
        assert {each["Key"]: each["Value"] for each in iam.list_role_tags(RoleName=role)["Tags"]} == tags
        arn = found["Configuration"]["FunctionArn"]
        for mapping in lambda_.list_event_source_mappings(FunctionName=arn)["EventSourceMappings"]:
            assert lambda_.list_tags(Resource=mapping["EventSourceMappingArn"])["Tags"] == tags
        rules += events.list_rule_names_by_target(TargetArn=arn)["RuleNames"]
    for rule in rules:
        rule_arn = events.describe_rule(Name=rule)["Arn"]
        found_tags = events.list_tags_for_resource(ResourceARN=rule_arn)["Tags"]
        assert {each["Key"]: each["Value"] for each in found_tags} == tags
    assert rules


def test_the_stage_has_throttles_traces_and_an_access_log(rehearsal: Rehearsal) -> None:
    stage = rehearsal.client("apigateway").get_stage(restApiId=rehearsal.look().api_id, stageName=API_STAGE)
    settings = stage["methodSettings"]["*/*"]
    assert (settings["throttlingRateLimit"], settings["throttlingBurstLimit"]) == (50, 100)
    assert (settings["metricsEnabled"], settings["dataTraceEnabled"], settings["loggingLevel"]) == (
        False,
        False,
        "ERROR",
    )
    assert stage["tracingEnabled"] is True
    assert stage["accessLogSettings"]["destinationArn"] == rehearsal.outputs["ApiAccessLogArn"]
    logged = json.loads(stage["accessLogSettings"]["format"])
    assert not {"ip", "path", "query", "authorization"} & set(logged)
    assert stage["variables"] == {"stage": "rehearsal"}


def test_long_answers_are_compressed(rehearsal: Rehearsal) -> None:
    api = rehearsal.client("apigateway").get_rest_api(restApiId=rehearsal.look().api_id)
    assert api["minimumCompressionSize"] == MINIMUM_COMPRESSION_BYTES


def test_logs_are_kept_as_long_as_the_stage_says(rehearsal: Rehearsal) -> None:
    logs = rehearsal.client("logs")
    for function in policies.FUNCTIONS:
        group = f"/aws/lambda/{policies.lambda_name(function, rehearsal.stage.name)}"
        found = logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"]
        assert {each["retentionInDays"] for each in found if each["logGroupName"] == group} == {30}


def test_gateway_answers_are_problems_with_cors(rehearsal: Rehearsal) -> None:
    client, api_id = rehearsal.client("apigateway"), rehearsal.look().api_id
    found = client.get_gateway_responses(restApiId=api_id, limit=500)["items"]
    own = {each["responseType"]: each for each in found if not each["defaultResponse"]}
    assert set(own) == set(GATEWAY_RESPONSES)
    site = rehearsal.outputs["SiteUrl"]
    for response in own.values():
        assert response["responseParameters"]["gatewayresponse.header.Access-Control-Allow-Origin"] == f"'{site}'"
    answer = rehearsal.api().get("/todos")
    assert (answer.status_code, answer.headers["content-type"]) == (401, "application/problem+json")
    assert answer.headers["access-control-allow-origin"] == site
    assert answer.json()["title"] == GATEWAY_RESPONSES["UNAUTHORIZED"].problem.title


def test_routes_that_need_a_parameter_are_checked_before_the_function(rehearsal: Rehearsal) -> None:
    client, api_id = rehearsal.client("apigateway"), rehearsal.look().api_id
    validators = client.get_request_validators(restApiId=api_id)["items"]
    assert [(each["name"], each["validateRequestParameters"]) for each in validators] == [(VALIDATOR, True)]
    answer = rehearsal.api().get("/subscribers/confirm")
    assert (answer.status_code, answer.json()["detail"]) == (400, "A parameter does not fit.")


@pytest.mark.parametrize("path", ["/posts", "/feed.atom", "/health"])
def test_public_routes_are_open_to_the_site_and_closed_to_others(rehearsal: Rehearsal, path: str) -> None:
    assert rehearsal.api().get(path).status_code == 200
    assert rehearsal.api(key="somebody's own idea").get(path).status_code == 403


def test_the_state_is_kept_where_others_find_it(rehearsal: Rehearsal) -> None:
    s3, bucket = rehearsal.client("s3"), rehearsal.outputs["DeploysBucket"]
    kept = json.loads(s3.get_object(Bucket=bucket, Key="chalice/rehearsal.json")["Body"].read())
    assert {each["name"] for each in kept["resources"]} == set(rehearsal.deployed())
    package = s3.get_object(Bucket=bucket, Key="release/package.zip")["Body"].read()
    names = zipfile.ZipFile(io.BytesIO(package)).namelist()
    assert f"__pycache__/app.{sys.implementation.cache_tag}.pyc" in names
    assert not [
        name for name in names if Path(name).parts[0] in ("tests", "infra", "docs", "boto3", "chalice.egg-info")
    ]
    assert [
        each["Key"] for each in s3.list_objects_v2(Bucket=bucket).get("Contents", []) if "lock" in each["Key"]
    ] == []

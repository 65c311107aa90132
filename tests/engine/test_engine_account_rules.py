"""What Lambda, API Gateway and Cognito refuse for a whole function, account or pool, by their APIs and in stacks."""

from typing import Any

import pytest
from apis import document, make_api
from botocore.exceptions import ClientError
from engine_support import Aws, MakeEngine, unique
from functions import make_function
from test_engine_stack_refusals import attempt, broken_after, resource
from test_engine_stacks import Resources

MAX_BYTES = 4096
LOG = "arn:aws:logs:us-east-1:000000000000:log-group:api"
NO_ROLE = "CloudWatch Logs role ARN must be set in account settings to enable logging"
ACCESS_LOG = [
    {"op": "replace", "path": "/accessLogSettings/destinationArn", "value": LOG},
    {"op": "replace", "path": "/accessLogSettings/format", "value": "$context.requestId"},
]
EXECUTION_LOG = [{"op": "replace", "path": "/*/*/logging/loglevel", "value": "ERROR"}]


def variables(size: int) -> dict[str, dict[str, str]]:
    """An environment whose JSON has this many bytes."""
    return {"Variables": {"TEXT": "x" * (size - len('{"TEXT":""}'))}}


def test_an_environment_may_have_4_kb(aws: Aws) -> None:
    functions = aws.client("lambda")
    name = make_function(aws, Environment=variables(MAX_BYTES))
    for size in (MAX_BYTES - 1, MAX_BYTES):
        functions.update_function_configuration(FunctionName=name, Environment=variables(size))
    with pytest.raises(ClientError, match="exceeded the 4KB limit") as refusal:
        functions.update_function_configuration(FunctionName=name, Environment=variables(MAX_BYTES + 1))
    assert refusal.value.response["Error"]["Code"] == "InvalidParameterValueException"
    with pytest.raises(ClientError, match="exceeded the 4KB limit"):
        make_function(aws, Environment=variables(MAX_BYTES + 1))


def test_a_stack_with_a_larger_environment_fails(aws: Aws) -> None:
    stack, function = unique("stack"), resource("AWS::Lambda::Function", {})
    function["It"]["Properties"]["Environment"] = variables(MAX_BYTES)
    assert attempt(aws, stack, function) == ("CREATE_COMPLETE", [])
    function["It"]["Properties"]["Environment"] = variables(MAX_BYTES + 1)
    status, reasons = attempt(aws, stack, function)
    assert status == "UPDATE_ROLLBACK_COMPLETE"
    assert "exceeded the 4KB limit" in reasons[0]
    assert attempt(aws, unique("stack"), function)[0] == "ROLLBACK_COMPLETE"


@pytest.fixture
def new_account(make_engine: MakeEngine) -> Aws:
    """An account whose settings name no role for logs."""
    return Aws(make_engine())


def let_api_gateway_log(aws: Aws) -> None:
    patch = {"op": "replace", "path": "/cloudwatchRoleArn", "value": "arn:aws:iam::000000000000:role/logs"}
    aws.client("apigateway").update_account(patchOperations=[patch])


def test_a_stage_logs_only_with_the_accounts_role(new_account: Aws) -> None:
    # Given an API in a new account
    api = make_api(new_account, document({}))
    gateway = new_account.client("apigateway")

    def patch(operations: list[dict[str, str]]) -> Any:
        return gateway.update_stage(restApiId=api.id, stageName="live", patchOperations=operations)

    # Then it can have neither log, and may say that it has none
    for operations in (ACCESS_LOG, EXECUTION_LOG):
        with pytest.raises(ClientError, match=NO_ROLE) as refusal:
            patch(operations)
        assert refusal.value.response["Error"]["Code"] == "BadRequestException"
    patch([{**EXECUTION_LOG[0], "value": "OFF"}, {"op": "remove", "path": "/accessLogSettings"}])
    # And with the role it can have both
    let_api_gateway_log(new_account)
    assert patch([*ACCESS_LOG, *EXECUTION_LOG])["accessLogSettings"]["destinationArn"] == LOG


def test_a_stack_whose_stage_logs_needs_the_accounts_role(new_account: Aws) -> None:
    def resources(**settings: Any) -> Resources:
        api = {"Ref": "Api"}
        method = {
            "HttpMethod": "GET",
            "AuthorizationType": "NONE",
            "RestApiId": api,
            "ResourceId": {"Fn::GetAtt": ["Api", "RootResourceId"]},
            "Integration": {"Type": "MOCK"},
        }
        stage = {"RestApiId": api, "DeploymentId": {"Ref": "Deployment"}, "StageName": "api", **settings}
        return {
            "Api": {"Type": "AWS::ApiGateway::RestApi", "Properties": {"Name": unique("api")}},
            "Get": {"Type": "AWS::ApiGateway::Method", "Properties": method},
            "Deployment": {
                "Type": "AWS::ApiGateway::Deployment",
                "DependsOn": "Get",
                "Properties": {"RestApiId": api},
            },
            "Stage": {"Type": "AWS::ApiGateway::Stage", "Properties": stage},
        }

    access = {"AccessLogSetting": {"DestinationArn": LOG, "Format": "$context.requestId"}}
    execution = {"MethodSettings": [{"HttpMethod": "*", "ResourcePath": "/*", "LoggingLevel": "INFO"}]}
    for settings in (access, execution):
        assert attempt(new_account, unique("stack"), resources(**settings)) == ("ROLLBACK_COMPLETE", [NO_ROLE])
    assert attempt(new_account, unique("stack"), resources())[0] == "CREATE_COMPLETE"
    let_api_gateway_log(new_account)
    assert attempt(new_account, unique("stack"), resources(**access, **execution))[0] == "CREATE_COMPLETE"


def test_a_protected_pool_is_not_deleted(aws: Aws) -> None:
    pools = aws.client("cognito-idp")
    pool_id = pools.create_user_pool(PoolName=unique("pool"), DeletionProtection="ACTIVE")["UserPool"]["Id"]
    with pytest.raises(ClientError, match="deletion protection is activated") as refusal:
        pools.delete_user_pool(UserPoolId=pool_id)
    assert refusal.value.response["Error"]["Code"] == "InvalidParameterException"
    pools.update_user_pool(UserPoolId=pool_id, DeletionProtection="INACTIVE")
    pools.delete_user_pool(UserPoolId=pool_id)


def test_the_rollback_of_a_protected_pool_fails(aws: Aws) -> None:
    # Given a pool whose template protects it at once
    pool = resource("AWS::Cognito::UserPool", {"UserPoolName": unique("pool"), "DeletionProtection": "ACTIVE"})
    pool["It"]["DeletionPolicy"] = "RetainExceptOnCreate"
    # When its stack fails, then the pool stays, and the rollback says why
    status, reasons = attempt(aws, unique("stack"), {**pool, **broken_after("It")})
    assert status == "ROLLBACK_FAILED"
    assert any("deletion protection is activated" in reason for reason in reasons)

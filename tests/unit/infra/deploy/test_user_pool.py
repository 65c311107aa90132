"""A pool keeps its settings when one of them changes: AWS resets what an update leaves out."""

from typing import Any

import boto3
import pytest

from infra.deploy.user_pool import update_request

# https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_UpdateUserPool.html
# AWS refuses this one beside the password policy's TemporaryPasswordValidityDays.
REPLACED = ("AdminCreateUserConfig", "UnusedAccountValidityDays")


@pytest.fixture(scope="module")
def cognito() -> Any:
    keys = {"aws_access_key_id": "none", "aws_secret_access_key": "none"}
    return boto3.client("cognito-idp", region_name="eu-north-1", **keys)


def example(shape: Any) -> Any:
    """A value for every member of a shape of botocore's model."""
    if shape.type_name == "structure":
        return {name: example(member) for name, member in shape.members.items()}
    if shape.type_name == "list":
        return [example(shape.member)]
    if shape.type_name == "map":
        return {"app": "mytodolist"}
    return {"string": "text", "integer": 7, "boolean": True, "timestamp": 0}[shape.type_name]


def described(cognito: Any) -> dict[str, Any]:
    shape = cognito.meta.service_model.operation_model("DescribeUserPool").output_shape
    pool: dict[str, Any] = example(shape.members["UserPool"])
    return pool


def test_every_setting_that_an_update_can_say_is_said(cognito: Any) -> None:
    # given a pool with all settings that DescribeUserPool knows
    pool = described(cognito)
    # when one of them is changed
    request = update_request(cognito, "pool", pool, {"DeletionProtection": "INACTIVE"})
    # then the request has every member that UpdateUserPool knows, as it was
    members = cognito.meta.service_model.operation_model("UpdateUserPool").input_shape.members
    assert set(request) == set(members)
    assert (request["UserPoolId"], request["DeletionProtection"]) == ("pool", "INACTIVE")
    same = set(request) - {"UserPoolId", "PoolName", "DeletionProtection", "AdminCreateUserConfig"}
    readable = {name for name in same if name in pool}
    for name in readable:
        assert _only_known(request[name], members[name]) == _only_known(pool[name], members[name])
    assert same == readable
    assert request["PoolName"] == pool["Name"]


def test_the_request_is_one_that_botocore_takes(cognito: Any) -> None:
    request = update_request(cognito, "pool", described(cognito), {})
    operation = cognito.meta.service_model.operation_model("UpdateUserPool")
    assert set(request) <= set(operation.input_shape.members)
    assert REPLACED[1] not in request[REPLACED[0]]


def _only_known(value: Any, shape: Any) -> Any:
    if shape.type_name == "structure":
        return {name: _only_known(value[name], shape.members[name]) for name in shape.members if name in value}
    if shape.type_name == "list":
        return [_only_known(each, shape.member) for each in value]
    return value

"""Changes one setting of a user pool and keeps all others: UpdateUserPool resets what a request leaves out.

https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_UpdateUserPool.html
"""

from collections.abc import Iterator, Mapping
from typing import Any

# DescribeUserPool gives both, and UpdateUserPool refuses the older one beside the password policy's.
_REPLACED_SETTING = "UnusedAccountValidityDays"
_PAGE = 60


def pools_named(cognito: Any, name: str) -> Iterator[str]:  # noqa: ANN401 - boto3's client
    """The ids of the pools of a name, which need not be unique."""
    for page in cognito.get_paginator("list_user_pools").paginate(MaxResults=_PAGE):
        yield from (pool["Id"] for pool in page["UserPools"] if pool["Name"] == name)


def delete_pool(cognito: Any, pool_id: str) -> None:  # noqa: ANN401
    """Delete a pool with everybody in it, its protection first."""
    pool = cognito.describe_user_pool(UserPoolId=pool_id)["UserPool"]
    if pool.get("DeletionProtection") == "ACTIVE":
        cognito.update_user_pool(**update_request(cognito, pool_id, pool, {"DeletionProtection": "INACTIVE"}))
    cognito.delete_user_pool(UserPoolId=pool_id)


def update_request(
    cognito: Any,  # noqa: ANN401
    pool_id: str,
    pool: Mapping[str, Any],
    change: Mapping[str, Any],
) -> dict[str, Any]:
    """The request that makes `change` to a pool as DescribeUserPool gives it, and keeps every other setting."""
    shape = cognito.meta.service_model.operation_model("UpdateUserPool").input_shape
    kept: dict[str, Any] = _members(shape, {**pool, "PoolName": pool.get("Name", "")})
    kept.get("AdminCreateUserConfig", {}).pop(_REPLACED_SETTING, None)
    return {name: value for name, value in kept.items() if value not in ("", None)} | dict(change, UserPoolId=pool_id)


def _members(shape: Any, value: Any) -> Any:  # noqa: ANN401 - botocore's shapes, and what they describe
    """What of a value the shape of a request has a member for."""
    if shape.type_name == "structure":
        return {name: _members(each, value[name]) for name, each in shape.members.items() if name in value}
    if shape.type_name == "list":
        return [_members(shape.member, each) for each in value]
    return value

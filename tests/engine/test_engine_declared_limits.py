"""What the models of AWS say of a request, without an engine."""

from typing import Any

import pytest

from infra.local.engine.declared_limits import by_route, operations, violation

ATTRIBUTE = {"Name": "given_name", "Value": "v"}


@pytest.mark.parametrize(
    ("service", "operation", "values", "said"),
    [
        ("iam", "CreateRole", {"RoleName": "r" * 65}, "at 'roleName'"),
        ("events", "PutEvents", {"Entries": [{}] * 11}, "at 'entries'"),
        ("lambda", "UpdateEventSourceMapping", {"MaximumRetryAttempts": 10_001}, "at 'maximumRetryAttempts'"),
        ("lambda", "UpdateEventSourceMapping", {"ScalingConfig": {"MaximumConcurrency": 1001}}, "maximumConcurrency'"),
        (
            "cognito-idp",
            "AdminCreateUser",
            {"UserAttributes": [ATTRIBUTE, {**ATTRIBUTE, "Value": "v" * 2049}]},
            "at 'userAttributes.2.member.value'",
        ),
    ],
)
def test_the_first_value_over_its_limit_is_named(
    service: str, operation: str, values: dict[str, Any], said: str
) -> None:
    found = violation(operations(service)[operation], values)
    assert found is not None
    assert said in found


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"RoleName": "r" * 64, "Tags": [{"Key": "k", "Value": "v"}]},
        {"RoleName": None, "MaxSessionDuration": "no number"},
        {"Unknown": "u" * 10_000},
    ],
)
def test_values_within_their_limits_and_unknown_ones_pass(values: dict[str, Any]) -> None:
    assert violation(operations("iam")["CreateRole"], values) is None


def test_a_rest_request_is_known_by_its_path() -> None:
    found = by_route("lambda", "PUT", "/2015-03-31/functions/hello/configuration")
    assert found is not None
    assert (found[0].name, found[1]) == ("UpdateFunctionConfiguration", {"FunctionName": "hello"})
    assert by_route("lambda", "PUT", "/2015-03-31/nothing") is None

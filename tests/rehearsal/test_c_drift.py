"""`make drift` finds what was changed by hand in functions, roles and the API, which no stack has."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from infra.deploy.api_drift import api_differences
from infra.deploy.function_drift import function_differences
from infra.deploy.stage import API_STAGE
from tests.rehearsal.staging import Rehearsal

FUNCTION = "mytodolist-rehearsal-tell-owner"


def differences(rehearsal: Rehearsal) -> list[str]:
    found = rehearsal.look()
    return [
        *function_differences(rehearsal.aws, rehearsal.stage, found),
        *api_differences(rehearsal.aws, rehearsal.stage, found),
    ]


@pytest.fixture
def changed_by_hand(rehearsal: Rehearsal) -> Iterator[None]:
    """A stage whose function, role and API somebody has changed, and changes back afterwards."""
    functions, iam, api = (rehearsal.client(name) for name in ("lambda", "iam", "apigateway"))
    before = functions.get_function_configuration(FunctionName=FUNCTION)
    variables = before["Environment"]["Variables"]
    role = before["Role"].rpartition("/")[2]
    policy = iam.get_role_policy(RoleName=role, PolicyName=role)["PolicyDocument"]
    where: dict[str, Any] = {"restApiId": rehearsal.look().api_id, "stageName": API_STAGE}
    rate = "/*/*/throttling/rateLimit"

    def put(memory: int, environment: dict[str, str], document: Any, throttle: int) -> None:
        functions.update_function_configuration(
            FunctionName=FUNCTION, MemorySize=memory, Environment={"Variables": environment}
        )
        iam.put_role_policy(RoleName=role, PolicyName=role, PolicyDocument=json.dumps(document))
        api.update_stage(**where, patchOperations=[{"op": "replace", "path": rate, "value": str(throttle)}])

    put(1024, {**variables, "STAGE": "a private word"}, {**policy, "Statement": policy["Statement"][:1]}, 1)
    functions.put_function_concurrency(FunctionName=FUNCTION, ReservedConcurrentExecutions=1)
    yield
    put(before["MemorySize"], variables, policy, rehearsal.stage.throttle_rate)
    functions.delete_function_concurrency(FunctionName=FUNCTION)


def test_what_nobody_touched_has_no_drift(rehearsal: Rehearsal) -> None:
    assert differences(rehearsal) == []


@pytest.mark.usefixtures("changed_by_hand")
def test_each_change_is_named_and_no_text_of_it(rehearsal: Rehearsal) -> None:
    stage = rehearsal.stage
    assert differences(rehearsal) == [
        f"{FUNCTION} MemorySize: 1024, not {stage.event_memory}",
        f"{FUNCTION} ReservedConcurrentExecutions: 1, not {stage.event_reserved_concurrency}",
        f"{FUNCTION} has another value of STAGE than a deploy would give it",
        f"The policy of the role {FUNCTION} is not the one that a deploy gives it",
        f"The API's setting /*/*/throttling/rateLimit is not as a deploy sets it: 1.0, not {stage.throttle_rate}",
    ]

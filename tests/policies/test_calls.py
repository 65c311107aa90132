"""Each policy is what its function needs: a whole day's calls are allowed, and nothing that none of them makes."""

from fnmatch import fnmatchcase
from typing import Any

import boto3
import pytest
from moto import mock_aws

from infra import policies, simulate
from tests.policies.grid_functions import SENDERS
from tests.policies.play import Day
from tests.policies.recording import API, DISTRIBUTION, STAGE, Recorder
from tests.templates.reading import ACCOUNT, REGION
from tests.unit.conftest import TABLES

# What Lambda itself does with the role, before and after the function's own code runs.
BY_LAMBDA = {"OwnLog", "Traces", "Stream", "StreamNames", "RecordsThatFailed", "Queue"}


@pytest.fixture(scope="module")
def day() -> Recorder:
    """What every function asked for in a day."""
    recorder = Recorder()
    with mock_aws(), recorder.listening():
        for table in TABLES:
            boto3.client("dynamodb").create_table(**table)
        Day(recorder).play()
    return recorder


def rendered(function: str) -> dict[str, Any]:
    return policies.render(
        function,
        STAGE,
        ACCOUNT,
        REGION,
        mail_from="blog@example.com",
        api_id=API,
        distribution_id=DISTRIBUTION,
    )


@pytest.mark.parametrize("function", policies.FUNCTIONS)
def test_every_call_is_allowed(function: str, day: Recorder) -> None:
    requests = sorted(day.requests[function], key=repr)
    assert requests
    answers = simulate.allowed([(request, [rendered(function)], None) for request in requests], ACCOUNT)
    refused = [request for request, allowed in zip(requests, answers, strict=True) if not allowed]
    assert refused == []


@pytest.mark.parametrize("function", SENDERS)
def test_a_policy_that_names_the_sender_alone_is_refused_in_the_sandbox(function: str, day: Recorder) -> None:
    narrow = rendered(function)
    [mail] = [statement for statement in narrow["Statement"] if statement["Sid"] == "Mail"]
    mail["Resource"] = [each.replace("identity/*", "identity/blog@example.com") for each in mail["Resource"]]
    requests = [each for each in day.requests[function] if each.action == "ses:SendEmail"]
    answers = simulate.allowed([(request, [narrow], None) for request in requests], ACCOUNT)
    refused = {request.resource for request, allowed in zip(requests, answers, strict=True) if not allowed}
    assert refused
    assert all(":identity/" in resource and not resource.endswith("/blog@example.com") for resource in refused)


@pytest.mark.parametrize("function", policies.FUNCTIONS)
def test_nothing_is_allowed_that_no_call_needs(function: str, day: Recorder) -> None:
    unused = [
        (statement["Sid"], action, resource)
        for statement in rendered(function)["Statement"]
        if statement["Sid"] not in BY_LAMBDA
        for action in _listed(statement["Action"])
        for resource in _listed(statement["Resource"])
        if not any(
            request.action == action and fnmatchcase(request.resource, resource) for request in day.requests[function]
        )
    ]
    assert unused == []


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]

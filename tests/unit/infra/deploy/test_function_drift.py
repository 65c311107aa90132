"""`make drift` names what somebody changed by hand in functions and their roles; it prints no value of a variable."""

import base64
import hashlib
from typing import Any

import pytest
from chalice.constants import LAMBDA_TRUST_POLICY

from infra.deploy.aws import Aws
from infra.deploy.function_drift import (
    code_sha256,
    configuration_differences,
    environment_differences,
    event_source_differences,
)
from infra.deploy.role_drift import role_differences
from infra.deploy.stage import Stage
from infra.event_settings import EVENT_SETTINGS, StreamSettings

WANTED = {"STAGE": "dev", "SIGNING_KEY": ""}
DIGEST = hashlib.sha256(b"the key").hexdigest()
POLICY = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "q"}]}
BOUNDARY = "arn:aws:iam::123456789012:policy/boundary"


@pytest.mark.parametrize(
    ("there", "said"),
    [
        ({"STAGE": "dev", "SIGNING_KEY": "the key"}, []),
        ({"STAGE": "prod", "SIGNING_KEY": "the key"}, ["f has another value of STAGE than a deploy would give it"]),
        ({"SIGNING_KEY": "the key"}, ["f lacks the environment variable STAGE"]),
        (
            {"STAGE": "dev", "SIGNING_KEY": "the key", "PYTHONPATH": "/opt"},
            ["f has the environment variable PYTHONPATH, which no deploy sets"],
        ),
        (
            {"STAGE": "dev", "SIGNING_KEY": "of a stranger"},
            ["f has another SIGNING_KEY than the last deploy or rotation has given it"],
        ),
    ],
)
def test_variables_are_compared_and_no_value_is_said(there: dict[str, str], said: list[str]) -> None:
    assert list(environment_differences("f", there, WANTED, DIGEST)) == said


def test_a_signing_key_whose_digest_was_never_kept_is_not_compared() -> None:
    assert list(environment_differences("f", {"STAGE": "dev", "SIGNING_KEY": "the key"}, WANTED, None)) == []


def test_numbers_that_differ_are_said_and_texts_are_not() -> None:
    there = {"MemorySize": 128, "Layers": ["arn:layer"], "Timeout": 29}
    wanted = {"MemorySize": 512, "Layers": [], "Timeout": 29}
    assert list(configuration_differences("f", there, wanted)) == [
        "f MemorySize: 128, not 512",
        "f Layers is not as a deploy sets it",
    ]


def test_the_digest_of_a_release_is_lambdas_in_another_alphabet() -> None:
    package = b"a package"
    expected = base64.b64encode(hashlib.sha256(package).digest()).decode()
    assert code_sha256(hashlib.sha256(package).hexdigest()) == expected


@pytest.mark.parametrize(
    ("function", "polling", "said"),
    [
        ("announce-posts", "always", ["f: its event source is disabled"]),
        ("announce-posts", "when_needed", []),
        ("publish-pages", "when_needed", ["f: its event source is disabled"]),
    ],
)
def test_a_queue_may_be_disabled_where_it_is_polled_when_needed(function: str, polling: str, said: list[str]) -> None:
    stage = Stage("dev", "eu-north-1", "blog@example.com", queue_polling=polling)
    settings = EVENT_SETTINGS[function]
    wanted = settings.as_mapping("arn") if isinstance(settings, StreamSettings) else settings.as_mapping()
    mappings = [{**wanted, "State": "Disabled"}]
    assert list(event_source_differences("f", function, mappings, stage, {"StreamFailuresArn": "arn"})) == said


class Iam:
    """IAM with one role, as a deploy leaves it unless a test changes it."""

    class exceptions:  # noqa: N801 - botocore's name
        class NoSuchEntityException(Exception): ...  # noqa: N818 - AWS's name

    def __init__(self) -> None:
        self.policies: dict[str, Any] = {"role": POLICY}
        self.attached: list[dict[str, str]] = []
        self.trust: Any = LAMBDA_TRUST_POLICY
        self.boundary = BOUNDARY
        self.exists = True

    def client(self, service: str, **_: object) -> "Iam":
        assert service == "iam"
        return self

    def get_role(self, RoleName: str) -> dict[str, Any]:  # noqa: N803 - AWS's own names
        if not self.exists:
            raise self.exceptions.NoSuchEntityException(RoleName)
        boundary = {"PermissionsBoundary": {"PermissionsBoundaryArn": self.boundary}} if self.boundary else {}
        return {"Role": {"AssumeRolePolicyDocument": self.trust, **boundary}}

    def list_role_policies(self, RoleName: str) -> dict[str, Any]:  # noqa: N803
        assert RoleName == "role"
        return {"PolicyNames": list(self.policies)}

    def get_role_policy(self, RoleName: str, PolicyName: str) -> dict[str, Any]:  # noqa: N803
        assert RoleName == "role"
        return {"PolicyDocument": self.policies[PolicyName]}

    def list_attached_role_policies(self, RoleName: str) -> dict[str, Any]:  # noqa: N803
        assert RoleName == "role"
        return {"AttachedPolicies": self.attached}


def lines(iam: Iam) -> list[str]:
    return list(role_differences(Aws(iam, "eu-north-1", "123456789012", "aws"), "role", POLICY, BOUNDARY))


def test_a_role_as_a_deploy_makes_it_has_no_drift() -> None:
    assert lines(Iam()) == []


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("policies", {"role": {**POLICY, "Statement": []}}, "The policy of the role role is not the one"),
        ("policies", {}, "The policy of the role role was deleted"),
        ("policies", {"role": POLICY, "more": POLICY}, "has a policy that no deploy gives it"),
        ("attached", [{"PolicyName": "AdministratorAccess"}], "has attached policies"),
        ("trust", {**LAMBDA_TRUST_POLICY, "Statement": []}, "trusts others than Lambda"),
        ("boundary", "", "another permissions boundary"),
        ("exists", False, "was deleted"),
    ],
)
def test_what_was_changed_in_a_role_is_named(name: str, value: object, said: str) -> None:
    iam = Iam()
    setattr(iam, name, value)
    (line,) = lines(iam)
    assert said in line

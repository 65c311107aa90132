"""What a deploy's updates do to what they leave out: some AWS operations keep it, and others reset it."""

import html
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from botocore.session import get_session

from infra.deploy.role import calls
from tests.unit.infra.deploy.test_role_calls import FOLDER, named


class Reviewed(NamedTuple):
    """What becomes of what a call leaves out, and the words of AWS's service model that say so.

    `silent` marks what AWS does not say: there the call is right whether AWS keeps the rest or resets it.
    """

    left_out: str
    words: str
    silent: bool = False


_PATCH = 'If the name property value is a JSON object (e.g., {"name": {"child/name": "child-value"}}), the path'
# Of those that reset, it says how the caller keeps what was there.
LEFT_OUT = {
    "apigateway:UpdateApiKey": Reviewed("kept: it takes patches", _PATCH),
    "apigateway:UpdateStage": Reviewed("kept: it takes patches", _PATCH),
    "apigateway:UpdateUsagePlan": Reviewed("kept: it takes patches", _PATCH),
    "cloudformation:UpdateTerminationProtection": Reviewed(
        "it has one setting", "Updates termination protection for the specified stack."
    ),
    "cognito-idp:UpdateUserPool": Reviewed(
        "reset: user_pool.py sends what DescribeUserPool gives",
        "If you don't provide a value for an attribute, Amazon Cognito sets it to its default value.",
    ),
    "dynamodb:UpdateTable": Reviewed(
        "kept: it does one thing at a time", "You can only perform one of the following operations at once"
    ),
    "iam:PutRolePermissionsBoundary": Reviewed(
        "it has one setting", "Adds or updates the policy that is specified as the IAM role's permissions boundary."
    ),
    "iam:PutRolePolicy": Reviewed(
        "reset: the deploy sends the whole document",
        "Adds or updates an inline policy document that is embedded in the specified IAM role.",
    ),
    "lambda:UpdateFunctionCode": Reviewed(
        "kept, but for the architecture, which functions.py sends", "The default value is x86_64."
    ),
    "lambda:UpdateFunctionConfiguration": Reviewed(
        "rotation.py reads all variables and sends them; other settings are not sent",
        "Modifies the version-specific settings of a Lambda Event Function.",
        silent=True,
    ),
    "logs:PutRetentionPolicy": Reviewed("it has one setting", "Sets the retention of the specified log group."),
    "s3:PutObject": Reviewed(
        "reset: the whole object is sent with its headers",
        "You must put the entire object with updated metadata if you want to update some values.",
    ),
    "secretsmanager:PutSecretValue": Reviewed(
        "kept: it adds a version",
        "If you don't include VersionStages, then Secrets Manager automatically moves the staging label AWSCURRENT",
    ),
    "ssm:PutParameter": Reviewed(
        "signing_key.py sends the description and the type; the key is AWS's own, and tags are added by another call",
        "If you don't specify a key ID, the system uses the default key associated with",
        silent=True,
    ),
}
_CHANGING = ("Modify", "Put", "Set", "Update")


def unreviewed(sources: Iterable[str]) -> set[str]:
    """The operations that the sources change something by, and that LEFT_OUT does not name."""
    found = {operation for source in sources for each in named(source) for operation in each & calls.listed()}
    return {each for each in found if each.partition(":")[2].startswith(_CHANGING)} - LEFT_OUT.keys()


def words_of(operation: str) -> str:
    """Everything that AWS's service model says of an operation and of what it takes, without its mark-up."""
    service, _, name = operation.partition(":")
    model = get_session().get_service_model(service).operation_model(name)
    shapes: list[Any] = [model.input_shape]
    found = [model.documentation]
    while shapes:
        shape = shapes.pop()
        found.append(shape.documentation)
        if shape.type_name == "structure":
            found += [member.documentation for member in shape.members.values()]
            shapes += [member.member for member in shape.members.values() if member.type_name == "list"]
    return re.sub(r"\s+", " ", re.sub("<[^>]+>", "", html.unescape(" ".join(found)))).replace("\u2019", "'")


def sources(folder: Path = FOLDER) -> list[str]:
    return [path.read_text(encoding="utf-8") for path in sorted(folder.rglob("*.py"))]


@pytest.mark.parametrize("operation", LEFT_OUT)
def test_what_is_said_of_an_operation_is_in_the_words_of_aws(operation: str) -> None:
    assert LEFT_OUT[operation].words in words_of(operation)


def test_what_the_service_models_do_not_say_is_marked() -> None:
    silent = {operation for operation, reviewed in LEFT_OUT.items() if reviewed.silent}
    assert silent == {"lambda:UpdateFunctionConfiguration", "ssm:PutParameter"}


def test_words_that_aws_does_not_say_are_found() -> None:
    assert "Amazon Cognito keeps what you leave out." not in words_of("cognito-idp:UpdateUserPool")


def test_every_operation_that_changes_something_says_what_becomes_of_what_it_leaves_out() -> None:
    assert unreviewed(sources()) == set()


@pytest.mark.parametrize(
    ("source", "operation"),
    [
        ("client.update_function_url_config(FunctionName='x')", "lambda:UpdateFunctionUrlConfig"),
        ("client.put_public_access_block(Bucket='x')", "s3:PutPublicAccessBlock"),
    ],
)
def test_an_operation_that_nobody_has_looked_up_is_found(
    monkeypatch: pytest.MonkeyPatch, source: str, operation: str
) -> None:
    monkeypatch.setitem(calls.ELSEWHERE, operation, "a call that is new")
    assert unreviewed([source]) == {operation}

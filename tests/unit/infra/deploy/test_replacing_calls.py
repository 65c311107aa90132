"""What a deploy's updates do to what they leave out: some AWS operations keep it, and others reset it."""

from collections.abc import Iterable
from pathlib import Path

import pytest

from infra.deploy.role import calls
from tests.unit.infra.deploy.test_role_calls import FOLDER, named

# By each operation's page in AWS's API reference. Of those that reset, it says how the caller keeps what was there.
LEFT_OUT = {
    "apigateway:UpdateApiKey": "kept: it takes patches",
    "apigateway:UpdateStage": "kept: it takes patches",
    "apigateway:UpdateUsagePlan": "kept: it takes patches",
    "cloudformation:UpdateTerminationProtection": "it has one setting",
    "cognito-idp:UpdateUserPool": "reset: user_pool.py sends what DescribeUserPool gives",
    "dynamodb:UpdateTable": "kept",
    "iam:PutRolePermissionsBoundary": "it has one setting",
    "iam:PutRolePolicy": "reset: the deploy sends the whole document",
    "lambda:UpdateFunctionCode": "kept, but for the architecture, which functions.py sends",
    "lambda:UpdateFunctionConfiguration": "kept, but for the other variables, which rotation.py reads and sends",
    "logs:PutRetentionPolicy": "it has one setting",
    "s3:PutObject": "reset: the whole object is sent with its headers",
    "secretsmanager:PutSecretValue": "kept: it adds a version",
    "ssm:PutParameter": "kept, but for the description, which there is none of, and the key, which is AWS's own",
}
_CHANGING = ("Modify", "Put", "Set", "Update")


def unreviewed(sources: Iterable[str]) -> set[str]:
    """The operations that the sources change something by, and that LEFT_OUT does not name."""
    found = {operation for source in sources for each in named(source) for operation in each & calls.listed()}
    return {each for each in found if each.partition(":")[2].startswith(_CHANGING)} - LEFT_OUT.keys()


def sources(folder: Path = FOLDER) -> list[str]:
    return [path.read_text(encoding="utf-8") for path in sorted(folder.rglob("*.py"))]


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

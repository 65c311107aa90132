"""An account that has nothing yet, and one that has everything already: the plan says it, and nothing is harmed."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from infra.deploy import __main__ as command
from infra.deploy.aws import Aws
from infra.deploy.destroy import destroy, sentences, words_for_data
from infra.deploy.inventory import take_inventory
from infra.deploy.preflight import PreflightError
from infra.deploy.stacks import StackError
from infra.deploy.stage import Stage
from tests.verbs.conftest import STAGE, MakeStacks
from tests.verbs.everything import changes, everything, of_the_account

PLAIN = Stage("dev", STAGE.region, STAGE.mail_from, dashboard=False, alarms="least")
LOG_GROUP = "/aws/lambda/mytodolist-dev-publish-pages"
ROLE = "arn:aws:iam::000000000000:role/logs-of-another-team"
KEYS = {
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
    "BillingMode": "PAY_PER_REQUEST",
}


# --- a new account


def test_a_new_account_is_told_what_it_lacks_and_gets_it_by_the_deploy(
    aws: Aws, make_stacks: MakeStacks, capsys: pytest.CaptureFixture[str]
) -> None:
    # given an account as AWS opens it: SES in its sandbox, no identity, no role for API logs, no role of a service
    aws.client("sesv2").put_account_details(
        MailType="TRANSACTIONAL", WebsiteURL="https://example.com", ProductionAccessEnabled=False
    )
    stage = replace(PLAIN, backups=True)
    # when its first stage is planned, then the role for logs stops it, with the next step
    with pytest.raises(PreflightError, match=r"write sets_up_api_logs: true in infra/stages/dev\.yaml"):
        command.show_plan(aws, stage, "")
    # and what stops nothing is said with its next step too
    stage = replace(stage, sets_up_api_logs=True)
    capsys.readouterr()
    command.show_plan(aws, stage, "")
    notes = [line.strip() for line in capsys.readouterr().out.splitlines() if line.startswith("  note: ")]
    assert [note for note in notes if "ask AWS for production access" in note]
    assert [note for note in notes if "open the link in the mail that AWS sends to blog@example.com" in note]
    assert [note for note in notes if "AWSServiceRoleForBackup" in note and "iam:CreateServiceLinkedRole" in note]
    # and by the deploy the account has the role
    assert not writes_logs(aws)
    make_stacks(stage)
    assert "/mytodolist-dev-" in of_the_account(aws)["role for API logs"]
    assert writes_logs(aws)
    # and mails go to what is verified, and to nobody else
    assert mails(aws, to="blog@example.com")
    assert not mails(aws, to="stranger@example.org")


def writes_logs(aws: Aws) -> bool:
    """Whether API Gateway lets an API's stage have an access log."""
    gateway = aws.client("apigateway")
    made = gateway.create_rest_api(name="an API")["id"]
    root = gateway.get_resources(restApiId=made)["items"][0]["id"]
    gateway.put_method(restApiId=made, resourceId=root, httpMethod="GET", authorizationType="NONE")
    gateway.put_integration(restApiId=made, resourceId=root, httpMethod="GET", type="MOCK")
    gateway.create_deployment(restApiId=made, stageName="api")
    group = f"arn:aws:logs:{aws.region}:{aws.account}:log-group:of-an-api"
    patch = {"op": "replace", "path": "/accessLogSettings/destinationArn", "value": group}
    try:
        gateway.update_stage(restApiId=made, stageName="api", patchOperations=[patch])
    except gateway.exceptions.BadRequestException:
        return False
    return True


def mails(aws: Aws, to: str) -> bool:
    """Whether SES takes a mail of the stage's sender."""
    ses = aws.client("sesv2")
    text = {"Subject": {"Data": "Hello"}, "Body": {"Text": {"Data": "Hello"}}}
    try:
        ses.send_email(FromEmailAddress=PLAIN.mail_from, Destination={"ToAddresses": [to]}, Content={"Simple": text})
    except ses.exceptions.MessageRejected:
        return False
    return True


# --- an account that has everything already


def a_bucket(aws: Aws) -> None:
    s3, name = aws.client("s3"), f"mytodolist-dev-site-{aws.account}"
    s3.create_bucket(Bucket=name)
    s3.put_object(Bucket=name, Key="photo", Body=b"of somebody")


def a_table(aws: Aws) -> None:
    dynamodb = aws.client("dynamodb")
    dynamodb.create_table(TableName="mytodolist-dev-todos", **KEYS)
    dynamodb.put_item(TableName="mytodolist-dev-todos", Item={"id": {"S": "somebody's"}})


def an_identity(aws: Aws) -> None:
    aws.client("sesv2").create_email_identity(EmailIdentity=PLAIN.mail_from)


def a_log_group(aws: Aws) -> None:
    aws.client("logs").create_log_group(logGroupName=LOG_GROUP)
    # It is the log of a function that somebody has.
    role = aws.client("iam").create_role(RoleName="somebody", AssumeRolePolicyDocument="{}")["Role"]["Arn"]
    aws.client("lambda").create_function(
        FunctionName="mytodolist-dev-publish-pages",
        Role=role,
        Runtime="python3.13",
        Handler="app.handler",
        Code={"ZipFile": EMPTY_ZIP},
    )


def a_secret(aws: Aws) -> None:
    secrets = aws.client("secretsmanager")
    secrets.create_secret(Name="mytodolist-dev-signing-key", SecretString="somebody's")
    # Its name is not free for a week at least.
    secrets.delete_secret(SecretId="mytodolist-dev-signing-key", RecoveryWindowInDays=7)


def a_pool(aws: Aws) -> None:
    aws.client("cognito-idp").create_user_pool(PoolName="mytodolist-dev")


EMPTY_ZIP = b"PK\x05\x06" + bytes(18)
EXISTING: dict[str, Callable[[Aws], None]] = {
    f"S3 bucket mytodolist-dev-site-{'0' * 12}": a_bucket,
    "DynamoDB table mytodolist-dev-todos": a_table,
    "SES has the identity blog@example.com already": an_identity,
    f"log group {LOG_GROUP}": a_log_group,
    "secret mytodolist-dev-signing-key": a_secret,
    "user pool mytodolist-dev": a_pool,
}


@pytest.fixture
def full(aws: Aws) -> Aws:
    """An account in which somebody has all that a stage would make, and a role for API logs."""
    for make in EXISTING.values():
        make(aws)
    patch = {"op": "replace", "path": "/cloudwatchRoleArn", "value": ROLE}
    aws.client("apigateway").update_account(patchOperations=[patch])
    return aws


def all_of(aws: Aws) -> dict[str, Any]:
    return {**everything(aws, PLAIN), **of_the_account(aws)}


def test_the_plan_names_all_that_is_there_already_and_nothing_of_it_changes(
    full: Aws, make_stacks: MakeStacks, tmp_path: Path
) -> None:
    before = all_of(full)
    # when the stage is planned, then each is named in one sentence that says what to do
    with pytest.raises(PreflightError) as refused:
        command.show_plan(full, replace(PLAIN, sets_up_api_logs=True), "")
    assert [name for name in EXISTING if name not in str(refused.value)] == []
    for step in ("write a stage of another name", "mail_identity: existing", "take sets_up_api_logs out"):
        assert step in str(refused.value)
    # when it is deployed all the same, then its stack is rolled back
    with pytest.raises(StackError, match="already"):
        make_stacks(PLAIN)
    # and what the rolled-back stack could not make is named again
    with pytest.raises(PreflightError, match="secret mytodolist-dev-signing-key"):
        command.show_plan(full, PLAIN, "")
    # and when it is destroyed with its data, then what was there before stays, and is said
    said = sentences(destroy(full, PLAIN, words_for_data(PLAIN), tmp_path, lambda _: None))
    assert [line for line in said if line.startswith("Left: the stack")] == []
    assert "Left: DynamoDB table mytodolist-dev-todos" in said
    assert changes(before, all_of(full)) == {}


def test_a_stack_that_finds_a_bucket_of_its_name_leaves_it_and_all_that_is_in_it(
    aws: Aws, make_stacks: MakeStacks, tmp_path: Path
) -> None:
    # given a bucket that is called as the site's, which is made after others
    a_bucket(aws)
    before = all_of(aws)
    with pytest.raises(StackError, match=r"mytodolist-dev-edge failed: SiteBucket: .*already"):
        make_stacks(PLAIN)
    assert take_inventory(aws, PLAIN).half_made
    # when what was made is taken down with its data
    destroy(aws, PLAIN, words_for_data(PLAIN), tmp_path, lambda _: None)
    # then the bucket alone is there, as it was
    assert changes(before, all_of(aws)) == {}

"""`make drift` names what was changed by hand in any of a stage's stacks, and nothing else."""

import pytest

from infra.deploy import __main__ as command
from infra.deploy.aws import Aws
from infra.deploy.drift import DriftError, drift
from infra.deploy.plan import look
from infra.deploy.stage import Stage
from tests.verbs.conftest import STAGE, MakeStacks

PLAIN = Stage("dev", STAGE.region, STAGE.mail_from)


def of_stacks(aws: Aws) -> list[str]:
    """The differences, without those of functions, which were never made here."""
    return [line for line in drift(aws, PLAIN, look(aws, PLAIN)) if ":" in line]


def test_what_nobody_touched_has_no_drift_and_what_somebody_did_is_named(aws: Aws, make_stacks: MakeStacks) -> None:
    # given stacks as they were made
    make_stacks(PLAIN, "media")
    assert of_stacks(aws) == []
    # when a queue's time-out is changed, and a bucket deleted, by hand
    sqs = aws.client("sqs")
    queue = sqs.get_queue_url(QueueName="mytodolist-dev-thumbnail-jobs")["QueueUrl"]
    sqs.set_queue_attributes(QueueUrl=queue, Attributes={"VisibilityTimeout": "7"})
    aws.client("s3").delete_bucket(Bucket=f"mytodolist-dev-site-{aws.account}")
    # then both are said, with the stack and the resource
    deleted, changed = sorted(of_stacks(aws), key=lambda line: "VisibilityTimeout" in line)
    assert deleted == "mytodolist-dev-edge: SiteBucket (AWS::S3::Bucket) was deleted"
    assert changed.startswith("mytodolist-dev-messaging: ThumbnailJobs (AWS::SQS::Queue) /VisibilityTimeout: 7, not ")


def test_functions_that_are_gone_are_drift(aws: Aws, make_stacks: MakeStacks) -> None:
    make_stacks(PLAIN, "data")
    assert "mytodolist-dev-publish-pages was deleted" in drift(aws, PLAIN, look(aws, PLAIN))


def test_of_nothing_there_is_no_drift_but_a_sentence(aws: Aws) -> None:
    with pytest.raises(DriftError, match="make deploy STAGE=dev"):
        drift(aws, PLAIN, look(aws, PLAIN))


def test_the_command_ends_with_status_1(aws: Aws, make_stacks: MakeStacks, capsys: pytest.CaptureFixture[str]) -> None:
    make_stacks(PLAIN, "data")
    assert aws.account
    assert command.main(["drift", "dev"]) == 1
    assert "was deleted" in capsys.readouterr().err

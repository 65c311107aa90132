"""Each verb on each state that a stage can be in: it does what it says, or it is one sentence before any change.

The direct stage that answers, with its functions and its API, is tests/rehearsal's.
"""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from infra.deploy import __main__ as command
from infra.deploy.aws import Aws
from infra.deploy.destroy import DestroyError, destroy, sentences, words_for_data
from infra.deploy.inventory import Way, WayError, take_inventory
from infra.deploy.parts import EVERY_PART, parts
from infra.deploy.plan import CREATE, KEEP, REMOVE, REPAIR, look, plan
from infra.deploy.release import Deploy
from infra.deploy.stage import GLOBAL_REGION, Stage
from tests.verbs.conftest import STAGE, MakeStacks

PLAIN = Stage("dev", STAGE.region, STAGE.mail_from)


def take_down(aws: Aws, tmp_path: Path, words: str = "", stage: Stage = STAGE) -> list[str]:
    return sentences(destroy(aws, stage, words, tmp_path, lambda _: None))


def one_stack(aws: Aws) -> None:
    """A stack of everything in small: what it is called is what tells."""
    nested = json.dumps({"Resources": {"Kept": {"Type": "AWS::SQS::Queue", "Properties": {}}}})
    aws.client("s3").create_bucket(Bucket="templates-of-one-stack")
    aws.client("s3").put_object(Bucket="templates-of-one-stack", Key="data.json", Body=nested)
    template = {
        "Resources": {
            "Topic": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": "mytodolist-dev-uploads"}},
            "Data": {
                "Type": "AWS::CloudFormation::Stack",
                "DeletionPolicy": "RetainExceptOnCreate",
                "Properties": {"TemplateURL": f"{aws.endpoint}/templates-of-one-stack/data.json"},
            },
        }
    }
    cloudformation = aws.client("cloudformation")
    cloudformation.create_stack(
        StackName="mytodolist-dev", TemplateBody=json.dumps(template), EnableTerminationProtection=True
    )
    cloudformation.get_waiter("stack_create_complete").wait(StackName="mytodolist-dev", WaiterConfig={"Delay": 1})


def names(aws: Aws) -> list[str]:
    return [each.name for each in take_inventory(aws, STAGE).all]


# --- nothing


@pytest.mark.parametrize("words", ["", words_for_data(STAGE)])
def test_of_nothing_nothing_is_left(aws: Aws, tmp_path: Path, words: str) -> None:
    said = take_down(aws, tmp_path, words)
    assert [line for line in said if line.startswith("Left")] == []


@pytest.mark.parametrize(
    ("verb", "sentence"),
    [("smoke", "has no API"), ("unlock", "was never deployed"), ("site", "has no SiteBucket")],
)
def test_of_nothing_a_verb_says_what_to_run(
    aws: Aws, capsys: pytest.CaptureFixture[str], verb: str, sentence: str
) -> None:
    assert aws.account
    assert command.main([verb, "dev"]) == 1
    said = capsys.readouterr().err
    assert sentence in said
    assert "Traceback" not in said


# --- half-made


@pytest.mark.parametrize("until", [part.concern for part in parts(PLAIN) if part.concern in ("logs", "data", "media")])
def test_a_deploy_that_broke_off_is_taken_up_again_or_taken_down(
    aws: Aws, make_stacks: MakeStacks, tmp_path: Path, until: str
) -> None:
    # given a deploy that came as far as this stack
    make_stacks(PLAIN, until)
    made = names(aws)
    # when the next one is planned
    # CloudFront's stack is planned twice: the API is behind it once there is one.
    steps = {step.what: step.change for step in reversed(plan(PLAIN, look(aws, PLAIN)))}
    # then it keeps what is there and makes the rest
    assert {name: steps[name] for name in made if steps[name] != KEEP} == {}
    assert steps[PLAIN.stack(until)] == CREATE
    # and by the words for it everything goes
    said = take_down(aws, tmp_path, words_for_data(PLAIN), PLAIN)
    assert [line for line in said if line.startswith("Left")] == []


def test_a_stack_whose_making_failed_is_made_anew_or_taken_down(
    aws: Aws, make_stacks: MakeStacks, tmp_path: Path
) -> None:
    make_stacks(PLAIN, "data")
    # The table's name is taken, so CloudFormation rolls the stack back.
    taken = {"TableName": "another", "BillingMode": "PAY_PER_REQUEST"}
    keys = {
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
        "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
    }
    aws.client("dynamodb").create_table(**taken, **keys)
    broken = {"Resources": {"Wrong": {"Type": "AWS::DynamoDB::Table", "Properties": taken | keys}}}
    cloudformation = aws.client("cloudformation")
    cloudformation.create_stack(StackName="mytodolist-dev-data", TemplateBody=json.dumps(broken))
    with pytest.raises(Exception, match="failed"):
        cloudformation.get_waiter("stack_create_complete").wait(
            StackName="mytodolist-dev-data", WaiterConfig={"Delay": 1}
        )
    assert [each.concern for each in take_inventory(aws, PLAIN).half_made] == ["data"]
    steps = {step.what: step.change for step in plan(PLAIN, look(aws, PLAIN))}
    assert steps["mytodolist-dev-data"] == REPAIR
    said = take_down(aws, tmp_path, words_for_data(PLAIN), PLAIN)
    assert [line for line in said if line.startswith("Left")] == []


# --- parts switched off


def test_a_part_that_is_switched_off_is_seen_by_every_verb_and_goes(
    aws: Aws, make_stacks: MakeStacks, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    # given a stage with backups and a budget, whose file asks for neither any more
    make_stacks(STAGE)
    off = {"mytodolist-dev-backup", "mytodolist-dev-budget"}
    found = look(aws, PLAIN)
    # then plan and status say so
    assert {step.what for step in plan(PLAIN, found) if step.change == REMOVE} >= off
    command.status(aws, PLAIN, "")
    said = capsys.readouterr().out.splitlines()
    assert {line.split()[0] for line in said if "does not ask for it any more" in line} >= off
    # and destroy takes them down
    take_down(aws, tmp_path, stage=PLAIN)
    assert not off & set(names(aws))


# --- one stack


def test_make_deploy_leaves_a_stage_alone_that_is_one_stack(aws: Aws, tmp_path: Path) -> None:
    one_stack(aws)
    before = names(aws)
    with pytest.raises(WayError, match="make package STAGE=dev"):
        Deploy(aws, STAGE, tmp_path, tmp_path).run()
    assert names(aws) == before


def test_make_destroy_touches_nothing_of_one_stack_without_the_words_for_its_data(aws: Aws, tmp_path: Path) -> None:
    one_stack(aws)
    before = names(aws)
    with pytest.raises(DestroyError, match='WORDS="delete all data of dev"'):
        take_down(aws, tmp_path)
    assert names(aws) == before
    assert take_inventory(aws, STAGE).way == Way.ONE_STACK


def test_make_destroy_takes_one_stack_down_with_what_is_in_it_and_beside_it(
    aws: Aws, make_stacks: MakeStacks, tmp_path: Path
) -> None:
    # given one stack that is protected, with a nested stack that outlives it, and the bucket for packages beside it
    make_stacks(replace(PLAIN, name="dev"), "logs")
    one_stack(aws)
    assert len(names(aws)) == 3
    # when it is destroyed
    said = take_down(aws, tmp_path, words_for_data(STAGE))
    # then all of it is gone
    assert names(aws) == []
    assert [line for line in said if line.startswith("Left")] == []


def test_one_stack_is_not_begun_over_a_direct_stage(aws: Aws, make_stacks: MakeStacks) -> None:
    make_stacks(PLAIN, "data")
    before = names(aws)
    with pytest.raises(WayError, match="make deploy STAGE=dev"):
        command.beside(aws, PLAIN, "")
    assert names(aws) == before


def test_a_stage_that_is_both_is_refused_by_each(aws: Aws, make_stacks: MakeStacks, tmp_path: Path) -> None:
    make_stacks(PLAIN, "data")
    one_stack(aws)
    before = names(aws)
    refused: list[Callable[[], object]] = [
        lambda: take_down(aws, tmp_path, words_for_data(STAGE)),
        lambda: Deploy(aws, STAGE, tmp_path, tmp_path).run(),
        lambda: command.beside(aws, STAGE, ""),
    ]
    for verb in refused:
        with pytest.raises((DestroyError, WayError), match="one stack as well"):
            verb()
    assert names(aws) == before


# --- what is left


def test_what_no_stack_owns_is_said(aws: Aws, tmp_path: Path) -> None:
    # given things with the stage's name that no stack has, and others'
    aws.client("dynamodb").create_table(
        TableName="mytodolist-dev-old",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    aws.client("sqs").create_queue(QueueName="mytodolist-dev-by-hand")
    aws.client("sqs").create_queue(QueueName="mytodolist-dev2-jobs")
    # when the stage is destroyed
    said = take_down(aws, tmp_path, words_for_data(STAGE))
    # then they are named, and others' are not
    assert [line for line in said if line.startswith("Left")] == [
        "Left: DynamoDB table mytodolist-dev-old",
        "Left: queue mytodolist-dev-by-hand",
    ]
    assert "Nothing is left." not in said


def test_two_stages_in_one_account_do_not_see_each_other(aws: Aws, make_stacks: MakeStacks, tmp_path: Path) -> None:
    # given two stages whose names begin alike
    other = replace(PLAIN, name="dev2", mail_from="blog2@example.com")
    make_stacks(PLAIN, "media")
    make_stacks(other, "media")
    # when one goes with all its data
    said = take_down(aws, tmp_path, words_for_data(PLAIN), PLAIN)
    # then all of it is gone, and nothing of the other
    assert [line for line in said if line.startswith("Left")] == []
    assert len(take_inventory(aws, other).parts) == len(parts(other)) - len(after("media", other))
    assert {step.change for step in plan(other, look(aws, other)) if step.what == other.stack("data")} == {KEEP}


def after(concern: str, stage: Stage) -> list[str]:
    """The stacks of a stage from this one on."""
    concerns = [part.concern for part in parts(stage)]
    return concerns[concerns.index(concern) :]


def test_every_part_is_in_one_of_two_regions() -> None:
    assert {part.region for part in EVERY_PART} == {"", GLOBAL_REGION}

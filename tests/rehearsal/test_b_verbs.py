"""What `make plan`, `status`, `outputs`, `smoke` and `unlock` say of a stage that is there, and of one that is not."""

from collections.abc import Callable

import pytest
from botocore.exceptions import ClientError

from infra.deploy.__main__ import VERBS, main
from infra.deploy.aws import CALLS_FILE
from infra.deploy.parts import parts
from infra.deploy.state import State
from tests.rehearsal.staging import Rehearsal

Say = Callable[[str], list[str]]


@pytest.fixture
def say(rehearsal: Rehearsal, capsys: pytest.CaptureFixture[str]) -> Say:
    """Run a verb on the rehearsed stage, and return its lines."""

    def run(verb: str) -> list[str]:
        VERBS[verb](rehearsal.aws, rehearsal.stage, "")
        return capsys.readouterr().out.splitlines()

    return run


def test_a_plan_names_the_account_and_keeps_every_stack_as_it_is(rehearsal: Rehearsal, say: Say) -> None:
    account, *steps = say("plan")
    assert account == f"rehearsal: account {rehearsal.aws.account}, us-east-1"
    kept = [line.split()[1] for line in steps if line.split()[0] == "keep"]
    assert kept == [rehearsal.stage.stack(part.concern) for part in parts(rehearsal.stage)]


def test_the_status_has_each_stack_the_api_and_the_release(rehearsal: Rehearsal, say: Say) -> None:
    said = dict(line.split(maxsplit=1) for line in say("status"))
    for part in parts(rehearsal.stage):
        assert said[rehearsal.stage.stack(part.concern)] in ("CREATE_COMPLETE", "UPDATE_COMPLETE")
    assert said["API"] == rehearsal.look().api_id
    assert said["release"].startswith("commit ")


def test_outputs_are_those_of_the_stacks_but_for_the_secret(rehearsal: Rehearsal, say: Say) -> None:
    said = dict(line.split("=", 1) for line in say("outputs"))
    assert said.items() <= rehearsal.outputs.items()
    assert "SiteApiKey" in rehearsal.outputs
    assert rehearsal.key() not in said.values()
    assert said.keys() == rehearsal.outputs.keys() - {"SiteApiKey"}


def test_the_questions_are_said_as_they_are_answered(say: Say) -> None:
    said = say("smoke")
    assert "  /index.html is there" in said
    assert len(said) > 7


def test_a_lock_that_was_left_is_taken_away(rehearsal: Rehearsal, say: Say) -> None:
    state = State(rehearsal.aws, rehearsal.outputs["DeploysBucket"], rehearsal.stage.name)
    with state.locked():
        say("unlock")
        with state.locked():
            pass


@pytest.fixture
def administrator(rehearsal: Rehearsal, monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands run with the root's keys: the role of a stage's deploys may not look at another stage."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", rehearsal.engine.access_key)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", rehearsal.engine.secret_key)
    monkeypatch.delenv("AWS_SESSION_TOKEN")
    monkeypatch.delenv(CALLS_FILE)


def test_the_role_cannot_change_another_stage(rehearsal: Rehearsal) -> None:
    with pytest.raises(ClientError, match="not authorized to perform: cloudformation:DeleteStack"):
        rehearsal.aws.client("cloudformation").delete_stack(StackName="mytodolist-dev-data")


@pytest.mark.usefixtures("administrator")
@pytest.mark.parametrize("verb", ["status", "outputs"])
def test_a_stage_that_was_never_deployed_is_looked_at_all_the_same(
    rehearsal: Rehearsal, verb: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([verb, "dev"]) == 0
    said = capsys.readouterr().out
    assert "keep" not in said
    assert "COMPLETE" not in said


@pytest.mark.usefixtures("administrator")
@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["smoke", "dev"], "dev has no API: make deploy STAGE=dev"),
        (["unlock", "dev"], "dev was never deployed: make deploy STAGE=dev"),
        (["plan", "nowhere"], "There is no nowhere.yaml in infra/stages"),
        (["destroy", "prod"], 'WORDS="take prod down"'),
    ],
)
def test_what_cannot_be_done_is_a_sentence(
    rehearsal: Rehearsal, arguments: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 1
    said = capsys.readouterr().err
    assert sentence in said
    assert "Traceback" not in said


def test_aws_refusal_is_told_with_what_to_run_again(
    rehearsal: Rehearsal, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    # It answers who is asking, and nothing else.
    monkeypatch.setenv("AWS_ENDPOINT_URL_CLOUDFORMATION", "http://127.0.0.1:1")
    assert main(["plan", "dev"]) == 1
    said = capsys.readouterr().err
    assert said.startswith("\nAWS refused: ")
    assert said.endswith("run it again: make plan STAGE=dev\n")


@pytest.mark.parametrize("arguments", [[], ["plan"], ["fly", "dev"], ["plan", "dev", "now", "please"]])
def test_an_unknown_verb_is_told_the_known_ones(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 2
    assert capsys.readouterr().err.startswith("Say python -m infra.deploy {plan,deploy,status,")

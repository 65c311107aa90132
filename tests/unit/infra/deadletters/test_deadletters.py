"""The failure queues at the terminal: looking changes nothing, and a replay is done once."""

import json

import pytest
from botocore.exceptions import ClientError

from infra.deadletters.__main__ import main
from infra.deadletters.letters import FAILURE_QUEUES
from tests.unit.infra.deadletters.conftest import Desk, message

JOB = {"type": "one", "post": {"slug": "tides", "title": "Tides"}, "email": "ada@example.com"}
UPLOAD = {"Records": [{"s3": {"object": {"key": "users/ada/1"}}}]}


def test_an_empty_desk(desk: Desk) -> None:
    assert desk.types("list") == (0, "")
    assert desk.types("show") == (0, "")
    assert desk.types("replay") == (0, "0 of 0 replayed\n")


# --- looking


def test_each_letter_is_a_line_that_says_what_it_is_about_and_no_address(desk: Desk) -> None:
    # given a letter of each kind
    desk.send("thumbnail-jobs-failures", UPLOAD)
    desk.send("announcements-failures", JOB)
    desk.send("mail-event-jobs-failures", {"eventType": "Bounce", "mail": {"destination": ["ada@example.com"]}})
    desk.send("stream-failures", desk.letter_about(1000))
    # when somebody lists them
    status, said = desk.types("list")
    # then each has its line
    assert status == 0
    thumbnail, announcement, event, record = said.splitlines()
    assert thumbnail.endswith("users/ada/1")
    assert announcement.endswith("tides: one")
    assert event.endswith("Bounce")
    assert record.endswith("mytodolist-test-tell-owner: RetryAttemptsExhausted, 1 record(s) from 1000")
    # and nobody's address is in it
    assert "ada@example.com" not in said


@pytest.mark.parametrize("queue", FAILURE_QUEUES)
@pytest.mark.parametrize("body", ["no JSON", "[]", "{}", '"text"', "null"])
def test_a_letter_that_makes_no_sense_is_listed_all_the_same(desk: Desk, queue: str, body: str) -> None:
    desk.send(queue, body)
    status, said = desk.types("list")
    assert (status, said.strip().endswith(f"not understood, {len(body)} characters")) == (0, True)


def test_a_letter_can_be_read_whole_and_chosen_by_its_id(desk: Desk) -> None:
    desk.send("announcements-failures", JOB)
    wanted = desk.send("announcements-failures", "no JSON, ünïcode")
    assert '"email": "ada@example.com"' in desk.types("show")[1]
    status, said = desk.types("show", "--id", wanted)
    assert status == 0
    assert said.splitlines()[1] == "no JSON, ünïcode"
    assert JOB["email"] not in said


def test_one_queue_can_be_chosen(desk: Desk) -> None:
    desk.send("announcements-failures", JOB)
    desk.send("thumbnail-jobs-failures", UPLOAD)
    assert len(desk.types("list", "--queue", "announcements-failures")[1].splitlines()) == 1


def test_more_letters_than_a_queue_hands_over_at_once_are_all_there(desk: Desk) -> None:
    for number in range(25):
        desk.send("announcements-failures", {**JOB, "number": number})
    assert len(desk.types("list")[1].splitlines()) == 25


@pytest.mark.parametrize("command", [("list",), ("show",), ("replay", "--dry-run")])
def test_looking_leaves_everything_for_whoever_looks_next(desk: Desk, command: tuple[str, ...]) -> None:
    # given letters
    message("01A").save()
    desk.stream.holds("01A")
    desk.send("announcements-failures", JOB)
    desk.send("stream-failures", desk.letter_about(1000))
    # when somebody looks
    first = desk.types(*command)
    # then the letters are where they were, and nothing was done
    assert desk.waiting("announcements-failures") == [json.dumps(JOB)]
    assert len(desk.waiting("stream-failures")) == 1
    assert desk.waiting("announcements") == []
    assert desk.functions.events == []
    assert desk.types(*command) == first


def test_a_dry_run_says_what_would_be_done(desk: Desk) -> None:
    message("01A").save()
    desk.stream.holds("01A")
    one = desk.send("announcements-failures", JOB)
    two = desk.send("stream-failures", desk.letter_about(1000))
    status, said = desk.types("replay", "--dry-run")
    assert status == 0
    assert said.splitlines() == [
        f"{one}  would go back to announcements",
        f"{two}  would go to mytodolist-test-tell-owner: INSERT mytodolist-test-messages",
        "2 of 2 would be replayed",
    ]


# --- replaying what came from a queue


def test_a_message_goes_back_to_its_queue_with_its_attributes(desk: Desk) -> None:
    given = {"DataType": "String", "StringValue": "abc"}
    desk.send("thumbnail-jobs-failures", UPLOAD, trace=given)
    assert desk.types("replay")[0] == 0
    url = desk.clients.queue_url("thumbnail-jobs")
    (back,) = desk.clients.sqs.receive_message(QueueUrl=url, MessageAttributeNames=["All"])["Messages"]
    assert json.loads(back["Body"]) == UPLOAD
    assert back["MessageAttributes"] == {"trace": given}
    assert desk.waiting("thumbnail-jobs-failures") == []


def test_replaying_again_finds_nothing_to_do(desk: Desk) -> None:
    desk.send("announcements-failures", JOB)
    assert desk.types("replay")[1].endswith("1 of 1 replayed\n")
    assert desk.types("replay") == (0, "0 of 0 replayed\n")
    assert len(desk.waiting("announcements")) == 1


def test_a_queue_that_refuses_keeps_the_letter_and_the_others_go_on(desk: Desk) -> None:
    # given a queue that is gone
    desk.clients.sqs.delete_queue(QueueUrl=desk.clients.queue_url("thumbnail-jobs"))
    stays = desk.send("thumbnail-jobs-failures", UPLOAD)
    desk.send("announcements-failures", JOB)
    # when everything is replayed
    status, said = desk.types("replay")
    # then one stays and says why
    assert status == 1
    assert f"{stays}  stays: GetQueueUrl: " in said
    assert said.endswith("1 of 2 replayed\n")
    assert len(desk.waiting("thumbnail-jobs-failures")) == 1
    assert len(desk.waiting("announcements")) == 1


def test_only_the_letter_that_is_named_goes(desk: Desk) -> None:
    desk.send("announcements-failures", {**JOB, "number": 1})
    wanted = desk.send("announcements-failures", {**JOB, "number": 2})
    assert desk.types("replay", "--id", wanted)[1].endswith("1 of 1 replayed\n")
    assert [json.loads(body)["number"] for body in desk.waiting("announcements")] == [2]
    assert [json.loads(body)["number"] for body in desk.waiting("announcements-failures")] == [1]


def test_letters_go_no_faster_than_asked_for(desk: Desk) -> None:
    for number in range(4):
        desk.send("announcements-failures", {**JOB, "number": number})
    desk.types("replay", "--rate", "2")
    assert desk.pauses == [0.5, 0.5, 0.5]


@pytest.mark.parametrize("rate", ["0", "-1", "nan", "inf", "fast"])
def test_a_rate_that_is_none_is_refused(desk: Desk, rate: str) -> None:
    with pytest.raises(SystemExit):
        desk.types("replay", "--rate", rate)


# --- replaying a record of a stream


def test_a_record_goes_to_its_function_with_the_item_as_it_is_now(desk: Desk) -> None:
    # given a record whose item has changed since
    desk.stream.holds("01A")
    desk.send("stream-failures", desk.letter_about(1000))
    message("01A", "after").save()
    # when it is replayed
    status, said = desk.types("replay")
    # then the function sees a new item as it is now
    assert (status, "went to mytodolist-test-tell-owner: INSERT" in said) == (0, True)
    (event,) = desk.functions.events
    (record,) = event["Records"]
    assert record["eventName"] == "INSERT"
    assert record["dynamodb"]["Keys"] == {"message_id": {"S": "01A"}}
    assert record["dynamodb"]["NewImage"]["message"] == {"S": "after"}
    assert record["dynamodb"]["ApproximateCreationDateTime"] == 1795262400
    assert desk.waiting("stream-failures") == []


def test_a_record_whose_item_is_gone_says_so(desk: Desk) -> None:
    desk.stream.holds("01A")
    desk.send("stream-failures", desk.letter_about(1000))
    desk.types("replay")
    (record,) = desk.functions.events[0]["Records"]
    assert record["eventName"] == "REMOVE"
    assert "NewImage" not in record["dynamodb"]


def test_a_removal_whose_item_is_there_again_is_a_change(desk: Desk) -> None:
    desk.stream.holds("01A", event="REMOVE")
    message("01A", "again").save()
    desk.send("stream-failures", desk.letter_about(1000))
    desk.types("replay")
    (record,) = desk.functions.events[0]["Records"]
    assert record["eventName"] == "MODIFY"
    assert record["dynamodb"]["NewImage"]["message"] == {"S": "again"}
    assert "userIdentity" not in record


def test_several_records_go_together_in_order(desk: Desk) -> None:
    names = ("01A", "01B", "01C", "01D", "01E")
    desk.stream.holds(*names)
    for name in names:
        message(name).save()
    desk.send("stream-failures", desk.letter_about(1001, 1002, 1003))
    desk.types("replay")
    (event,) = desk.functions.events
    assert [record["dynamodb"]["Keys"]["message_id"]["S"] for record in event["Records"]] == ["01B", "01C", "01D"]


@pytest.mark.parametrize(
    ("answer", "error"),
    [({"batchItemFailures": [{"itemIdentifier": "1"}]}, None), ({"errorMessage": "no"}, "Unhandled")],
)
def test_a_record_that_fails_again_stays(desk: Desk, answer: dict[str, object], error: str | None) -> None:
    # given a function that still fails
    message("01A").save()
    desk.stream.holds("01A")
    letter = desk.send("stream-failures", desk.letter_about(1000))
    desk.functions.answers, desk.functions.error = lambda _: answer, error
    # when its letter is replayed, then it stays
    assert desk.types("replay") == (1, f"{letter}  stays: mytodolist-test-tell-owner failed again\n0 of 1 replayed\n")
    # when the function is mended, then it goes
    desk.functions.answers, desk.functions.error = lambda _: {"batchItemFailures": []}, None
    assert desk.types("replay")[0] == 0
    assert desk.waiting("stream-failures") == []


@pytest.mark.parametrize("refusal", ["TrimmedDataAccessException", "ResourceNotFoundException", None])
def test_what_the_stream_has_forgotten_stays_and_is_never_taken_for_done(desk: Desk, refusal: str | None) -> None:
    # given letters about records of which the stream has none, or not all
    desk.stream.holds("01A")
    desk.stream.refuses = refusal
    desk.send("stream-failures", desk.letter_about(1005))
    desk.send("stream-failures", desk.letter_about(1000, 1001))
    # when they are replayed, then they stay
    for options in (("--dry-run",), ()):
        status, said = desk.types("replay", *options)
        assert status == 1
        assert said.count("stays: the stream ") == 2
    assert desk.functions.events == []
    assert len(desk.waiting("stream-failures")) == 2


def test_a_stream_that_cannot_be_asked_ends_the_command_and_keeps_the_letter(desk: Desk) -> None:
    desk.stream.refuses = "AccessDeniedException"
    desk.send("stream-failures", desk.letter_about(1000))
    with pytest.raises(ClientError):
        desk.types("replay")
    assert len(desk.waiting("stream-failures")) == 1


@pytest.mark.parametrize("body", ["no JSON", "{}", "[]", '{"requestContext": {"functionArn": 1}}'])
def test_a_letter_that_is_not_lambdas_stays(desk: Desk, body: str) -> None:
    letter = desk.send("stream-failures", body)
    said = desk.types("replay")[1]
    assert said.startswith(f"{letter}  stays: it is not what Lambda tells of a record")


# --- the command itself


def test_a_stage_that_is_not_there_is_one_sentence(tables: None, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["list", "--stage", "nowhere"]) == 1
    assert capsys.readouterr().err.startswith("The failure queues of nowhere cannot be reached: ")


@pytest.mark.enable_socket
def test_a_laptop_that_is_not_running_is_one_sentence(
    tmp_path: object, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LOCAL_FOLDER", f"{tmp_path}/local")
    monkeypatch.setenv("AWS_PORT", "9")
    assert main(["list"]) == 1
    assert "cannot be reached: Could not connect" in capsys.readouterr().err


def test_a_laptop_that_cannot_be_laid_out_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("AWS_PORT", "seven")
    assert main(["list"]) == 1
    assert capsys.readouterr().err == "AWS_PORT must be a port between 1 and 65535, not 'seven'.\n"

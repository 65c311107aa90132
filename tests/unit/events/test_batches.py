"""Batches: one bad record costs nobody else anything, and later records of its key wait for it."""

import json
from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.events.batches import QueueMessage, StreamRecord, queue_batch, stream_batch


def change(number: int, key: str = "a", **more: Any) -> dict[str, Any]:
    images = {"Keys": {"id": {"S": key}}, "SequenceNumber": str(number), "NewImage": {"id": {"S": key}}}
    return {"eventName": "MODIFY", "dynamodb": images} | more


def message(message_id: str) -> dict[str, Any]:
    return {"messageId": message_id, "body": f"body of {message_id}", "attributes": {"ApproximateReceiveCount": "3"}}


def failing_at(*bad: str) -> tuple[list[str], Callable[[StreamRecord], None]]:
    handled: list[str] = []

    def handle(record: StreamRecord) -> None:
        handled.append(record.sequence_number)
        if record.sequence_number in bad:
            raise RuntimeError("a bad record")

    return handled, handle


def failed(answer: Any) -> list[str]:
    return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]


def test_a_good_batch_reports_no_failures() -> None:
    handled, handle = failing_at()
    assert stream_batch({"Records": [change(1), change(2)]}, handle) == {"batchItemFailures": []}
    assert handled == ["1", "2"]


def test_one_bad_record_in_a_thousand_does_not_hold_back_the_others() -> None:
    handled, handle = failing_at("500")
    records = [change(number, key=str(number)) for number in range(1000)]
    assert failed(stream_batch({"Records": records}, handle)) == ["500"]
    assert len(handled) == 1000


def test_later_records_of_a_bad_ones_key_wait_for_it() -> None:
    handled, handle = failing_at("2")
    records = [change(1, "a"), change(2, "a"), change(3, "b"), change(4, "a"), change(5, "b")]
    assert failed(stream_batch({"Records": records}, handle)) == ["2", "4"]
    assert handled == ["1", "2", "3", "5"]


def test_a_key_is_the_same_in_whatever_order_its_attributes_come() -> None:
    # given two changes of one item, whose keys a stream names in two orders
    user, todo = {"user_id": {"S": "ada"}}, {"todo_id": {"S": "1"}}
    first, second = change(1), change(2)
    first["dynamodb"]["Keys"], second["dynamodb"]["Keys"] = user | todo, todo | user
    # when the first fails
    handled, handle = failing_at("1")
    answer = stream_batch({"Records": [first, second]}, handle)
    # then the second waits for it
    assert (failed(answer), handled) == (["1", "2"], ["1"])


def test_a_failure_is_logged_under_one_name(logged: StringIO) -> None:
    _, handle = failing_at("1")
    stream_batch({"Records": [change(1)]}, handle)
    entry = json.loads(logged.getvalue().splitlines()[0])
    assert entry["message"] == "record failed"


@given(st.lists(st.tuples(st.sampled_from("abc"), st.booleans()), max_size=30))
def test_each_keys_records_are_done_in_order_up_to_its_first_failure(records: list[tuple[str, bool]]) -> None:
    bad = [str(number) for number, (_, fails) in enumerate(records) if fails]
    handled, handle = failing_at(*bad)
    event = {"Records": [change(number, key) for number, (key, _) in enumerate(records)]}
    reported = failed(stream_batch(event, handle))
    for key in "abc":
        own = [str(number) for number, (of, _) in enumerate(records) if of == key]
        first_bad = next((place for place, number in enumerate(own) if number in bad), len(own))
        assert [number for number in handled if number in own] == own[: first_bad + 1]
        assert [number for number in reported if number in own] == own[first_bad:]


def test_a_record_is_read_as_lambda_sends_it() -> None:
    seen: list[StreamRecord] = []
    by_ttl = change(
        7,
        eventName="REMOVE",
        userIdentity={"type": "Service", "principalId": "dynamodb.amazonaws.com"},
        dynamodb={"Keys": {"id": {"S": "a"}}, "SequenceNumber": "7", "OldImage": {"id": {"S": "a"}}},
    )
    stream_batch({"Records": [change(6), by_ttl]}, seen.append)
    assert seen == [
        StreamRecord("MODIFY", {"id": {"S": "a"}}, None, {"id": {"S": "a"}}, "6", by_ttl=False),
        StreamRecord("REMOVE", {"id": {"S": "a"}}, {"id": {"S": "a"}}, None, "7", by_ttl=True),
    ]


@pytest.mark.parametrize("identity", [None, {}, {"principalId": "someone"}])
def test_a_person_who_deletes_is_not_the_ttl(identity: object) -> None:
    seen: list[StreamRecord] = []
    stream_batch({"Records": [change(1, userIdentity=identity)]}, seen.append)
    assert not seen[0].by_ttl


def test_messages_of_a_queue_fail_one_by_one() -> None:
    seen: list[QueueMessage] = []

    def handle(each: QueueMessage) -> None:
        seen.append(each)
        if each.message_id == "m2":
            raise RuntimeError("a bad message")

    records = [message("m1"), message("m2"), message("m3") | {"attributes": {}}]
    assert failed(queue_batch({"Records": records}, handle)) == ["m2"]
    assert seen[0] == QueueMessage("m1", "body of m1", 3)
    assert [each.received for each in seen] == [3, 3, 1]


def test_a_message_that_does_not_count_its_deliveries_is_on_its_first() -> None:
    seen: list[QueueMessage] = []
    queue_batch({"Records": [{"messageId": "m1", "body": "text"}]}, seen.append)
    assert seen == [QueueMessage("m1", "text", 1)]

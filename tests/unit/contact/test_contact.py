"""The contact form: a message is kept and counted, both or neither, and the owner is told once."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from chalicelib import clock
from chalicelib.contact import service
from chalicelib.contact.contract import LONGEST_MESSAGE, NewMessage
from chalicelib.contact.events import on_messages_added
from chalicelib.contact.model import Message
from chalicelib.contact.service import BY_COMPUTER, BY_MAILBOX, IN_TOTAL
from chalicelib.mail.outcomes import RefusedForNow
from chalicelib.ratelimits.model import counter_key, is_counter
from chalicelib.ratelimits.service import LimitReached, computer, count
from tests.faults.dynamodb import MemoryDynamoDb
from tests.support.api import Answered, Api, Context
from tests.support.seam import AnswerLost, Recorder, Scripted, dynamodb_behind, refusal
from tests.unit.mail.conftest import desk
from tests.unit.mail.fakes import Desk

__all__ = ["desk"]

MESSAGE = {"name": "Ada", "email": "ada@example.com", "message": "Hello\n\tthere"}
DONE: dict[str, Any] = {"batchItemFailures": []}


@pytest.fixture
def traveller() -> Iterator[time_machine.Traveller]:
    with time_machine.travel("2026-11-21T12:10:00Z", tick=False) as travelling:
        yield travelling


def send(
    api: Api, body: object = MESSAGE, source_ip: str | None = "192.0.2.1", key: str | None = None, **headers: str
) -> Answered:
    """Send a message from a computer, or through CloudFront, which shows a key."""
    event = api.event("POST", "/contact", body, {name.replace("_", "-"): value for name, value in headers.items()})
    event["requestContext"]["identity"] = {"sourceIp": source_ip, "apiKeyId": key}
    answer = api.app(event, Context())
    return Answered(answer["statusCode"], answer["headers"], answer["body"])


def kept() -> list[Message]:
    return [Message.from_raw_data(item) for item in _items() if not is_counter(item["message_id"]["S"])]


def counters() -> dict[str, int]:
    return {item["message_id"]["S"]: int(item["sent"]["N"]) for item in _items() if is_counter(item["message_id"]["S"])}


def _items() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = Message._get_connection().scan()["Items"]
    return found


def added(*items: Mapping[str, Any], name: str = "INSERT") -> dict[str, Any]:
    return {
        "Records": [
            {
                "eventName": name,
                "dynamodb": {
                    "Keys": {"message_id": item["message_id"]},
                    "NewImage": item,
                    "SequenceNumber": str(place),
                },
            }
            for place, item in enumerate(items)
        ]
    }


def test_a_message_is_kept_for_ninety_days(anonymous: Api, traveller: time_machine.Traveller) -> None:
    body = {"name": " Ada Lovelace ", "email": "Ada@Example.com", "message": " Hello\n\tthere \n"}
    answered = send(anonymous, body)
    assert (answered.status, answered.json()) == (202, {"received": True})
    (message,) = kept()
    assert (message.name, message.email, message.message) == ("Ada Lovelace", "ada@example.com", "Hello\n\tthere")
    assert message.created_at == "2026-11-21T12:10:00.000Z"
    assert message.expires_at == clock.epoch_seconds() + 90 * 24 * 60 * 60
    assert service.find(message.message_id) is not None
    traveller.shift(90 * 24 * 60 * 60)
    assert service.find(message.message_id) is None


def test_no_address_of_a_computer_is_kept(anonymous: Api) -> None:
    send(anonymous)
    assert "192.0.2.1" not in str(_items())
    assert len(counters()) == 3


def test_keeping_and_counting_is_one_request(anonymous: Api) -> None:
    with dynamodb_behind(Recorder) as recorder:
        send(anonymous)
    assert recorder.operations == ["TransactWriteItems"]


@pytest.mark.parametrize("same", ["email", "mailbox", "computer", "network"])
def test_a_sender_may_send_five_an_hour(same: str, anonymous: Api, traveller: time_machine.Traveller) -> None:
    # given somebody who keeps either their address or their computer
    def again(number: int) -> Answered:
        tagged = f"ada+{number}@example.com" if same == "mailbox" else f"ada{number}@example.com"
        email = "ada@example.com" if same == "email" else tagged
        moved = f"2001:db8:1:2::{number}" if same == "network" else f"192.0.2.{number}"
        source_ip = "192.0.2.1" if same == "computer" else moved
        return send(anonymous, {**MESSAGE, "email": email}, source_ip)

    assert [again(number).status for number in range(BY_MAILBOX.most)] == [202] * BY_MAILBOX.most
    # when they send a sixth message
    refused = again(6)
    # then it is not kept, and they hear when to come back
    assert (refused.status, refused.json()["type"]) == (429, "urn:problem-type:too-many-requests")
    assert refused.headers["Retry-After"] == str(50 * 60)
    assert len(kept()) == BY_MAILBOX.most
    assert max(counters().values()) == BY_MAILBOX.most
    # and by then they may
    traveller.shift(50 * 60)
    assert again(7).status == 202


def test_a_message_that_is_refused_counts_for_nobody(anonymous: Api) -> None:
    for _ in range(BY_MAILBOX.most):
        send(anonymous)
    before = counters()
    send(anonymous, {**MESSAGE, "email": "bob@example.com"})
    assert counters() == before


def test_all_senders_together_may_send_so_many_an_hour(anonymous: Api, traveller: time_machine.Traveller) -> None:
    # given as many messages as the form takes in an hour, each of another sender
    for _ in range(IN_TOTAL.most):
        count(IN_TOTAL)
    # when one more comes
    refused = send(anonymous)
    # then it is refused until the next hour
    assert (refused.status, refused.headers["Retry-After"]) == (429, str(50 * 60))
    traveller.shift(50 * 60)
    assert send(anonymous).status == 202


def test_people_behind_cloudfront_do_not_share_a_limit(anonymous: Api) -> None:
    # given people whose messages come by one edge server, which shows the site's key
    edge, key = "198.51.100.1", "k1"
    for number in range(3 * BY_COMPUTER.most):
        body = {**MESSAGE, "email": f"ada{number}@example.com"}
        viewer = f"192.0.2.{number // BY_COMPUTER.most}"
        assert send(anonymous, body, edge, key, x_viewer_address=viewer).status == 202
    # then each of them has a limit of their own
    assert send(anonymous, {**MESSAGE, "email": "b@example.com"}, edge, key, x_viewer_address="192.0.2.0").status == 429


def test_without_a_key_the_header_of_a_caller_is_not_believed(anonymous: Api) -> None:
    statuses = [
        send(anonymous, {**MESSAGE, "email": f"ada{number}@example.com"}, x_viewer_address=f"192.0.2.{number}").status
        for number in range(6)
    ]
    assert statuses == [202] * 5 + [429]


@pytest.mark.parametrize(
    ("address", "same"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3::4", "20010db800010002"),
        ("2001:0db8:0001:0002::", "20010db800010002"),
        ("no address", "no address"),
    ],
)
def test_a_computer_is_an_address_or_a_network_of_ipv6(address: str, same: str) -> None:
    assert computer(address) == same


@pytest.mark.parametrize("source_ip", [None, ""])
def test_without_a_computer_the_address_alone_counts(source_ip: str | None, anonymous: Api) -> None:
    statuses = [send(anonymous, source_ip=source_ip).status for _ in range(6)]
    assert statuses == [202] * 5 + [429]
    assert send(anonymous, {**MESSAGE, "email": "bob@example.com"}, source_ip).status == 202


def test_an_answer_that_was_lost_is_a_message_kept_once(anonymous: Api) -> None:
    for _ in range(BY_MAILBOX.most - 1):
        send(anonymous)
    with dynamodb_behind(lambda inner: AnswerLost(inner, "TransactWriteItems", refusal("RequestTimeout"))):
        assert send(anonymous).status == 202
    assert len(kept()) == BY_MAILBOX.most
    assert set(counters().values()) == {BY_MAILBOX.most}


def test_a_database_that_does_not_answer_is_no_secret(anonymous: Api) -> None:
    with dynamodb_behind(lambda _: Scripted(refusal("ThrottlingException"))):
        assert send(anonymous).status == 503


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "   "}, "name"),
        ({"name": "a" * 101}, "name"),
        ({"name": "Ada\nBcc: bob@example.com"}, "name"),
        ({"name": "Ada\x00"}, "name"),
        ({"email": "ada"}, "email"),
        ({"email": "ada@example"}, "email"),
        ({"email": "ada@example.com\nBcc: bob@example.com"}, "email"),
        ({"message": ""}, "message"),
        ({"message": " \n\t "}, "message"),
        ({"message": "a\x00b"}, "message"),
        ({"message": "a\x85b"}, "message"),
        ({"message": "a" * (LONGEST_MESSAGE + 1)}, "message"),
        ({"message": None}, "message"),
        ({"subject": "x"}, "subject"),
    ],
)
def test_what_does_not_fit_is_refused(change: dict[str, Any], field: str, anonymous: Api) -> None:
    with dynamodb_behind(Recorder) as recorder:
        answered = send(anonymous, {**MESSAGE, **change})
    assert answered.status == 400
    assert [error["field"] for error in answered.json()["errors"]] == [field]
    assert recorder.calls == []


def test_the_longest_message_is_taken_and_a_longer_body_is_not(anonymous: Api) -> None:
    assert send(anonymous, {**MESSAGE, "name": "a" * 100, "message": "ü" * LONGEST_MESSAGE}).status == 202
    assert send(anonymous, {**MESSAGE, "message": "a" * 300_000}).status == 413


@given(
    name=st.text(max_size=120),
    message=st.text(max_size=200),
    extra=st.dictionaries(st.text(max_size=10), st.none() | st.integers(), max_size=2),
)
def test_whatever_is_typed_is_taken_as_text_or_refused(name: str, message: str, extra: dict[str, Any]) -> None:
    from tests.unit.conftest import application  # noqa: PLC0415 - the environment comes first

    body = {**extra, "name": name, "email": "ada@example.com", "message": message}
    with dynamodb_behind(lambda _: Scripted({})) as scripted:
        status = send(Api(application.app), body).status
    fits = (
        re.fullmatch(r"[^\x00-\x1f\x7f-\x9f]*\S[^\x00-\x1f\x7f-\x9f]*", name.strip()) is not None
        and len(name.strip()) <= 100
        and bool(message.strip())
        and not re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]", message)
        and body.keys() == {"name", "email", "message"}
    )
    assert status in (202, 400)
    assert (status == 202) <= fits
    assert (status == 202) == bool(scripted.calls)


@pytest.mark.parametrize(
    "control", [*map(chr, range(0x202A, 0x202F)), *map(chr, range(0x2066, 0x206A)), "\u2028", "\u2029"]
)
def test_a_name_that_turns_what_is_beside_it_around_is_refused(tables: None, anonymous: Api, control: str) -> None:
    refused = send(anonymous, {**MESSAGE, "name": f"Ada{control}moc.elpmaxe"})
    assert refused.status == 400
    assert [error["field"] for error in refused.json()["errors"]] == ["name"]
    # In the message they are text: what they turn around ends with their line
    assert send(anonymous, {**MESSAGE, "message": f"a{control}b"}).status == 202


def test_the_owner_is_told_once(tables: None, desk: Desk) -> None:
    # given a message whose record comes twice
    # and in it a name of before names were checked, with a second line and a control that turns the text around
    new = NewMessage("Ünal\u2028Ö\u202e", "unal@example.com", "Grüße\naus \u2067Köln\u2069")
    service.receive(new, "unal@example.com", "192.0.2.1")
    event = added(*_items())
    for _ in range(2):
        assert on_messages_added(event, desk.outbox) == DONE
    # then there is one notice, whose subject is a line of ASCII once SNS has it
    ((topic, subject, text),) = desk.notices.published
    assert topic == "arn:aws:sns:eu-north-1:123456789012:mytodolist-test-owner"
    assert subject == "Message from Ünal Ö"
    assert text == "Ünal Ö <unal@example.com> wrote by the contact form:\n\nGrüße\naus Köln\n"


def test_counters_and_other_changes_tell_nobody_anything(tables: None, desk: Desk) -> None:
    service.receive(NewMessage(**MESSAGE), "ada@example.com", "192.0.2.1")
    items = _items()
    on_messages_added(added(*(item for item in items if is_counter(item["message_id"]["S"]))), desk.outbox)
    on_messages_added(added(*items, name="MODIFY"), desk.outbox)
    on_messages_added(added(*items, name="REMOVE"), desk.outbox)
    assert desk.notices.published == []


def test_a_message_that_is_gone_tells_nobody_anything(tables: None, desk: Desk) -> None:
    assert on_messages_added(added({"message_id": {"S": clock.new_id()}}), desk.outbox) == DONE
    assert desk.notices.published == []


def test_a_topic_that_refuses_is_asked_again(tables: None, desk: Desk) -> None:
    service.receive(NewMessage(**MESSAGE), "ada@example.com", "")
    desk.notices.fails = [RefusedForNow("Throttled")]
    event = added(*_items())
    answered = on_messages_added(event, desk.outbox)
    assert len(answered["batchItemFailures"]) == 1
    assert on_messages_added(event, desk.outbox) == DONE
    assert len(desk.notices.published) == 1


def test_without_an_outbox_of_a_test_it_is_the_real_one() -> None:
    assert on_messages_added({"Records": []}) == DONE


def test_a_counter_says_nothing_of_whom_it_counts() -> None:
    key = counter_key("ip 192.0.2.1", 5)
    assert is_counter(key)
    assert "192" not in key.split("#")[1]
    others = {counter_key("ip 192.0.2.2", 5), counter_key("email 192.0.2.1", 5), counter_key("ip 192.0.2.1", 6)}
    assert len(others - {key}) == 3


def test_a_flood_of_one_sender_is_held_up(traveller: time_machine.Traveller) -> None:
    taken = 0
    with dynamodb_behind(lambda _: MemoryDynamoDb()):
        for number in range(200):
            try:
                email = f"ada{number}@example.com"
                service.receive(NewMessage("Ada", email, str(number)), email, "192.0.2.1")
            except LimitReached:
                continue
            taken += 1
    assert taken == BY_MAILBOX.most

"""Subscribers and the contact form on a running laptop cloud: rows, streams, functions, SES and SNS, and its mailbox.

Time passes by setting what rows remember of it.
"""

import re
import secrets
from collections.abc import Mapping
from typing import Any

import httpx
import pytest

from tests.support.cloud import Cloud
from tests.support.laptop import Laptop, until

DAY = 24 * 60 * 60
CONFIRM = re.compile(r"\S+/subscribers/confirm\?token=(\S+)")
LEAVE = re.compile(r"\S+/blog/unsubscribe/#token=(\S+)")


@pytest.fixture
def cloud(laptop: Laptop) -> Cloud:
    return Cloud(laptop)


@pytest.fixture
def api(laptop: Laptop) -> httpx.Client:
    return laptop.client()


@pytest.fixture
def email() -> str:
    return f"reader-{secrets.token_hex(6)}@example.com"


def subscribe(api: httpx.Client, email: str) -> None:
    # From a computer of its own, as CloudFront would say: each has a limit.
    viewer = {"x-viewer-address": f"192.0.2.{secrets.randbelow(256)}"}
    answer = api.post("/subscribers", json={"email": email}, headers=viewer)
    assert (answer.status_code, answer.json()) == (202, {"received": True})


def mail_to(laptop: Laptop, email: str, number: int = 1) -> Mapping[str, Any]:
    """The mail of that number to an address, as soon as it is there."""
    mails = until(lambda: found if len(found := laptop.mails_to(email)) >= number else [], 60)
    return mails[-number]


def link(mail: Mapping[str, Any], of: re.Pattern[str]) -> str:
    found = of.search(mail["text"])
    assert found is not None, mail["text"]
    return found[1]


def follow(api: httpx.Client, token: str) -> httpx.Response:
    return api.get("/subscribers/confirm", params={"token": token}, headers={"Accept": "text/html"})


def leave(api: httpx.Client, token: str) -> httpx.Response:
    """What a mail program's own button does (RFC 8058)."""
    return api.post(
        "/subscribers/unsubscribe",
        params={"token": token},
        content="List-Unsubscribe=One-Click",
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    )


def subscribed(laptop: Laptop, api: httpx.Client, email: str) -> Mapping[str, Any]:
    """Subscribe and confirm; the welcome mail."""
    subscribe(api, email)
    follow(api, link(mail_to(laptop, email), CONFIRM))
    return mail_to(laptop, email, 2)


def test_who_subscribes_and_confirms_gets_one_welcome_and_the_owner_one_notice(
    laptop: Laptop, cloud: Cloud, api: httpx.Client, email: str
) -> None:
    queue = cloud.listening(cloud.outputs["NewSubscriberTopicArn"])
    # when somebody subscribes
    subscribe(api, email)
    pending = cloud.subscriber(email, "pending")
    asked = mail_to(laptop, email)
    # and follows the link, twice
    for _ in range(2):
        answer = follow(api, link(asked, CONFIRM))
        assert (answer.status_code, answer.headers["Location"]) == (303, f"{laptop.layout.site}/blog/subscribed/")
    confirmed = cloud.subscriber(email, "confirmed")
    welcome = mail_to(laptop, email, 2)
    assert "Welcome" in welcome["subject"]
    assert welcome["html"]
    # and Lambda brings both records once more
    again = [
        {"eventName": "INSERT", "dynamodb": {"NewImage": pending}},
        {"eventName": "MODIFY", "dynamodb": {"OldImage": pending, "NewImage": confirmed}},
    ]
    for number, record in enumerate(again):
        record["dynamodb"] |= {"Keys": {"email": {"S": email}}, "SequenceNumber": str(number)}
        event = {"Records": [{"eventSource": "aws:dynamodb", "eventSourceARN": "arn", **record}]}
        assert cloud.invoke("mail-subscribers", event) == {"batchItemFailures": []}
    # then there are the two mails and one notice, which names nobody
    notices = until(lambda: cloud.heard(queue), 60)
    assert len(laptop.mails_to(email)) == 2
    assert len(notices) == 1
    assert email not in notices[0]
    # and the ledger has settled each, and forgotten whom it was for
    settled = [
        row for row in cloud.rows("deliveries") if row["delivery_id"]["S"].split("_")[1] == pending["request_id"]["S"]
    ]
    assert {row["kind"]["S"] for row in settled} == {"confirm", "welcome", "subscriber"}
    assert {row["state"]["S"] for row in settled} == {"sent"}
    assert email not in str(settled)


def test_one_click_ends_it_and_whoever_comes_back_is_welcome_again(
    laptop: Laptop, cloud: Cloud, api: httpx.Client, email: str
) -> None:
    # given a subscriber
    token = link(subscribed(laptop, api, email), LEAVE)
    # when they leave by their mail program's button, twice
    for _ in range(2):
        assert leave(api, token).json() == {"unsubscribed": True}
    # then they have left, and an old link does not bring them back
    cloud.subscriber(email, "unsubscribed")
    answer = follow(api, link(mail_to(laptop, email), CONFIRM))
    assert answer.headers["Location"] == f"{laptop.layout.site}/blog/link-expired/"
    # when they subscribe again a day later, and confirm
    cloud.change("subscribers", {"email": email}, asked_1=0, asked_2=0, asked_3=0)
    subscribe(api, email)
    follow(api, link(mail_to(laptop, email, 3), CONFIRM))
    # then they are welcome again
    assert "Welcome" in mail_to(laptop, email, 4)["subject"]
    cloud.subscriber(email, "confirmed")


def test_a_token_of_the_other_kind_opens_nothing(laptop: Laptop, cloud: Cloud, api: httpx.Client, email: str) -> None:
    welcome = subscribed(laptop, api, email)
    confirm, out = link(mail_to(laptop, email), CONFIRM), link(welcome, LEAVE)
    for answer in (leave(api, confirm), leave(api, out[:-1]), api.get(f"/subscribers/confirm?token={out}")):
        assert (answer.status_code, answer.json()["type"]) == (400, "urn:problem-type:invalid-token")
    cloud.subscriber(email, "confirmed")


@pytest.mark.parametrize(("simulated", "state"), [("bounce", "bounced"), ("complaint", "complained")])
def test_an_address_that_sends_mail_back_is_never_mailed_again(
    laptop: Laptop, cloud: Cloud, api: httpx.Client, simulated: str, state: str
) -> None:
    # given an address whose mail comes back, or whose owner complains
    email = f"{simulated}+{secrets.token_hex(6)}@simulator.amazonses.com"
    subscribe(api, email)
    mail_to(laptop, email)
    # then SES's event marks it
    cloud.subscriber(email, state)
    # when somebody types it in again, whenever that is
    cloud.change("subscribers", {"email": email}, asked_1=0, asked_2=0, asked_3=0)
    row = cloud.row("subscribers", email=email)
    subscribe(api, email)
    # then nothing comes of it
    assert cloud.row("subscribers", email=email) == row
    assert len(laptop.mails_to(email)) == 1


def test_the_form_cannot_be_used_to_bomb_somebody(laptop: Laptop, cloud: Cloud, api: httpx.Client, email: str) -> None:
    # when an address is typed in again and again, in every spelling
    for spelling in (email, email.upper(), f" {email} ", email, email):
        subscribe(api, spelling)
    mail_to(laptop, email)
    first = cloud.subscriber(email, "pending")["request_id"]
    # then it was asked once
    subscribe(api, email)
    assert cloud.subscriber(email, "pending")["request_id"] == first
    assert len(laptop.mails_to(email)) == 1


def test_a_sign_up_whose_time_is_over_cannot_be_confirmed_although_its_row_is_there(
    laptop: Laptop, cloud: Cloud, api: httpx.Client, email: str
) -> None:
    subscribe(api, email)
    token = link(mail_to(laptop, email), CONFIRM)
    # given that DynamoDB has not got round to deleting it
    cloud.change("subscribers", {"email": email}, expires_at=int(_now(cloud, email)) - 1)
    assert follow(api, token).headers["Location"] == f"{laptop.layout.site}/blog/link-expired/"
    row = cloud.row("subscribers", email=email)
    assert row is None or row["state"]["S"] == "pending"


def _now(cloud: Cloud, email: str) -> str:
    row = cloud.row("subscribers", email=email)
    assert row is not None
    return str(row["asked_1"]["N"])


# --- the contact form


def words(name: str, text: str = "Hello,\nand good bye.") -> dict[str, str]:
    return {"name": name, "email": f"{name.lower()}@example.com", "message": text}


def told(laptop: Laptop, name: str) -> list[Mapping[str, Any]]:
    return [mail for mail in laptop.mails_to("owner@example.com") if mail["subject"] == f"Message from {name}"]


def test_the_owner_is_told_once_and_a_flood_is_refused(laptop: Laptop, cloud: Cloud, api: httpx.Client) -> None:
    # given what is refused: headers in a name, too much, nothing, and fields of our own
    name = f"Ada{secrets.token_hex(4)}"
    for wrong in (
        {"name": f"{name}\r\nBcc: everybody@example.com"},
        {"email": "ada@example.com\nBcc: b@example.com"},
        {"message": "x" * 5001},
        {"message": " "},
        {"message_id": "1"},
    ):
        assert api.post("/contact", json={**words(name), **wrong}).status_code == 400
    assert api.post("/contact", content=b"x" * 300_000, headers={"Content-Type": "application/json"}).status_code == 413
    # when messages come one after the other, in an hour in which none came yet
    cloud.forget_senders()
    answers = [api.post("/contact", json=words(name, f"Message {number}")) for number in range(8)]
    # then five go through in an hour, and the others hear when to come back
    statuses = [answer.status_code for answer in answers]
    assert statuses == [202] * 5 + [429] * 3
    assert 0 < int(answers[-1].headers["Retry-After"]) <= 3600
    # and the owner has those five, once each
    until(lambda: len(told(laptop, name)) >= 5, 60)
    (message,) = [
        row
        for row in cloud.rows("messages")
        if row.get("message", {}).get("S") == "Message 3" and row["name"]["S"] == name
    ]
    record = {
        "eventName": "INSERT",
        "eventSource": "aws:dynamodb",
        "dynamodb": {"Keys": {"message_id": message["message_id"]}, "NewImage": message, "SequenceNumber": "1"},
    }
    assert cloud.invoke("tell-owner", {"Records": [record]}) == {"batchItemFailures": []}
    texts = sorted(re.findall(r"Message \d", "".join(mail["text"] for mail in told(laptop, name))))
    assert texts == [f"Message {number}" for number in range(5)]
    cloud.forget_senders()

"""Limits of SQS, SNS, SES and S3 that messages, mails and pages can meet."""

import re

import pytest

from chalicelib.blog import addresses
from chalicelib.blog.site import object_key
from chalicelib.blog.slugs import LONGEST as LONGEST_SLUG
from chalicelib.contact import effects as contact
from chalicelib.contact.contract import LONGEST_MESSAGE
from chalicelib.events.queue import LONGEST_DELAY_SECONDS, SqsQueue
from chalicelib.mail import ledger
from chalicelib.mail.message import Mail, build
from chalicelib.mail.topics import plain_subject
from chalicelib.subscribers import letters
from chalicelib.subscribers.announcements import Announcement, PageJob, body
from chalicelib.subscribers.announcing import HOPS
from infra.limits import by_id
from tests.support.api import Api
from tests.unit.limits.test_items import WIDE
from tests.unit.mail.conftest import desk
from tests.unit.mail.fakes import Desk

__all__ = ["desk"]

SLUG = "s" * LONGEST_SLUG
EMAIL = f"{'a' * 64}@{'d' * 61}.{'d' * 61}.{'d' * 52}.example.com"
# A title of quotation marks is twice as long in JSON.
POST = Announcement(SLUG, '"' * 200, '"' * 500, f"https://site.example.test/blog/{SLUG}/", WIDE * 100)


class Sqs:
    """Remembers the batches that it is sent."""

    def __init__(self) -> None:
        self.batches: list[list[dict[str, str]]] = []

    def send_message_batch(self, Entries: list[dict[str, str]], **_: object) -> dict[str, object]:  # noqa: N803
        self.batches.append(Entries)
        return {"Successful": Entries}


def test_ten_of_the_longest_jobs_fit_into_a_batch() -> None:
    job = body(PageJob(POST, "0", EMAIL, EMAIL, HOPS + 1, HOPS)).encode()
    assert len(job) < by_id("sqs-message").value
    assert len(job) * by_id("sqs-batch").value < by_id("sqs-batch-size").value


@pytest.mark.parametrize("over", [-1, 0, 1])
def test_messages_are_sent_in_batches_that_sqs_takes(over: int) -> None:
    sqs, most = Sqs(), by_id("sqs-batch").value
    SqsQueue("https://sqs.example.test/jobs", sqs).put([str(number) for number in range(most + over)])
    assert [len(batch) for batch in sqs.batches] == {-1: [most - 1], 0: [most], 1: [most, 1]}[over]


def test_no_page_waits_longer_than_sqs_delays() -> None:
    assert by_id("sqs-delay").value >= LONGEST_DELAY_SECONDS


def test_the_longest_notice_fits_into_a_message_of_sns(anonymous: Api, desk: Desk) -> None:
    # Given the longest message that the form takes
    message = {"name": WIDE * 100, "email": EMAIL, "message": WIDE * LONGEST_MESSAGE}
    assert anonymous.post("/contact", message).status == 202
    from chalicelib.contact.model import Message  # noqa: PLC0415 - its table is made by the fixture

    (name,) = [item.message_id for item in Message.scan() if item.message_id.startswith("0")]
    # When the owner is told, then SNS takes the text
    contact.tell_owner(desk.outbox, name)
    ((_, _, text),) = desk.notices.published
    assert len(text.encode()) < by_id("sns-message").value


@pytest.mark.parametrize("over", [-1, 0, 1])
def test_the_subjects_of_notices_are_ones_that_sns_takes(over: int) -> None:
    longest = by_id("sns-subject").value
    subject = plain_subject("s" * (longest + over))
    assert len(subject) == min(longest, longest + over)
    assert plain_subject("Message from\n" + WIDE * 100 + "é" * 200).isascii()


def test_a_mail_has_one_recipient() -> None:
    built = build(Mail(EMAIL, "Subject", "text", "<p>html</p>"), "blog@example.com").decode()
    assert len(re.findall(r"(?im)^(to|cc|bcc):", built)) == 1
    assert built.count(f"@{EMAIL.partition('@')[2]}") == 1


def test_the_longest_mail_is_far_from_what_ses_takes() -> None:
    wide = Announcement(SLUG, WIDE * 200, WIDE * 500, POST.url, WIDE * 100)
    built = build(letters.new_post(EMAIL, "01KAJ5X3J4N2V6Y8Z0ABCDEFGH", wide), "blog@example.com")
    assert len(built) < by_id("ses-mail").value // 1000


def test_the_tag_of_a_delivery_is_one_that_ses_takes() -> None:
    tag = ledger.delivery_id(f"post_{SLUG}", EMAIL)
    assert len(tag) <= by_id("ses-tag").value
    assert re.fullmatch(r"[A-Za-z0-9_-]+", tag)


def test_the_longest_page_has_a_key_that_s3_takes() -> None:
    longest = max(
        (object_key(path) for path in (addresses.post_path(SLUG), addresses.tag_path("t" * 40))),
        key=lambda key: len(key.encode()),
    )
    assert len(longest.encode()) < by_id("s3-key").value

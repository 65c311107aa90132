"""What cannot be handled: put aside by the engine as by Lambda, looked at, and replayed once when it is mended."""

import secrets
from collections import Counter
from collections.abc import Iterator, Mapping

import pytest

from chalicelib import clock
from tests.support.cloud import Cloud
from tests.support.laptop import Laptop, until

MESSAGES = 100


@pytest.fixture
def cloud(laptop: Laptop) -> Iterator[Cloud]:
    """A cloud whose streams give up soon."""
    cloud = Cloud(laptop)
    cloud.retries("tell-owner", 1)
    yield cloud
    cloud.retries("tell-owner", 8)


def message(name: str, number: int) -> dict[str, Mapping[str, str]]:
    return {
        "message_id": {"S": clock.new_id()},
        "name": {"S": name},
        "email": {"S": "ada@example.com"},
        "message": {"S": f"Message {number}."},
        "created_at": {"S": "2026-11-21T12:00:00Z"},
        "expires_at": {"N": str(clock.epoch_seconds() + 3600)},
    }


def told(laptop: Laptop, name: str) -> Counter[str]:
    """What the owner was told of somebody's messages, and how often."""
    mails = laptop.mails_to("owner@example.com")
    return Counter(
        mail["text"].partition("form:\n\n")[2].partition("\n")[0]
        for mail in mails
        if mail["subject"] == f"Message from {name}"
    )


def test_one_bad_record_is_put_aside_and_replayed_once_when_it_is_mended(laptop: Laptop, cloud: Cloud) -> None:
    # given many messages, of which one cannot be handled: somebody has spoilt its row
    name = f"Ada{secrets.token_hex(4)}"
    messages = [message(name, number) for number in range(MESSAGES)]
    spoilt = messages[41]
    good = dict(spoilt)
    spoilt["expires_at"] = {"S": "soon"}
    for each in messages:
        cloud.put("messages", each)
    # then all the others are told of, and this one is in the failure queue
    until(lambda: len(told(laptop, name)) == MESSAGES - 1, 120)
    until(lambda: cloud.in_failure_queue() == 1, 120)
    # when an operator looks
    listed = cloud.deadletters("list")
    assert (listed.returncode, listed.stderr) == (0, "")
    assert "mytodolist-local-tell-owner: RetryAttemptsExhausted, 1 record(s) from" in listed.stdout
    shown = cloud.deadletters("show", "--queue", "stream-failures")
    assert '"streamArn": ' in shown.stdout
    # and tries it without mending anything
    dry = cloud.deadletters("replay", "--dry-run")
    assert "would go to mytodolist-local-tell-owner: INSERT mytodolist-local-messages" in dry.stdout
    again = cloud.deadletters("replay")
    assert (again.returncode, "failed again" in again.stdout) == (1, True)
    assert cloud.in_failure_queue() == 1
    # and mends it, and replays it, twice
    cloud.put("messages", good)
    mended = cloud.deadletters("replay", "--rate", "50")
    assert (mended.returncode, mended.stdout.splitlines()[-1]) == (0, "1 of 1 replayed"), mended.stdout + mended.stderr
    assert cloud.deadletters("replay").stdout == "0 of 0 replayed\n"
    # then everything is told of, once
    until(lambda: len(told(laptop, name)) == MESSAGES, 60)
    assert set(told(laptop, name).values()) == {1}


def test_a_message_that_comes_back_too_often_is_put_aside_and_goes_back_to_its_queue(
    laptop: Laptop, cloud: Cloud
) -> None:
    # given a queue that hands a message out again at once
    sqs = laptop.root("sqs")
    url = sqs.get_queue_url(QueueName="mytodolist-local-mail-event-jobs")["QueueUrl"]
    before = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["VisibilityTimeout"])["Attributes"]
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "0"})
    # when something comes that is no event of SES
    sqs.send_message(QueueUrl=url, MessageBody='{"eventType": "Nonsense"}')
    # then it is put aside
    until(lambda: cloud.in_failure_queue("mail-event-jobs-failures") == 1, 120)
    sqs.set_queue_attributes(QueueUrl=url, Attributes=before)
    listed = cloud.deadletters("list", "--queue", "mail-event-jobs-failures")
    assert listed.stdout.rstrip().endswith("Nonsense")
    # and can be sent back
    assert cloud.deadletters("replay", "--queue", "mail-event-jobs-failures").returncode == 0
    assert cloud.in_failure_queue("mail-event-jobs-failures") == 0

"""Announcing a post: a shard becomes pages, each subscriber is told once, and the rest is put into the queue last."""

from math import ceil
from typing import Any

import pytest
import time_machine
from botocore.exceptions import ClientError, EndpointConnectionError
from botocore.stub import Stubber

from chalicelib.events.queue import LONGEST_DELAY_SECONDS, NotQueued, SqsQueue
from chalicelib.mail import clients, ledger
from chalicelib.mail.model import Delivery
from chalicelib.mail.model import State as Delivered
from chalicelib.mail.outcomes import RefusedForNow
from chalicelib.subscribers import announcements, announcing, progress, service
from chalicelib.subscribers.announcements import Announcement, OneJob, PageJob, ShardJob, announce, body, job
from chalicelib.subscribers.announcing import HOPS, PAGE
from chalicelib.subscribers.events import on_announcement_jobs
from chalicelib.subscribers.model import SHARDS, Subscriber, shard
from chalicelib.subscribers.tokens import Purpose, Token, unseal
from infra.limits import by_id
from tests.faults.dynamodb import MemoryDynamoDb
from tests.support.seam import dynamodb_behind
from tests.unit.mail.fakes import Desk, Pile
from tests.unit.subscribers.conftest import queue_event

POST = Announcement("tides", "Tides", "On the sea.", "https://site.example.test/blog/tides/", "Ines")
DONE: dict[str, Any] = {"batchItemFailures": []}
URL = "https://sqs.example.test/announcements"


def subscribed(count: int, of: str = "0") -> list[str]:
    """So many confirmed subscribers of one shard, in the index's order."""
    found: list[str] = []
    number = 0
    while len(found) < count:
        email = f"reader{number:04}@example.com"
        number += 1
        if shard(email) == of:
            service.ask(email)
            service.confirm(email, Subscriber.get(email, consistent_read=True).request_id)
            found.append(email)
    return found


def page(desk: Desk, pile: Pile, asked: PageJob, received: int = 1) -> PageJob | None:
    """Do a page, and return the job that it left for later, if it is one."""
    pile.messages.clear()
    assert on_announcement_jobs(queue_event(body(asked), received=received), desk.outbox, pile) == DONE
    jobs = [found for found in map(job, pile.bodies) if isinstance(found, PageJob)]
    assert len(jobs) <= 1
    return jobs[0] if jobs else None


def told(desk: Desk) -> list[str]:
    return [mail.to for mail in desk.letters.mails]


def test_a_post_is_announced_to_each_shard(pile: Pile) -> None:
    announce(POST, pile)
    assert [job(message) for message in pile.bodies] == [ShardJob(POST, each) for each in SHARDS]


def test_jobs_come_out_of_the_queue_as_they_went_in() -> None:
    page_job = PageJob(POST, "2", "ada@example.com", "eve@example.com", 7, 3)
    for each in (ShardJob(POST, "2", "ada@example.com", 3), page_job, OneJob(POST, "ada@example.com")):
        assert job(body(each)) == each
    assert Announcement.from_text({"email": "ada@example.com", **POST.as_text()}) == POST


def test_a_subscriber_is_told_of_the_post(memory: None, desk: Desk, pile: Pile) -> None:
    (email,) = subscribed(1)
    assert page(desk, pile, PageJob(POST, "0")) is None
    (mail,) = desk.letters.mails
    assert (mail.to, mail.subject) == (email, "Tides")
    for words in ("On the sea.", "https://site.example.test/blog/tides/", "Ines on MyBlog"):
        assert words in mail.text
    assert mail.unsubscribe is not None
    request = Subscriber.get(email, consistent_read=True).request_id
    assert unseal(Purpose.LEAVE, mail.unsubscribe.partition("?token=")[2]) == Token(email, request)


def test_a_post_without_a_summary_says_who_wrote_it(memory: None, desk: Desk, pile: Pile) -> None:
    subscribed(1)
    bare = Announcement("tides", "Tides", "", "https://site.example.test/blog/tides/", "Ines")
    page(desk, pile, PageJob(bare, "0"))
    assert "There is a new post by Ines." in desk.letters.mails[0].text


def test_a_long_summary_is_broken_into_lines(tables: None, desk: Desk, pile: Pile) -> None:
    subscribed(1)
    long = Announcement("tides", "Tides", "The sea. " * 40 + "\n\nAnd the shore.", POST.url, "Ines")
    page(desk, pile, PageJob(long, "0"))
    lines = desk.letters.mails[0].text.splitlines()
    assert max(len(line) for line in lines if "https://" not in line) <= 72
    assert "And the shore." in lines


def split(desk: Desk, pile: Pile, asked: ShardJob) -> list[Any]:
    """Do a shard's job, and return the jobs that it put into the queue."""
    pile.messages.clear()
    assert on_announcement_jobs(queue_event(body(asked)), desk.outbox, pile) == DONE
    assert told(desk) == []
    return [job(message) for message in pile.bodies]


@pytest.mark.parametrize("count", [1, PAGE - 1, PAGE, PAGE + 1, 2 * PAGE])
def test_a_shard_becomes_pages_that_tell_each_subscriber_once(count: int, memory: None, desk: Desk, pile: Pile) -> None:
    # given a shard of so many subscribers
    emails = subscribed(count)
    # when its job and the jobs of its pages are done
    pages = split(desk, pile, ShardJob(POST, "0"))
    # then each page was told by a run of its own, and left nothing
    assert [len(emails[start : start + PAGE]) for start in range(0, count, PAGE)] == [
        _told_by(desk, pile, each) for each in pages
    ]
    assert told(desk) == emails
    # and the last page has no end, so that it tells who confirms meanwhile
    assert [each.until is None for each in pages] == [False] * (len(pages) - 1) + [True]
    assert {each.hops for each in pages} == {1}


def _told_by(desk: Desk, pile: Pile, asked: PageJob) -> int:
    before = len(told(desk))
    assert page(desk, pile, asked) is None
    return len(told(desk)) - before


def test_ten_thousand_subscribers_are_on_one_page_each(desk: Desk, pile: Pile) -> None:
    # given ten thousand subscribers
    emails = [f"reader{number:05}@example.com" for number in range(10_000)]
    memory = MemoryDynamoDb()
    for email in emails:
        row = {"email": email, "state": "confirmed", "request_id": "01J", "confirmed_shard": shard(email)}
        memory.table("subscribers").write(email, {name: {"S": value} for name, value in row.items()})
    with dynamodb_behind(lambda _: memory):
        for of in SHARDS:
            # when the job of each shard is done, in one run
            pages = split(desk, pile, ShardJob(POST, of))
            # then its pages follow each other without a gap, and none is longer than a run tells
            assert all(isinstance(each, PageJob) for each in pages)
            assert [each.after for each in pages] == [None, *(each.until for each in pages[:-1])]
            here = [email for email in emails if shard(email) == of]
            assert [each.until for each in pages] == [*here[PAGE - 1 : -1 : PAGE], None][: len(pages)]
            assert len(pages) == ceil(len(here) / PAGE)


def test_an_empty_shard_is_done_at_once(memory: None, desk: Desk, pile: Pile) -> None:
    assert split(desk, pile, ShardJob(POST, "3")) == []
    assert page(desk, pile, PageJob(POST, "3")) is None


def test_a_shard_that_takes_long_to_list_goes_on_in_another_run(
    memory: None, desk: Desk, pile: Pile, traveller: time_machine.Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given a shard of five pages, of which a query lists two, and half of the time is over after each
    emails = subscribed(5 * PAGE)
    monkeypatch.setattr(announcing, "LISTED", 2 * PAGE)

    class Slow(Pile):
        def put(self, bodies: Any, delay_seconds: int = 0) -> None:
            traveller.shift(announcing.BUDGET_SECONDS / 2 if len(bodies) > 1 else 0)
            super().put(bodies, delay_seconds)

    # when it is listed
    *pages, rest = split(desk, Slow(pile.messages), ShardJob(POST, "0", hops=3))
    # then the rest is the last job, a hop further, and does not begin twice
    assert len(pages) == 4
    assert rest == ShardJob(POST, "0", emails[4 * PAGE - 1], 4)
    assert split(desk, pile, ShardJob(POST, "0", hops=3)) == []
    assert split(desk, pile, rest) == [PageJob(POST, "0", emails[4 * PAGE - 1], None, 5)]


def test_a_shard_too_long_to_be_listed_is_reported(memory: None, desk: Desk, pile: Pile) -> None:
    subscribed(1)
    event = queue_event(body(ShardJob(POST, "0", hops=HOPS + 1)))
    assert on_announcement_jobs(event, desk.outbox, pile) == {"batchItemFailures": [{"itemIdentifier": "0"}]}
    assert pile.messages == []


def test_who_confirms_within_a_page_is_told_by_its_rest(memory: None, desk: Desk, pile: Pile) -> None:
    # given a page whose end was its last subscriber, and more who confirmed before it
    emails = subscribed(PAGE + 3)
    # when the page is told
    following = page(desk, pile, PageJob(POST, "0", None, emails[-1], 1))
    # then those behind the first PAGE are told by its rest, and nobody behind its end
    assert following == PageJob(POST, "0", emails[PAGE - 1], emails[-1], 2)
    assert page(desk, pile, following) is None
    assert told(desk) == emails


def test_a_page_that_comes_twice_tells_nobody_twice(memory: None, desk: Desk, pile: Pile) -> None:
    emails = subscribed(PAGE + 1)
    first = page(desk, pile, PageJob(POST, "0"))
    # given that its message comes again, then it neither tells anybody nor begins a second chain
    assert page(desk, pile, PageJob(POST, "0")) is None
    assert first is not None
    assert page(desk, pile, first) is None
    assert told(desk) == emails


def test_a_crash_before_the_rest_is_queued_brings_the_page_again(memory: None, desk: Desk, pile: Pile) -> None:
    # given a queue that does not take the rest
    emails = subscribed(PAGE + 1)
    pile.fails = [None, NotQueued("Throttled")]
    event = queue_event(body(PageJob(POST, "0")))
    assert on_announcement_jobs(event, desk.outbox, pile) == {"batchItemFailures": [{"itemIdentifier": "0"}]}
    # when the page comes again
    following = page(desk, pile, PageJob(POST, "0"))
    # then nobody on it is told twice, and the rest is on its way
    assert told(desk) == emails[:-1]
    assert following is not None
    page(desk, pile, following)
    assert told(desk) == emails


def test_a_page_that_did_not_get_through_is_tried_in_smaller_parts(memory: None, desk: Desk, pile: Pile) -> None:
    emails = subscribed(4)
    for received, length in ((1, 4), (4, 3), (5, 1), (9, 1)):
        Delivery(ledger.delivery_id("page_tides", "0 ")).delete()
        desk.letters.sent.clear()
        for email in emails:
            Delivery(ledger.delivery_id("post_tides", email)).delete()
        page(desk, pile, PageJob(POST, "0"), received)
        assert len(told(desk)) == length


def test_whoever_left_is_not_told(memory: None, desk: Desk, pile: Pile) -> None:
    emails = subscribed(3)
    # given somebody who leaves behind the page's back
    rows = service.confirmed_page("0", None, None, 10)
    assert [row.email for row in rows.items] == emails
    desk.letters.fails = []
    service.leave(emails[1])
    one = on_announcement_jobs(queue_event(*(body(OneJob(POST, email)) for email in emails)), desk.outbox, pile)
    assert one == DONE
    assert told(desk) == [emails[0], emails[2]]
    service.bounced(emails[2])
    Subscriber(emails[0]).delete()
    Delivery(ledger.delivery_id("post_tides", emails[0])).delete()
    on_announcement_jobs(queue_event(*(body(OneJob(POST, email)) for email in emails)), desk.outbox, pile)
    assert len(told(desk)) == 2


def test_one_who_cannot_be_told_gets_a_message_of_their_own(memory: None, desk: Desk, pile: Pile) -> None:
    emails = subscribed(3)
    desk.letters.fails = [None, ZeroDivisionError()]
    assert page(desk, pile, PageJob(POST, "0")) is None
    assert told(desk) == [emails[0], emails[2]]
    assert [job(message) for message in pile.bodies] == [OneJob(POST, emails[1])]
    # The ledger does not know how it went, so the message of their own leaves it to the sweeper.
    on_announcement_jobs(queue_event(*pile.bodies), desk.outbox, pile)
    assert told(desk) == [emails[0], emails[2]]


def test_a_refusal_puts_the_rest_off_longer_each_time(memory: None, desk: Desk, pile: Pile) -> None:
    # given an SES that has had enough
    emails = subscribed(20)
    asked, delays = PageJob(POST, "0"), []
    desk.letters.fails = [None, *[RefusedForNow("TooManyRequestsException") for _ in range(HOPS)]]
    # when page after page is refused
    for _ in range(HOPS):
        following = page(desk, pile, asked)
        assert following is not None
        delays.append(pile.messages[-1][1])
        asked = following
    # then each has the ledger see to the one that was refused, and waits longer for the others
    assert delays == [60, 120, 240, 480, *[LONGEST_DELAY_SECONDS] * (HOPS - 4)]
    assert asked == PageJob(POST, "0", emails[HOPS], None, HOPS, HOPS)
    assert _states(emails[1 : HOPS + 1]) == {Delivered.RELEASED}
    # and when mails are taken again, nothing is put off any more
    assert page(desk, pile, asked) is None
    assert told(desk) == [emails[0], *emails[HOPS + 1 :]]


def test_what_a_chain_has_not_done_is_left_to_the_sweeper(memory: None, desk: Desk, pile: Pile) -> None:
    # given a page at the end of its chain, of whose subscribers one was told before
    emails = subscribed(PAGE + 4)
    desk.letters.fails = [None, RefusedForNow("TooManyRequestsException")]
    on_announcement_jobs(queue_event(body(OneJob(POST, emails[-1]))), desk.outbox, pile)
    # when SES refuses
    assert page(desk, pile, PageJob(POST, "0", hops=HOPS)) is None
    # then the ledger has the others, for the sweeper
    assert told(desk) == [emails[-1]]
    assert _states(emails[:-1]) == {Delivered.RELEASED}


@pytest.mark.parametrize("over", [-1, 0, 1])
def test_a_chain_ends_where_lambda_would_not_yet_end_it(memory: None, desk: Desk, pile: Pile, over: int) -> None:
    # given a page with a rest, about as far in its chain as a page may be
    emails = subscribed(PAGE + 4)
    assert by_id("lambda-recursion").value > HOPS + 3
    # when the page is told
    rest = page(desk, pile, PageJob(POST, "0", hops=HOPS + over))
    # then the queue has the rest, or the ledger has it for the sweeper
    assert (rest is not None) == (over < 0)
    assert len(told(desk)) == PAGE
    if over >= 0:
        assert _states(emails[PAGE:]) == {Delivered.RELEASED}


def _states(emails: list[str]) -> set[str]:
    names = [ledger.delivery_id("post_tides", email) for email in emails]
    return {Delivery.get(name, consistent_read=True).state for name in names}


def test_one_who_is_refused_is_left_to_the_ledger(memory: None, desk: Desk, pile: Pile) -> None:
    (email,) = subscribed(1)
    desk.letters.fails = [RefusedForNow("TooManyRequestsException")]
    assert on_announcement_jobs(queue_event(body(OneJob(POST, email))), desk.outbox, pile) == DONE
    name = ledger.delivery_id("post_tides", email)
    assert Delivery.get(name, consistent_read=True).state == Delivered.RELEASED


def test_a_page_that_takes_long_leaves_the_rest_for_later(
    memory: None, desk: Desk, pile: Pile, traveller: time_machine.Traveller
) -> None:
    emails = subscribed(4)

    class Slow(type(desk.letters)):  # type: ignore[misc]
        def send(self, mail: Any, delivery_id: str) -> str:
            traveller.shift(announcing.BUDGET_SECONDS / 2)
            return str(super().send(mail, delivery_id))

    desk.letters = Slow()
    assert page(desk, pile, PageJob(POST, "0")) == PageJob(POST, "0", emails[1], None, 1)
    assert pile.messages[-1][1] == 0
    assert told(desk) == emails[:2]


@pytest.mark.parametrize("kind", [ShardJob, PageJob])
def test_progress_never_goes_back(kind: type[ShardJob | PageJob], memory: None) -> None:
    for hops in (0, 1, 0):
        progress.hand_on(kind(POST, "0", hops=hops))
    assert progress.was_handed_on(kind(POST, "0", hops=1))
    assert not progress.was_handed_on(kind(POST, "0", hops=2))
    assert not progress.was_handed_on(kind(POST, "1", hops=0))


def test_each_page_has_progress_of_its_own(memory: None) -> None:
    progress.hand_on(PageJob(POST, "0", until="ada@example.com"))
    assert not progress.was_handed_on(PageJob(POST, "0", until="eve@example.com"))
    assert not progress.was_handed_on(PageJob(POST, "0"))
    assert not progress.was_handed_on(ShardJob(POST, "0"))


def test_a_message_that_is_no_job_is_reported(desk: Desk, pile: Pile) -> None:
    answered = on_announcement_jobs(queue_event("{}"), desk.outbox, pile)
    assert answered == {"batchItemFailures": [{"itemIdentifier": "0"}]}


class Service:
    """SQS, as far as it is asked."""

    def __init__(self, *answers: Any) -> None:
        self._answers = list(answers)
        self.calls: list[dict[str, Any]] = []

    def send_message_batch(self, **arguments: Any) -> Any:
        self.calls.append(arguments)
        answer = self._answers.pop(0) if self._answers else {"Successful": []}
        if isinstance(answer, Exception):
            raise answer
        return answer


def test_messages_go_to_the_queue_ten_at_a_time() -> None:
    sqs = Service()
    SqsQueue(URL, sqs).put([str(number) for number in range(23)], 30)
    assert [len(call["Entries"]) for call in sqs.calls] == [10, 10, 3]
    assert {call["QueueUrl"] for call in sqs.calls} == {URL}
    assert [entry["MessageBody"] for call in sqs.calls for entry in call["Entries"]] == [str(n) for n in range(23)]
    assert all(entry["DelaySeconds"] == 30 for call in sqs.calls for entry in call["Entries"])
    assert all(len({entry["Id"] for entry in call["Entries"]}) == len(call["Entries"]) for call in sqs.calls)


@pytest.mark.parametrize(
    "answer",
    [
        {"Successful": [], "Failed": [{"Id": "0", "Code": "InternalError", "SenderFault": False}]},
        ClientError({"Error": {"Code": "RequestThrottled", "Message": ""}}, "SendMessageBatch"),
        EndpointConnectionError(endpoint_url="https://sqs"),
    ],
)
def test_whoever_puts_something_in_hears_if_it_is_not(answer: Any) -> None:
    with pytest.raises(NotQueued):
        SqsQueue(URL, Service(answer)).put(["a"])


def test_unless_told_otherwise_work_goes_to_sqs() -> None:
    with Stubber(clients.client("sqs")) as sqs:
        sqs.add_response("send_message_batch", {"Successful": [], "Failed": []})
        announcements.announce(POST)
        sqs.assert_no_pending_responses()
    assert on_announcement_jobs({"Records": []}) == DONE

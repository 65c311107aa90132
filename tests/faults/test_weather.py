"""One thing at a time: what is down comes back, what is late is late, and everybody still gets one mail."""

import re
from collections import Counter
from typing import Any

import pytest

from chalicelib import clock
from chalicelib.contact import service as contact
from chalicelib.contact.contract import NewMessage
from chalicelib.mail import ledger
from chalicelib.mail.model import State
from chalicelib.subscribers import announcements, service, tokens
from chalicelib.subscribers.announcements import Announcement
from chalicelib.subscribers.announcing import HOPS
from chalicelib.subscribers.model import shard
from chalicelib.subscribers.service import NotToConfirm
from chalicelib.subscribers.tokens import Purpose
from tests.faults.lambdas import MAX_RECEIVES, MAX_RUNS_IN_A_CHAIN
from tests.faults.world import World, world

ADA = "ada@example.com"
POST = Announcement("tides", "Tides", "On the sea.", "https://site.example.test/blog/tides/", "Ines")
_LINK = re.compile(r"/subscribers/confirm\?token=(\S+)")


def readers(count: int) -> list[str]:
    return [f"reader{number:03}@example.com" for number in range(count)]


def sign_up(here: World, *emails: str) -> None:
    for email in emails:
        here.patiently(lambda email=email: service.ask(email))
    here.run_streams()


def click(here: World, times: int = 1) -> None:
    """Follow every link that came so far."""
    for name, mail in list(here.ses.inbox):
        found = _LINK.search(mail.text)
        if name.startswith("confirm_") and found:
            token = tokens.unseal(Purpose.CONFIRM, found[1])
            for _ in range(times):
                here.patiently(lambda token=token: service.confirm(token.email, token.request_id))
    here.run_streams()


def confirmed(here: World, emails: list[str]) -> None:
    sign_up(here, *emails)
    click(here)
    here.settle()
    here.ses.inbox.clear()


def recipients(here: World, purpose: str) -> Counter[str]:
    return Counter(mail.to for name, mail in here.ses.inbox if name.startswith(purpose))


def once(emails: list[str]) -> Counter[str]:
    return Counter(emails)


def test_one_record_in_a_thousand_that_cannot_be_handled_costs_the_others_nothing() -> None:
    with world() as here:
        # given a thousand sign-ups, one of whose rows a hand has spoilt
        emails, spoilt = readers(1000), "reader567@example.com"
        for email in emails:
            service.ask(email)
        good = dict(here.subscriber(spoilt))
        here.dynamodb.table("subscribers").items[spoilt] = {
            name: value for name, value in good.items() if name != "expires_at"
        }
        # when the function has run
        here.run_streams()
        # then all the others have their mail, and the bad record is alone in the failure queue
        assert recipients(here, "confirm_") == once([email for email in emails if email != spoilt])
        (left,) = here.subscribers.failures
        assert left["dynamodb"]["Keys"]["email"]["S"] == spoilt
        # when the row is mended, and the record is replayed, twice
        here.dynamodb.table("subscribers").items[spoilt] = good
        here.subscribers.failures *= 2
        here.subscribers.replay()
        # then it is done, once
        assert recipients(here, "confirm_") == once(emails)
        assert here.subscribers.failures == []


def test_a_short_throttling_is_over_before_lambda_gives_up() -> None:
    with world() as here:
        # given an SES that says 454 to the first few
        refusals = iter([True] * 4)
        here.ses.refuses = lambda: next(refusals, False)
        # when people sign up
        sign_up(here, *readers(30))
        # then each has one mail at once
        assert recipients(here, "confirm_") == once(readers(30))
        assert here.subscribers.failures == []


def test_a_long_throttling_ends_with_one_mail_each_and_no_hand_laid_on() -> None:
    with world() as here:
        # given an SES that says 454 for two hours
        open_again = clock.epoch_seconds() + 2 * 60 * 60
        here.ses.refuses = lambda: clock.epoch_seconds() < open_again
        # when people sign up
        sign_up(here, *readers(30))
        # then nothing was sent, every claim is given back, and Lambda has put the records aside
        assert here.ses.inbox == []
        assert here.states("confirm_") == {State.RELEASED: 30}
        assert len(here.subscribers.failures) == 30
        # when the two hours are over
        here.settle()
        # then the sweeper has sent each mail, once
        assert recipients(here, "confirm_") == once(readers(30))
        # and replaying the records changes nothing
        here.subscribers.replay()
        assert recipients(here, "confirm_") == once(readers(30))


def test_a_topic_that_is_down_does_not_keep_the_welcome_mail_back() -> None:
    with world() as here:
        # given an SNS that is out of reach
        down = [True]
        here.sns.refuses = lambda: down[0]
        # when people confirm
        sign_up(here, *readers(20))
        click(here)
        # then they are welcome, and the owner has heard nothing
        assert recipients(here, "welcome_") == once(readers(20))
        assert here.sns.notices == []
        # when it is up again
        down[0] = False
        here.settle()
        # then the owner hears of each, once
        assert len(here.sns.notices) == len({text for _, _, text in here.sns.notices}) == 20
        assert recipients(here, "welcome_") == once(readers(20))


def test_an_expired_row_counts_as_absent_although_it_is_still_there() -> None:
    with world() as here:
        # given a sign-up that was never confirmed, in a row that has expired and is not deleted yet
        service.ask(ADA)
        (record,) = here.dynamodb.table("subscribers").records
        here.run_streams()
        first = here.subscriber(ADA)["request_id"]["S"]
        here.advance(service.PENDING_SECONDS)
        # when its record comes again, its link is followed, and it is looked for
        here.subscribers.run([record])
        with pytest.raises(NotToConfirm):
            service.confirm(ADA, first)
        # then it is not there
        assert service.find(ADA) is None
        assert recipients(here, "confirm_") == once([ADA])
        # and the address may sign up as if it never had
        sign_up(here, ADA)
        assert recipients(here, "confirm_") == {ADA: 2}
        assert here.subscriber(ADA)["request_id"]["S"] != first


def test_what_dynamodb_deletes_causes_no_mail() -> None:
    with world() as here:
        # given a sign-up whose time is over
        sign_up(here, ADA)
        here.advance(service.PENDING_SECONDS)
        here.ses.inbox.clear()
        # when DynamoDB deletes it
        here.dynamodb.expire("subscribers")
        (record,) = here.dynamodb.table("subscribers").records
        assert record["eventName"] == "REMOVE"
        here.run_streams()
        # then nobody hears of it
        assert here.ses.inbox == []
        assert here.sns.notices == []


def test_two_clicks_are_one_welcome() -> None:
    with world() as here:
        sign_up(here, ADA)
        click(here, times=2)
        click(here)
        assert recipients(here, "welcome_") == once([ADA])
        assert len(here.sns.notices) == 1


def test_a_form_cannot_be_made_to_bomb_somebody() -> None:
    with world() as here:
        # when somebody types another's address in every minute for a day
        for _ in range(24 * 60):
            sign_up(here, ADA)
            here.advance(60)
        # then three mails came, none of them a welcome
        assert recipients(here, "confirm_") == {ADA: 3}
        assert recipients(here, "welcome_") == {}


def test_whom_the_index_still_shows_but_who_has_left_is_not_told() -> None:
    with world() as here:
        # given subscribers of whom some leave, which the index has not noticed
        emails = readers(60)
        confirmed(here, emails)
        here.dynamodb.let_indexes_lag("subscribers")
        for email in emails[:10]:
            service.leave(email)
        # when a post is announced
        announcements.announce(POST, here.queue)
        here.settle()
        # then only those who stayed are told
        assert recipients(here, "post_tides_") == once(emails[10:])


def test_whoever_leaves_while_a_post_is_announced_is_not_told_any_more() -> None:
    with world() as here:
        # given subscribers, the last of whom leave while the first are told
        emails = readers(60)
        confirmed(here, emails)
        left: list[str] = []

        def leave(on_its_way: str) -> None:
            told = recipients(here, "post_")
            staying = [email for email in emails if email not in told and email not in left]
            others = [email for email in staying if ledger.delivery_id("post_tides", email) != on_its_way]
            if len(left) < 10:
                left.append(others[-1])
                service.leave(left[-1])

        here.ses.before_taking = leave
        # when the post is announced
        announcements.announce(POST, here.queue)
        here.settle()
        # then whoever had left before their turn heard nothing
        assert len(left) == 10
        assert recipients(here, "post_") == once([email for email in emails if email not in left])


@pytest.mark.parametrize(("faults", "at_least"), [(0.05, 350), (0.2, 0)])
def test_an_announcement_reaches_everybody_once_in_a_storm(faults: float, at_least: int) -> None:
    with world(seed=5) as here:
        # given four hundred subscribers
        emails = readers(400)
        confirmed(here, emails)
        # when a post is announced while calls go wrong
        here.dice.rate = faults
        here.patiently(lambda: _announce(here))
        here.settle()
        # then nobody is told twice, and whoever was not told is accounted for
        told, states = recipients(here, "post_tides_"), here.states("post_tides_")
        waiting = " ".join(here.announcements.failures)
        assert set(told.values()) == {1}
        for email in set(emails) - told.keys():
            name = ledger.delivery_id("post_tides", email)
            row = here.deliveries().get(name)
            assert row is None or row["state"]["S"] == State.FAILED_UNKNOWN
            assert row is not None or email in waiting or '"page"' in waiting or '"shard"' in waiting
        assert states[State.SENT] == len(told) > at_least
        # and the pages did not multiply
        assert here.announcements.arrived < 400
        # when the weather is good again, and what was put aside is offered once more
        here.dice.rate = 0.0
        here.announcements.redrive()
        here.settle()
        # then everybody is told, but for those of whom nobody knows
        told, states = recipients(here, "post_tides_"), here.states("post_tides_")
        assert set(told.values()) == {1}
        assert states.total() == 400
        assert len(told) == states[State.SENT] == 400 - states[State.FAILED_UNKNOWN]


def _announce(here: World) -> None:
    while True:
        try:
            announcements.announce(POST, here.queue)
        except announcements.NotQueued:
            continue
        return


def test_an_announcement_that_is_refused_waits_and_goes_on() -> None:
    with world() as here:
        # given an SES that refuses for six hours
        emails = readers(40)
        confirmed(here, emails)
        open_again = clock.epoch_seconds() + 6 * 60 * 60
        here.ses.refuses = lambda: clock.epoch_seconds() < open_again
        # when a post is announced
        announcements.announce(POST, here.queue)
        here.settle()
        # then everybody is told once, and no message was tried too often
        assert recipients(here, "post_") == once(emails)
        assert here.announcements.failures == []


def test_a_thousand_subscribers_are_told_by_chains_that_lambda_does_not_end() -> None:
    with world() as here:
        # given a thousand subscribers, and an SES that refuses one mail in four
        emails = [f"reader{number:04}@example.com" for number in range(1000)]
        table = here.dynamodb.table("subscribers")
        for email in emails:
            table.write(email, _confirmed_row(email))
        table.records.clear()
        here.ses.refuses = lambda: here.random.random() < 0.25
        # when a post is announced
        announcements.announce(POST, here.queue)
        here.settle()
        # then each is told once, and no chain of messages came near the length at which Lambda ends it
        assert recipients(here, "post_") == once(emails)
        assert here.announcements.failures == []
        assert HOPS < here.announcements.longest_chain <= MAX_RUNS_IN_A_CHAIN - 2


def _confirmed_row(email: str) -> dict[str, Any]:
    row = {"email": email, "state": "confirmed", "request_id": "01J", "confirmed_shard": shard(email)}
    return {name: {"S": value} for name, value in row.items()}


def test_one_subscriber_who_cannot_be_told_does_not_hold_back_the_others() -> None:
    with world() as here:
        # given a subscriber whose row a hand has spoilt
        emails = readers(60)
        confirmed(here, emails)
        rows = here.dynamodb.table("subscribers").items
        good = rows[emails[7]]
        rows[emails[7]] = {**good, "expires_at": {"S": "soon"}}
        # when a post is announced
        announcements.announce(POST, here.queue)
        here.settle()
        # then all the others are told, and a message of their own waits for this one
        assert recipients(here, "post_") == once([email for email in emails if email != emails[7]])
        (waiting,) = here.announcements.failures
        assert emails[7] in waiting
        # when the row is mended, and the message is offered again
        rows[emails[7]] = good
        here.announcements.redrive()
        here.settle()
        # then everybody was told once
        assert recipients(here, "post_") == once(emails)


def test_every_message_to_the_owner_arrives_or_is_accounted_for_in_a_storm() -> None:
    with world(seed=3, duplicated=0.05) as here:
        # given two hundred messages by as many people, kept in fine weather and told of in a storm
        for number, email in enumerate(readers(200)):
            here.dice.rate = 0.0
            contact.receive(NewMessage(f"Reader {number}", email, f"Message {number}"), email, "")
            here.dice.rate = 0.2
            here.run_streams()
            here.advance(60)
        # when everything has come to rest
        here.settle()
        # then the owner has each, or somebody knows that they may not
        stored = {name for name in here.dynamodb.table("messages").items if not name.startswith("sender#")}
        notices = Counter(text for _, _, text in here.sns.notices)
        states = here.states("contact_")
        waiting = {record["dynamodb"]["Keys"]["message_id"]["S"] for record in here.messages.failures}
        assert len(stored) == states.total() + len(
            waiting - {name.removeprefix("contact_") for name in here.deliveries()}
        )
        assert states.keys() <= {State.SENT, State.FAILED_UNKNOWN}
        assert len(notices) >= states[State.SENT]
        # and none more often than the ledger tries
        assert max(notices.values()) <= ledger.ATTEMPTS


def test_mail_events_that_make_no_sense_end_in_the_failure_queue_and_hold_nobody_up() -> None:
    with world() as here:
        sign_up(here, ADA)
        here.mail_events.put("{")
        here.advance(60 * 60)
        assert here.mail_events.failures == ["{"]
        assert here.states("confirm_") == {State.SENT: 1}
        assert MAX_RECEIVES == 5

"""Ten thousand sign-ups in a storm: every call that leaves the process goes wrong one time in five.

By default there are three seeds, one for each rate of lost Send events. Ten thousand people sign up at the middle one
and a quarter as many at the others, and one person in eight confirms. With `FAULT_SEEDS=10` there are ten seeds
for each rate, ten thousand people each time, and everybody confirms.
"""

import json
import os
import re
import zlib
from collections import Counter
from collections.abc import Mapping
from typing import Any

import pytest

from chalicelib import clock
from chalicelib.mail import ledger
from chalicelib.mail.model import State
from chalicelib.subscribers import service, tokens
from chalicelib.subscribers.tokens import Purpose
from tests.faults.world import START, World, world

SIGN_UPS = int(os.environ.get("FAULT_SIGN_UPS", "10000"))
SEEDS = int(os.environ.get("FAULT_SEEDS", "0"))
# Rates of lost Send events, and the part of the sign-ups that each is tried with.
RATES = {0.001: 1, 0.0: 4, 0.01: 4}
RUNS = [(seed, rate, SIGN_UPS) for seed in range(1, SEEDS + 1) for rate in RATES] or [
    (seed, rate, SIGN_UPS // part) for seed, (rate, part) in enumerate(RATES.items(), 1)
]
ONE_IN = 1 if SEEDS else 8
AT_ONCE = 250
FAULTS = 0.2
DUPLICATED = 0.05

_LINK = re.compile(r"/subscribers/confirm\?token=(\S+)")


@pytest.mark.parametrize(("seed", "lost_events", "sign_ups"), RUNS)
def test_no_mail_is_lost_in_silence_and_none_comes_twice_without_being_counted(
    seed: int, lost_events: float, sign_ups: int
) -> None:
    with world(seed, FAULTS, lost_events, DUPLICATED) as storm:
        # given thousands of people who sign up, and confirm what comes to them, some of them twice
        zombies = _Zombies(storm)
        emails = [f"reader{number}@example.com" for number in range(sign_ups)]
        clicked = 0
        for start in range(0, sign_ups, AT_ONCE):
            for email in emails[start : start + AT_ONCE]:
                storm.patiently(lambda email=email: service.ask(email))
            storm.run_streams()
            clicked = _click(storm, clicked)
            storm.run_streams()
            storm.advance(600)
        # when everything has come to rest
        clicked = _click(storm, clicked)
        storm.settle()
        storm.run_streams()
        storm.settle()
        _click(storm, clicked)
        storm.settle()
        # An event that waits in the failure queue is as good as lost until somebody looks.
        zombies.stuck = {json.loads(event)["mail"]["tags"]["delivery"][0] for event in storm.mail_events.failures}
        figures = _figures(storm, zombies)
        print(f"\nseed {seed}, {lost_events:.1%} of Send events lost: {figures}")
        # then the sums of all sides agree
        _assert_sums_agree(storm, sign_ups)
        # and every mail that was due is accounted for
        _assert_accounted_for(storm, emails)
        # and every mail that came twice has its reason
        _assert_extras_have_reasons(storm, zombies)


class _Zombies:
    """Two workers that stop for longer than their lease: one before it sends, one within the call to SES."""

    def __init__(self, storm: World) -> None:
        self.before: str | None = None
        self.within: str | None = None
        self.stuck: set[str] = set()
        self._waits = 40
        self._storm = storm
        storm.faulty.after_write = self._after_write
        storm.ses.before_taking = self._before_taking

    def _after_write(self, _: str, arguments: Mapping[str, Any]) -> None:
        name = arguments.get("Key", {}).get("delivery_id", {}).get("S", "")
        if self.before is None and name.startswith("welcome") and self._is_claim(arguments):
            self._waits -= 1
            if self._waits == 0:
                self.before = name
                self._sleep()

    def _before_taking(self, name: str) -> None:
        if self.before is not None and self.within is None and name != self.before:
            self.within = name
            self._sleep()

    def _is_claim(self, arguments: Mapping[str, Any]) -> bool:
        return {"S": State.SENDING} in arguments.get("ExpressionAttributeValues", {}).values()

    def _sleep(self) -> None:
        self._storm.advance(ledger.LEASE_SECONDS + ledger.GRACE_SECONDS + 600)


def _click(storm: World, start: int) -> int:
    """Follow the links of the mails that came since the mail number `start`; one person in ten does so twice."""
    end = len(storm.ses.inbox)
    for name, mail in storm.ses.inbox[start:end]:
        found = _LINK.search(mail.text)
        if name.startswith("confirm_") and found:
            token = tokens.unseal(Purpose.CONFIRM, found[1])
            if zlib.crc32(token.email.encode()) % ONE_IN:
                continue
            for _ in range(2 if storm.random.random() < 0.1 else 1):
                storm.patiently(lambda token=token: service.confirm(token.email, token.request_id))
    return end


def _assert_sums_agree(storm: World, sign_ups: int) -> None:
    """What people did, what the ledger says and what SES took: each counted by itself."""
    rows = storm.dynamodb.table("subscribers").items.values()
    confirmed = sum(row["state"]["S"] == "confirmed" for row in rows)
    waiting = {record["dynamodb"]["Keys"]["email"]["S"] for record in storm.subscribers.failures}
    for purpose, due in (("confirm_", sign_ups), ("welcome_", confirmed), ("subscriber_", confirmed)):
        assert 0 <= due - storm.states(purpose).total() <= len(waiting), purpose
    settled = storm.states("confirm_") + storm.states("welcome_")
    assert settled.keys() <= {State.SENT, State.FAILED_UNKNOWN, State.DROPPED}
    assert settled[State.FAILED_UNKNOWN] <= 0.02 * settled.total()
    taken = Counter(name for name, _ in storm.ses.inbox)
    rows_of = storm.deliveries()
    unheard_of = sum(rows_of[name]["state"]["S"] in (State.FAILED_UNKNOWN, State.DROPPED) for name in taken)
    extra = taken.total() - len(taken)
    assert taken.total() == settled[State.SENT] + unheard_of + extra
    assert max(taken.values()) <= ledger.ATTEMPTS


def _assert_accounted_for(storm: World, emails: list[str]) -> None:
    taken = Counter(name for name, _ in storm.ses.inbox)
    told = Counter(text.partition("Reference: ")[2].strip() for _, _, text in storm.sns.notices)
    rows = storm.deliveries()
    waiting = {record["dynamodb"]["Keys"]["email"]["S"] for record in storm.subscribers.failures}
    ended = {State.SENT, State.FAILED_UNKNOWN}
    for email in emails:
        row = storm.subscriber(email)
        for purpose in _due(row):
            name = ledger.delivery_id(f"{purpose}_{row['request_id']['S']}", email)
            if name not in rows:
                assert email in waiting, f"{name} was lost in silence"
                continue
            state = rows[name]["state"]["S"]
            went = told if purpose == "subscriber" else taken
            # Whoever has confirmed had the mail, although nobody told the ledger, and needs no other.
            assert state in ended or (state == State.DROPPED and went[name] > 0), (name, rows[name])
            # What the ledger says was sent was sent.
            assert state != State.SENT or went[name] > 0, name
            # What it does not know was not, unless nobody told it.
            assert state != State.FAILED_UNKNOWN or went[name] == 0 or name in storm.lost or purpose == "subscriber"
    # What is in a queue is done when it is offered again in better weather.
    storm.dice.rate = 0.0
    storm.mail_events.redrive()
    storm.subscribers.replay()
    storm.settle()
    rows = storm.deliveries()
    for email in emails:
        row = storm.subscriber(email)
        for purpose in _due(row):
            assert ledger.delivery_id(f"{purpose}_{row['request_id']['S']}", email) in rows


def _due(row: Mapping[str, Any]) -> tuple[str, ...]:
    # Whoever confirmed has had the first mail: that is where the link was.
    return ("confirm",) if row["state"]["S"] == "pending" else ("confirm", "welcome", "subscriber")


def _assert_extras_have_reasons(storm: World, zombies: _Zombies) -> None:
    extra = {name for name, times in Counter(name for name, _ in storm.ses.inbox).items() if times > 1}
    assert zombies.before is not None
    assert zombies.within is not None
    assert extra <= storm.lost | zombies.stuck | {zombies.within}, extra
    # A worker that overslept its lease before sending sends nothing any more.
    assert zombies.before not in extra
    notices = Counter(text for _, _, text in storm.sns.notices)
    assert max(notices.values()) <= ledger.ATTEMPTS


def _figures(storm: World, zombies: _Zombies) -> dict[str, Any]:
    inbox = Counter(name for name, _ in storm.ses.inbox)
    notices = Counter(text for _, _, text in storm.sns.notices)
    return {
        "mails taken by SES": len(storm.ses.inbox),
        "mails extra": sum(times - 1 for times in inbox.values()),
        "of these in a zombie's hand": inbox.get(zombies.within or "", 1) - 1,
        "notices extra": sum(times - 1 for times in notices.values()),
        "confirm": dict(storm.states("confirm_")),
        "welcome": dict(storm.states("welcome_")),
        "notices": dict(storm.states("subscriber_")),
        "virtual hours": round((clock.now() - START).total_seconds() / 3600, 1),
        "in failure queues": [len(function.failures) for function in storm.functions],
        "invocations": sum(function.invocations for function in storm.functions),
        "calls": storm.dice.calls.total(),
        "faults": storm.dice.faults.total(),
    }

"""Proves the proofs: breaks the code in one place at a time, which the tests must notice.

`python -m tests.faults.mutants` applies each mutant to a copy. Names behind the command choose some of them.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
COPIED = ("app.py", "chalicelib", "infra", "pyproject.toml", "tests")
TESTS = ("tests/faults", "tests/unit/subscribers", "tests/unit/mail")
SIGN_UPS = "6000"
_FAILED = re.compile(r"^(?:FAILED|ERROR) (\S+)", re.MULTILINE)


@dataclass(frozen=True)
class Mutant:
    """One change for the worse."""

    name: str
    path: str
    before: str
    after: str


LEDGER = "chalicelib/mail/ledger.py"
DELIVERY = "chalicelib/mail/delivery.py"
SWEEPER = "chalicelib/mail/sweeper.py"
EFFECTS = "chalicelib/subscribers/effects.py"
SERVICE = "chalicelib/subscribers/service.py"
ANNOUNCING = "chalicelib/subscribers/announcing.py"

MUTANTS = (
    Mutant(
        "send-before-claiming",
        DELIVERY,
        "    held = ledger.claim(delivery_id, kind.name, about)\n    if held is not None:\n        act(held, send)\n",
        "    message_id = send()\n    held = ledger.claim(delivery_id, kind.name, about)\n"
        "    if held is not None:\n        ledger.sent(held, message_id)\n",
    ),
    Mutant("ignore-the-lease", DELIVERY, "    if not held.holds():\n", "    if False:\n"),
    Mutant(
        "drop-the-fencing-token",
        LEDGER,
        "    both: Condition = (Delivery.state == state) & (Delivery.token == token)\n",
        "    both: Condition = Delivery.state == state\n",
    ),
    Mutant(
        "resend-the-unknown-at-once",
        LEDGER,
        "    free = Delivery.delivery_id.does_not_exist() | (Delivery.state == State.RELEASED)\n",
        "    free = Delivery.delivery_id.does_not_exist() | Delivery.state.is_in(State.RELEASED, State.SENDING)\n",
    ),
    Mutant(
        "drop-the-event-of-ses",
        "chalicelib/subscribers/mail_events.py",
        "        ledger.was_sent(delivery, event.mail.message_id)\n",
        "        pass\n",
    ),
    Mutant(
        "release-on-a-time-out",
        DELIVERY,
        "    except OutcomeUnknown as unknown:\n",
        "    except OutcomeUnknown as unknown:\n        ledger.release(held)\n",
    ),
    Mutant("no-grace-period", LEDGER, "GRACE_SECONDS = 15 * 60\n", "GRACE_SECONDS = 0\n"),
    Mutant("send-again-for-ever", LEDGER, "ATTEMPTS = 2\n", "ATTEMPTS = 9\n"),
    Mutant(
        "keep-the-claim-when-refused",
        DELIVERY,
        "    except RefusedForNow:\n        ledger.release(held)\n        raise\n",
        "    except RefusedForNow:\n        raise\n",
    ),
    Mutant(
        "forget-the-record-when-refused",
        DELIVERY,
        "    except RefusedForNow:\n        ledger.release(held)\n        raise\n",
        "    except RefusedForNow:\n        ledger.sent(held, '')\n",
    ),
    Mutant("no-sweeper", SWEEPER, "    for row in ledger.overdue():\n", "    for row in []:\n"),
    Mutant(
        "trust-an-old-record",
        EFFECTS,
        '    if subscriber is None or subscriber.state != state or subscriber.request_id != about["request_id"]:\n',
        "    if subscriber is None:\n",
    ),
    Mutant(
        "trust-the-index",
        EFFECTS,
        "    if subscriber is None or subscriber.state != State.CONFIRMED:\n",
        "    if subscriber is None:\n",
    ),
    Mutant(
        "see-what-has-expired",
        SERVICE,
        "    return None if subscriber.is_expired else subscriber\n",
        "    return subscriber\n",
    ),
    Mutant("no-pause-between-mails", SERVICE, "COOL_DOWN_SECONDS = 15 * 60\n", "COOL_DOWN_SECONDS = 0\n"),
    Mutant("no-cap-on-mails", SERVICE, "        & (Subscriber.asked_3 <= now - DAY_SECONDS)\n", ""),
    Mutant(
        "rest-of-an-announcement-first",
        ANNOUNCING,
        "    after, refused, later = job.after, False, list[str]()\n",
        "    after, refused, later = job.after, False, list[str]()\n"
        "    if page.last_key is not None and page.items[-1].email != job.until:\n"
        "        queue.put([body(PageJob(job.post, job.shard, page.items[-1].email, job.until, job.hops + 1))])\n"
        "        progress.hand_on(job)\n",
    ),
    Mutant("chains-longer-than-lambda-allows", ANNOUNCING, "HOPS = 10\n", "HOPS = 100\n"),
    Mutant(
        "forget-the-rest-of-a-chain",
        ANNOUNCING,
        "            effects.leave_post_to_the_sweeper(subscriber.email, job.post)\n",
        "            pass\n",
    ),
    Mutant(
        "announce-page-by-page",
        ANNOUNCING,
        "        queue.put([body(page) for page in _pages(job, after, emails, is_last=listed.last_key is None)])\n",
        "        queue.put([body(PageJob(job.post, job.shard, job.after))])\n        return\n",
    ),
    Mutant(
        "no-progress-of-announcements",
        ANNOUNCING,
        "job.hops + 1, put_off))], delay)\n    progress.hand_on(job)\n",
        "job.hops + 1, put_off))], delay)\n",
    ),
    Mutant(
        "one-bad-subscriber-stops-the-page",
        ANNOUNCING,
        "            later.append(body(OneJob(job.post, subscriber.email)))\n",
        "            raise\n",
    ),
    Mutant(
        "forget-whom-it-went-wrong-for",
        ANNOUNCING,
        "            later.append(body(OneJob(job.post, subscriber.email)))\n",
        "            pass\n",
    ),
)


def main(names: Sequence[str]) -> int:
    """Try the mutants of these names, or all; the number that nobody noticed is the exit status."""
    survivors = 0
    for mutant in MUTANTS:
        if names and mutant.name not in names:
            continue
        noticed = _try(mutant)
        survivors += not noticed
        sys.stdout.write(f"{mutant.name:<36}{noticed[0] if noticed else 'SURVIVED'}\n")
        sys.stdout.flush()
    return survivors


def _try(mutant: Mutant) -> list[str]:
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder)
        for name in COPIED:
            if (ROOT / name).is_dir():
                shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(ROOT / name, copy / name)
        source = copy / mutant.path
        text = source.read_text(encoding="utf-8")
        if text.count(mutant.before) != 1:
            raise LookupError(f"{mutant.name}: what it changes is no longer there, or there twice")
        source.write_text(text.replace(mutant.before, mutant.after), encoding="utf-8")
        command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *TESTS]
        environment = {**os.environ, "FAULT_SIGN_UPS": SIGN_UPS, "PYTHONPATH": folder}
        done = subprocess.run(command, cwd=copy, env=environment, capture_output=True, text=True, check=False)
        return _FAILED.findall(done.stdout)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Event functions that are killed, saved and started again: nothing is lost or skipped, and what is saved is live.

The tests share one laptop cloud with code of its own.
"""

import os
import secrets
import signal
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest
from botocore.exceptions import BotoCoreError, ClientError

from tests.integration.test_blog_races import tags_and_posts_agree
from tests.integration.test_events_failures import message, told
from tests.support.cloud import Cloud
from tests.support.laptop import Laptop, until
from tests.support.terminal import Terminal, alive

MESSAGES = 200
TICK = {
    "version": "0",
    "id": "1",
    "account": "000000000000",
    "region": "us-east-1",
    "time": "2026-11-21T12:00:00Z",
    "source": "aws.events",
    "detail-type": "Scheduled Event",
    "resources": [],
    "detail": {},
}


@pytest.fixture(scope="module")
def terminal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Terminal]:
    with Terminal.brought_up(tmp_path_factory.mktemp("events") / "local") as terminal:
        yield terminal


@pytest.fixture
def laptop(terminal: Terminal) -> Iterator[Laptop]:
    until(terminal.everything_answers, 60)
    with ExitStack() as opened:
        yield terminal.laptop(opened)


@pytest.fixture
def cloud(laptop: Laptop) -> Cloud:
    return Cloud(laptop)


@pytest.fixture
def name() -> str:
    return f"Ada{secrets.token_hex(4)}"


def test_the_first_event_does_not_wait_for_a_cold_start(laptop: Laptop, cloud: Cloud, name: str) -> None:
    # given a laptop cloud that has just come up, when something happens
    started = time.monotonic()
    cloud.put("messages", message(name, 0))
    # then its function answers at once
    until(lambda: told(laptop, name))
    took = time.monotonic() - started
    print(f"\nthe first event took {took:.2f} s")
    assert took < 10


def test_a_saved_handler_is_live_without_a_restart_by_hand(laptop: Laptop, cloud: Cloud, name: str) -> None:
    # given a handler that is saved with other words
    effects = laptop.layout.project / "chalicelib" / "contact" / "effects.py"
    text = effects.read_text()
    assert "wrote by the contact form" in text
    effects.write_text(text.replace("wrote by the contact form", "sent word by the contact form"))
    saved = time.monotonic()

    def says_so() -> bool:
        cloud.put("messages", message(name, 0))
        return any("sent word" in mail["text"] for mail in laptop.mails_to("owner@example.com"))

    # then events soon meet the new one
    until(says_so, 30)
    took = time.monotonic() - saved
    print(f"\nthe saved handler was live after {took:.2f} s")
    assert took < 20


def test_saved_code_that_does_not_run_stops_nothing(laptop: Laptop, cloud: Cloud, name: str) -> None:
    # given a handler that is saved half written
    effects = laptop.layout.project / "chalicelib" / "contact" / "effects.py"
    good = effects.read_text()
    effects.write_text(good + "\nthis is no Python\n")
    # when something happens, now and after the new code was tried
    cloud.put("messages", message(name, 0))
    until(lambda: len(told(laptop, name)) == 1, 60)
    log = laptop.layout.logs / "functions.log"
    until(lambda: "SyntaxError" in log.read_text(), 60)
    cloud.put("messages", message(name, 1))
    # then the code before handles it
    until(lambda: len(told(laptop, name)) == 2, 60)
    # and mended code is live again
    effects.write_text(good)


def worker_of(terminal: Terminal) -> int | None:
    """The process that runs the functions' code, a child of their host."""
    host = terminal.parts().get("functions")
    listed = subprocess.run(["ps", "-o", "pid=", "--ppid", str(host)], capture_output=True, text=True, check=False)  # noqa: S607
    pids = [int(line) for line in listed.stdout.split()]
    return pids[-1] if pids else None


def test_functions_and_engine_killed_in_mid_stream_lose_and_skip_nothing(
    terminal: Terminal, laptop: Laptop, cloud: Cloud, name: str
) -> None:
    # given a stream of messages, each kept before the next
    messages = [message(name, number) for number in range(MESSAGES)]
    kept: list[str] = []

    def keep() -> None:
        for each in messages:
            while True:
                try:
                    cloud.put("messages", each)
                except (BotoCoreError, ClientError):
                    time.sleep(0.2)
                else:
                    break
            kept.append(each["message_id"]["S"])
            time.sleep(0.01)

    writer = threading.Thread(target=keep, daemon=True)
    writer.start()
    # when the worker, its host, the engine and the worker again are killed in the middle of it
    kills = 0
    for part in ("worker", "functions", "engine", "worker"):
        so_far = len(kept)
        until(lambda so_far=so_far: len(kept) >= min(so_far + 30, MESSAGES), 120)
        pid = until(lambda part=part: worker_of(terminal) if part == "worker" else terminal.parts().get(part), 60)
        os.kill(pid, signal.SIGKILL)
        kills += 1
        until(lambda pid=pid: not alive(pid), 20)
        until(terminal.everything_answers, 60)
    writer.join(120)
    assert len(kept) == MESSAGES
    # then every message has its delivery
    ids = {f"contact_{each}" for each in kept}
    until(lambda: ids <= {row["delivery_id"]["S"] for row in cloud.rows("deliveries")}, 120)
    until(lambda: not_settled(cloud, ids) <= kills * 10, 60)
    # and those that a killed worker had in hand are settled by the sweeper when their time has come
    for row in cloud.rows("deliveries"):
        if row["delivery_id"]["S"] in ids and "unsettled" in row:
            cloud.change("deliveries", {"delivery_id": row["delivery_id"]["S"]}, lease_until=0)
    until(lambda: swept(cloud, ids) == 0, 60)
    # then every message was taken by SNS, and the ledger knows
    states = Counter(row["state"]["S"] for row in cloud.rows("deliveries") if row["delivery_id"]["S"] in ids)
    assert states == {"sent": MESSAGES}
    # and nobody is told twice but of what a killed worker had in hand; the engine's mailbox, unlike its tables, forgets
    # the last seconds before a crash
    times = told(laptop, name)
    assert len(times) > MESSAGES // 2
    print(f"\n{MESSAGES} messages, {kills} kills, {times.total() - MESSAGES} told twice")
    assert max(times.values()) <= 2
    assert times.total() - MESSAGES <= kills
    assert cloud.in_failure_queue() == 0


def not_settled(cloud: Cloud, ids: set[str]) -> int:
    return sum("unsettled" in row for row in cloud.rows("deliveries") if row["delivery_id"]["S"] in ids)


def swept(cloud: Cloud, ids: set[str]) -> int:
    cloud.invoke("sweep-mail", TICK)
    return not_settled(cloud, ids)


def test_an_engine_killed_while_posts_are_published_leaves_no_tag_without_its_post(
    terminal: Terminal, laptop: Laptop, cloud: Cloud
) -> None:
    # given posts that go to and fro between draft and reader
    ines = laptop.person("ines", ("authors",))
    slugs = [f"post-{secrets.token_hex(4)}" for _ in range(6)]
    for slug in slugs:
        tags = [f"{slug}-{number}" for number in range(8)]
        assert ines.api.post("/posts", json={"title": "To and fro", "slug": slug, "tags": tags}).status_code == 201
    enough = threading.Event()
    answers: Counter[int] = Counter()

    def to_and_fro(slug: str) -> None:
        with laptop.client(ines.tokens["IdToken"]) as api:
            while not enough.is_set():
                for step in ("publish", "unpublish"):
                    body = {} if step == "publish" else None
                    answers[api.post(f"/posts/{slug}/{step}", json=body).status_code] += 1

    with ThreadPoolExecutor(len(slugs)) as pool:
        busy = [pool.submit(to_and_fro, slug) for slug in slugs]
        # when the engine is killed in the middle of it, twice
        for _ in range(2):
            done = answers[200]
            until(lambda done=done: answers[200] >= done + 40, 120)
            pid = terminal.parts()["engine"]
            os.kill(pid, signal.SIGKILL)
            until(lambda pid=pid: not alive(pid) and terminal.parts().get("engine", pid) != pid, 60)
            until(terminal.everything_answers, 60)
        enough.set()
        for each in busy:
            each.result(60)
    # then every post and its tags agree
    assert answers[503] > 0
    assert [slug for slug in slugs if not tags_and_posts_agree(cloud, slug)] == []

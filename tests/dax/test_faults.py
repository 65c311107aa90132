"""DAX is killed, silent or slow in the middle of 1 000 operations: no error, nothing lost, nothing twice.

Each of eight authors takes posts their whole way, one after the other, and knows what must stand in the end. What the
cluster had taken on before it fell silent is done late, when it is well again: after it was done past it.
"""

import itertools
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import pytest

from chalicelib.blog import service
from chalicelib.blog.contract import DraftChanges, NewPost
from chalicelib.blog.service import Author
from chalicelib.store.idempotency import Idempotent
from infra.local.dax.process import DaxProcess
from tests.dax.conftest import POSTS, TAGS, Route

AUTHORS = 8
OPERATIONS = 1_000
TROUBLE_AT, WELL_AT = 300, 700
_runs = itertools.count(1)


@dataclass
class Progress:
    """How many operations all authors have done; `at` runs when a number is reached."""

    at: dict[int, Callable[[], object]]
    done: int = 0
    slowest: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def count(self, seconds: float) -> None:
        with self._lock:
            self.done += 1
            self.slowest = max(self.slowest, seconds)
            happening = self.at.pop(self.done, None)
            if happening is not None:
                happening()


@dataclass
class Writer:
    """One author at work; `expected` is what must stand of each post: version, title and whether it is published."""

    author: Author
    tag: str
    progress: Progress
    expected: dict[str, tuple[int, str, bool]] = field(default_factory=dict)
    deleted: set[str] = field(default_factory=set)

    def work(self) -> None:
        for number in itertools.count():
            for step in (self.create, self.change, self.publish, self.read, self.change, self.list, self.finish):
                if self.progress.done >= OPERATIONS:
                    return
                started = time.monotonic()
                step(f"{self.tag}-{number}", number)
                self.progress.count(time.monotonic() - started)

    def create(self, slug: str, _: int) -> None:
        new = NewPost(title="New", slug=slug, body="Text", tags=[self.tag])
        created = service.create(self.author, new, Idempotent.of(f"key-{slug}", "create_post", slug))
        assert (created.replayed, created.post.version) == (False, 1)
        self.expected[slug] = (1, "New", False)

    def change(self, slug: str, number: int) -> None:
        version, _, published = self.expected[slug]
        title = f"Title {number} at {version}"
        changed = service.change(self.author, slug, DraftChanges(title=title), expected=version)
        assert (changed.version, changed.draft_title) == (version + 1, title)
        self.expected[slug] = (version + 1, title, published)

    def publish(self, slug: str, _: int) -> None:
        version, title, _ = self.expected[slug]
        assert service.publish(self.author, slug, version).version == version + 1
        self.expected[slug] = (version + 1, title, True)

    def read(self, slug: str, _: int) -> None:
        found = service.get_published(slug)
        assert (found.slug, found.html) == (slug, "<p>Text</p>\n")

    def list(self, slug: str, _: int) -> None:
        assert all(row.slug.startswith(slug.rpartition("-")[0]) for row in service.list_tagged(self.tag, 10).items)

    def finish(self, slug: str, number: int) -> None:
        version, _, _ = self.expected[slug]
        if number % 2:
            service.delete(self.author, slug, version)
            del self.expected[slug]
            self.deleted.add(slug)


def kill(dax: DaxProcess) -> None:
    dax.kill()


TROUBLES: dict[str, tuple[Callable[[DaxProcess], object], Callable[[DaxProcess], object]]] = {
    "killed": (kill, lambda dax: dax.start()),
    "silent": (lambda dax: dax.tell("silent"), lambda dax: dax.tell("well")),
    "slow": (lambda dax: dax.tell("slow 1.5"), lambda dax: dax.tell("well")),
}


@pytest.mark.parametrize("trouble", TROUBLES)
def test_nobody_notices(
    trouble: str, dynamodb: Any, start_dax: Callable[..., DaxProcess], through: Callable[..., Route]
) -> None:
    # Given a healthy cluster, and authors who write and read
    dax = start_dax()
    through(dax)
    begin, end = TROUBLES[trouble]
    run = next(_runs)
    progress = Progress({TROUBLE_AT: lambda: begin(dax), WELL_AT: lambda: end(dax)})
    writers = [Writer(Author(f"{run}-{each}", "Ada"), f"run-{run}-{each}", progress) for each in range(AUTHORS)]

    # When it is in trouble between their 300th and their 700th operation
    with ThreadPoolExecutor(AUTHORS) as pool:
        for written in [pool.submit(writer.work) for writer in writers]:
            written.result()

    # Then no operation failed or took long, and what stands is what they were told
    assert progress.done >= OPERATIONS
    assert progress.slowest < 5
    # What was on its way when the cluster fell silent arrives by now.
    time.sleep(0.5)
    posts = everything(dynamodb, POSTS, f"run-{run}-")
    for writer in writers:
        stands = {slug: found for slug, found in posts.items() if slug.startswith(f"{writer.tag}-")}
        assert {slug: seen(item) for slug, item in stands.items()} == writer.expected
        tagged = {each["slug"]["S"] for each in everything(dynamodb, TAGS, f"{writer.tag}-").values()}
        assert tagged == {slug for slug, (_, _, published) in writer.expected.items() if published}


def seen(item: dict[str, Any]) -> tuple[int, str, bool]:
    return int(item["version"]["N"]), item["draft_title"]["S"], "feed" in item


def everything(dynamodb: Any, table: str, prefix: str) -> dict[str, dict[str, Any]]:
    pages = dynamodb.get_paginator("scan").paginate(TableName=table, ConsistentRead=True)
    items = [item for page in pages for item in page["Items"]]
    return {item["slug"]["S"]: item for item in items if item["slug"]["S"].startswith(prefix)}


def test_dax_is_asked_again_when_it_is_well(
    start_dax: Callable[..., DaxProcess], through: Callable[..., Route]
) -> None:
    # Given a cluster that was killed while it was in use
    dax = start_dax()
    through(dax)
    slug, ada = f"back-{next(_runs)}", Author("ada", "Ada")
    service.create(ada, NewPost(title="T", slug=slug))
    service.publish(ada, slug)
    dax.kill()
    started = time.monotonic()
    assert service.get_published(slug).title == "T"
    fallen_back = time.monotonic() - started
    started = time.monotonic()
    assert service.get_published(slug).title == "T"
    past = time.monotonic() - started

    # When it is there again
    dax.start()

    # Then reads find their way back to it without anybody doing anything
    deadline = time.monotonic() + 20
    while not dax.counts()["hits"]:
        assert service.get_published(slug).title == "T"
        assert time.monotonic() < deadline, "nobody asks it any more"
        time.sleep(0.1)
    # The first one waits for DAX at most; the others do not know that it is gone.
    assert fallen_back < 1.5
    assert past < 0.5

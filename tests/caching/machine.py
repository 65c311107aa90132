"""Random people, reads and writes over time, and an oracle that knows what each may see."""

from collections.abc import Callable
from random import Random
from typing import Any, ClassVar

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from infra.edge_settings import API
from tests.caching.layers import Answer
from tests.caching.world import DEVICES, ORIGINS, PEOPLE, Remembering, Seam, Setup, World, allowed_origin, told
from tests.support.seam import dynamodb_behind

SLUGS, TAGS = ("one", "two"), ("tea", "cups")
# What the function has refreshed by name, once it has run.
LISTED = (
    f"{API}/posts",
    f"{API}/feed.atom",
    *(f"{API}/posts/{slug}" for slug in SLUGS),
    *(f"{API}/posts?tag={tag}" for tag in TAGS),
)
UNLISTED = (f"{API}/posts?limit=1", f"{API}/posts?tag=tea&limit=1")
PAGES = ("/blog/", "/blog/feed.atom", *(f"/blog/{slug}/" for slug in SLUGS), "/blog/tags/tea/")
PUBLIC = (*LISTED, *UNLISTED, *PAGES)
PRIVATE = (f"{API}/todos", f"{API}/me/posts", f"{API}/me/posts/one")
LAYERS = ("origin", "edge", *DEVICES)

# How old an answer may be, in seconds: docs/caching.md.
STAGE, HTTP = 60.0, 360.0


def bound(layer: str, url: str) -> float:
    """How many seconds an answer may lag behind the function that has been told of a change."""
    if url in PAGES:
        return 0.0
    if layer in DEVICES:
        return STAGE + HTTP
    if url in LISTED:
        return 0.0
    return STAGE if layer == "origin" else STAGE + HTTP


class Reading(RuleBasedStateMachine):
    """People read and write; every answer is held against what was true."""

    tables: ClassVar[Any]
    setup_of_layers: ClassVar[Setup] = Setup()
    seam: ClassVar[Seam | None] = None

    def __init__(self) -> None:
        super().__init__()
        self.world = World(self.tables, self.setup_of_layers, self.seam)
        self.written = 0
        # What was true, and since when.
        self.history: dict[str, list[tuple[float, object]]] = {url: [] for url in PUBLIC}
        self._note()

    @rule(slug=st.sampled_from(SLUGS), tags=st.sets(st.sampled_from(TAGS)))
    def publish(self, slug: str, tags: set[str]) -> None:
        self.written += 1
        before = self.world.post(slug)
        title = f"{slug} {self.written}"
        if before is None:
            self.world.write("ada", "POST", "/posts", {"title": title, "slug": slug})
        self.world.write("ada", "PATCH", f"/posts/{slug}", {"title": title, "body": title, "tags": sorted(tags)})
        self.world.write("ada", "POST", f"/posts/{slug}/publish")
        self._changed(slug, before)

    @rule(slug=st.sampled_from(SLUGS), gone=st.booleans())
    def take_away(self, slug: str, *, gone: bool) -> None:
        before = self.world.post(slug)
        if before is not None:
            path = f"/posts/{slug}" + ("" if gone else "/unpublish")
            self.world.write("ada", "DELETE" if gone else "POST", path)
            self._changed(slug, before)

    @rule(person=st.sampled_from(sorted(PEOPLE)))
    def write_a_todo(self, person: str) -> None:
        self.written += 1
        self.world.write(person, "POST", "/todos", {"title": f"{person} {self.written}"})

    @rule(seconds=st.sampled_from((1.0, 30.0, 59.0, 61.0, 200.0, 400.0)))
    def wait(self, seconds: float) -> None:
        self.world.now += seconds

    @rule(
        url=st.sampled_from(PUBLIC),
        origin=st.sampled_from(ORIGINS),
        layer=st.sampled_from(LAYERS),
        person=st.sampled_from(("", *PEOPLE)),
    )
    def read(self, url: str, origin: str, layer: str, person: str) -> None:
        headers = {"origin": origin} if origin else {}
        answer = self.world.ask(layer, url, headers | ({"authorization": person} if person else {}))
        self._is_true(answer, layer, url)
        if url not in PAGES and answer.status == 200:
            assert answer.headers["access-control-allow-origin"] == allowed_origin(origin), "another origin's answer"

    @rule(url=st.sampled_from(PRIVATE), layer=st.sampled_from(LAYERS), person=st.sampled_from(("", *PEOPLE)))
    def read_in_private(self, url: str, layer: str, person: str) -> None:
        answer = self.world.ask(layer, url, {"authorization": person} if person else {})
        assert told(answer) == told(self.world.truth(url, person)), f"{url} of somebody else, or of another time"

    @rule(url=st.sampled_from(LISTED), through=st.sampled_from(("origin", "edge")))
    def load_anew(self, url: str, through: str) -> None:
        answer = self.world.ask(through, url, {"cache-control": "max-age=0"})
        if through == "origin":
            assert answer.status == 403, "a stranger had an answer refreshed"
        else:
            assert answer.status != 403, "a reader was refused"

    def _changed(self, slug: str, before: Any) -> None:
        self.world.deliver(slug, before)
        self._note()

    def _note(self) -> None:
        for url, past in self.history.items():
            past.append((self.world.now, told(self.world.truth(url))))

    def _is_true(self, answer: Answer, layer: str, url: str) -> None:
        past, earliest = self.history[url], self.world.now - bound(layer, url)
        ends = [since for since, _ in past[1:]] + [float("inf")]
        true = [truth for (_, truth), end in zip(past, ends, strict=True) if end > earliest or end == float("inf")]
        assert told(answer) in true, f"{url} at {layer} is older than it may be, or another's"


def run(tables: Any, setup: Setup, *, examples: int, steps: int) -> None:
    """Let people read and write; raises what the oracle finds."""
    with dynamodb_behind(lambda dynamodb: Seam(Remembering(dynamodb))) as seam:
        machine = type("ReadingSo", (Reading,), {"tables": tables, "setup_of_layers": setup, "seam": seam})
        run_state_machine_as_test(
            machine,
            settings=settings(
                max_examples=examples,
                stateful_step_count=steps,
                derandomize=True,
                database=None,
                deadline=None,
                phases=[Phase.generate],
                suppress_health_check=list(HealthCheck),
            ),
        )


def wander(tables: Any, setup: Setup, *, walks: int, steps: int, first: int = 0) -> None:
    """The same by chance alone, mostly reading, which finds a hole sooner; raises what the oracle finds.

    The walks have the seeds from 0 on, after the seed `first`.
    """
    with dynamodb_behind(lambda dynamodb: Seam(Remembering(dynamodb))) as seam:
        machine = type("WalkedSo", (Reading,), {"tables": tables, "setup_of_layers": setup, "seam": seam})
        for seed in dict.fromkeys((first, *range(walks))):
            _walk(machine(), Random(seed), steps)  # noqa: S311 - nothing secret hangs on it


def _walk(reading: Reading, chance: Random, steps: int) -> None:
    pick = chance.choice
    for slug in SLUGS:
        reading.publish(slug=slug, tags=set(TAGS))
    for person in PEOPLE:
        reading.write_a_todo(person=person)
    rules: list[tuple[int, Callable[[], object]]] = [
        (3, lambda: reading.publish(slug=pick(SLUGS), tags=set(chance.sample(TAGS, chance.randint(0, 2))))),
        (1, lambda: reading.take_away(slug=pick(SLUGS), gone=pick((True, False)))),
        (2, lambda: reading.write_a_todo(person=pick(sorted(PEOPLE)))),
        (6, lambda: reading.wait(seconds=pick((1.0, 30.0, 61.0, 200.0, 900.0)))),
        (50, lambda: reading.read(url=pick(PUBLIC), origin=pick(ORIGINS), layer=pick(LAYERS), person="")),
        (20, lambda: reading.read_in_private(url=pick(PRIVATE), layer=pick(LAYERS), person=pick(sorted(PEOPLE)))),
        (5, lambda: _come_back(reading, pick(LISTED), pick(ORIGINS))),
        (2, lambda: _lose(reading, pick(SLUGS))),
        (5, lambda: _share(reading, pick(PRIVATE), pick(DEVICES))),
        (3, lambda: reading.load_anew(url=pick(LISTED), through=pick(("origin", "edge")))),
    ]
    for _ in range(steps):
        (do,) = chance.choices([do for _, do in rules], [weight for weight, _ in rules])
        do()


def _come_back(reading: Reading, url: str, origin: str) -> None:
    """Somebody looks again when what they have is stale, and then somebody who has nothing."""
    reading.read(url=url, origin=origin, layer="phone", person="")
    reading.wait(seconds=61.0)
    for layer in ("phone", "edge", "origin"):
        reading.read(url=url, origin=origin, layer=layer, person="")


def _lose(reading: Reading, slug: str) -> None:
    """A post goes that somebody has just looked at again; then another looks."""
    reading.publish(slug=slug, tags=set())
    for wait in (0.0, 61.0):
        reading.wait(seconds=wait)
        reading.read(url=f"{API}/posts/{slug}", origin="", layer="origin", person="")
    reading.take_away(slug=slug, gone=False)
    reading.read(url=f"{API}/posts/{slug}", origin="", layer="origin", person="")


def _share(reading: Reading, url: str, device: str) -> None:
    """Two people use one browser after each other."""
    for person in PEOPLE:
        reading.read_in_private(url=url, layer=device, person=person)

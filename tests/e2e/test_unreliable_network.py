"""Under 50 to 2 000 ms of latency, lost requests, lost answers and 503s, the journeys of people end as without them.

Each seed is a network of its own, and each journey has five. `E2E_SEEDS=50` tries more of them for each journey.
"""

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest
from playwright.sync_api import ConsoleMessage, sync_playwright

from tests.e2e.conftest import FLAGS, HEADLESS_SHELL, WAIT_MS
from tests.e2e.support.journeys import JOURNEYS, Journey
from tests.e2e.support.people import People, storage_of
from tests.e2e.support.unreliable_proxy import UnreliableProxy
from tests.support.laptop import Laptop, Person

SEEDS = int(os.environ.get("E2E_SEEDS", "5"))
AT_ONCE = 5
# The browser's own words for what the network did.
NETWORK_ERRORS = ("ERR_EMPTY_RESPONSE", "ERR_CONNECTION", "ERR_FAILED", "CORS policy")
UNAVAILABLE = "status of 503"
# Attaching a photo gives the todo a new version. Where that overtakes the note, the page is refused and writes the note
# again on top. In the other journeys a page makes one write to a thing at a time, and is never refused.
BY_VERSION = {"photo": ("status of 412",)}


@dataclass(frozen=True)
class Traveller:
    """A person, the journey and the seed of the network."""

    person: Person
    journey: Journey
    seed: int
    site: str
    storage: object
    expected: tuple[str, ...]


def travel(one: Traveller) -> list[str]:
    """Make the journey in a browser of its own; return what the console said beyond the network's errors."""
    complaints: list[str] = []
    unavailable: list[str] = []

    def note(message: ConsoleMessage) -> None:
        text = f"{message.text} {message.location.get('url', '')}"
        if message.type == "error" and not any(each in text for each in (*NETWORK_ERRORS, *one.expected)):
            (unavailable if UNAVAILABLE in text else complaints).append(text)

    with UnreliableProxy(one.seed) as network, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=HEADLESS_SHELL, args=list(FLAGS))
        context = browser.new_context(
            base_url=one.site,
            locale="en-GB",
            proxy={"server": network.address, "bypass": "<-loopback>"},
            storage_state=one.storage,  # type: ignore[arg-type]
        )
        context.set_default_timeout(WAIT_MS)
        context.on("console", note)
        context.on("weberror", lambda error: complaints.append(f"thrown: {error.error}"))
        try:
            one.journey(context.new_page(), one.person, network.become_reliable)
        except BaseException as error:
            error.add_note(f"The network's seed is {one.seed}; what it did: {dict(network.treatments.met)}")
            raise
        finally:
            browser.close()
        assert network.treatments.met.total() > 5, "the browser goes past the proxy"
        assert len(unavailable) <= network.treatments.met["unavailable"], "a 503 that is not the network's"
    return complaints


@pytest.mark.parametrize("name", JOURNEYS)
def test_a_journey_ends_as_on_a_good_network(name: str, laptop: Laptop, people: People) -> None:
    site, client_id = laptop.urls["site"], laptop.urls["user_pool_client_id"]
    travellers = []
    first = SEEDS * list(JOURNEYS).index(name)
    seeds = range(first, first + SEEDS)
    for seed in seeds:
        person = laptop.person("ines", groups=("authors",)) if name == "desk" else people.new()
        storage = None if name == "sign-in" else storage_of(person, site, client_id)
        travellers.append(Traveller(person, JOURNEYS[name], seed, site, storage, BY_VERSION.get(name, ())))
    with ThreadPoolExecutor(AT_ONCE) as pool:
        complaints = dict(zip(seeds, pool.map(travel, travellers), strict=True))
    assert {seed: said for seed, said in complaints.items() if said} == {}

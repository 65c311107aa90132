"""A month of a stage at a given use: what is there, what is read, what people do, and what follows."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial

from infra.costs.bill import Bill, times, together
from infra.costs.flows import message, photo, publication, sign_up
from infra.costs.model import Layers
from infra.costs.rest import HOURS_A_MONTH, at_rest
from infra.costs.routes import KB_A_GB, routes
from infra.deploy.stage import Stage

SECONDS_A_MONTH = HOURS_A_MONTH * 3600
DAYS_A_MONTH = HOURS_A_MONTH / 24
GB_A_PAGE = 15 / KB_A_GB
# A page, its styles and what else of it a browser has not kept.
REQUESTS_A_PAGE = 3
LAYERS = Layers()


@dataclass(frozen=True, slots=True)
class Use:
    """How much a stage is used in a month: visits of people with todos, pages and API answers that strangers read."""

    name: str
    people: int = 0
    visits: float = 0.0
    pages: float = 0.0
    reads: float = 0.0
    sign_ups: float = 0.0
    messages: float = 0.0
    photos: float = 0.0
    publications: float = 0.0
    subscribers: int = 0
    gb_kept: float = 0.0
    visit: Mapping[str, float] = field(
        default_factory=lambda: {"list_todos": 2, "create_todo": 1, "change_todo": 2, "get_todo": 1, "delete_todo": 0.5}
    )


SMALL = Use(
    "10 visits a day",
    people=3,
    visits=10 * DAYS_A_MONTH,
    pages=30 * DAYS_A_MONTH,
    reads=10 * DAYS_A_MONTH,
    sign_ups=2,
    messages=2,
    photos=10,
    publications=4,
    subscribers=20,
    gb_kept=0.1,
)
BUSY = Use(
    "1000 reads a second",
    people=20_000,
    visits=2_000 * DAYS_A_MONTH,
    pages=200 * SECONDS_A_MONTH,
    reads=800 * SECONDS_A_MONTH,
    sign_ups=1_000,
    messages=300,
    photos=10_000,
    publications=30,
    subscribers=10_000,
    gb_kept=50,
)


def month(stage: Stage, use: Use) -> Bill:
    """A month's bill."""
    called = [
        times(routes()[name].bill(stage.api_memory, traced=stage.traced_share), use.visits * count)
        for name, count in use.visit.items()
    ]
    followed = [
        times(flow(stage), count)
        for flow, count in (
            (sign_up, use.sign_ups),
            (message, use.messages),
            (photo, use.photos),
            (partial(publication, subscribers=use.subscribers), use.publications),
        )
    ]
    return together(
        [at_rest(stage), *called, *followed, times(public_read(stage), use.reads), pages(use), kept(stage, use)]
    )


def public_read(stage: Stage) -> Bill:
    """A read of a post by the API: through CloudFront, and past each place that has no copy."""
    route = routes()["get_post"]
    asked = 1 - LAYERS.edge_hits
    answered = asked * (1 - LAYERS.stage_hits if stage.cache_size else 1)
    looked_up = answered * (1 - LAYERS.dax_hits if stage.dax_nodes else 1)
    bill = times(route.bill(stage.api_memory, traced=stage.traced_share), answered)
    looks = {"firewall requests": 1.0} if stage.firewall else {}
    return (
        dict(bill)
        | looks
        | {
            "CloudFront requests": 1.0,
            "CloudFront functions": 1.0,
            "CloudFront GB": route.answer_kb / KB_A_GB,
            "API requests": asked,
            "traces": asked * stage.traced_share,
            "read units": looked_up * route.read,
        }
    )


def pages(use: Use) -> Bill:
    """Pages of the site, which CloudFront has from S3."""
    requests = use.pages * REQUESTS_A_PAGE
    return {
        "CloudFront requests": requests,
        "CloudFront functions": use.pages,
        "CloudFront GB": use.pages * GB_A_PAGE,
        "S3 reads": requests * (1 - LAYERS.edge_hits),
    }


def kept(stage: Stage, use: Use) -> Bill:
    """What is stored, a tenth of it in tables, and its copies; and the people who sign in."""
    tables = use.gb_kept / 10
    return {
        "people": use.people,
        "S3 GB": use.gb_kept,
        "DynamoDB GB": tables,
        "DynamoDB continuous backup GB": tables,
        "DynamoDB daily backup GB": tables * 90 if stage.backups else 0.0,
    }

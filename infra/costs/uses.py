"""A month of a stage at a given use: what is there, what is read, what people do, and what follows."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial

from infra.costs.bill import Bill, times, together
from infra.costs.flows import message, photo, publication, sign_up
from infra.costs.model import Layers
from infra.costs.rest import HOURS_A_MONTH, at_rest
from infra.costs.routes import KB_A_GB, MB_A_GB, measured, routes
from infra.deploy.stage import Stage

SECONDS_A_MONTH = HOURS_A_MONTH * 3600
DAYS_A_MONTH = HOURS_A_MONTH / 24
GB_A_PAGE = 15 / KB_A_GB
# A page, its styles and what else of it a browser has not kept.
REQUESTS_A_PAGE = 3
# A line of CloudFront's log, and how long cloud/logs.yaml keeps it.
KB_A_LOGGED_REQUEST = 0.5
EDGE_LOG_DAYS = 90
# From the look of the schedule that finds a message to the one that finds none.
POLLED_MINUTES = 10
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


def visits(a_day: int) -> Use:
    """A month of so many visits a day: a quarter are of people with todos, the others of readers of pages."""
    month = a_day * DAYS_A_MONTH
    return Use(
        f"{a_day} visits a day, three quarters of them readers'",
        people=a_day,
        visits=month / 4,
        pages=2 * month,
        reads=month / 10,
        sign_ups=a_day / 10,
        messages=a_day / 10,
        photos=a_day * 0.3,
        publications=2,
        subscribers=a_day // 2,
        gb_kept=a_day * 0.002,
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
    bill = together(
        [
            *(at_rest(stage), *called, *followed, times(public_read(stage), use.reads)),
            *(pages(use), missing_pages(use), kept(stage, use), replicated(stage, use)),
        ]
    )
    bill = {**bill, **by_request(stage, use, bill), **polled(stage, use, bill)}
    return {**bill, **traced(stage, bill), **logs_kept(stage, bill), **on_processor(stage, bill)}


def by_request(stage: Stage, use: Use, bill: Bill) -> Bill:
    """The units that are paid for one by one: those of posts alone, where the other tables have capacity."""
    if stage.table_capacity == "on_demand":
        return {"read units": bill["read units"], "write units": bill["write units"]}
    published, pages_of_it = routes()["publish_post"], measured()["steps"]["pages of a publication"]
    read = use.reads * public_read(stage)["read units"] + use.publications * (published.read + pages_of_it["read"])
    return {"read units": read, "write units": use.publications * published.written}


def polled(stage: Stage, use: Use, bill: Bill) -> Bill:
    """What Lambda's polling takes where it is on only while there are messages: some minutes for each of them."""
    if stage.queue_polling == "always":
        return {"queue requests": bill["queue requests"]}
    batches = use.photos + 2 * use.sign_ups + 2 * use.publications
    a_batch = POLLED_MINUTES * measured()["by itself"]["looks_a_minute"]
    return {"queue requests": bill["queue requests"] + batches * a_batch}


def traced(stage: Stage, bill: Bill) -> Bill:
    """The traces of a month: the first request of each second, and the stage's share of the others.

    https://docs.aws.amazon.com/xray/latest/devguide/xray-console-sampling.html
    """
    requests = max(bill["functions"], bill["API requests"])
    first = min(requests, SECONDS_A_MONTH)
    return {"traces": first + (requests - first) * stage.traced_share}


def logs_kept(stage: Stage, bill: Bill) -> Bill:
    """What is kept of logs, by the month's lines and by the days that they stay."""
    kept = {"kept log GB": bill["log GB"] * stage.log_days / DAYS_A_MONTH}
    if stage.edge_logs:
        written = bill["CloudFront requests"] * KB_A_LOGGED_REQUEST / KB_A_GB
        kept["S3 GB"] = bill["S3 GB"] + written * EDGE_LOG_DAYS / DAYS_A_MONTH
    return kept


def on_processor(stage: Stage, bill: Bill) -> Bill:
    """The time of functions by the price of their processor."""
    if stage.architecture == "arm64":
        return {}
    return {"function GB-seconds": 0.0, "x86 GB-seconds": bill["function GB-seconds"]}


def replicated(stage: Stage, use: Use) -> Bill:
    """What each further region takes of posts: every write, and everything that is kept."""
    routes_of_a_post = ("create_post", "change_post", "publish_post")
    written = sum(routes()[route].written for route in routes_of_a_post) * use.publications
    regions = len(stage.replica_regions)
    return {"replicated write units": written * regions, "DynamoDB GB": use.gb_kept / 10 * regions}


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


def missing_pages(use: Use) -> Bill:
    """What answers for pages that do not exist: S3 says so, and a function shows the site's own page."""
    usual = measured()["missing pages"]
    missing = use.pages * usual["share"]
    return {
        "S3 reads": missing,
        "functions": missing,
        "function GB-seconds": missing * usual["ms"] / 1000 * usual["memory_mb"] / MB_A_GB,
        "log GB": missing * usual["logged_kb"] / KB_A_GB,
    }


def kept(stage: Stage, use: Use) -> Bill:
    """What is stored, a tenth of it in tables, and its copies; and the people who sign in."""
    tables = use.gb_kept / 10
    backed_up = tables * stage.backup_days if stage.backups else 0.0
    federated = bool(stage.saml_metadata_url)
    return {
        # A code for each person, where Cognito does not mail it itself.
        "mails": use.people if stage.sign_in_mail == "ses" else 0,
        "people": 0 if federated else use.people,
        "federated people": use.people if federated else 0,
        "S3 GB": use.gb_kept,
        "DynamoDB GB": tables,
        "DynamoDB continuous backup GB": tables,
        "DynamoDB daily backup GB": backed_up * (2 if stage.backup_copy_vault_arn else 1),
    }

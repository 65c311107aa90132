"""What the flows cost: everything that follows a request, from the steps in measured.yaml.

Lambda reads DynamoDB's streams without a charge, and S3 and SES tell SNS, and SNS queues, without one.
https://aws.amazon.com/dynamodb/pricing/on-demand/ https://aws.amazon.com/sns/pricing/
"""

from collections.abc import Mapping
from math import ceil

from infra.costs.bill import Bill, times, together
from infra.costs.routes import KB_A_GB, MB_A_GB, measured, routes
from infra.deploy.stage import Stage

SHARDS = 4
SUBSCRIBERS_A_PAGE = 25
EVENTS_A_RUN = 10
# A message is put, received and deleted; what comes ten at a time is received and deleted ten at a time.
A_MESSAGE: Bill = {"queue requests": 3}
# CloudFront's function that writes the viewer's address.
_VIEWER_ADDRESS: Bill = {"CloudFront functions": 1}
A_MESSAGE_OF_TEN: Bill = {"queue requests": 1.2}


def sign_up(stage: Stage) -> Bill:
    """A sign-up, its mail, the link that is followed, the welcome, and the owner's notice."""
    asked = together(
        [_called("subscribe", stage), _VIEWER_ADDRESS, _ran("mail", stage.event_memory, stage), _mailed(stage)]
    )
    welcomed = together([times(_ran("mail", stage.event_memory, stage), 2), _mailed(stage), {"notices": 1}])
    return together([asked, _called("confirm_subscription", stage), welcomed, _told(stage)])


def message(stage: Stage) -> Bill:
    """A message of the contact form, which the owner is told of."""
    told = together([_ran("message to the owner", stage.event_memory, stage), _told(stage)])
    return together([_called("contact", stage), _VIEWER_ADDRESS, told])


def publication(stage: Stage, subscribers: int) -> Bill:
    """A post that is published and announced: its pages, its copies, and a mail to each subscriber."""
    pages = ceil(subscribers / SHARDS / SUBSCRIBERS_A_PAGE) * SHARDS if subscribers else 0
    mailed = together([_step("announcing mail", stage.event_memory), _mailed(stage)])
    a_page = together([_ran("page of an announcement", stage.event_memory, stage), A_MESSAGE])
    a_shard = together([_ran("shard of an announcement", stage.event_memory, stage), A_MESSAGE])
    written = _ran("pages of a publication", stage.event_memory, stage)
    announced = together([times(a_shard, SHARDS), times(a_page, pages), times(mailed, subscribers)])
    return together([_called("publish_post", stage), written, announced if subscribers else {}])


def photo(stage: Stage) -> Bill:
    """A photo that is sent, attached, made small and shown."""
    small = together([_ran("thumbnails of a photo", stage.thumbnail_memory, stage), A_MESSAGE, {"notices": 1}])
    followed = together([_ran("photo shown on its todo", stage.event_memory, stage), {"functions": 1}])
    return together([{"S3 writes": 1}, _called("attach_photo", stage), small, followed])


def flows(stage: Stage) -> Mapping[str, Bill]:
    """One of each flow, by what it is called."""
    return {
        "sign-up, confirmation, welcome": sign_up(stage),
        "message of the contact form": message(stage),
        "photo, with its thumbnails": photo(stage),
        "publication, nobody subscribed": publication(stage, 0),
        "publication, 100 subscribers": publication(stage, 100),
        "publication, 10 000 subscribers": publication(stage, 10_000),
    }


def _called(route: str, stage: Stage) -> Bill:
    return routes()[route].bill(stage.api_memory, traced=stage.traced_share)


def _step(name: str, memory: int) -> Bill:
    """What a step takes as part of a run."""
    step = measured()["steps"][name]
    return {
        "function GB-seconds": step["ms"] / 1000 * memory / MB_A_GB,
        "read units": step["read"],
        "write units": step["written"],
        "S3 reads": step.get("s3_read", 0),
        "S3 writes": step.get("s3_written", 0),
        "invalidated paths": step.get("paths", 0),
    }


def _ran(name: str, memory: int, stage: Stage) -> Bill:
    """A step that has a run of its own."""
    run = {"functions": 1, "log GB": measured()["logged_kb"] / KB_A_GB, "traces": stage.traced_share}
    return together([_step(name, memory), run])


def _mailed(stage: Stage) -> Bill:
    """A mail, and what SES tells of it, ten at a time."""
    followed = times(_ran("event of SES", stage.event_memory, stage), 1 / EVENTS_A_RUN)
    units = measured()["steps"]["event of SES"]
    rest = {"write units": units["written"] * (1 - 1 / EVENTS_A_RUN), "read units": 0.0}
    return together([{"mails": 1, "notices": 1}, A_MESSAGE_OF_TEN, followed, rest])


def _told(stage: Stage) -> Bill:
    """A notice that reaches the owner by mail."""
    return {"notices by mail": 1} if stage.owner_email else {}

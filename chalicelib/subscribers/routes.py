"""The subscriber routes: parse, call the service, shape the reply. Whoever answers learns nothing about an address."""

from urllib.parse import quote

from chalicelib.settings import settings
from chalicelib.subscribers import contract, service, tokens
from chalicelib.subscribers.service import NotToConfirm
from chalicelib.subscribers.tokens import InvalidToken, Purpose
from chalicelib.web import problems
from chalicelib.web.addresses import address
from chalicelib.web.http import Reply, Request
from chalicelib.web.problems import Problem
from chalicelib.web.ratelimits import limited
from chalicelib.web.routes import Routes

SUBSCRIBED_PAGE = "/blog/subscribed/"
EXPIRED_PAGE = "/blog/link-expired/"
UNSUBSCRIBE_PAGE = "/blog/unsubscribe/"

routes = Routes(__name__)


@routes.endpoint(
    "POST", "/subscribers", body=contract.NewSubscriber, returns={202: contract.SubscriberReceived}, private=False
)
def subscribe(request: Request, body: contract.NewSubscriber) -> Reply:
    """Ask for new posts by mail; the answer is the same for every address."""
    with limited():
        service.ask(address("email", body.email), request.viewer_address)
    return Reply(202, contract.SubscriberReceived())


@routes.endpoint(
    "GET",
    "/subscribers/confirm",
    query=contract.TokenQuery,
    returns={303: None},
    refuses=(problems.INVALID_TOKEN,),
    private=False,
)
def confirm_subscription(request: Request, query: contract.TokenQuery) -> Reply:
    """Confirm an address by the link in its mail, and go on to a page of the site."""
    try:
        token = tokens.unseal(Purpose.CONFIRM, query.token)
        service.confirm(token.email, token.request_id)
    except (InvalidToken, NotToConfirm) as error:
        if "text/html" in request.headers.get("accept", ""):
            return _to(EXPIRED_PAGE)
        raise _invalid("The link has expired, or is not ours.") from error
    return _to(SUBSCRIBED_PAGE)


@routes.endpoint("GET", "/subscribers/unsubscribe", query=contract.TokenQuery, returns={303: None}, private=False)
def show_unsubscribe_page(_: Request, query: contract.TokenQuery) -> Reply:
    """Go on to the page that asks whether to unsubscribe. A GET changes nothing, so the page posts the token."""
    return _to(f"{UNSUBSCRIBE_PAGE}#token={quote(query.token, safe='')}")


@routes.endpoint(
    "POST",
    "/subscribers/unsubscribe",
    query=contract.TokenQuery,
    returns={200: contract.Unsubscribed},
    refuses=(problems.INVALID_TOKEN,),
    private=False,
)
def unsubscribe(_: Request, query: contract.TokenQuery) -> Reply:
    """End a subscription with one click (RFC 8058); whatever the body says, the token decides."""
    try:
        token = tokens.unseal(Purpose.LEAVE, query.token)
    except InvalidToken as error:
        raise _invalid("The link is not ours.") from error
    service.leave(token.email)
    return Reply(200, contract.Unsubscribed())


def _to(page: str) -> Reply:
    return Reply(303, None, {"Location": f"{settings().site_url}{page}"})


def _invalid(detail: str) -> Problem:
    return Problem(problems.INVALID_TOKEN, detail)

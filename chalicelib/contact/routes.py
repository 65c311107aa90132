"""The contact route: parse, call the service, shape the reply."""

from chalicelib.contact import contract, service
from chalicelib.contact.service import TooManyMessages
from chalicelib.web import problems
from chalicelib.web.addresses import address
from chalicelib.web.http import Reply, Request
from chalicelib.web.problems import Problem
from chalicelib.web.routes import Routes

routes = Routes(__name__)


@routes.endpoint("POST", "/contact", body=contract.NewMessage, returns={202: contract.MessageReceived}, private=False)
def contact(request: Request, body: contract.NewMessage) -> Reply:
    """Send the owner a message."""
    try:
        service.receive(body, address("email", body.email), request.source_ip)
    except TooManyMessages as error:
        headers = {"Retry-After": str(error.retry_after_seconds)}
        detail = f"{service.MESSAGES_AN_HOUR} messages in an hour is the limit."
        raise Problem(problems.TOO_MANY_REQUESTS, detail, headers=headers) from error
    return Reply(202, contract.MessageReceived())

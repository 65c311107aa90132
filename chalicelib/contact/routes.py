"""The contact route: parse, call the service, shape the reply."""

from chalicelib.contact import contract, service
from chalicelib.web.addresses import address
from chalicelib.web.http import Reply, Request
from chalicelib.web.ratelimits import limited
from chalicelib.web.routes import Routes

routes = Routes(__name__)


@routes.endpoint("POST", "/contact", body=contract.NewMessage, returns={202: contract.MessageReceived}, private=False)
def contact(request: Request, body: contract.NewMessage) -> Reply:
    """Send the owner a message."""
    with limited():
        service.receive(body, address("email", body.email), request.viewer_address)
    return Reply(202, contract.MessageReceived())

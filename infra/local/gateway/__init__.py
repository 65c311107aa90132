"""Makes `chalice local` the gateway that AWS is: it verifies tokens, answers its own refusals, and may keep answers.

Chalice's development server lets every token pass, forged ones too. `install` replaces the parts of
`chalice.local` that decide; the name of each is checked, so that another version of Chalice fails here and loudly.
"""

import errno
import os

import chalice.local
from chalice.app import Chalice

from chalicelib.settings import settings
from infra.chalice_command import refuse
from infra.local.gateway.requests import LocalGateway, RequestHandler
from infra.local.gateway.signatures import Signatures
from infra.local.gateway.stage_cache import StageCache
from infra.local.gateway.tokens import KeySet, TokenVerifier

REPLACED = ("LocalGateway", "ChaliceRequestHandler", "ThreadedHTTPServer")


class UnknownChaliceError(Exception):
    """Chalice's local server is not the one this gateway was written for."""


def install(_: Chalice) -> None:
    """Put the verifying gateway into Chalice's local server."""
    missing = [name for name in REPLACED if not hasattr(chalice.local, name)]
    if missing:
        raise UnknownChaliceError(f"chalice.local has no {', '.join(missing)}.")
    pool_id = settings().user_pool_arn.rpartition("/")[2]
    issuer = f"https://cognito-idp.{settings().aws_region}.amazonaws.com/{pool_id}"
    # A local engine has the keys of its pools under its own address, and names the same issuer.
    endpoint = os.environ.get("AWS_ENDPOINT_URL", "").rstrip("/")
    LocalGateway.verifier = TokenVerifier(
        keys=KeySet(f"{f'{endpoint}/{pool_id}' if endpoint else issuer}/.well-known/jwks.json"),
        issuer=issuer,
        audience=settings().user_pool_client_id,
    )
    if settings().stage_cache_url and settings().is_local:
        keys = os.environ["AWS_ACCESS_KEY_ID"], os.environ["AWS_SECRET_ACCESS_KEY"]
        LocalGateway.cache = StageCache(Signatures(*keys, settings().aws_region).made)
    chalice.local.LocalGateway = LocalGateway  # type: ignore[misc]
    chalice.local.LocalDevServer.__init__.__defaults__ = (RequestHandler, Server)


class Server(chalice.local.ThreadedHTTPServer):
    """Takes bursts of connections, and says nothing about browsers that hang up."""

    request_queue_size = 128

    def server_bind(self) -> None:
        """Take the port, or say in a sentence that it is taken."""
        try:
            super().server_bind()
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise
            port = self.server_address[1]
            refuse(f"Port {port} is taken, by `make up` perhaps: chalice local --port {int(port) + 1}")

    def handle_error(self, request: object, client_address: object) -> None:
        """A connection that broke is the client's affair."""

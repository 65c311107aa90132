"""A request and a reply, as far as the application cares."""

from collections.abc import Mapping
from typing import Any

import msgspec

from chalicelib.web import problems
from chalicelib.web.problems import Problem

MAX_BODY_BYTES = 256 * 1024
JSON = "application/json"


class Caller(msgspec.Struct, frozen=True):
    """A verified person: the User Pool's `sub`, the groups they belong to, and the name they gave, if any."""

    sub: str
    groups: frozenset[str] = frozenset()
    name: str = ""


class Request(msgspec.Struct, frozen=True):
    """What arrived.

    Header names are in lower case; `claims` is what the authorizer verified, or None; `viewer_address` is the IP
    address of the viewer's computer, empty where it is not known.
    """

    method: str
    path: str
    headers: Mapping[str, str]
    query: Mapping[str, list[str]]
    body: bytes
    claims: Mapping[str, str] | None
    viewer_address: str = ""

    @property
    def caller(self) -> Caller:
        """The verified person behind the request.

        Raises:
            Problem: UNAUTHORIZED, where the authorizer did not leave a verified identity.
        """
        claims = self.claims or {}
        if not claims.get("sub") or claims.get("token_use") != "id":
            raise Problem(problems.UNAUTHORIZED, "This needs a valid ID token in the Authorization header.")
        groups = frozenset(claims.get("cognito:groups", "").split(",")) - {""}
        return Caller(claims["sub"], groups, claims.get("name", ""))


class Reply(msgspec.Struct, frozen=True):
    """What goes back: `body` is a msgspec struct, bytes that are sent as they are, or None."""

    status: int
    body: Any = None
    headers: Mapping[str, str] = msgspec.field(default_factory=dict)
    content_type: str = JSON

"""A request as it arrived, the call that it makes, and the refusal of one that makes none."""

from collections.abc import Mapping
from dataclasses import dataclass, field

Query = Mapping[str, list[str]]
# The parameters of a presigned URL, in the only spelling that is taken.
SIGNING = frozenset(
    {
        "X-Amz-Algorithm",
        "X-Amz-Credential",
        "X-Amz-Date",
        "X-Amz-Expires",
        "X-Amz-Security-Token",
        "X-Amz-Signature",
        "X-Amz-SignedHeaders",
    }
)
MALFORMED = 400


@dataclass(frozen=True)
class Request:
    """`path` is decoded and `raw_path` is not; names of headers are in lower case."""

    method: str
    path: str
    raw_path: str
    query: Query
    headers: Mapping[str, str]
    body: bytes = b""

    @property
    def target(self) -> str:
        return self.headers.get("x-amz-target", "")

    @property
    def is_form(self) -> bool:
        return self.headers.get("content-type", "").strip().lower().startswith("application/x-www-form-urlencoded")

    @property
    def parameters(self) -> dict[str, list[str]]:
        """The query without what signs it."""
        return {name: values for name, values in self.query.items() if name not in SIGNING}

    @property
    def signature(self) -> dict[str, list[str]]:
        """The part of the query that signs it."""
        return {name: values for name, values in self.query.items() if name in SIGNING}


@dataclass
class Call:
    """One operation of one service, and the parts of the request that the operation may read.

    `service` is the emulator's name of it. `allowed` becomes true when IAM has allowed the call.
    """

    service: str
    operation: str
    action: str
    headers: dict[str, str]
    query: dict[str, list[str]]
    body: bytes
    members: frozenset[str] = frozenset()
    allowed: bool = field(default=False, compare=False)


class RefusedCallError(Exception):
    """The request names no operation, or several; `protocol` is that of the answer: json, query or rest-xml."""

    def __init__(self, protocol: str, code: str, message: str, status: int = MALFORMED) -> None:
        super().__init__(message)
        self.protocol = protocol
        self.code = code
        self.message = message
        self.status = status

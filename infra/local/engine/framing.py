"""What a request may look like before anything reads it: each header that matters once, and a body of bounded size."""

from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]

# API Gateway takes 10 MB, DynamoDB 16 MB; the largest part of an upload or a function's package is larger.
# https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html
MOST_UNSIGNED_BYTES = 16 * 1024 * 1024
MOST_SIGNED_BYTES = 256 * 1024 * 1024
_ONCE = ("authorization", "content-type", "content-length", "host")


class BodyTooLargeError(Exception):
    """More of a body has come than is taken."""


def unclear(scope: Scope) -> str | None:
    """Say what two readers of a request could take in two ways; None if all is clear.

    A header that matters is sent twice, or a length beside chunks (RFC 9112, section 6.3).
    """
    seen: set[str] = set()
    for raw_name, _ in scope["headers"]:
        name: str = raw_name.decode("latin-1").lower()
        matters = name in _ONCE or (name.startswith("x-amz-") and not name.startswith("x-amz-meta-"))
        if matters and name in seen:
            return f"The header {name} is sent twice."
        seen.add(name)
    return "A length is sent beside chunks." if {"content-length", "transfer-encoding"} <= seen else None


def most_bytes(headers: Iterable[str], query_string: bytes) -> int:
    """Return how large the body may be: more for who signs, though the signature is looked at later."""
    is_signed = "authorization" in headers or b"X-Amz-Signature=" in query_string
    return MOST_SIGNED_BYTES if is_signed else MOST_UNSIGNED_BYTES


def bounded(receive: Receive, most: int) -> Receive:
    """Count what comes.

    The returned function raises BodyTooLargeError when it has passed on `most` bytes and there are more.
    """
    left = most

    async def counted() -> Message:
        nonlocal left
        message = await receive()
        left -= len(message.get("body", b""))
        if left < 0:
            raise BodyTooLargeError
        return message

    return counted

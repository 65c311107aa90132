"""Cross-origin headers: exact origins, no cookies, on every response."""

from collections.abc import Mapping, Sequence

ALLOWED_HEADERS = ("Authorization", "Content-Type", "Idempotency-Key", "If-Match", "If-None-Match")
# Date: a browser whose clock is wrong signs requests to S3 and DynamoDB by the server's.
EXPOSED_HEADERS = ("Date", "ETag", "Idempotency-Replayed", "Location", "Retry-After")
PREFLIGHT_SECONDS = 600


def headers_for(origin: str | None, allowed: Sequence[str]) -> dict[str, str]:
    """Answer an allowed origin with itself and anyone else with the first allowed one, which browsers refuse."""
    return {
        "Access-Control-Allow-Origin": origin if origin and origin in allowed else allowed[0],
        "Access-Control-Expose-Headers": ", ".join(EXPOSED_HEADERS),
        "Vary": "Origin",
    }


def preflight_headers(origin: str | None, allowed: Sequence[str], methods: Sequence[str]) -> Mapping[str, str]:
    """Answer a preflight request for a path that takes `methods`."""
    return {
        **headers_for(origin, allowed),
        "Access-Control-Allow-Headers": ",".join(ALLOWED_HEADERS),
        "Access-Control-Allow-Methods": ",".join(sorted({*methods, "OPTIONS"})),
        "Access-Control-Max-Age": str(PREFLIGHT_SECONDS),
    }

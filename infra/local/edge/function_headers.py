"""Headers that a CloudFront function may not touch; CloudFront answers 502 where one does.

https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/edge-function-restrictions-all.html
"""

from collections.abc import Mapping
from typing import Any

_DISALLOWED = """
    connection expect keep-alive proxy-authenticate proxy-authorization proxy-connection trailer upgrade
    x-accel-buffering x-accel-charset x-accel-limit-rate x-accel-redirect x-amzn-auth x-amzn-cf-billing x-amzn-cf-id
    x-amzn-cf-xff x-amzn-errortype x-amzn-fle-profile x-amzn-header-count x-amzn-header-order
    x-amzn-lambda-integration-tag x-amzn-requestid x-cache x-forwarded-proto x-real-ip
"""
_DISALLOWED_BEGINNINGS = ("x-amz-cf-", "x-edge-")
_READ_ONLY = frozenset({"content-length", "host", "transfer-encoding", "via"})
# By lower-case name: {"value": "...", "multiValue": [{"value": "..."}]}, as in CloudFront's event structure.
Headers = Mapping[str, Mapping[str, Any]]


def is_disallowed(name: str) -> bool:
    """Whether functions neither see nor may add the header; the name is in lower case."""
    return name in _DISALLOWED.split() or name.startswith(_DISALLOWED_BEGINNINGS)


def faults(before: Headers, after: Headers) -> list[str]:
    """Return what a function did to a request's headers that CloudFront refuses: a sentence each."""
    found = [f"{name}: a header's name must be in lower case." for name in after if name != name.lower()]
    found += [f"{name}: a function may not add this header." for name in after if is_disallowed(name.lower())]
    changed = [name for name in sorted(_READ_ONLY) if before.get(name) != after.get(name)]
    return found + [f"{name}: a function may read this header, and not change it." for name in changed]

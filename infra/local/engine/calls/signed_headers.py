"""A signature covers the host and every `x-amz-*` header of its request.

AWS refuses others: a presigned URL would otherwise let its holder add `x-amz-copy-source` or `x-amz-acl`.
https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
"""

import re

from infra.local.engine.calls.request import Request

_SIGNED = re.compile(r"SignedHeaders=([^,\s]*)")


def unsigned_headers(request: Request) -> list[str]:
    """Return the headers that the request's signature does not cover, and has to; none if it has no signature."""
    authorization = request.headers.get("authorization", "")
    if authorization.startswith("AWS4-HMAC-SHA256"):
        found = _SIGNED.search(authorization)
        names = found[1] if found else ""
    elif "X-Amz-SignedHeaders" in request.query:
        names = request.query["X-Amz-SignedHeaders"][0]
    else:
        return []
    signed = set(names.lower().split(";"))
    return sorted(
        name for name in request.headers if (name == "host" or name.startswith("x-amz-")) and name not in signed
    )

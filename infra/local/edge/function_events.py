"""Requests and responses in the event structure of CloudFront Functions, and back.

https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/functions-event-structure.html
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from infra.local.edge import function_headers
from infra.local.edge.functions import FunctionError
from infra.local.edge.messages import Pair, Request, Response

Node = Mapping[str, Any]


def request_event(request: Request) -> dict[str, Any]:
    """Return the event of a viewer's request."""
    cookies = [part.strip().partition("=") for part in request.header("cookie").split(";") if part.strip()]
    seen = [pair for pair in request.headers if pair[0] != "cookie" and not function_headers.is_disallowed(pair[0])]
    queries = [part.partition("=") for part in request.query.split("&") if part]
    return {
        "version": "1.0",
        "context": {"eventType": "viewer-request", "distributionDomainName": request.header("host")},
        "viewer": {"ip": request.address},
        "request": {
            "method": request.method,
            "uri": request.path,
            "querystring": _values((name, value) for name, _, value in queries),
            "headers": _values(seen),
            "cookies": _values((name, value) for name, _, value in cookies),
        },
    }


def after(request: Request, event: Node, returned: Node) -> Request | Response:
    """Return what a viewer-request function made of a request: another request, or the answer.

    Raises:
        FunctionError: it did what CloudFront refuses.
    """
    if "statusCode" in returned:
        body = returned.get("body", "")
        text = body if isinstance(body, str) else body.get("data", "")
        return Response(_pairs(returned.get("headers", {})), int(returned["statusCode"]), text.encode())
    faults = function_headers.faults(event["request"]["headers"], returned["headers"])
    if not str(returned["uri"]).startswith("/"):
        faults.append("uri: it must begin with a slash.")
    if faults:
        raise FunctionError(faults[0])
    hidden = [pair for pair in request.headers if function_headers.is_disallowed(pair[0])]
    cookies = "; ".join(f"{name}={value}" for name, value in _pairs(returned.get("cookies", {})))
    return replace(
        request,
        path=str(returned["uri"]),
        query="&".join(f"{name}={value}" if value else name for name, value in _pairs(returned["querystring"])),
        headers=[*_pairs(returned["headers"]), *hidden, *([("cookie", cookies)] if cookies else [])],
    )


def _values(pairs: Iterable[Pair]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name not in found:
            found[name] = {"value": value}
        else:
            found[name].setdefault("multiValue", [{"value": found[name]["value"]}]).append({"value": value})
    return found


def _pairs(values: Mapping[str, Any]) -> list[Pair]:
    return [(name, str(one["value"])) for name, given in values.items() for one in (given.get("multiValue") or [given])]

"""What the cache is asked by, and what an origin is sent.

https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/controlling-the-cache-key.html
https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/controlling-origin-requests.html
"""

from collections.abc import Sequence
from dataclasses import replace

from infra.local.edge.cache import Key
from infra.local.edge.distribution import Behaviour, Origin
from infra.local.edge.messages import Request
from infra.local.edge.policies import Names

VIA = "1.1 local-edge (CloudFront)"
# A viewer's answer is made from the cached one, so the origin is not asked for a part or for a difference.
_ABOUT_ONE_ANSWER = ("if-match", "if-modified-since", "if-none-match", "if-range", "if-unmodified-since", "range")


def cache_key(behaviour: Behaviour, request: Request, form: str) -> Key:
    """Return what tells this request's answer apart; its first part is what an invalidation names."""
    cache = behaviour.cache
    query = _chosen(request.query, (cache.queries,))
    headers = [(name, request.header(name)) for name in sorted(cache.headers.listed)]
    cookies = _cookies(request, (cache.cookies,))
    return replace(request, query=query).target, request.method, form, repr(headers), cookies


def origin_request(behaviour: Behaviour, origin: Origin, request: Request, form: str) -> Request:
    """Return the request as the origin gets it."""
    cache, forwards = behaviour.cache, behaviour.forwards
    headers = [
        (name, value)
        for name, value in request.headers
        if name not in ("accept-encoding", "cookie")
        and (cache.headers.take(name) or forwards.headers.take(name) or name == "content-type")
    ]
    sent = Request(
        headers,
        request.method,
        f"{origin.path}{request.path}",
        _chosen(request.query, (cache.queries, forwards.queries)),
        request.body,
        request.address,
    )
    cookies = _cookies(request, (cache.cookies, forwards.cookies))
    sent = sent.adding(("cookie", cookies)) if cookies else sent
    accepted = (
        form if cache.gzip else request.header("accept-encoding") if forwards.headers.take("accept-encoding") else ""
    )
    sent = sent.adding(("accept-encoding", accepted)) if accepted else sent
    if not sent.header("host"):
        sent = sent.with_header("host", origin.domain)
    if not sent.header("user-agent"):
        sent = sent.with_header("user-agent", "Amazon CloudFront")
    if cache.caches and request.method in ("GET", "HEAD"):
        sent = sent.without(*_ABOUT_ONE_ANSWER)
    before = request.header("x-forwarded-for")
    sent = sent.with_header("x-forwarded-for", f"{before}, {request.address}" if before else request.address)
    sent = sent.with_header("via", VIA)
    return sent.without(*(name for name, _ in origin.headers)).adding(*origin.headers)


def _chosen(query: str, policies: Sequence[Names]) -> str:
    parts = [part for part in query.split("&") if part]
    return "&".join(part for part in parts if any(each.take(part.partition("=")[0]) for each in policies))


def _cookies(request: Request, policies: Sequence[Names]) -> str:
    parts = [part.strip() for part in request.header("cookie").split(";") if part.strip()]
    return "; ".join(part for part in parts if any(each.take(part.partition("=")[0]) for each in policies))

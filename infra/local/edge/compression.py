"""Compression at the edge, by gzip; CloudFront itself prefers Brotli where a viewer takes both.

https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/ServingCompressedFiles.html
"""

import gzip

from infra.local.accept_encoding import accepts_gzip
from infra.local.edge.distribution import Behaviour
from infra.local.edge.messages import Request, Response

SMALLEST, LARGEST = 1000, 10_000_000
_STATUSES = (200, 403, 404)
_TYPES = frozenset(
    """
    application/dash+xml application/eot application/font application/font-sfnt application/javascript application/json
    application/opentype application/otf application/pdf application/pkcs7-mime application/protobuf application/rss+xml
    application/truetype application/ttf application/vnd.apple.mpegurl application/vnd.mapbox-vector-tile
    application/vnd.ms-fontobject application/wasm application/xhtml+xml application/xml application/x-font-opentype
    application/x-font-truetype application/x-font-ttf application/x-httpd-cgi application/x-javascript
    application/x-mpegurl application/x-opentype application/x-otf application/x-perl application/x-ttf font/eot
    font/opentype font/otf font/ttf image/svg+xml text/css text/csv text/html text/javascript text/js text/plain
    text/richtext text/tab-separated-values text/xml text/x-component text/x-java-source text/x-script
    vnd.apple.mpegurl
    """.split()  # noqa: SIM905 - a list of eighty lines says no more
)


def accepted_form(behaviour: Behaviour, request: Request) -> str:
    """Return the value of Accept-Encoding that the cache is asked by and the origin is sent: `gzip` or nothing."""
    return "gzip" if behaviour.cache.gzip and accepts_gzip(request.header("accept-encoding")) else ""


def compressed(behaviour: Behaviour, form: str, response: Response) -> Response:
    """Return a response as the edge keeps it: compressed if all of CloudFront's conditions hold."""
    if not behaviour.compresses or not behaviour.cache.caches or not behaviour.cache.gzip:
        return response
    response = response.with_header("vary", _with_accept_encoding(response.header("vary")))
    media_type = response.header("content-type").partition(";")[0].strip().lower()
    fits = SMALLEST <= len(response.body) <= LARGEST and media_type in _TYPES and response.status in _STATUSES
    if not fits or not form or response.header("content-encoding"):
        return response
    tag = response.header("etag")
    if tag.startswith('"'):
        response = response.with_header("etag", f"W/{tag}")
    smaller = Response(response.headers, response.status, gzip.compress(response.body, 6, mtime=0))
    return smaller.with_header("content-encoding", "gzip")


def _with_accept_encoding(vary: str) -> str:
    return vary if "accept-encoding" in vary.lower() else f"{vary}, Accept-Encoding".removeprefix(", ")

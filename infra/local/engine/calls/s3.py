"""Operations of S3, which method, path and subresource name.

https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations_Amazon_Simple_Storage_Service.html
"""

from functools import cache

from infra.local.engine.calls.request import RefusedCallError, Request
from infra.local.engine.calls.rest import Route, routes
from infra.local.engine.calls.services import SERVICES, members

S3 = next(service for service in SERVICES if service.model == "s3")
# Parameters that choose between operations of one route.
_CHOOSING = ("uploadId", "partNumber", "annotationName", "list-type")
_ANY_OPERATION = frozenset({"x-id"})
# AWS itself gives two names to some routes; the older one is never the answer.
_OLDER = frozenset(
    {
        "GetBucketLifecycle",
        "GetBucketNotification",
        "PutBucketLifecycle",
        "PutBucketNotification",
        "ListDirectoryBuckets",
        "WriteGetObjectResponse",
    }
)


def operation_at(request: Request, path: str) -> str:
    """Return the operation of a request for `path`, /BUCKET/KEY whatever the style of address.

    Raises:
        RefusedCallError: there is none, or the subresources name several.
    """
    if any(len(values) != 1 for values in request.query.values()):
        raise RefusedCallError("rest-xml", "InvalidArgument", "A query parameter is given twice.")
    bucket, _, key = path.removeprefix("/").partition("/")
    if not bucket and key:
        raise RefusedCallError("rest-xml", "InvalidURI", "Couldn't parse the specified URI.")
    named = {name for name in request.query if name in subresources()}
    level = "key" if key else "bucket" if bucket else ""
    fitting = [route for route in _of_level(level) if route.method == request.method and _fits(route, request)]
    best = max(fitting, key=lambda route: _weight(route, request), default=None)
    if best is None:
        message = "The specified method is not allowed against this resource."
        raise RefusedCallError("rest-xml", "MethodNotAllowed", message, 405)
    left = named - {name for name, _ in best.constants} - members(S3, best.operation) - _ANY_OPERATION
    if left:
        conflicting = ", ".join(sorted(named))
        raise RefusedCallError("rest-xml", "InvalidArgument", f"Conflicting query string parameters: {conflicting}")
    return best.operation


@cache
def subresources() -> frozenset[str]:
    """Return every parameter that can make a request another operation's."""
    return frozenset({name for route in routes(S3) for name, _ in route.constants}.union(_CHOOSING))


@cache
def _of_level(level: str) -> tuple[Route, ...]:
    found = []
    for route in routes(S3):
        path = str(S3.operations[route.operation].http["requestUri"]).partition("?")[0]
        labels = "key" if "{Key" in path else "bucket" if "{Bucket}" in path else ""
        if labels == level and route.operation not in _OLDER:
            found.append(route)
    return tuple(found)


def _fits(route: Route, request: Request) -> bool:
    """Tell whether the request has the route's subresource, and every parameter that the operation cannot lack."""
    for name, value in route.constants:
        if name not in request.query or (value and request.query[name] != [value]):
            return False
    shape = S3.operations[route.operation].input_shape
    if shape is None:
        return True
    for name in shape.required_members:
        member = shape.members[name]
        place, sent = member.serialization.get("location"), str(member.serialization.get("name", name))
        if place == "querystring" and sent not in request.query:
            return False
        if sent == "x-amz-copy-source" and sent not in _headers(request):
            return False
    return not (route.operation in ("PutObject", "UploadPart") and "x-amz-copy-source" in _headers(request))


def _weight(route: Route, request: Request) -> int:
    """Count the request's subresources that the operation knows."""
    known = {name for name, _ in route.constants} | members(S3, route.operation)
    return sum(name in known for name in request.query if name in subresources()) * 2 + len(route.constants)


def _headers(request: Request) -> set[str]:
    """The names of the request's headers, those that a presigned URL has moved into its query included."""
    return {*request.headers, *(name.lower() for name in request.query)}

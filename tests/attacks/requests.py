"""Requests for every operation of every service that the engine serves, as AWS's models say they are sent."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from http.client import HTTPConnection
from urllib.parse import urlencode

from botocore.auth import S3SigV4Auth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from infra.local.engine.calls.request import Request
from infra.local.engine.calls.rest import routes
from infra.local.engine.calls.services import SERVICES, Service

REGION = "us-east-1"
FORM = "application/x-www-form-urlencoded"
JSON = "application/x-amz-json-1.0"
CBOR = "application/cbor"
EMPTY_CBOR = b"\xa0"
# EC2 has 800 operations; the product asks it for its zones.
_OF_EC2 = ("DescribeAvailabilityZones", "TerminateInstances")


@dataclass(frozen=True)
class Asked:
    """One request for one operation, not signed yet."""

    service: Service
    operation: str
    method: str = "POST"
    path: str = "/"
    query: tuple[tuple[str, str], ...] = ()
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def target(self) -> str:
        return self.path + (f"?{urlencode(self.query)}" if self.query else "")

    def with_headers(self, **headers: str) -> "Asked":
        return replace(
            self, headers={**self.headers, **{name.replace("_", "-"): text for name, text in headers.items()}}
        )

    def with_query(self, *pairs: tuple[str, str]) -> "Asked":
        return replace(self, query=(*self.query, *pairs))

    def arrived(self, **headers: str) -> Request:
        """The request as the engine reads it."""
        query: dict[str, list[str]] = {}
        for name, value in self.query:
            query.setdefault(name, []).append(value)
        sent = {name.lower(): value for name, value in {"host": "127.0.0.1:4566", **self.headers, **headers}.items()}
        return Request(self.method, self.path, self.path, query, sent, self.body)


@dataclass(frozen=True)
class Caller:
    """A sender of requests, with keys or without."""

    name: str
    keys: Credentials | None = None

    def signed(self, asked: Asked, port: int) -> dict[str, str]:
        """Return the headers of the request, with a signature if there are keys."""
        url = f"http://127.0.0.1:{port}{asked.target}"
        request = AWSRequest(asked.method, url, headers=asked.headers, data=asked.body)
        if self.keys is not None:
            kind = S3SigV4Auth if asked.service.model == "s3" else SigV4Auth
            kind(self.keys, asked.service.scope, REGION).add_auth(request)
        return {**dict(request.headers), "Content-Length": str(len(asked.body))}


@dataclass(frozen=True)
class Answer:
    status: int
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")


class Wire:
    """One connection to the engine, kept open."""

    def __init__(self, port: int) -> None:
        self.port = port
        self._connection = HTTPConnection("127.0.0.1", port, timeout=30)

    def send(self, caller: Caller, asked: Asked) -> Answer:
        return self.raw(asked.method, asked.target, caller.signed(asked, self.port), asked.body)

    def raw(self, method: str, target: str, headers: dict[str, str], body: bytes = b"") -> Answer:
        """Send these headers and no others but the host's."""
        try:
            self._connection.request(method, target, body, headers)
            with self._connection.getresponse() as response:
                return Answer(response.status, response.read())
        except (ConnectionError, OSError):
            self.close()
            raise

    def close(self) -> None:
        self._connection.close()


def every_operation() -> Iterator[Asked]:
    """Each operation in each protocol that its service speaks; labels of paths are `x`, bodies are empty."""
    for service in SERVICES:
        names = _OF_EC2 if service.model == "ec2" else tuple(service.operations)
        for name in names:
            yield from of_operation(service, name)


def of_operation(service: Service, name: str) -> Iterator[Asked]:
    """Each way that AWS has for this operation."""
    if service.model == "cloudwatch":
        path = f"/service/{service.target_prefix}/operation/{name}"
        headers = {"Content-Type": CBOR, "smithy-protocol": "rpc-v2-cbor"}
        yield Asked(service, name, path=path, headers=headers, body=EMPTY_CBOR)
    if service.protocol == "json" or service.model == "cloudwatch":
        yield Asked(service, name, headers=_json(service, name), body=b"{}")
    if service.protocol in ("query", "ec2") or service.model == "cloudwatch":
        body = urlencode({"Action": name, "Version": str(service.description.metadata["apiVersion"])}).encode()
        yield Asked(service, name, headers={"Content-Type": FORM}, body=body)
    if service.protocol in ("rest-json", "rest-xml"):
        yield _by_route(service, name)


def operation(model: str, name: str, body: object = None) -> Asked:
    """The operation in its service's first protocol."""
    service = next(each for each in SERVICES if each.model == model)
    asked = next(of_operation(service, name))
    return asked if body is None else replace(asked, body=json.dumps(body).encode())


def _json(service: Service, name: str) -> dict[str, str]:
    return {"Content-Type": JSON, "X-Amz-Target": f"{service.target_prefix}.{name}"}


def _by_route(service: Service, name: str) -> Asked:
    route = next(each for each in routes(service) if each.operation == name)
    path = str(service.operations[name].http["requestUri"]).partition("?")[0]
    for label in ("{Bucket}", "{Key+}"):
        path = path.replace(label, "attacked" if label == "{Bucket}" else "private/one")
    while "{" in path:
        path = path[: path.index("{")] + "x" + path[path.index("}") + 1 :]
    headers: dict[str, str] = {}
    query = [*route.constants]
    shape = service.operations[name].input_shape
    for member in shape.required_members if shape is not None else ():
        place = shape.members[member].serialization
        if place.get("location") == "querystring":
            query.append((str(place["name"]), "1"))
        elif place.get("location") == "header":
            headers[str(place["name"])] = "attacked/private/one"
    return Asked(service, name, route.method, path, tuple(query), headers)

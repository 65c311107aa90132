"""The local gateway over a socket of its own: what API Gateway would answer before the application is reached."""

import gzip
import json
import socket
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPResponse
from threading import Thread
from typing import Any

import chalice.local
import pytest
from chalice.config import Config

from app import app
from chalicelib.settings import settings
from chalicelib.web import cors
from infra.gateway_responses import GATEWAY_RESPONSES
from infra.local.gateway.requests import LocalGateway, RequestHandler
from infra.local.gateway.rs256 import PublicKey, public_keys
from infra.local.gateway.tokens import KeySet, KeysUnavailableError, TokenVerifier
from infra.local.request_sizes import (
    MAX_BODY_BYTES,
    MAX_EVENT_BYTES,
    MAX_LINE_AND_HEADER_BYTES,
    MAX_METHOD_ARN_BYTES,
)
from tests.support.tokens import Pool, Signer

SITE, OTHER_SITE = "https://site.example.test", "https://other.example.test"
POOL = Pool("pool-key")
POST = "POST /todos HTTP/1.1\r\nHost: localhost\r\n"
EVERY_PATH = ["/todos", "/todos/x/restore", "/media", "/nowhere", "/todos/%00", "//", "/..", "/?x=1"]


class KnownKeys(KeySet):
    """The pool's key, without a network; `broken` as when the pool does not answer."""

    broken = False

    def _fetch(self) -> dict[str, PublicKey]:
        if self.broken:
            raise KeysUnavailableError(self.url)
        return public_keys({"keys": [POOL.jwk()]})


class OnAUnixSocket(RequestHandler):
    """The handler on a socket that is no TCP one."""

    disable_nagle_algorithm = False


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    def problem(self) -> str:
        assert self.headers["content-type"] == "application/problem+json"
        assert self.headers["cache-control"] == "private, no-store"
        assert self.headers["x-content-type-options"] == "nosniff"
        assert self.headers["access-control-allow-origin"] in (SITE, OTHER_SITE)
        assert self.headers["vary"] == "Origin"
        body = json.loads(self.body)
        assert body["status"] == self.status
        return str(body["type"]).removeprefix("urn:problem-type:")


Exchange = Callable[..., list[Answer]]


@pytest.fixture
def keys() -> Iterator[KnownKeys]:
    """The verifier's keys, while the verifying gateway is in place."""
    before = chalice.local.LocalGateway
    keys = KnownKeys("https://pool.example/jwks.json")
    LocalGateway.verifier = TokenVerifier(keys, POOL.issuer, POOL.client)
    chalice.local.LocalGateway = LocalGateway
    yield keys
    chalice.local.LocalGateway = before


def read(client: socket.socket, method: str) -> Answer:
    with HTTPResponse(client, method=method) as response:
        response.begin()
        headers = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, headers, response.read())


@pytest.fixture
def exchange(keys: KnownKeys) -> Exchange:
    """Send requests down one connection, each after the answer to the one before; an answer is read as its method's."""

    def talk(*requests: bytes, method: str = "GET") -> list[Answer]:
        client, server = socket.socketpair()
        client.settimeout(10)

        def handle() -> None:
            with server:
                OnAUnixSocket(server, ("127.0.0.1", 5), None, app, Config.create(lambda_timeout=29))

        def send(request: bytes, *, last: bool) -> None:
            # A server that has seen enough hangs up.
            with suppress(BrokenPipeError, ConnectionResetError):
                client.sendall(request)
                if last:
                    client.shutdown(socket.SHUT_WR)

        with client:
            handling = Thread(target=handle)
            handling.start()
            answers = []
            for request in requests:
                sending = Thread(target=send, args=(request,), kwargs={"last": request is requests[-1]})
                sending.start()
                if request:
                    answers.append(read(client, method))
                sending.join(10)
            assert client.recv(1) == b"", "something came after the last answer"
            handling.join(10)
        return answers

    return talk


@pytest.fixture
def ask(exchange: Exchange) -> Callable[..., Answer]:
    """Send one request, and return its answer."""

    def one(method: str, path: str, body: bytes | None = None, **headers: str) -> Answer:
        lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", "Connection: close"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        if body is not None:
            lines.append(f"Content-Length: {len(body)}")
        sent = "\r\n".join([*lines, "", ""]).encode("latin-1") + (body or b"")
        (answer,) = exchange(sent, method=method)
        return answer

    return one


def test_a_public_route_needs_no_token(ask: Callable[..., Answer]) -> None:
    answer = ask("GET", "/health")
    assert (answer.status, json.loads(answer.body)["status"]) == (200, "ok")
    assert answer.headers["content-length"] == str(len(answer.body))


def test_a_genuine_token_reaches_the_application(ask: Callable[..., Answer], tables: None) -> None:
    for scheme in ("", "Bearer "):
        answer = ask("POST", "/todos", b'{"title": "tea"}', Authorization=scheme + POOL.token())
        assert (answer.status, json.loads(answer.body)["title"]) == (201, "tea")
    answer = ask("GET", "/todos", Authorization=POOL.token())
    assert len(json.loads(answer.body)["items"]) == 2


@pytest.mark.parametrize("accepted", ["gzip", "deflate, gzip;q=1.0, *;q=0.5", "gzip;q=0.1", "*", "GZIP"])
def test_a_long_answer_is_compressed_for_who_accepts_it(ask: Callable[..., Answer], accepted: str) -> None:
    plain, answer = ask("GET", "/openapi.json"), ask("GET", "/openapi.json", Accept_Encoding=accepted)
    assert "content-encoding" not in plain.headers
    assert (answer.headers["content-encoding"], gzip.decompress(answer.body)) == ("gzip", plain.body)
    assert int(answer.headers["content-length"]) == len(answer.body) < len(plain.body) / 4


@pytest.mark.parametrize("accepted", ["", "br", "identity", "gzip;q=0", "gzip;q=0.0, br", "x-gzip"])
def test_an_answer_stays_as_it_is_for_who_does_not_accept_it(ask: Callable[..., Answer], accepted: str) -> None:
    assert "content-encoding" not in ask("GET", "/openapi.json", Accept_Encoding=accepted).headers


def test_a_short_answer_stays_as_it_is(ask: Callable[..., Answer]) -> None:
    answer = ask("GET", "/health", Accept_Encoding="gzip")
    assert (json.loads(answer.body)["status"], "content-encoding" in answer.headers) == ("ok", False)


@pytest.mark.parametrize("path", ["/todos", "/media", f"/todos/{'0' * 26}", "/me/posts"])
def test_a_private_route_without_a_genuine_token_never_reaches_it(ask: Callable[..., Answer], path: str) -> None:
    stranger = Signer("strange-key")
    for headers in (
        {},
        {"Authorization": ""},
        {"Authorization": "Bearer garbage"},
        {"Authorization": POOL.token(exp=1)},
        {"Authorization": POOL.token(token_use="access")},
        {"Authorization": stranger.sign({"alg": "RS256", "kid": "pool-key"}, POOL.claims())},
        {"Cookie": f"token={POOL.token()}"},
    ):
        answer = ask("GET", path, **headers)
        assert (answer.status, answer.problem()) == (401, "unauthorized")


def test_while_the_pools_keys_cannot_be_had_nobody_is_turned_away_for_good(
    ask: Callable[..., Answer], keys: KnownKeys
) -> None:
    keys.broken = True
    answer = ask("GET", "/todos", Authorization=POOL.token())
    assert (answer.status, answer.problem(), answer.headers["retry-after"]) == (503, "unavailable", "1")


@pytest.mark.parametrize(
    "path",
    ["/nowhere", "/", "/todos/a/b/c/d", "/TODOS", "/todos%2Fx", "/todos/../health", "//evil.example/todos", "/["],
)
def test_a_path_that_is_none_is_no_route(ask: Callable[..., Answer], path: str) -> None:
    answer = ask("GET", path, Authorization=POOL.token())
    assert (answer.status, answer.problem()) == (404, "no-such-route")


def test_a_slash_at_the_end_is_dropped_as_api_gateway_does(ask: Callable[..., Answer]) -> None:
    assert ask("GET", "/health/").status == 200


@pytest.mark.parametrize("method", ["PUT", "TRACE", "CONNECT", "BREW", "get", "GET\x00", "_generic_handle"])
def test_a_method_that_a_path_lacks_is_answered_like_a_path_that_there_is_not(
    ask: Callable[..., Answer], method: str
) -> None:
    there, nowhere = ask(method, "/health"), ask(method, "/nowhere")
    assert (there.status, there.problem()) == (404, "no-such-route")
    assert there.body == nowhere.body
    assert "allow" not in there.headers


def test_no_route_takes_head(ask: Callable[..., Answer]) -> None:
    answer = ask("HEAD", "/health")
    assert (answer.status, answer.body) == (404, b"")
    assert int(answer.headers["content-length"]) > 0


@pytest.mark.parametrize("origin", [SITE, OTHER_SITE])
@pytest.mark.parametrize("path", ["/todos", "/todos/x", "/health"])
def test_a_preflight_from_the_site_is_allowed(ask: Callable[..., Answer], origin: str, path: str) -> None:
    asked = {
        "Origin": origin,
        "Access_Control_Request_Method": "GET",
        "Access_Control_Request_Headers": "authorization",
    }
    answer = ask("OPTIONS", path, **asked)
    assert (answer.status, answer.body) == (200, b"")
    assert answer.headers["access-control-allow-origin"] == origin
    assert "GET" in answer.headers["access-control-allow-methods"].split(",")
    assert answer.headers["access-control-allow-headers"].split(",") == list(cors.ALLOWED_HEADERS)


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "https://site.example.test.evil.example", ""])
def test_a_preflight_from_elsewhere_names_the_site_so_that_browsers_refuse(
    ask: Callable[..., Answer], origin: str
) -> None:
    answer = ask("OPTIONS", "/todos", Origin=origin, Access_Control_Request_Method="GET")
    assert answer.headers["access-control-allow-origin"] == SITE
    assert "access-control-allow-credentials" not in answer.headers


def test_a_preflight_for_no_route_is_a_problem(ask: Callable[..., Answer]) -> None:
    assert ask("OPTIONS", "/nowhere", Origin=SITE).problem() == "no-such-route"


@pytest.mark.parametrize("path", EVERY_PATH)
def test_every_refusal_may_be_read_by_the_site(ask: Callable[..., Answer], path: str) -> None:
    answer = ask("GET", path, Origin=OTHER_SITE)
    answer.problem()
    assert answer.headers["access-control-allow-origin"] == OTHER_SITE


@pytest.mark.parametrize(
    ("sent", "decoded"),
    [("tea%20cup", "tea cup"), ("a%2Fb", "a/b"), ("%C3%A9", "\u00e9"), ("%ff", "\ufffd"), ("%", "%"), ("a+b", "a+b")],
)
def test_a_path_parameter_is_decoded_once(keys: KnownKeys, sent: str, decoded: str) -> None:
    # given an application that tells what it got
    got: list[dict[str, Any]] = []

    class Telling:
        routes, api = app.routes, app.api

        def __call__(self, event: dict[str, Any], _: object) -> dict[str, Any]:
            got.append(event)
            return {"statusCode": 204, "headers": {}, "multiValueHeaders": {}, "body": ""}

    # when a path with an encoded part comes
    gateway = LocalGateway(Telling(), Config.create(lambda_timeout=29))
    gateway.handle_request("GET", f"/todos/{sent}?x=%2525", {"Authorization": POOL.token()}, None)
    # then the application sees it as API Gateway would have sent it
    (event,) = got
    assert event["pathParameters"] == {"todo_id": decoded}
    assert event["multiValueQueryStringParameters"] == {"x": ["%25"]}
    context = event["requestContext"]
    assert (context["stage"], context["protocol"], context["resourcePath"]) == ("test", "HTTP/1.1", "/todos/{todo_id}")
    assert context["authorizer"]["claims"]["sub"] == "ada"
    assert context["requestId"]


def test_an_application_that_breaks_is_an_integration_failure(keys: KnownKeys) -> None:
    class Broken:
        routes, api = app.routes, app.api

        def __call__(self, *_: object) -> None:
            raise RuntimeError("a secret of ada's")

    answer = LocalGateway(Broken(), Config.create()).handle_request("GET", "/health", {}, None)
    assert (answer["statusCode"], b"secret" in answer["body"]) == (504, False)


# --- bodies


def test_an_event_of_six_megabytes_reaches_the_application_and_not_more(exchange: Exchange) -> None:
    # Given bodies of which the event that Lambda would get has about six megabytes
    head = f"{POST}Authorization: {POOL.token()}\r\nConnection: close\r\nContent-Length: ".encode()
    fits, too_large = (head + b"%d\r\n\r\n" % size + b" " * size for size in (MAX_EVENT_BYTES - 5000, MAX_EVENT_BYTES))
    # When they are sent, then both are refused: one by the application, and one by the gateway
    (from_application,) = exchange(fits)
    assert (from_application.status, json.loads(from_application.body)["detail"][:6]) == (413, "A body")
    (from_gateway,) = exchange(too_large)
    assert (from_gateway.status, from_gateway.problem()) == (413, "body-too-large")
    assert json.loads(from_gateway.body)["detail"] == GATEWAY_RESPONSES["REQUEST_TOO_LARGE"].detail


@pytest.mark.parametrize("over", [-1, 0, 1])
def test_a_body_above_ten_megabytes_is_not_read_into_memory(exchange: Exchange, over: int) -> None:
    # Given a request that says how long its body is, and sends none of it
    head = "POST /todos HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: "
    (answer,) = exchange(f"{head}{MAX_BODY_BYTES + over}\r\n\r\n".encode())
    # Then one that is too long is refused for that, and the others for what is missing
    assert answer.status == (413 if over > 0 else 400)


@pytest.mark.parametrize("over", [-1, 0, 1])
def test_the_request_line_and_headers_may_have_ten_kilobytes(exchange: Exchange, over: int) -> None:
    line, host = "GET /health HTTP/1.1", "127.0.0.1:8000"
    filler = "f" * (MAX_LINE_AND_HEADER_BYTES + over - len(line) - len(host) - len("close") - len(SITE))
    request = f"{line}\r\nHost: {host}\r\nConnection: close\r\nOrigin: {SITE}\r\nX-Filler: {filler}\r\n\r\n"
    (answer,) = exchange(request.encode())
    assert answer.status == (431 if over > 0 else 200)
    if over > 0:
        assert answer.problem() == "bad-request"


@pytest.mark.parametrize("over", [-1, 0, 1])
def test_the_arn_of_a_private_method_may_have_1600_bytes(exchange: Exchange, over: int) -> None:
    # Given a path that makes the method's ARN about as long as API Gateway takes
    arn = f"arn:aws:execute-api:{settings().aws_region}:123456789012:abcdef1234/api/GET/todos/"
    path = f"/todos/{'t' * (MAX_METHOD_ARN_BYTES + over - len(arn))}?query=is-not-counted"
    # When it is asked for with a token, then the application refuses the query, or API Gateway the path
    (answer,) = exchange(
        f"GET {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: {POOL.token()}\r\nConnection: close\r\n\r\n".encode()
    )
    assert answer.status == (414 if over > 0 else 400)


def test_the_path_of_a_public_method_may_be_longer(exchange: Exchange) -> None:
    (answer,) = exchange(f"GET /posts/{'p' * 2000} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
    assert answer.status == 404


@pytest.mark.parametrize("length", ["-1", "abc", "1.5", "+5", "5,5", "0x10", "\u0661", ""])
def test_a_length_that_is_none_is_refused_and_ends_the_connection(ask: Callable[..., Answer], length: str) -> None:
    answer = ask("POST", "/todos", Content_Length=length.encode().decode("latin-1"))
    assert (answer.status, answer.problem()) == (400, "invalid-header")
    assert answer.headers["connection"] == "close"


def test_a_length_beyond_all_numbers_is_too_large(ask: Callable[..., Answer]) -> None:
    answer = ask("POST", "/todos", Content_Length="9" * 5000)
    assert (answer.status, answer.problem()) == (413, "body-too-large")


@pytest.mark.parametrize("coding", ["chunked", "gzip, chunked", "identity"])
def test_a_body_in_chunks_is_refused_and_ends_the_connection(exchange: Exchange, coding: str) -> None:
    # given a request whose chunks look like another request
    smuggled = b"0\r\n\r\nGET /health HTTP/1.1\r\nHost: localhost\r\n\r\n"
    sent = f"POST /todos HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: {coding}\r\n\r\n".encode() + smuggled
    (answer,) = exchange(sent)
    assert (answer.status, answer.problem()) == (400, "invalid-header")


def test_a_body_that_is_shorter_than_said_never_reaches_the_application(exchange: Exchange) -> None:
    body = b'{"title": "cut off"}'
    head = f"{POST}Authorization: {POOL.token()}\r\nContent-Length: {len(body) + 1}\r\n\r\n"
    (answer,) = exchange(head.encode() + body)
    assert (answer.status, answer.problem()) == (400, "invalid-header")
    assert answer.headers["connection"] == "close"


@pytest.mark.parametrize("lengths", [("2", "20"), ("20", "2"), ("2", "2")])
def test_two_lengths_are_refused_and_end_the_connection(exchange: Exchange, lengths: tuple[str, str]) -> None:
    # given a request with two lengths, of which one makes its body another request
    said = "".join(f"Content-Length: {length}\r\n" for length in lengths)
    sent = f"POST /todos HTTP/1.1\r\nHost: localhost\r\n{said}\r\n{{}}GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n"
    (answer,) = exchange(sent.encode())
    assert (answer.status, answer.problem()) == (400, "invalid-header")


@pytest.mark.parametrize("coding", ["chunked", "identity"])
def test_a_length_beside_chunks_is_refused(exchange: Exchange, coding: str) -> None:
    sent = (
        f"POST /todos HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\nTransfer-Encoding: {coding}\r\n\r\n0\r\n\r\n"
    )
    (answer,) = exchange(sent.encode())
    assert (answer.status, answer.problem()) == (400, "invalid-header")


@pytest.mark.parametrize("line", ["Content-Length : 9", "Content-Length", " folded: 1", "(comment): 1\r\nno header"])
def test_a_line_that_is_no_header_is_refused(exchange: Exchange, line: str) -> None:
    (answer,) = exchange(f"GET /health HTTP/1.1\r\n{line}\r\nHost: localhost\r\n\r\n".encode())
    assert (answer.status, answer.problem()) == (400, "invalid-header")
    assert answer.headers["connection"] == "close"


@pytest.mark.parametrize(
    "host",
    ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example:8000", "127.0.0.2", "", "127.0.0.1@evil.example",
     "localhost\r\nHost: evil.example"],
)  # fmt: skip
def test_another_name_than_this_machines_is_refused(exchange: Exchange, host: str) -> None:
    (answer,) = exchange(f"GET /health HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
    assert (answer.status, answer.problem()) == (400, "invalid-header")
    assert answer.headers["connection"] == "close"


def test_a_request_names_its_host_unless_it_is_of_the_time_before_hosts(exchange: Exchange) -> None:
    (answer,) = exchange(b"GET /health HTTP/1.1\r\n\r\n")
    assert (answer.status, answer.problem()) == (400, "invalid-header")
    (answer,) = exchange(b"GET /health HTTP/1.0\r\n\r\n")
    assert answer.status == 200


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost:8000", "LocalHost:1", "[::1]:8000"])
def test_every_name_of_this_machine_is_taken(exchange: Exchange, host: str) -> None:
    (answer,) = exchange(f"GET /health HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
    assert answer.status == 200


# --- connections


def test_a_connection_carries_many_requests(exchange: Exchange) -> None:
    health = b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n"
    nowhere = b"POST /nowhere HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\nabc"
    last = b"GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    answers = exchange(health, nowhere, last)
    assert [answer.status for answer in answers] == [200, 404, 200]


@pytest.mark.parametrize(
    "sent",
    [
        b"nonsense\r\n\r\n",
        b"GET / HTTP/1.1 extra\r\n\r\n",
        b"GET /health HTTP/7.5\r\n\r\n",
        b"GET /health HTTP/x\r\n\r\n",
        b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"GET /health HTTP/1.1\r\nHost: localhost\r\nX: " + b"a" * 70_000 + b"\r\n\r\n",
        b"GET /health HTTP/1.1\r\nHost: localhost\r\n" + b"X: 1\r\n" * 200 + b"\r\n",
    ],
    ids=["no request", "four words", "HTTP 7.5", "HTTP x", "long path", "long header", "many headers"],
)
def test_what_is_no_http_gets_a_problem_and_the_connection_ends(exchange: Exchange, sent: bytes) -> None:
    (answer,) = exchange(sent)
    assert answer.status in (400, 414, 431, 505)
    assert answer.problem() == "bad-request"
    assert answer.headers["connection"] == "close"


def test_a_client_that_only_connects_gets_nothing(exchange: Exchange) -> None:
    assert exchange(b"") == []

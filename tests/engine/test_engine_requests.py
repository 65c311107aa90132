"""Sizes of requests and answers at API Gateway and Lambda, in a running engine."""

import http.client
import json
import urllib.parse
from collections.abc import Iterator
from typing import Any

import pytest
from apis import Api, calling, document, make_api
from botocore.exceptions import ClientError
from engine_support import Aws
from functions import FunctionHost, function_host, make_function

from infra.limits import by_id
from infra.local.engine_process import REGION

OK = {"statusCode": 200, "body": "fine"}
SIGNED = {
    "sigv4": {"type": "apiKey", "name": "Authorization", "in": "header", "x-amazon-apigateway-authtype": "awsSigv4"}
}


@pytest.fixture
def host() -> Iterator[FunctionHost]:
    with function_host() as running:
        yield running


@pytest.fixture
def api(aws: Aws, host: FunctionHost) -> Api:
    function = host.function(aws, lambda _: OK)
    item = {"name": "item", "in": "path", "required": True, "type": "string"}
    return make_api(
        aws,
        document(
            {
                "/": {"get": calling(function), "post": calling(function)},
                "/open/{item}": {"get": calling(function, parameters=[item])},
                "/private/{item}": {"get": calling(function, {"sigv4": []}, parameters=[item])},
            },
            securityDefinitions=SIGNED,
        ),
    )


def status(api: Api, path: str, headers: dict[str, str]) -> int:
    """Ask with exactly these headers."""
    url = urllib.parse.urlsplit(api.url)
    connection = http.client.HTTPConnection(str(url.netloc), timeout=10)
    try:
        connection.putrequest("GET", f"{url.path}{path}", skip_host=True, skip_accept_encoding=True)
        for name, value in headers.items():
            connection.putheader(name, value)
        connection.endheaders()
        return connection.getresponse().status
    finally:
        connection.close()


@pytest.mark.parametrize("over", [-1, 0, 1])
def test_the_request_line_and_headers_may_have_ten_kilobytes(api: Api, over: int) -> None:
    # Given a request line and headers of about the size that API Gateway takes
    size = by_id("api-headers").value + over - len("GET /live/?a=1 HTTP/1.1") - len("127.0.0.1")
    # When it is sent, then one byte too many is refused
    answered = status(api, "/?a=1", {"Host": "127.0.0.1", "X-Filler": "f" * size})
    assert answered == (431 if over > 0 else 200)


@pytest.mark.parametrize("over", [-1, 0, 1])
@pytest.mark.parametrize(("path", "refused_with"), [("/private/", 414), ("/open/", 200)])
def test_the_arn_of_a_private_method_may_have_1600_bytes(api: Api, path: str, refused_with: int, over: int) -> None:
    arn = f"arn:aws:execute-api:{REGION}:000000000000:{api.id}/live/GET{path}"
    item = "i" * (by_id("api-method-arn").value + over - len(arn))
    usual = 403 if path == "/private/" else 200
    assert status(api, f"{path}{item}", {"Host": "127.0.0.1"}) == (refused_with if over > 0 else usual)


def test_a_body_whose_event_lambda_refuses_is_a_413(api: Api) -> None:
    largest = by_id("lambda-request").value
    assert api.call("POST", "/", b"x" * (largest - 10_000)).status == 200
    assert api.call("POST", "/", b"x" * largest).status == 413


@pytest.mark.parametrize(
    ("limit", "invocation"), [("lambda-request", "RequestResponse"), ("lambda-async-event", "Event")]
)
def test_an_event_may_have_as_many_bytes_as_lambda_takes(
    aws: Aws, host: FunctionHost, limit: str, invocation: str
) -> None:
    # Given a function, and events of about the size that Lambda takes
    function, largest = host.function(aws, lambda _: "taken"), by_id(limit).value

    def answer(size: int) -> str:
        payload = json.dumps("x" * (size - 2))
        try:
            answered = aws.client("lambda").invoke(FunctionName=function, InvocationType=invocation, Payload=payload)
        except ClientError as error:
            return str(error.response["Error"]["Code"])
        return str(answered["StatusCode"])

    # Then one byte too many is refused
    taken = "202" if invocation == "Event" else "200"
    expected = [taken, taken, "RequestEntityTooLargeException"]
    assert [answer(largest + over) for over in (-1, 0, 1)] == expected


def test_an_answer_may_have_six_megabytes(aws: Aws) -> None:
    # Given a function that answers with as many bytes as it is told
    function = make_function(aws, "def handler(size, context): return 'x' * (size - 2)", Timeout=30)
    largest = by_id("lambda-answer").value

    def answer(size: int) -> Any:
        answered = aws.client("lambda").invoke(FunctionName=function, Payload=json.dumps(size))
        payload = answered["Payload"].read()
        return json.loads(payload)["errorType"] if answered.get("FunctionError") else len(payload)

    # Then one byte too many is an error
    expected = [largest - 1, largest, "Function.ResponseSizeTooLarge"]
    assert [answer(largest + over) for over in (-1, 0, 1)] == expected


def test_an_answer_that_is_too_long_is_a_502_at_the_api(aws: Aws, host: FunctionHost) -> None:
    function = host.function(aws, lambda _: {"statusCode": 200, "body": "x" * by_id("lambda-answer").value})
    assert make_api(aws, document({"/": {"get": calling(function)}})).call("GET", "/").status == 502

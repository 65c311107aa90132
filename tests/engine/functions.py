"""Lambda functions for the tests: deployed ones, and ones a host in the test answers for."""

import contextlib
import io
import json
import threading
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from engine_support import Aws, unique

Event = dict[str, Any]
EVERYTHING = {"Effect": "Allow", "Action": "*", "Resource": "*"}


def make_role(aws: Aws, statement: dict[str, Any] | None = None) -> str:
    iam = aws.client("iam")
    name = unique("function-role")
    principal = {"Service": "lambda.amazonaws.com"}
    trust = {"Statement": [{"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}]}
    arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
    policy = {"Version": "2012-10-17", "Statement": [statement or EVERYTHING]}
    iam.put_role_policy(RoleName=name, PolicyName="own", PolicyDocument=json.dumps(policy))
    return str(arn)


def zipped(code: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("app.py", code)
    return buffer.getvalue()


def make_function(aws: Aws, code: str = "def handler(event, context): return event", **options: Any) -> str:
    """A deployed function with `app.handler` in `code`; returns its ARN."""
    created = aws.client("lambda").create_function(
        **{
            "FunctionName": unique("function"),
            "Runtime": "python3.13",
            "Handler": "app.handler",
            "Role": make_role(aws),
            "Code": {"ZipFile": zipped(code)},
            "Timeout": 10,
            **options,
        }
    )
    return str(created["FunctionArn"])


def invoke(aws: Aws, function: str, event: object = None, **options: Any) -> dict[str, Any]:
    """The answer of a synchronous invocation, its payload decoded."""
    answer = aws.client("lambda").invoke(FunctionName=function, Payload=json.dumps(event), **options)
    payload = answer["Payload"].read()
    return {**answer, "Payload": json.loads(payload) if payload else None}


class FunctionHost:
    """Answers for functions by calling `handlers[name](event)`, and remembers every invocation."""

    def __init__(self) -> None:
        self.handlers: dict[str, Callable[[Any], Any]] = {}
        self.invocations: list[tuple[str, dict[str, Any]]] = []
        self.raw: dict[str, tuple[int, bytes]] = {}
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def function(self, aws: Aws, handler: Callable[[Any], Any], **options: Any) -> str:
        """Register a function that `handler` answers for; returns its ARN."""
        name = unique("hosted")
        self.handlers[name] = handler
        environment = {"Variables": {"LOCAL_FUNCTION_HOST": self.url}}
        return make_function(aws, FunctionName=name, Environment=environment, **options)

    def events(self, arn: str) -> list[Any]:
        """The events a function was invoked with, in order."""
        name = arn.rpartition(":")[2]
        return [call["event"] for function, call in list(self.invocations) if function == name]

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        host = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                call = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                name = self.path.split("/")[2]
                host.invocations.append(
                    (name, {**call, "path": self.path, "content-type": self.headers["Content-Type"]})
                )
                status, body = host.raw.get(name) or (200, host._answer(name, call["event"]))
                with contextlib.suppress(ConnectionError):  # nobody waits for a late answer
                    self.send_response(status)
                    self.send_header("Content-Length", str(len(body)))
                    self.end_headers()
                    self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                pass

        return Handler

    def _answer(self, name: str, event: Any) -> bytes:
        try:
            return json.dumps({"result": self.handlers[name](event), "log": f"{name} ran"}).encode()
        except Exception as error:  # noqa: BLE001 - what a function raises is its answer
            described = {"errorType": type(error).__name__, "errorMessage": str(error), "stackTrace": []}
            return json.dumps({"error": described}).encode()


@contextmanager
def function_host() -> Iterator[FunctionHost]:
    host = FunctionHost()
    try:
        yield host
    finally:
        host.close()

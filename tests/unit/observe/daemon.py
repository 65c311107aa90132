"""What stands in for X-Ray's daemon and for AWS, on ports of this machine; and a process like a function in Lambda."""

import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from tests.unit.conftest import ENVIRONMENT

ROOT = Path(__file__).parents[3]
TRACE, PARENT = "1-5759e988-bd862e3fe1be46a994272793", "53995c3f42cd8ad8"
HEADER = f"Root={TRACE};Parent={PARENT};Sampled=1;Lineage=1:7d4f1a2b:0"

Document = dict[str, Any]
Plan = Mapping[str, tuple[int, Document] | None]


class Daemon:
    """Takes datagrams."""

    def __init__(self, address: str = "127.0.0.1:0") -> None:
        host, port = address.split(":")
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 * 1024 * 1024)
        self._socket.bind((host, int(port)))
        self._socket.settimeout(0)
        self.address = "{}:{}".format(*self._socket.getsockname())

    def datagrams(self) -> list[bytes]:
        """All that have arrived since the last time; on one machine they do so at once."""
        taken = []
        while True:
            try:
                taken.append(self._socket.recv(100_000))
            except BlockingIOError:
                return taken

    def documents(self) -> list[Document]:
        return [document(each) for each in self.datagrams()]

    def close(self) -> None:
        self._socket.close()


def document(datagram: bytes) -> Document:
    head, _, body = datagram.partition(b"\n")
    assert json.loads(head) == {"format": "json", "version": 1}
    found: Document = json.loads(body)
    return found


def flat(documents: list[Document]) -> list[Document]:
    """Subsegments one by one, those within others too: to X-Ray it is the same how they arrive."""
    found = []
    for each in documents:
        found += [*flat(each.get("subsegments", [])), {k: v for k, v in each.items() if k != "subsegments"}]
    return found


_PUBLISHED = (
    b"<PublishResponse><PublishResult><MessageId>1</MessageId></PublishResult>"
    b"<ResponseMetadata><RequestId>PUBLISHED</RequestId></ResponseMetadata></PublishResponse>"
)


class Aws(ThreadingHTTPServer):
    """Answers what names a table with what is planned for it, None by hanging up; all else is well, in few words."""

    def __init__(self, plan: Plan) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.plan = plan

    def answer(self, body: bytes, path: str, kind: str) -> tuple[str, int, bytes] | None:
        """The id, the status and the body of an answer."""
        if "list-type=2" in path:
            return "LISTED", 200, b"<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>"
        if not kind:
            return "OBJECT", 200, b""
        if kind.startswith("application/x-www-form-urlencoded"):
            return "PUBLISHED", 200, _PUBLISHED
        named = next((name for name in self.plan if f'"{name}"'.encode() in body), "")
        planned = self.plan.get(named, (200, {"MessageId": "1"}))
        return None if planned is None else (f"REQUEST-{named}", planned[0], json.dumps(planned[1]).encode())


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # A body must not wait until its head is acknowledged.
    disable_nagle_algorithm = True
    server: Aws

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        kind = self.headers.get("Content-Type", "") if self.command == "POST" else ""
        found = self.server.answer(body, self.path, kind)
        if found is None:
            self.close_connection = True
            return
        request_id, status, said = found
        self.send_response_only(status)
        headers = {"Content-Length": str(len(said)), "x-amzn-RequestId": request_id}
        if not kind:
            headers["x-amz-id-2"] = "EXTENDED"
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(said)

    do_GET = do_PUT = do_DELETE = do_POST = _answer  # noqa: N815 - the base class's names

    def do_HEAD(self) -> None:
        self.send_response_only(404)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Tests say what they saw."""


@contextmanager
def aws(plan: Plan) -> Iterator[str]:
    """An address where all of AWS is, for a while."""
    with Aws(plan) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def run_in_lambda(program: str, daemon: Daemon, endpoint: str, *arguments: str, **variables: str) -> str:
    """Run a module of this folder as a function in Lambda would be; return what it printed."""
    environment = {
        **ENVIRONMENT,
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_LAMBDA_FUNCTION_NAME": "api_handler",
        "AWS_XRAY_DAEMON_ADDRESS": daemon.address,
        "LAMBDA_TASK_ROOT": str(ROOT),
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "_X_AMZN_TRACE_ID": HEADER,
        **variables,
    }
    command = [sys.executable, "-m", f"tests.unit.observe.{program}", *arguments]
    done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout

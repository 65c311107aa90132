"""Calls of functions over HTTP, taken from holders of the installation's secret alone.

Any page of any site can post to a port of 127.0.0.1, and any name can be made to lead there. Neither knows the secret.
"""

import hmac
import json
import os
from http.server import BaseHTTPRequestHandler

from infra.local.engine.function_host import SECRET_HEADER, host_secret


class CallHandler(BaseHTTPRequestHandler):
    """Answers with JSON, and refuses requests without the secret before it reads them."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        if self._is_ours():
            self.answer(*self.state())

    def do_POST(self) -> None:
        if self._is_ours():
            self.answer(*self.invoked(self.rfile.read(int(self.headers["Content-Length"]))))

    def state(self) -> tuple[int, bytes]:
        """Return a status and a body that say whether functions can be called."""
        return 200, b"{}"

    def invoked(self, body: bytes) -> tuple[int, bytes]:
        """Run the function that the path names; return a status and a body."""
        raise NotImplementedError

    def answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """The functions log for themselves."""

    def _is_ours(self) -> bool:
        if hmac.compare_digest(self.headers.get(SECRET_HEADER, "").encode(), secret().encode()):
            return True
        # What follows in the connection is the body of a request that is not read.
        self.close_connection = True
        self.answer(403, json.dumps({"message": f"{SECRET_HEADER} is missing or wrong."}).encode())
        return False


def secret() -> str:
    """Return the secret of this installation's function hosts."""
    return host_secret(os.environ["AWS_SECRET_ACCESS_KEY"])

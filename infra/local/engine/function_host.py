"""Functions that run from the working tree: how the engine calls them.

A Lambda function with the environment variable `LOCAL_FUNCTION_HOST=http://127.0.0.1:PORT` has no worker of its
own. Whatever invokes it (Invoke, an event source mapping, S3, SNS, a schedule, a Cognito trigger, API Gateway), the
engine sends

    POST {LOCAL_FUNCTION_HOST}/functions/{FunctionName}/invocations
    Content-Type: application/json
    X-Function-Host-Secret: <`host_secret` of the engine's secret key: the host takes no other calls>

    {"event": ..., "request_id": "<uuid>", "function_arn": "arn:aws:lambda:...",
     "deadline_ms": <epoch milliseconds at which the function times out>, "memory_mb": 512,
     "trace_id": "<the header X-Amzn-Trace-Id that requests of this invocation carry on>"}

and the host answers 200 with either of

    {"result": <what the handler returned>, "log": "<optional text for CloudWatch Logs>"}
    {"error": {"errorType": "KeyError", "errorMessage": "'id'", "stackTrace": []}, "log": "..."}

Both are what AWS calls an invocation's outcome; the second is a function error (`X-Amz-Function-Error: Unhandled`).
A refused connection, any status other than 200, and an answer that is neither of the two are function errors too,
so the usual rules of retries apply. An answer that does not come within the function's `Timeout` is a time-out.
Only loopback hosts are called.
"""

import hashlib
import hmac
import http.client
import ipaddress
import json
import time
import urllib.parse
from dataclasses import dataclass
from typing import Any

VARIABLE = "LOCAL_FUNCTION_HOST"
SECRET_HEADER = "X-Function-Host-Secret"  # noqa: S105 - a header's name
_OK = 200


@dataclass(frozen=True)
class Invocation:
    """One call of one function; `timeout` in seconds."""

    function: str
    arn: str
    event: object
    request_id: str
    timeout: float
    memory_mb: int
    trace_id: str = ""


@dataclass(frozen=True)
class Outcome:
    """What a function returned, or the error AWS would report, and its log lines."""

    result: object = None
    error: dict[str, Any] | None = None
    log: str = ""


def host_secret(secret_key: str) -> str:
    """Return what a caller of a function host must send: known to holders of the installation's secret key alone."""
    return hmac.digest(secret_key.encode(), b"local function host", hashlib.sha256).hex()


def invoke(host: str, invocation: Invocation, secret: str = "") -> Outcome:
    """Send one invocation. Never raises: everything that goes wrong is a function error."""
    address = _address(host)
    if address is None:
        return _failed("LocalFunctionHost.Refused", f"{VARIABLE} must be a loopback address, not {host!r}")
    body = {
        "event": invocation.event,
        "request_id": invocation.request_id,
        "function_arn": invocation.arn,
        "deadline_ms": int((time.time() + invocation.timeout) * 1000),
        "memory_mb": invocation.memory_mb,
        "trace_id": invocation.trace_id,
    }
    path = f"/functions/{urllib.parse.quote(invocation.function, safe='')}/invocations"
    connection = http.client.HTTPConnection(*address, timeout=invocation.timeout)
    try:
        headers = {"Content-Type": "application/json", SECRET_HEADER: secret}
        connection.request("POST", path, json.dumps(body), headers)
        response = connection.getresponse()
        answer = response.read()
    except TimeoutError:
        return _failed("Sandbox.Timedout", f"Task timed out after {invocation.timeout:.2f} seconds")
    except (OSError, http.client.HTTPException) as error:
        return _failed("LocalFunctionHost.Unreachable", f"{host}: {error}")
    finally:
        connection.close()
    if response.status != _OK:
        return _failed("LocalFunctionHost.Failed", f"{host} answered {response.status}")
    return _outcome(answer)


def _outcome(answer: bytes) -> Outcome:
    try:
        parsed = json.loads(answer)
        log = str(parsed.get("log", ""))
        if parsed.get("error") is not None:
            return Outcome(error=dict(parsed["error"]), log=log)
        return Outcome(result=parsed["result"], log=log)
    except (ValueError, TypeError, KeyError, AttributeError):
        return _failed("LocalFunctionHost.BadAnswer", f"not an outcome: {answer[:200]!r}")


def _failed(error_type: str, message: str) -> Outcome:
    return Outcome(error={"errorType": error_type, "errorMessage": message, "stackTrace": []}, log=message)


def _address(host: str) -> tuple[str, int] | None:
    """Host and port of a plain loopback URL."""
    parts = urllib.parse.urlsplit(host)
    name = parts.hostname or ""
    try:
        loopback = name == "localhost" or ipaddress.ip_address(name).is_loopback
        port = parts.port
    except ValueError:
        return None
    return (name, port or 80) if parts.scheme == "http" and loopback else None

"""Runs a Lambda function whose code is in the template, in a Python process of its own, as its URL would.

https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html#urls-payloads
"""

import asyncio
import base64
import json
import os
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from infra.local.edge.function_urls import FunctionUrl
from infra.local.edge.messages import Request, Response, plain

Pipes = tuple[asyncio.StreamWriter, asyncio.StreamReader]
_LOOP = Path(__file__).with_name("lambda_loop.py")
_MOST_BYTES_OF_ANSWER = 6 * 1024 * 1024
_SECONDS_TO_START = 30.0
# What a Python process needs of this one; the function is given the rest.
_PASSED_ON = ("PATH", "LANG", "TZ", "TMPDIR")


class LambdaFunction:
    """A function behind its URL; an origin of the edge. Its process starts with the first request.

    `environment` is added to what the template says, such as the addresses and keys of this installation.
    """

    def __init__(self, function: FunctionUrl, environment: Mapping[str, str]) -> None:
        self._function = function
        self._environment = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
        self._environment |= {**function.environment, **environment}
        self._process: asyncio.subprocess.Process | None = None
        self._one_at_a_time = asyncio.Lock()
        self._folder: tempfile.TemporaryDirectory[str] | None = None

    async def answer(self, request: Request) -> Response:
        """Return what the function answers: 403 to whom the URL is closed, 502 where the function fails."""
        if not self._function.lets_cloudfront_in or request.header("host") != self._function.host:
            return Response([("content-type", "application/json")], 403, b'{"Message":"Forbidden"}')
        async with self._one_at_a_time:
            try:
                pipes = await asyncio.wait_for(self._pipes(), _SECONDS_TO_START)
                returned = await asyncio.wait_for(_run(pipes, _event(request)), self._function.seconds)
                return _response(returned)
            except (TimeoutError, ValueError, KeyError, TypeError, OSError) as error:
                await self._end()
                return plain(502, f"The function {self._function.name} failed: {error}.")

    async def close(self) -> None:
        """End the process."""
        await self._end()
        if self._folder is not None:
            self._folder.cleanup()

    async def _pipes(self) -> Pipes:
        if self._process is None or self._process.returncode is not None:
            module, _, handler = self._function.handler.rpartition(".")
            self._folder = self._folder or tempfile.TemporaryDirectory(prefix="edge-lambda-")
            file = Path(self._folder.name) / f"{module}.py"
            file.write_text(self._function.code, encoding="utf-8")
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                str(_LOOP),
                str(file),
                handler,
                env=self._environment,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                limit=2 * _MOST_BYTES_OF_ANSWER,
            )
            pipes = _pipes(self._process)
            json.loads(await pipes[1].readline())
        return _pipes(self._process)

    async def _end(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            if process.returncode is None:
                process.kill()
            await process.wait()


def _pipes(process: asyncio.subprocess.Process) -> Pipes:
    if process.stdin is None or process.stdout is None:
        raise OSError("its process has no pipes")
    return process.stdin, process.stdout


async def _run(pipes: Pipes, event: Mapping[str, Any]) -> dict[str, Any]:
    to_function, from_function = pipes
    to_function.write(json.dumps(event).encode() + b"\n")
    await to_function.drain()
    answer = json.loads(await from_function.readline())
    if "error" in answer:
        raise ValueError(answer["error"])
    returned: dict[str, Any] = answer["returned"]
    return returned


def _event(request: Request) -> dict[str, Any]:
    return {
        "version": "2.0",
        "rawPath": request.path,
        "rawQueryString": request.query,
        "headers": dict(request.headers),
        "requestContext": {"http": {"method": request.method, "path": request.path, "sourceIp": request.address}},
        "isBase64Encoded": False,
    }


def _response(returned: Mapping[str, Any]) -> Response:
    text = str(returned.get("body", ""))
    body = base64.b64decode(text) if returned.get("isBase64Encoded") else text.encode()
    headers = [(str(name).lower(), str(value)) for name, value in returned.get("headers", {}).items()]
    return Response(headers, int(returned["statusCode"]), body)

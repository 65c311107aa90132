"""Runs a distribution's functions in njs, which CloudFront's own runtime is built on, or in Node where njs is missing.

One process runs all of them, an event at a time. Node takes more than CloudFront does, so every function is checked
against AWS's list of features first.
https://nginx.org/en/docs/njs/cli.html
"""

import asyncio
import json
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from infra.local.edge.function_check import faults

SECONDS = 5.0
_MOST_BYTES_OF_ANSWER = 1024 * 1024
_LOOP = Path(__file__).with_name("function_loop.js")
_ENGINES = ("njs", "node")


class FunctionError(Exception):
    """A function cannot run, or failed; CloudFront answers 503 then."""


def engine() -> str:
    """Return the path of njs, or of Node without it.

    Raises:
        FunctionError: this machine has neither.
    """
    found = next(filter(None, map(shutil.which, _ENGINES)), None)
    if found is None:
        raise FunctionError("CloudFront functions need njs or Node: install Debian's package njs.")
    return found


class Functions:
    """The functions of a distribution, by name; `run` starts their process when it is first needed.

    Raises:
        FunctionError: CloudFront would refuse the code of one.
    """

    def __init__(self, code: Mapping[str, str], program: str = "", seconds: float = SECONDS) -> None:
        for name, text in code.items():
            for fault in faults(text):
                raise FunctionError(f"The function {name} is refused. {fault}")
        self._code = code
        self._program = program
        self._seconds = seconds
        self._process: asyncio.subprocess.Process | None = None
        self._one_at_a_time = asyncio.Lock()
        self._folder = tempfile.TemporaryDirectory(prefix="edge-functions-")

    async def run(self, name: str, event: Mapping[str, Any]) -> dict[str, Any]:
        """Return what the function makes of the event: a request or a response of CloudFront's event structure.

        Raises:
            FunctionError: it throws, takes too long, or returns something else.
        """
        async with self._one_at_a_time:
            to_functions, from_functions = await self._pipes()
            to_functions.write(json.dumps({"name": name, "event": event}).encode() + b"\n")
            try:
                await to_functions.drain()
                line = await asyncio.wait_for(from_functions.readline(), self._seconds)
                answer = json.loads(line)
            except (TimeoutError, ValueError, ConnectionError) as error:
                await self._end()
                raise FunctionError(f"The function {name} gave no answer.") from error
        if "error" in answer or not isinstance(answer["returned"], dict):
            raise FunctionError(f"The function {name} failed: {answer.get('error', 'it returned no object')}.")
        returned: dict[str, Any] = answer["returned"]
        return returned

    async def close(self) -> None:
        """End the process."""
        await self._end()
        self._folder.cleanup()

    async def _pipes(self) -> tuple[asyncio.StreamWriter, asyncio.StreamReader]:
        if self._process is None or self._process.returncode is not None:
            script = Path(self._folder.name) / "functions.js"
            script.write_text(self._script(), encoding="utf-8")
            self._process = await asyncio.create_subprocess_exec(
                self._program or engine(),
                str(script),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                limit=_MOST_BYTES_OF_ANSWER,
            )
        if self._process.stdin is None or self._process.stdout is None:
            raise FunctionError("The process of the functions has no pipes.")
        return self._process.stdin, self._process.stdout

    def _script(self) -> str:
        wrapped = [
            f"functions[{json.dumps(name)}] = (function () {{\n{text}\nreturn handler;\n}})();"
            for name, text in self._code.items()
        ]
        return "\n".join(["'use strict';", "const functions = {};", *wrapped, _LOOP.read_text(encoding="utf-8")])

    async def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        if process.returncode is None:
            process.kill()
        await process.wait()

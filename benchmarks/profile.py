"""`python -m benchmarks.profile SCENARIO [calls]`: where the application's time goes.

It runs the source tree, not the package, in one process against the stub, with Lambda's variables. `cold start` lists
the modules that a start and a first GET import, and profiles both; the rest is warm. A profiler makes everything
slower: compare lines with each other. A busy machine shows in the socket calls.
"""

import cProfile
import importlib
import json
import os
import pstats
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from benchmarks.scenarios import GET, WARM
from benchmarks.servers import ROOT, stub
from benchmarks.worker import Context

COLD = "cold start"
WORKER = ROOT / "benchmarks" / "worker.py"
_IMPORTED = re.compile(r"import time: +(\d+) \| +\d+ \| (.+)")
CALLS, WARMING = 500, 50
LINES = 25


def main(arguments: Sequence[str]) -> int:
    """Start the stub, and a process of its own that is profiled."""
    names = [COLD, *(each.name for each in WARM)]
    if len(arguments) not in (1, 2) or arguments[0] not in names:
        sys.stderr.write(f"Say python -m benchmarks.profile NAME [calls], with one of: {'; '.join(names)}\n")
        return 2
    from benchmarks.contestants import environment  # noqa: PLC0415 - what is profiled imports it itself

    with stub() as port:
        variables = {**environment(port, ROOT), "PYTHONDONTWRITEBYTECODE": ""}
        if arguments[0] == COLD:
            sys.stdout.write(imported(variables))
            sys.stdout.flush()
        command = [sys.executable, "-m", "benchmarks.profile", "--here", *arguments]
        return subprocess.run(command, cwd=ROOT, env=variables, check=False).returncode


def imported(variables: Mapping[str, str]) -> str:
    """The modules that a cold start and its first GET import, the slowest by themselves first."""
    command = [sys.executable, "-P", "-X", "importtime", str(WORKER), "app", "app"]
    asked = json.dumps({"event": GET.event, "calls": 1})
    done = subprocess.run(
        command, env={**variables, "PYTHONPATH": str(ROOT)}, input=asked, capture_output=True, text=True, check=True
    )
    return slowest(done.stderr)


def slowest(told: str) -> str:
    """The first lines of what `-X importtime` told, by each module's own time; in ms."""
    found = [(int(own), module.strip()) for own, module in _IMPORTED.findall(told)]
    lines = [f"{own / 1000:9.2f}  {module}" for own, module in sorted(found, reverse=True)[:LINES]]
    total = sum(own for own, _ in found) / 1000
    return "\n".join([f"{len(found)} modules imported in {total:.1f} ms; by themselves:", *lines, ""])


def here(name: str, calls: int) -> None:
    """Profile in this process, and print."""
    # What is logged is not to be read, and still costs what it costs.
    printed = os.fdopen(os.dup(1), "w")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    profiler = cProfile.Profile()
    if name == COLD:
        profiler.runcall(lambda: importlib.import_module("app").app(GET.event, Context()))
        calls = 1
    else:
        scenario = next(each for each in WARM if each.name == name)
        handler, event = importlib.import_module("app").app, scenario.event
        event = scenario.event_after(
            _called(handler, event, 200 if scenario.again else scenario.status, WARMING)["headers"]
        )
        _called(handler, event, scenario.status, WARMING)
        profiler.enable()
        for _ in range(calls):
            handler(event, Context())
        profiler.disable()
    printed.write(f"{name}, {calls} calls\n")
    statistics = pstats.Stats(profiler, stream=printed)
    statistics.sort_stats("tottime").print_stats(LINES)
    statistics.sort_stats("cumulative").print_stats(LINES)
    printed.flush()


def _called(handler: Any, event: dict[str, Any], status: int, calls: int) -> dict[str, Any]:  # noqa: ANN401
    for _ in range(calls):
        answer: dict[str, Any] = handler(event, Context())
    if answer["statusCode"] != status:
        raise SystemExit(f"Answered {answer['statusCode']}: {json.dumps(answer)[:300]}")
    return {**answer, "headers": {**answer.get("headers", {}), **_single(answer.get("multiValueHeaders"))}}


def _single(headers: dict[str, list[str]] | None) -> dict[str, str]:
    return {name: values[0] for name, values in (headers or {}).items()}


if __name__ == "__main__":
    if sys.argv[1:2] == ["--here"]:
        here(sys.argv[2], int(sys.argv[3]) if sys.argv[3:] else CALLS)
    else:
        sys.exit(main(sys.argv[1:]))

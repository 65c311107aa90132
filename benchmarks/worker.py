"""Drives one contestant as Lambda would: imports its handler, then calls it. Standard library only.

Each line of standard input names an event and how often to call; each line of output has the seconds of one call.
"""

import importlib
import json
import os
import resource
import sys
import time

STARTED = time.process_time()


class Context:
    """What Lambda hands to a function beside the event."""

    function_name = "api_handler"
    function_version = "1"
    memory_limit_in_mb = 512
    invoked_function_arn = "arn:aws:lambda:eu-north-1:123456789012:function:api_handler"
    aws_request_id = "00000000-0000-0000-0000-000000000000"

    def get_remaining_time_in_millis(self) -> int:
        """Half a minute."""
        return 30_000


def peak_kb() -> int:
    """The most memory that this program has had; what getrusage says may be of the one that started it."""
    try:
        with open("/proc/self/status", encoding="ascii") as status:
            return next(int(line.split()[1]) for line in status if line.startswith("VmHWM:"))
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def main() -> None:
    """Import, say so, and do what is asked."""
    answers = os.fdopen(os.dup(1), "w")
    # What handlers log is not ours to read.
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    handler = getattr(importlib.import_module(sys.argv[1]), sys.argv[2])
    print(json.dumps({"import_cpu": time.process_time() - STARTED}), file=answers, flush=True)
    for line in sys.stdin:
        asked = json.loads(line)
        cpu, wall = time.process_time(), time.perf_counter()
        for _ in range(asked["calls"]):
            answer = handler(asked["event"], Context())
        cpu, wall, calls = time.process_time() - cpu, time.perf_counter() - wall, asked["calls"]
        said = {"cpu": cpu / calls, "wall": wall / calls, "rss_kb": peak_kb()}
        said |= {"since_import_cpu": time.process_time() - STARTED, "since_start_cpu": time.process_time()}
        several = {name: values[0] for name, values in (answer.get("multiValueHeaders") or {}).items()}
        headers = {**(answer.get("headers") or {}), **several}
        said |= {"status": answer["statusCode"], "headers": headers, "body": answer.get("body") or ""}
        print(json.dumps(said), file=answers, flush=True)


if __name__ == "__main__":
    main()

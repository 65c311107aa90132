"""`python -m benchmarks [quick]`: measure in randomised order, print the table, write .local/bench.json."""

import json
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks.contestants import BenchError, contestants, package, without_tracing
from benchmarks.figures import OURS, as_json, rows, single, table
from benchmarks.rounds import TRACING, measure
from benchmarks.servers import ROOT, stub
from benchmarks.sizes import zipped
from infra.deploy.package import PackageError

CALLS, QUICK_CALLS = 200, 40
UNTRACED = "Ours sends X-Ray no segments and every peer does, so each ratio flatters ours."
WRITTEN = ROOT / ".local" / "bench.json"


def main(arguments: Sequence[str]) -> int:
    """Measure, print, write."""
    if list(arguments) not in ([], ["quick"]):
        sys.stderr.write("Say python -m benchmarks [quick]\n")
        return 2
    try:
        with tempfile.TemporaryDirectory() as folder, stub() as port:
            runners = contestants(Path(folder))
            untraced = {each.name: without_tracing(each) for each in runners if each.name in (OURS, "stock")}
            samples, memory = measure(runners, untraced, port, QUICK_CALLS if arguments else CALLS)
    except (BenchError, PackageError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    found = [
        *rows(samples, "ms", 1000),
        *single({"peak memory": memory}, "MB", 1 / 1024),
        *single({"package, zipped": zipped(package())}, "MB", 1e-6),
    ]
    sys.stdout.write(f"{table(found)}\n" if samples[TRACING] else f"{table(found)}\n\n{UNTRACED}\n")
    WRITTEN.parent.mkdir(exist_ok=True)
    WRITTEN.write_text(json.dumps(as_json(found), indent=1, ensure_ascii=False), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

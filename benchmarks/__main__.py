"""`python -m benchmarks [quick]`: measure in randomised order, print the table, write .local/bench.json."""

import json
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median

from benchmarks import counts, growth, profile
from benchmarks.cached import measure_cached
from benchmarks.contestants import BenchError, Contestant, contestants, package, without_tracing
from benchmarks.figures import GROWTH, OURS, Row, as_json, rows, single, table, verdicts
from benchmarks.money import costs, per_route
from benchmarks.rounds import COLD, COLD_FOUR, ROUNDS, TRACING, measure
from benchmarks.scenarios import GET, LIST
from benchmarks.servers import ROOT, stub
from benchmarks.sizes import zipped
from infra.deploy.package import PackageError

CALLS, QUICK_CALLS = 200, 40
PAIRS, QUICK_PAIRS = 3, 1
QUICK_MANY = 5_000
STOCK = "stock"
# Who is counted: under valgrind everything takes fifty times as long.
COUNTED = (OURS, STOCK, "raw")
WRITTEN = ROOT / ".local" / "bench.json"


def main(arguments: Sequence[str]) -> int:
    """Measure, print, write."""
    if list(arguments) not in ([], ["quick"]):
        sys.stderr.write("Say python -m benchmarks [quick]\n")
        return 2
    try:
        with tempfile.TemporaryDirectory() as folder:
            _doing("unpacking what is compared")
            found = compare(contestants(Path(folder)), Path(folder), quick=bool(arguments))
    except (BenchError, PackageError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    _say(f"Requests, units and price of each route:\n\n{per_route()}\n\nTargets:\n\n{verdicts(found)}")
    WRITTEN.parent.mkdir(exist_ok=True)
    WRITTEN.write_text(json.dumps(as_json(found), indent=1, ensure_ascii=False), encoding="utf-8")
    for name in missed(found):
        _say(f"What is left of {name}:")
        profile.main([name])
    return 0


def missed(found: Sequence[Row]) -> list[str]:
    """The profiles that show what stands between ours and its targets, those beyond the least too."""
    names = {TRACING: GET.name, COLD: profile.COLD, COLD_FOUR: profile.COLD}
    late = [row.scenario for row in found if "not " in row.verdict.lower() and row.unit == "ms"]
    return list(dict.fromkeys(names.get(each, each) for each in late if not each.startswith(GROWTH)))


def compare(runners: Sequence[Contestant], folder: Path, *, quick: bool) -> list[Row]:
    """All figures, each said as soon as it is there."""
    calls, pairs = (QUICK_CALLS, QUICK_PAIRS) if quick else (CALLS, PAIRS)
    untraced = {each.name: without_tracing(each) for each in runners if each.name in (OURS, STOCK)}
    with stub() as port:
        _doing(f"asking all in {ROUNDS} rounds")
        samples, memory = measure(runners, untraced, port, calls, pairs)
        _doing("asking for a post through DAX")
        cached = measure_cached(runners, folder, port, calls)
        found = rows({**samples, **cached}, "ms", 1000)
        times = {
            name: {who: median(by_name[who]) * 1000 for who in (OURS, STOCK) if who in by_name}
            for name, by_name in samples.items()
        }
        found += single({"peak memory": memory}, "MB", 1 / 1024)
        found += single({"package, zipped": zipped(package())}, "MB", 1e-6)
        found += costs(times)
        _say(table(found))
        if not quick:
            found += _counted(runners, untraced, port)
    _doing("filling tables, and asking for pages of them")
    grew = growth.grow(runners[0], *((growth.QUICK_SIZES, QUICK_MANY) if quick else (growth.SIZES, growth.MANY)))
    _say(f"Ours as the table grows:\n\n{growth.table(grew)}")
    return [*found, *growth.as_rows(grew)]


def _counted(runners: Sequence[Contestant], untraced: Mapping[str, Contestant], port: int) -> list[Row]:
    if not counts.can_count():
        _say(counts.MISSING)
        return []
    _doing("counting instructions")
    counted = [each for each in runners if each.name in COUNTED]
    numbers = counts.count(counted, {COLD: GET, GET.name: GET, LIST.name: LIST}, port)
    without = counts.count(list(untraced.values()), {GET.name: GET}, port)[GET.name]
    numbers[TRACING] = {name: numbers[GET.name][name] - number for name, number in without.items()}
    found = single(numbers, "M instructions", 1e-6)
    _say(table(found))
    return found


def _doing(what: str) -> None:
    sys.stderr.write(f"  {what} …\n")
    sys.stderr.flush()


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

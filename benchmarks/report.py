"""`python -m benchmarks.report`: the last run's figures into docs/performance.md, and charts of them beside it."""

import json
import os
import platform
import sys
from collections.abc import Mapping
from typing import Any

from benchmarks.charts import Chart, bars, lines
from benchmarks.figures import FLAT, GROWTH, OURS, TARGETS
from benchmarks.servers import ROOT
from infra.setup import BENCH_PEERS

BENCH = ROOT / ".local" / "bench.json"
PAGE = ROOT / "docs" / "performance.md"
IMAGES = ROOT / "docs" / "images"
BEGIN, END = "<!-- figures: make bench-report -->", "<!-- /figures -->"
CHARTS = {
    "cold start, first GET": "bench-cold",
    "cold start, four tables": "bench-cold-four",
    "warm GET of one todo": "bench-get",
    "warm list of 20": "bench-list",
    "warm POST of a todo": "bench-post",
    "warm POST with a key": "bench-post-keyed",
    "warm post by slug": "bench-slug",
}

Figures = Mapping[str, Mapping[str, Any]]


def main() -> int:
    """Read, draw, write."""
    if not BENCH.exists():
        sys.stderr.write("There are no figures yet: make bench.\n")
        return 1
    figures: Figures = json.loads(BENCH.read_text(encoding="utf-8"))
    page = PAGE.read_text(encoding="utf-8")
    drawn = charts(figures)
    shown = "\n".join(f"![{drawing.title}](images/{name}.svg)" for name, drawing in drawn.items())
    said = "\n\n".join([where(figures), table(figures), growth(figures), shown])
    PAGE.write_text(put(page, f"{said}\n"), encoding="utf-8")
    for name, drawing in drawn.items():
        (IMAGES / f"{name}.svg").write_text(drawing.svg, encoding="utf-8")
    return 0


def where(figures: Figures) -> str:
    """What the run was, and on what."""
    run = "make bench" if any(row["unit"].endswith("instructions") for row in figures.values()) else "make bench-quick"
    machine = f"{platform.machine()}, {os.cpu_count()} processors"
    return f"The last run: `{run}`, Python {platform.python_version()}, {machine}."


def table(figures: Figures) -> str:
    """All rows in Markdown: a line a scenario, a column a peer with ours as a share of it."""
    head = ["", OURS, *BENCH_PEERS, "target"]
    lines_ = [f"| {' | '.join(head)} |", "|---" * len(head) + "|"]
    for scenario, by_peer in _by_scenario(figures).items():
        if scenario.startswith(GROWTH):
            continue
        ours, unit = next((row["ours"], row["unit"]) for row in by_peer.values())
        cells = [f"{by_peer[peer]['ratio']:.2f}" if peer in by_peer else "" for peer in BENCH_PEERS]
        targets = [f"{peer}: {row['target']}" for peer, row in by_peer.items() if "target" in row]
        named = scenario.removesuffix(f", {unit}")
        lines_.append(f"| {named} | {ours:.2f} {unit} | {' | '.join(cells)} | {'; '.join(targets)} |")
    return "\n".join(lines_)


def growth(figures: Figures) -> str:
    """Ours as the table grows: a line a page, its time as a share of that with the least stored."""
    pages = {name: rows for name, rows in _by_scenario(figures).items() if name.startswith(GROWTH)}
    marks = list(next(iter(pages.values()), {}))
    head = ["", f"least stored, {OURS}", *marks, "target"]
    lines_ = [f"| {' | '.join(head)} |", "|---" * len(head) + "|"]
    for page, rows in pages.items():
        least = next(iter(rows.values()))["peer"]
        missed = [row["target"] for row in rows.values() if row["target"].startswith("NOT")]
        cells = [f"{row['ratio']:.2f}" for row in rows.values()]
        target = (missed or [next(iter(rows.values()))["target"]])[0]
        lines_.append(f"| {page.removeprefix(GROWTH)} | {least:.2f} ms | {' | '.join(cells)} | {target} |")
    return "\n".join(lines_)


def charts(figures: Figures) -> dict[str, Chart]:
    """Charts by name."""
    drawn: dict[str, Chart] = {}
    by_scenario = _by_scenario(figures)
    for scenario, name in CHARTS.items():
        if scenario in by_scenario:
            drawn[name] = _bars(scenario, by_scenario[scenario])
    grown = {name.removeprefix(GROWTH): rows for name, rows in by_scenario.items() if name.startswith(GROWTH)}
    if grown:
        marks = ["1,000", *next(iter(grown.values()))]
        ratios = {page: [1.0, *(float(row["ratio"]) for row in rows.values())] for page, rows in grown.items()}
        drawn["bench-growth"] = lines("A page as the table grows, against 1,000 todos stored", ratios, marks, FLAT)
    return drawn


def put(page: str, figures: str) -> str:
    """The page with these figures between its marks."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n\n{figures}\n{END}{after}"


def _bars(scenario: str, by_peer: Figures) -> Chart:
    unit = next(iter(by_peer.values()))["unit"]
    ours = next(float(row["ours"]) for row in by_peer.values())
    named = {OURS: ours, **{peer: float(row["peer"]) for peer, row in by_peer.items()}}
    allowed = [
        target[0] * named[peer] for (name, peer), target in TARGETS.items() if name == scenario and peer in named
    ]
    return bars(f"{scenario}: CPU {unit}", named, unit, min(allowed) if allowed else None)


def _by_scenario(figures: Figures) -> dict[str, dict[str, Mapping[str, Any]]]:
    found: dict[str, dict[str, Mapping[str, Any]]] = {}
    for name, row in figures.items():
        scenario, _, peer = name.rpartition(" / ")
        found.setdefault(scenario, {})[peer] = row
    return found


if __name__ == "__main__":
    sys.exit(main())

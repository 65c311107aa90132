"""Medians, their spread, ratios, targets, and the table of them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median, quantiles

from infra.setup import BENCH_PEERS

OURS = "ours"
# What the ratio to a peer must not exceed: (scenario, peer) -> (least, beyond).
TARGETS: Mapping[tuple[str, str], tuple[float, float]] = {
    ("cold start, first GET", "stock"): (0.35, 0.25),
    ("cold start, first GET", "raw"): (0.6, 0.4),
    ("cold start, four tables", "stock"): (0.35, 0.25),
    ("cold start, four tables", "raw"): (0.6, 0.4),
    ("warm GET of one todo", "stock"): (0.35, 0.25),
    ("warm GET of one todo", "raw"): (1.0, 1.0),
    ("warm list of 20", "stock"): (0.25, 0.18),
    ("tracing of one GET", "stock"): (0.15, 0.05),
}
# What ours itself must not exceed, in its unit.
LARGEST: Mapping[str, float] = {"package, zipped": 8.0}
# A row whose peer is ours itself, where the least is stored.
GROWTH, FLAT = "growth: ", 0.10

Samples = Mapping[str, Mapping[str, Sequence[float]]]


@dataclass(frozen=True, slots=True)
class Row:
    """A figure against one peer's, in `unit`: medians, and spreads (interquartile ranges), which are 0 for one sample.

    `ratio` is ours as a share of the peer's: the median of each round's own, as what slows the machine slows both.
    """

    scenario: str
    peer: str
    unit: str
    ours: float
    ours_spread: float
    theirs: float
    theirs_spread: float
    ratio: float

    @property
    def verdict(self) -> str:
        """Which target is met."""
        if self.scenario.startswith(GROWTH):
            flat = abs(self.ratio - 1) <= FLAT
            return f"{'met' if flat else 'NOT MET'} (±{FLAT:.0%})"
        if self.scenario in LARGEST:
            most = LARGEST[self.scenario]
            return f"{'met' if self.ours <= most else 'NOT MET'} (≤ {most:g} {self.unit})"
        targets = TARGETS.get((self.scenario, self.peer)) if self.unit == "ms" else None
        if targets is None:
            return ""
        least, beyond = targets
        if self.ratio <= beyond:
            return f"met (≤ {beyond:g})"
        return f"met (≤ {least:g}), not ≤ {beyond:g}" if self.ratio <= least else f"NOT MET (≤ {least:g})"


def spread(samples: Sequence[float]) -> float:
    """The interquartile range."""
    if len(samples) == 1:
        return 0.0
    first, _, third = quantiles(samples, n=4, method="inclusive")
    return third - first


def rows(samples: Samples, unit: str, scale: float = 1.0) -> list[Row]:
    """Each scenario against each peer; a sample times `scale` is in `unit`. Who lacks samples has no row."""
    return [
        Row(
            scenario,
            peer,
            unit,
            median(by_name[OURS]) * scale,
            spread(by_name[OURS]) * scale,
            median(theirs) * scale,
            spread(theirs) * scale,
            ratio=_ratio(by_name[OURS], theirs),
        )
        for scenario, by_name in samples.items()
        for peer, theirs in sorted(by_name.items(), key=_place)
        if peer != OURS and OURS in by_name
    ]


def grown(scenario: str, stored: str, least: Sequence[float], more: Sequence[float]) -> Row:
    """Ours where more is `stored`, against itself where the least is; samples in ms, of the same rounds."""
    place = (median(more), spread(more), median(least), spread(least))
    return Row(f"{GROWTH}{scenario}", stored, "ms", *place, _ratio(more, least))


def _place(named: tuple[str, object]) -> int:
    known = (OURS, *BENCH_PEERS)
    return known.index(named[0]) if named[0] in known else len(known)


def _ratio(ours: Sequence[float], theirs: Sequence[float]) -> float:
    return median(mine / other for mine, other in zip(ours, theirs, strict=True))


def single(figures: Mapping[str, Mapping[str, float]], unit: str, scale: float = 1.0) -> list[Row]:
    """Rows of figures that are measured once."""
    as_samples = {name: {who: [value] for who, value in by_name.items()} for name, by_name in figures.items()}
    return rows(as_samples, unit, scale)


def table(found: Iterable[Row]) -> str:
    """The rows in Markdown."""
    lines = ["| | unit | peer | ours | peer's | ratio | target |", "|---|---|---|---|---|---|---|"]
    lines += [
        f"| {row.scenario} | {row.unit} | {row.peer} | {_said(row.ours, row.ours_spread)} "
        f"| {_said(row.theirs, row.theirs_spread)} | {row.ratio:.2f} | {row.verdict} |"
        for row in found
    ]
    return "\n".join(lines)


def verdicts(found: Iterable[Row]) -> str:
    """The targets alone, a line each."""
    return "\n".join(f"{row.verdict:<28} {row.scenario} / {row.peer}: {row.ratio:.2f}" for row in found if row.verdict)


def as_json(found: Iterable[Row]) -> dict[str, dict[str, float | str]]:
    """The rows by name: `{"warm list of 20 / stock": {"ours": …, "peer": …, "ratio": …, "unit": "ms", …}}`.

    A figure in another unit than ms of CPU time has the unit in its name: `"warm list of 20, instructions / stock"`.
    """
    return {_name(row): _plain(row) for row in found}


def _name(row: Row) -> str:
    return f"{row.scenario} / {row.peer}" if row.unit == "ms" else f"{row.scenario}, {row.unit} / {row.peer}"


def _plain(row: Row) -> dict[str, float | str]:
    plain: dict[str, float | str] = {"ours": row.ours, "peer": row.theirs, "ratio": row.ratio, "unit": row.unit}
    plain |= {"ours_spread": row.ours_spread, "peer_spread": row.theirs_spread}
    return plain | ({"target": row.verdict} if row.verdict else {})


def _said(value: float, around: float) -> str:
    return f"{value:.2f} ± {around:.2f}" if around else f"{value:.2f}"

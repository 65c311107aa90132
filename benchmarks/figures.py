"""Medians, their spread, ratios, and the table of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median, quantiles

OURS = "ours"
# What the ratio to a peer must not exceed: (scenario, peer) -> (least, beyond).
TARGETS: Mapping[tuple[str, str], tuple[float, float]] = {
    ("cold start, first GET", "stock"): (0.35, 0.25),
    ("cold start, first GET", "raw"): (0.6, 0.4),
    ("warm GET of one todo", "stock"): (0.35, 0.25),
    ("warm GET of one todo", "raw"): (1.0, 1.0),
    ("warm list of 20", "stock"): (0.25, 0.18),
}

Samples = Mapping[str, Mapping[str, Sequence[float]]]


@dataclass(frozen=True, slots=True)
class Row:
    """A scenario against one peer; medians and spreads (interquartile ranges) in ms of CPU time."""

    scenario: str
    peer: str
    ours: float
    ours_spread: float
    theirs: float
    theirs_spread: float

    @property
    def ratio(self) -> float:
        """Ours as a share of the peer's."""
        return self.ours / self.theirs

    @property
    def verdict(self) -> str:
        """Which target is met."""
        targets = TARGETS.get((self.scenario, self.peer))
        if targets is None:
            return ""
        least, beyond = targets
        if self.ratio <= beyond:
            return f"met (≤ {beyond:g})"
        return f"met (≤ {least:g}), not ≤ {beyond:g}" if self.ratio <= least else f"NOT MET (≤ {least:g})"


def spread(samples: Sequence[float]) -> float:
    """The interquartile range."""
    first, _, third = quantiles(samples, n=4, method="inclusive")
    return third - first


def rows(samples: Samples) -> list[Row]:
    """Each scenario against each peer; `samples` are seconds by scenario and contestant."""
    return [
        Row(
            scenario,
            peer,
            median(by_name[OURS]) * 1000,
            spread(by_name[OURS]) * 1000,
            median(theirs) * 1000,
            spread(theirs) * 1000,
        )
        for scenario, by_name in samples.items()
        for peer, theirs in by_name.items()
        if peer != OURS
    ]


def table(found: Sequence[Row]) -> str:
    """The rows in Markdown."""
    lines = ["| CPU ms | peer | ours | peer's | ratio | target |", "|---|---|---|---|---|---|"]
    lines += [
        f"| {row.scenario} | {row.peer} | {row.ours:.2f} ± {row.ours_spread:.2f} "
        f"| {row.theirs:.2f} ± {row.theirs_spread:.2f} | {row.ratio:.2f} | {row.verdict} |"
        for row in found
    ]
    return "\n".join(lines)


def as_json(found: Sequence[Row]) -> dict[str, dict[str, float]]:
    """The rows by name: `{"warm list of 20 / stock": {"ours": ms, "peer": ms, "ratio": r}}`."""
    return {f"{row.scenario} / {row.peer}": {"ours": row.ours, "peer": row.theirs, "ratio": row.ratio} for row in found}

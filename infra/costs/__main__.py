"""`python -m infra.costs`: what a million reads cost, and where each layer pays for itself."""

import sys

from infra.costs.model import Reads, break_even, prices, table

LAYERS = {"CloudFront": "edge", "stage cache": "stage", "DAX": "dax"}


def report() -> str:
    """The table and the break-even points, as docs/caching.md has them."""
    lines = [
        f"USD a million reads, prices of {prices()['as_of']}:",
        "",
        table(),
        "",
        "Each layer by itself pays for itself from:",
        "",
    ]
    lines += [f"- {name}: {_said(break_even(layer))}" for name, layer in LAYERS.items()]
    lines.append(
        f"- DAX, where an answer reads 20 KB: {_said(break_even('dax', Reads(answer_kb=20.0, read_units=2.5)))}"
    )
    return "\n".join(lines)


def _said(rate: float | None) -> str:
    if rate is None:
        return "never"
    return f"{rate:,.0f} reads/s" if rate else "the first read"


if __name__ == "__main__":
    sys.stdout.write(f"{report()}\n")

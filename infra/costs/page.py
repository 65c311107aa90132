"""Writes the tables of docs/costs.md anew: each replaces the one with the same first line."""

from collections.abc import Iterable
from pathlib import Path

from infra.costs import tables
from infra.costs.uses import BUSY, SMALL
from infra.deploy.stage import ROOT, load

PAGE = ROOT / "docs" / "costs.md"
SHOWN = ("small", "dev", "prod", "busy")


def generated() -> list[str]:
    """Return every table of the page."""
    stages = [load(name) for name in SHOWN]
    return [
        tables.of_routes(),
        tables.of_flows(load("prod")),
        tables.of_rest(stages),
        tables.of_months([(stage, SMALL) for stage in stages]),
        tables.of_months([(stage, BUSY) for stage in stages]),
    ]


def write(page: Path = PAGE) -> None:
    """Replace the tables of the page."""
    page.write_text(replaced(page.read_text(encoding="utf-8"), generated()), encoding="utf-8")


def replaced(text: str, wanted: Iterable[str]) -> str:
    """Return the text with each table in the place of one that has its first line, in their order.

    Raises:
        LookupError: the text has no such table left.
    """
    blocks = text.split("\n\n")
    place = -1
    for table in wanted:
        head = table.partition("\n")[0]
        found = (number for number in range(place + 1, len(blocks)) if blocks[number].startswith(head))
        place = next(found, -1)
        if place < 0:
            raise LookupError(f"The page has no table that begins with: {head}")
        blocks[place] = table
    return "\n\n".join(blocks)

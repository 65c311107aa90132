"""What a million calls of a route cost, from the units and times in measured.yaml and the prices in prices.yaml."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from infra.costs.bill import Bill, total
from infra.costs.model import MILLION

ROOT = Path(__file__).parents[2]
MEASURED = Path(__file__).with_name("measured.yaml")
BENCH = ROOT / ".local" / "bench.json"
KB_A_GB = 1024**2
MB_A_GB = 1024
MEMORY = 512
TRACED_SHARE = 0.05

_KINDS = {"GetItem": "read", "Query": "read", "TransactWriteItems": "transaction"}


@dataclass(frozen=True, slots=True)
class Route:
    """What one usual call of a route takes: units, what it asks DynamoDB, KB of its answer, ms of a processor."""

    name: str
    read: float
    written: int
    asks: tuple[str, ...]
    answer_kb: float
    milliseconds: float

    def billed_ms(self, memory: int, milliseconds: float | None = None) -> float:
        """How long the function runs with so many MB: at work with its share of a processor, and waiting."""
        work = self.milliseconds if milliseconds is None else milliseconds
        waits = sum(float(measured()["waiting"][_KINDS.get(operation, "write")]) for operation in self.asks)
        return work * max(1.0, float(measured()["full_processor_mb"]) / memory) + waits

    def bill(self, memory: int = MEMORY, milliseconds: float | None = None, traced: float = TRACED_SHARE) -> Bill:
        """The bill of one call that goes through CloudFront and is answered by the function."""
        return {
            "CloudFront requests": 1,
            "CloudFront GB": self.answer_kb / KB_A_GB,
            "API requests": 1,
            "functions": 1,
            "function GB-seconds": self.billed_ms(memory, milliseconds) / 1000 * memory / MB_A_GB,
            "read units": self.read,
            "write units": self.written,
            "log GB": measured()["logged_kb"] / KB_A_GB,
            "traces": traced,
        }


def per_million(route: str, milliseconds: float | None = None, memory: int = MEMORY) -> float:
    """What a million usual calls of a route cost in USD, at list prices.

    `milliseconds` is what a call keeps one whole processor busy, without waiting for DynamoDB; without it, what
    measured.yaml says. Cold starts are left out.

    Raises:
        KeyError: there is no such route.
    """
    return total(routes()[route].bill(memory, milliseconds)) * MILLION


@cache
def routes() -> Mapping[str, Route]:
    """All routes, by name; `name, in a way` where it is called in several."""
    return {
        name: Route(
            name,
            float(each["read"]),
            int(each["written"]),
            tuple(each["asks"]),
            float(each["answer_kb"]),
            float(measured()["processor"][each["processor"]]["ms"]),
        )
        for name, each in measured()["routes"].items()
    }


@cache
def measured() -> Mapping[str, Any]:
    """The file of what was measured."""
    read: Mapping[str, Any] = yaml.safe_load(MEASURED.read_text(encoding="utf-8"))
    return read


def benched() -> Mapping[str, float]:
    """The milliseconds of the last run of the benchmark, by the names of routes; empty where there was none."""
    if not BENCH.exists():
        return {}
    found: Mapping[str, Any] = json.loads(BENCH.read_text(encoding="utf-8"))
    kinds = {name: each["processor"] for name, each in measured()["routes"].items()}
    bench = {name: measured()["processor"][kind].get("bench") for name, kind in kinds.items()}
    ours = {row.partition(" / ")[0]: float(each["ours"]) for row, each in found.items()}
    return {name: ours[row] for name, row in bench.items() if row in ours}

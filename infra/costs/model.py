"""A small model of what a million reads of public answers cost.

Requests go past each layer that misses: CloudFront, API Gateway and its cache, the function, DAX, DynamoDB. Layers that
are rented by the hour are shared by the reads of that hour. Prices and their date are in prices.yaml.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

import yaml

MILLION = 1_000_000
SECONDS_AN_HOUR = 3600
RATES = (1, 10, 100, 1000)

Prices = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Reads:
    """What is read: KB an answer, read units each, and how long and how large the function is that makes it."""

    answer_kb: float = 4.0
    read_units: float = 0.5
    function_seconds: float = 0.015
    function_gb: float = 0.5
    stage_cache_gb: str = "0.5"
    dax_nodes: int = 3


@dataclass(frozen=True, slots=True)
class Layers:
    """Which layers are on, and the share of requests that each answers itself."""

    edge: bool = False
    stage: bool = False
    dax: bool = False
    edge_hits: float = 0.95
    stage_hits: float = 0.95
    dax_hits: float = 0.95

    @property
    def name(self) -> str:
        """The layers that are on."""
        on = [
            name for name, is_on in (("CloudFront", self.edge), ("stage cache", self.stage), ("DAX", self.dax)) if is_on
        ]
        return " + ".join(on) or "none"


@cache
def prices() -> Prices:
    """The price file."""
    read: Prices = yaml.safe_load(Path(__file__).with_name("prices.yaml").read_text(encoding="utf-8"))
    return read


def combinations() -> Iterator[Layers]:
    """Every combination of layers."""
    return (Layers(*on) for on in product((False, True), repeat=3))


def cost(layers: Layers, rate: float, reads: Reads | None = None) -> float:
    """USD a million reads at `rate` reads a second."""
    reads, price = reads or Reads(), prices()
    gigabytes = reads.answer_kb * MILLION / 1024**2
    total: float = 0.0
    left = float(MILLION)
    if layers.edge:
        total += price["cloudfront_million_https_requests"] + gigabytes * price["cloudfront_gb"]
        left *= 1 - layers.edge_hits
    else:
        total += gigabytes * price["transfer_gb"]
    total += left / MILLION * price["api_gateway_million_requests"]
    if layers.stage:
        total += rented(price["stage_cache_hour"][reads.stage_cache_gb], rate)
        left *= 1 - layers.stage_hits
    seconds = left * reads.function_seconds * reads.function_gb
    total += left / MILLION * price["lambda_million_requests"] + seconds * price["lambda_gb_second"]
    if layers.dax:
        total += rented(reads.dax_nodes * price["dax_node_hour"]["t3.small"], rate)
        left *= 1 - layers.dax_hits
    return total + left / MILLION * reads.read_units * float(price["dynamodb_million_read_units"])


def rented(hour: float, rate: float) -> float:
    """What a million reads bear of something that costs `hour` USD an hour."""
    return hour * MILLION / (rate * SECONDS_AN_HOUR)


def break_even(layer: str, reads: Reads | None = None) -> float | None:
    """At how many reads a second a layer by itself pays for itself; 0: always, None: never."""
    with_it, without = Layers(**{layer: True}), Layers()
    if cost(with_it, 1e12, reads) >= cost(without, 1e12, reads):
        return None
    low, high = 1e-6, 1e12
    if cost(with_it, low, reads) < cost(without, low, reads):
        return 0.0
    for _ in range(200):
        middle = (low * high) ** 0.5
        low, high = (low, middle) if cost(with_it, middle, reads) < cost(without, middle, reads) else (middle, high)
    return high


def table() -> str:
    """The costs in Markdown."""
    head = "| layers | " + " | ".join(f"{rate}/s" for rate in RATES) + " |"
    rows = [
        f"| {each.name} | " + " | ".join(f"{cost(each, rate):.2f}" for rate in RATES) + " |" for each in combinations()
    ]
    return "\n".join([head, "|---" * (len(RATES) + 1) + "|", *rows])

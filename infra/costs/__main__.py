"""`python -m infra.costs [STAGE | page]`: what routes, flows and layers cost, or a stage a month; or write the page."""

import sys
from collections.abc import Sequence

from infra.costs import tables
from infra.costs.model import Reads, break_even, prices, table
from infra.costs.page import SHOWN, write
from infra.costs.routes import benched
from infra.costs.uses import BUSY, SMALL, visits
from infra.deploy.stage import StageError, load

LAYERS = {"CloudFront": "edge", "stage cache": "stage", "DAX": "dax"}


def main(arguments: Sequence[str]) -> int:
    """Print what is asked for."""
    if len(arguments) > 1:
        sys.stderr.write("Say python -m infra.costs [STAGE | page]\n")
        return 2
    if arguments == ["page"]:
        write()
        return 0
    try:
        said = of_stage(arguments[0]) if arguments else everything()
    except StageError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(f"{said}\n")
    return 0


def of_stage(name: str) -> str:
    """What a stage costs a month at rest and at two uses, line by line."""
    stage = load(name)
    uses = (visits(10), visits(1000)) if stage.name == "free" else (SMALL, BUSY)
    found = [tables.of_rest([stage]), *(tables.of_month(stage, use) for use in uses)]
    found += [said for use in uses if (said := tables.less_than_a_cent(stage, use))]
    return "\n\n".join([f"Prices of {prices()['as_of']}.", *found])


def everything() -> str:
    """All tables; routes by the times of the last benchmark, where there was one."""
    stages = {name: load(name) for name in SHOWN}
    times = "of the last benchmark" if benched() else "of measured.yaml"
    return "\n\n".join(
        [
            report(),
            f"USD a million calls, times {times}:",
            tables.of_routes(benched()),
            tables.of_flows(stages["prod"]),
            tables.of_rest(list(stages.values())),
            tables.of_months([(stages[name], use) for use in (SMALL, BUSY) for name in SHOWN]),
        ]
    )


def report() -> str:
    """What layers of caches cost and when they pay for themselves, as docs/caching.md has it."""
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
    sys.exit(main(sys.argv[1:]))

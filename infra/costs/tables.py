"""The tables of docs/costs.md, and of the terminal."""

from collections.abc import Iterable, Mapping, Sequence

from infra.costs.bill import Bill, beyond_free, price, total, usd
from infra.costs.flows import flows
from infra.costs.model import MILLION, prices
from infra.costs.rest import at_rest
from infra.costs.routes import Route, routes
from infra.costs.uses import Use, month
from infra.deploy.stage import Stage

DEAREST = 3
_CENT = 0.005
# The smallest part of a cent that is named.
_SHOWN = 0.0001


def of_routes(milliseconds: Mapping[str, float] | None = None) -> str:
    """USD a million calls of each route, in its parts; `milliseconds` where they are not measured.yaml's."""
    found = milliseconds or {}
    head = [
        "route",
        "read units",
        "write units",
        "API Gateway",
        "CloudFront",
        "function",
        "DynamoDB",
        "rest",
        "together",
    ]
    return _table(head, (_route(each, found.get(each.name)) for each in routes().values()))


def of_flows(stage: Stage) -> str:
    """USD a thousand of each flow on a stage, and its dearest parts."""
    rows = [[name, f"{1000 * total(bill):.2f}", _dearest(bill, 1000)] for name, bill in flows(stage).items()]
    return _table(["flow", "USD a thousand", "of that"], rows)


def of_rest(stages: Sequence[Stage]) -> str:
    """USD a month of stages at rest, line by line: by the list, and beyond what is free."""
    bills = [at_rest(stage) for stage in stages]
    lines = dict.fromkeys(line for bill in bills for line in usd(bill))
    shown = sorted(lines, key=lambda line: -max(_cost(bill, line) for bill in bills))
    rows = [[line, *(_money(_cost(bill, line)) for bill in bills)] for line in shown]
    rows.append(["by the list", *(f"**{total(bill):.2f}**" for bill in bills)])
    rows.append(["beyond what is free", *(f"**{total(beyond_free(bill)):.2f}**" for bill in bills)])
    return _table(["at rest, USD a month", *(f"`{stage.name}`" for stage in stages)], rows)


def of_months(months: Iterable[tuple[Stage, Use]]) -> str:
    """USD a month of stages at uses, and the dearest lines."""
    rows = []
    for stage, use in months:
        bill = month(stage, use)
        owed = beyond_free(bill)
        rows.append([f"`{stage.name}`", use.name, f"{total(bill):.2f}", f"{total(owed):.2f}", _dearest(owed)])
    return _table(["stage", "use", "by the list", "beyond what is free", "of that"], rows)


def of_month(stage: Stage, use: Use) -> str:
    """USD a month of a stage at a use, line by line."""
    bill = month(stage, use)
    owed = beyond_free(bill)
    rows = [
        [line, f"{bill[line]:,.0f}", _free(line), _money(cost), _money(owed[line] * price(line))]
        for line, cost in usd(bill).items()
    ]
    rows.append(["together", "", "", f"{total(bill):.2f}", f"{total(owed):.2f}"])
    head = [f"`{stage.name}`, {use.name}", "how many", "free up to", "USD by the list", "beyond what is free"]
    return _table(head, rows)


def less_than_a_cent(stage: Stage, use: Use) -> str:
    """Say what a month that is shown as 0.00 USD costs, and by which lines; empty for a dearer month."""
    owed = {line: cost for line, cost in usd(beyond_free(month(stage, use))).items() if cost}
    together = sum(owed.values())
    if not 0 < together < _CENT:
        return ""
    parts = ", ".join(f"{line} {cost:.4f}" for line, cost in owed.items() if cost >= _SHOWN)
    return f"`{stage.name}`, {use.name}: 0.00 USD are {together:.4f} before rounding to cents: {parts}, and less."


def _route(route: Route, milliseconds: float | None) -> list[str]:
    lines = usd(route.bill(milliseconds=milliseconds))
    parts = [
        sum(cost for line, cost in lines.items() if line.startswith(begins)) * MILLION
        for begins in ("API", "CloudFront", "function", ("read", "write"))
    ]
    together = sum(lines.values()) * MILLION
    money = [*parts, together - sum(parts), together]
    return [
        f"`{route.name}`" if "," not in route.name else _way(route.name),
        f"{route.read:g}",
        f"{route.written}",
        *(f"{each:.2f}" for each in money),
    ]


def _way(name: str) -> str:
    route, _, way = name.partition(",")
    return f"`{route}`,{way}"


def _dearest(bill: Bill, many: int = 1) -> str:
    return ", ".join(f"{line} {_money(cost * many)}" for line, cost in list(usd(bill).items())[:DEAREST])


def _free(line: str) -> str:
    many = prices()["free"].get(line)
    return "\N{EN DASH}" if many is None else f"{many:,.0f}"


def _cost(bill: Bill, line: str) -> float:
    return bill.get(line, 0) * price(line)


def _money(cost: float) -> str:
    return "\N{EN DASH}" if cost == 0 else f"{cost:.2f}" if cost >= _CENT else "< 0.01"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)

"""What a million calls of a route cost by the price file: with ours, and with a peer that asks DynamoDB the same."""

from collections.abc import Mapping

from benchmarks.figures import OURS, Row, single
from benchmarks.scenarios import GET, KEYED, LIST, POST, READ
from infra.costs.routes import per_million, routes

ROUTES = {
    GET.name: "get_todo",
    LIST.name: "list_todos",
    POST.name: "create_todo, due",
    KEYED.name: "create_todo, with a key",
    READ.name: "get_post",
}


def costs(times: Mapping[str, Mapping[str, float]]) -> list[Row]:
    """USD a million calls, from ms by scenario and contestant; units, requests and bytes are the same for all."""
    return single(
        {
            f"cost of a million: {scenario.removeprefix('warm ')}": {
                name: per_million(ROUTES[scenario], milliseconds) for name, milliseconds in by_name.items()
            }
            for scenario, by_name in times.items()
            if scenario in ROUTES and OURS in by_name
        },
        "USD",
    )


def per_route() -> str:
    """Each route's requests, units and price in Markdown."""
    lines = ["| route | asks DynamoDB | read units | write units | USD a million |", "|---|---|---|---|---|"]
    for name, route in routes().items():
        units = f"{route.read:g} | {route.written:g}"
        lines.append(f"| {name} | {', '.join(route.asks) or 'nothing'} | {units} | {per_million(name):.2f} |")
    return "\n".join(lines)

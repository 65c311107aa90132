"""Checks the body of a CloudWatch dashboard as PutDashboard does.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html
"""

import json
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

MAX_WIDGETS = 500
MAX_METRICS = 500
MAX_DIMENSIONS = 30
MAX_SEARCHES = 100
MAX_SEARCH_CHARACTERS = 1024
_WIDTH, _HEIGHT = 24, 1000
_COLOR = re.compile(r"#([0-9a-fA-F]{3}|[0-9a-fA-F]{6})")
_ID = re.compile(r"[a-z][a-zA-Z0-9_]{0,254}")
_SEARCH = re.compile(r"SEARCH\s*\(\s*'([^']*)'\s*,\s*'([^']*)'")
_STATISTIC = re.compile(
    r"SampleCount|Average|Sum|Minimum|Maximum|IQM|p(100|[0-9]{1,2}(\.[0-9]{1,10})?)"
    r"|(tm|wm|tc|ts)[0-9]{1,2}(\.[0-9]{1,10})?|(PR|TM|WM|TC|TS)\([0-9.%]*:[0-9.%]*\)"
)
_SHORT_PERIODS = (1, 5, 10, 20, 30)
_VIEWS = ("timeSeries", "singleValue", "gauge", "bar", "pie", "table")
_RENDERING = ("accountId", "color", "expression", "id", "label", "period", "region", "stat", "visible", "yAxis")
# What each type of widget must have among its properties.
_REQUIRED = {
    "text": ("markdown",),
    "log": ("query", "region"),
    "metric": ("region",),
    "alarm": ("alarms",),
    "explorer": ("metrics", "labels"),
    "chart": ("data",),
}

Widget = dict[str, Any]


class Problem(NamedTuple):
    """What is wrong, and where: a JSON pointer as CloudWatch's `dataPath`."""

    path: str
    message: str


def problems(body: str) -> list[Problem]:
    """Return everything that CloudWatch would refuse; nothing for a valid body."""
    try:
        dashboard = json.loads(body)
    except ValueError:
        return [Problem("", "The field DashboardBody must be a valid JSON object")]
    if not isinstance(dashboard, dict):
        return [Problem("", "The field DashboardBody must be a valid JSON object")]
    return list(_dashboard(dashboard))


def refusal(found: list[Problem]) -> str:
    """The sentence with which PutDashboard answers."""
    listed = json.dumps([{"dataPath": each.path, "message": each.message} for each in found], indent=2)
    return f"The dashboard body is invalid, there are {len(found)} validation errors:\n{listed}"


def _dashboard(dashboard: Widget) -> Iterator[Problem]:
    widgets = dashboard.get("widgets")
    if not isinstance(widgets, list):
        yield Problem("", "Should have required property 'widgets'")
        return
    if len(widgets) > MAX_WIDGETS:
        yield Problem("/widgets", f"Should NOT have more than {MAX_WIDGETS} items")
    if dashboard.get("periodOverride", "auto") not in ("auto", "inherit"):
        yield Problem("/periodOverride", "Should be equal to one of the allowed values")
    for place, widget in enumerate(widgets):
        path = f"/widgets/{place}"
        if isinstance(widget, dict):
            yield from _widget(path, widget)
        else:
            yield Problem(path, "Should be object")


def _widget(path: str, widget: Widget) -> Iterator[Problem]:
    kind = widget.get("type")
    if kind not in _REQUIRED:
        yield Problem(f"{path}/type", f"Should be one of {', '.join(_REQUIRED)}")
        return
    yield from _place(path, widget)
    properties = widget.get("properties")
    if not isinstance(properties, dict):
        yield Problem(path, "Should have required property 'properties'")
        return
    path = f"{path}/properties"
    for name in _REQUIRED[kind]:
        if name not in properties:
            yield Problem(path, f"Should have required property '{name}'")
    if kind == "metric":
        yield from _metric_widget(path, properties)


def _place(path: str, widget: Widget) -> Iterator[Problem]:
    limits = {"x": (0, _WIDTH - 1), "y": (0, None), "width": (1, _WIDTH), "height": (1, _HEIGHT)}
    for name, (least, most) in limits.items():
        value = widget.get(name, least)
        if not isinstance(value, int) or isinstance(value, bool):
            yield Problem(f"{path}/{name}", "Should be integer")
        elif value < least or (most is not None and value > most):
            yield Problem(f"{path}/{name}", f"Should be from {least} to {most}")
    if ("x" in widget) != ("y" in widget):
        yield Problem(path, "Should have both x and y, or neither")


def _metric_widget(path: str, properties: Widget) -> Iterator[Problem]:
    metrics = properties.get("metrics")
    if metrics is None and "annotations" not in properties:
        yield Problem(path, "Should have required property 'metrics'")
    if properties.get("view", "timeSeries") not in _VIEWS:
        yield Problem(f"{path}/view", "Should be equal to one of the allowed values")
    yield from _statistic_and_period(path, properties)
    if metrics is None:
        return
    path = f"{path}/metrics"
    if not isinstance(metrics, list):
        yield Problem(path, "Should be array")
        return
    if not 1 <= len(metrics) <= MAX_METRICS:
        yield Problem(path, f"Should have 1 to {MAX_METRICS} items")
    seen: set[str] = set()
    before: list[Any] = []
    for place, metric in enumerate(metrics):
        if isinstance(metric, list):
            yield from _metric(f"{path}/{place}", metric, before, seen)
            before = metric
        else:
            yield Problem(f"{path}/{place}", "Should be array")
    searches = [search for metric in metrics if isinstance(metric, list) for search in _searches(metric)]
    if len(searches) > MAX_SEARCHES:
        yield Problem(path, f"Should NOT have more than {MAX_SEARCHES} search expressions")


def _metric(path: str, metric: list[Any], before: list[Any], seen: set[str]) -> Iterator[Problem]:
    rendering = metric[-1] if metric and isinstance(metric[-1], dict) else {}
    names = metric[:-1] if rendering else metric
    if not all(isinstance(name, str) for name in names):
        message = "has to be an array of array of strings, with an optional metricRenderer object as last element"
        yield Problem(path, f'Field "metrics" {message}')
        return
    yield from _rendering(path, rendering, seen)
    if "expression" in rendering:
        if names:
            yield Problem(path, "Should be an array of one object where it has an expression")
        yield from _expression(path, str(rendering["expression"]))
    elif not _is_metric(names, before):
        yield Problem(path, "Should have a namespace, a metric name, and pairs of dimension names and values")


def _is_metric(names: list[str], before: list[Any]) -> bool:
    """Whether these are a namespace, a name and pairs of dimensions; dots repeat what the metric before has."""
    earlier = [name for name in before if isinstance(name, str)]
    if "..." in names or "." in names:
        return bool(earlier) and (names.count("...") <= 1)
    return len(names) >= 2 and len(names) % 2 == 0 and (len(names) - 2) // 2 <= MAX_DIMENSIONS


def _rendering(path: str, rendering: Widget, seen: set[str]) -> Iterator[Problem]:
    for name in rendering:
        if name not in _RENDERING:
            yield Problem(path, f"Should NOT have additional property '{name}'")
    if not _COLOR.fullmatch(str(rendering.get("color", "#000"))):
        yield Problem(f"{path}/color", "Should be a color of three or six hexadecimal digits, with #")
    if rendering.get("yAxis", "left") not in ("left", "right"):
        yield Problem(f"{path}/yAxis", "Should be left or right")
    yield from _statistic_and_period(path, rendering)
    if "id" in rendering:
        name = str(rendering["id"])
        if not _ID.fullmatch(name):
            yield Problem(f"{path}/id", "Should begin with a lower-case letter, and have letters, digits and _")
        if name in seen:
            yield Problem(f"{path}/id", f"Should be unique in the widget: {name}")
        seen.add(name)


def _statistic_and_period(path: str, properties: Widget) -> Iterator[Problem]:
    if not _STATISTIC.fullmatch(str(properties.get("stat", "Average"))):
        yield Problem(f"{path}/stat", f"Is no statistic: {properties['stat']}")
    period = properties.get("period", 300)
    if not isinstance(period, int) or ((period % 60 or period < 1) and period not in _SHORT_PERIODS):
        yield Problem(f"{path}/period", "Should be 1, 5, 10, 20, 30 or a multiple of 60")


def _searches(metric: list[Any]) -> list[str]:
    if not metric or not isinstance(metric[-1], dict):
        return []
    return [found[1] for found in _SEARCH.finditer(str(metric[-1].get("expression", "")))]


def _expression(path: str, expression: str) -> Iterator[Problem]:
    found = list(_SEARCH.finditer(expression))
    if expression.count("SEARCH") != len(found):
        yield Problem(path, "Should have a search and a statistic in single quotes: SEARCH('…', 'Sum')")
    for search in found:
        if len(search[1]) > MAX_SEARCH_CHARACTERS:
            yield Problem(path, f"Should search by {MAX_SEARCH_CHARACTERS} characters at most")
        if not _STATISTIC.fullmatch(search[2]):
            yield Problem(path, f"Is no statistic: {search[2]}")
    if expression.count("(") != expression.count(")"):
        yield Problem(path, "Should close each parenthesis")

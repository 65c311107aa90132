"""The dashboard: CloudWatch accepts it, and it shows each function, queue and table of the stage and no other's."""

import json
from typing import Any

import pytest

from infra import policies
from infra.dashboard.__main__ import main, written
from infra.dashboard.body import widgets
from infra.dashboard.validation import Problem, problems, refusal
from infra.event_settings import EVENT_SETTINGS, StreamSettings
from tests.templates import reading

Widget = dict[str, Any]


def bodies() -> list[str]:
    """Every dashboard of the templates, as CloudWatch would be given it."""
    kind = "AWS::CloudWatch::Dashboard"
    having = [name for name in reading.names() if reading.of_type(reading.template(name)["Resources"], kind)]
    stacks = [reading.stack(name, MakesDashboard="true")["Resources"] for name in having]
    return [each["Properties"]["DashboardBody"] for stack in stacks for each in reading.of_type(stack, kind).values()]


def graph(title: str) -> Widget:
    [body] = bodies()
    [found] = [each["properties"] for each in json.loads(body)["widgets"] if each["properties"].get("title") == title]
    return dict(found)


def named(title: str) -> list[tuple[str, ...]]:
    """The metrics of a graph with their repetitions written out, without how they are drawn."""
    found: list[tuple[str, ...]] = []
    for metric in graph(title)["metrics"]:
        names = [name for name in metric if isinstance(name, str)]
        if names and names[0] == "...":
            names = [*found[-1][: 1 - len(names)], *names[1:]]
        if names:
            found.append(tuple(names))
    return found


def of_stage(namespace: str, metric: str, dimension: str, values: set[str]) -> set[tuple[str, ...]]:
    return {(namespace, metric, dimension, value) for value in values}


def names_in(template: str, *types: str, name: str) -> set[str]:
    resources = reading.of_type(reading.stack(template, MailFrom="blog@example.com")["Resources"], *types)
    return {each["Properties"][name] for each in resources.values()}


OF_TEMPLATES = {
    function["Properties"]["FunctionName"]["Fn::Sub"].replace("${Stage}", reading.STAGE)
    for template in reading.names()
    for function in reading.of_type(reading.template(template)["Resources"], "AWS::Lambda::Function").values()
}
FUNCTIONS = {policies.lambda_name(function, reading.STAGE) for function in policies.FUNCTIONS} | OF_TEMPLATES
STREAMS = {name for name, settings in EVENT_SETTINGS.items() if isinstance(settings, StreamSettings)}


def test_the_template_has_the_dashboard_of_its_source(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--check"]) == 0, capsys.readouterr().err


def test_another_body_in_the_template_is_replaced() -> None:
    stale = "  Dashboard:\n    Properties:\n      DashboardBody: !Sub |\n        { }\n\nOutputs: {}\n"
    fresh = written(stale)
    assert '"title": "Requests"' in fresh
    assert fresh.endswith("] }\n\nOutputs: {}\n")
    assert written(fresh) == fresh


def test_cloudwatch_accepts_every_dashboard() -> None:
    assert [problems(body) for body in bodies()] == [[]]


@pytest.mark.parametrize(
    ("title", "metric"),
    [
        ("Runs of functions", "Invocations"),
        ("Crashes and time-outs", "Errors"),
        ("Throttled runs", "Throttles"),
        ("Functions, p99 (ms)", "Duration"),
        ("Function seconds", "Duration"),
    ],
)
def test_a_graph_of_functions_has_each_of_the_stage(title: str, metric: str) -> None:
    assert set(named(title)) == of_stage("AWS/Lambda", metric, "FunctionName", FUNCTIONS)


def test_the_age_of_streams_is_that_of_each_function_of_a_stream() -> None:
    functions = {policies.lambda_name(function, reading.STAGE) for function in STREAMS}
    assert set(named("Age of streams (ms)")) == of_stage("AWS/Lambda", "IteratorAge", "FunctionName", functions)


def test_each_queue_is_in_one_of_two_graphs() -> None:
    queues = names_in("messaging", "AWS::SQS::Queue", name="QueueName")
    failures = {queue for queue in queues if queue.endswith("-failures")}
    metric = "ApproximateNumberOfMessagesVisible"
    assert set(named("Put aside")) == of_stage("AWS/SQS", metric, "QueueName", failures)
    assert set(named("Waiting in queues")) == of_stage("AWS/SQS", metric, "QueueName", queues - failures)


@pytest.mark.parametrize(
    ("title", "metrics"),
    [
        ("Read units", ["ConsumedReadCapacityUnits"]),
        ("Written units", ["ConsumedWriteCapacityUnits"]),
        ("Throttled", ["ReadThrottleEvents", "WriteThrottleEvents"]),
    ],
)
def test_a_graph_of_tables_has_each_of_the_stage(title: str, metrics: list[str]) -> None:
    tables = names_in("data", "AWS::DynamoDB::Table", "AWS::DynamoDB::GlobalTable", name="TableName")
    wanted = [of_stage("AWS/DynamoDB", metric, "TableName", tables) for metric in metrics]
    assert set(named(title)) == set().union(*wanted)


def test_our_own_metrics_are_those_of_the_metric_filters() -> None:
    filters = reading.of_type(
        reading.stack("cloud/observability", MakesDashboard="true")["Resources"], "AWS::Logs::MetricFilter"
    )
    made = [each["Properties"]["MetricTransformations"][0] for each in filters.values()]
    shown = {*named("Records that failed, and came again"), *named("Unknown, refused, bounced")}
    assert shown == {(each["MetricNamespace"], each["MetricName"]) for each in made}


def test_no_graph_searches() -> None:
    # Quoted terms match whole names alone; unquoted, `mytodolist-dev` finds the stage dev2 too.
    assert not [widget for widget in widgets() if "SEARCH" in json.dumps(widget)]


def dashboard(*metrics: Any, **properties: Any) -> str:
    """A dashboard of one graph."""
    given = {"region": "eu-north-1", "metrics": list(metrics), **properties}
    return json.dumps({"widgets": [{"type": "metric", "properties": given}]})


def of(**widget: Any) -> str:
    return json.dumps({"widgets": [{"type": "text", "properties": {"markdown": "#"}, **widget}]})


COUNT = ["AWS/ApiGateway", "Count", "ApiName", "blog"]
SEARCH = {"expression": "SEARCH('{AWS/Lambda,FunctionName} Errors', 'Sum', 300)", "id": "s"}
METRICS = "/widgets/0/properties/metrics"
NOT_STRINGS = (
    'Field "metrics" has to be an array of array of strings, with an optional metricRenderer object as last element'
)
WRONG = {
    "no JSON": ("{", "", "The field DashboardBody must be a valid JSON object"),
    "no object": ("[]", "", "The field DashboardBody must be a valid JSON object"),
    "no widgets": ("{}", "", "Should have required property 'widgets'"),
    "too many widgets": (
        json.dumps({"widgets": [{"type": "text", "properties": {"markdown": ""}}] * 501}),
        "/widgets",
        "Should NOT have more than 500 items",
    ),
    "a period override": (
        json.dumps({"widgets": [], "periodOverride": "never"}),
        "/periodOverride",
        "Should be equal to one of the allowed values",
    ),
    "a widget that is none": ('{"widgets": [1]}', "/widgets/0", "Should be object"),
    "an unknown type": (
        of(type="graph"),
        "/widgets/0/type",
        "Should be one of text, log, metric, alarm, explorer, chart",
    ),
    "no properties": (of(properties=None), "/widgets/0", "Should have required property 'properties'"),
    "no text": (of(properties={}), "/widgets/0/properties", "Should have required property 'markdown'"),
    "too far right": (of(x=24, y=0), "/widgets/0/x", "Should be from 0 to 23"),
    "no row": (of(x=0), "/widgets/0", "Should have both x and y, or neither"),
    "too wide": (of(width=25), "/widgets/0/width", "Should be from 1 to 24"),
    "too low": (of(height=0), "/widgets/0/height", "Should be from 1 to 1000"),
    "half a row": (of(x=0, y=0.5), "/widgets/0/y", "Should be integer"),
    "no metrics": (
        json.dumps({"widgets": [{"type": "metric", "properties": {"region": "eu-north-1"}}]}),
        "/widgets/0/properties",
        "Should have required property 'metrics'",
    ),
    "no region": (
        json.dumps({"widgets": [{"type": "metric", "properties": {"metrics": [COUNT]}}]}),
        "/widgets/0/properties",
        "Should have required property 'region'",
    ),
    "an object for a list": (dashboard(SEARCH), f"{METRICS}/0", "Should be array"),
    "metrics as an object": (dashboard(metrics={}), METRICS, "Should be array"),
    "no metric": (dashboard(), METRICS, "Should have 1 to 500 items"),
    "too many metrics": (dashboard(*([COUNT] * 501)), METRICS, "Should have 1 to 500 items"),
    "a number for a name": (dashboard(["AWS/ApiGateway", 1]), f"{METRICS}/0", NOT_STRINGS),
    "drawing in the middle": (dashboard([{"label": "x"}, *COUNT]), f"{METRICS}/0", NOT_STRINGS),
    "a dimension without a value": (
        dashboard(COUNT[:3]),
        f"{METRICS}/0",
        "Should have a namespace, a metric name, and pairs of dimension names and values",
    ),
    "nothing to repeat": (
        dashboard(["...", "blog"]),
        f"{METRICS}/0",
        "Should have a namespace, a metric name, and pairs of dimension names and values",
    ),
    "a metric and an expression": (
        dashboard([*COUNT, SEARCH]),
        f"{METRICS}/0",
        "Should be an array of one object where it has an expression",
    ),
    "an unknown property": (
        dashboard([*COUNT, {"colour": "#fff"}]),
        f"{METRICS}/0",
        "Should NOT have additional property 'colour'",
    ),
    "a color by name": (
        dashboard([*COUNT, {"color": "red"}]),
        f"{METRICS}/0/color",
        "Should be a color of three or six hexadecimal digits, with #",
    ),
    "a third axis": (dashboard([*COUNT, {"yAxis": "top"}]), f"{METRICS}/0/yAxis", "Should be left or right"),
    "an id in capitals": (
        dashboard([*COUNT, {"id": "Sum"}]),
        f"{METRICS}/0/id",
        "Should begin with a lower-case letter, and have letters, digits and _",
    ),
    "an id twice": (
        dashboard([SEARCH], [SEARCH]),
        f"{METRICS}/1/id",
        "Should be unique in the widget: s",
    ),
    "no statistic": (dashboard(COUNT, stat="p101"), "/widgets/0/properties/stat", "Is no statistic: p101"),
    "half a minute more": (
        dashboard(COUNT, period=90),
        "/widgets/0/properties/period",
        "Should be 1, 5, 10, 20, 30 or a multiple of 60",
    ),
    "an unknown view": (
        dashboard(COUNT, view="lines"),
        "/widgets/0/properties/view",
        "Should be equal to one of the allowed values",
    ),
    "a search without quotes": (
        dashboard([{"expression": "SEARCH({AWS/Lambda} Errors, Sum)"}]),
        f"{METRICS}/0",
        "Should have a search and a statistic in single quotes: SEARCH('…', 'Sum')",
    ),
    "a search of no statistic": (
        dashboard([{"expression": "SEARCH('Errors', 'Total')"}]),
        f"{METRICS}/0",
        "Is no statistic: Total",
    ),
    "a long search": (
        dashboard([{"expression": f"SEARCH('{'x' * 1025}', 'Sum')"}]),
        f"{METRICS}/0",
        "Should search by 1024 characters at most",
    ),
    "too many searches": (
        dashboard(*([{"expression": "SEARCH('x', 'Sum')"}] for _ in range(101))),
        METRICS,
        "Should NOT have more than 100 search expressions",
    ),
    "an open parenthesis": (
        dashboard([{"expression": "SUM(METRICS()"}]),
        f"{METRICS}/0",
        "Should close each parenthesis",
    ),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_each_wrong_dashboard_is_refused(wrong: str) -> None:
    body, path, message = WRONG[wrong]
    assert problems(body) == [Problem(path, message)]


def test_other_widgets_and_drawings_are_accepted() -> None:
    good = [
        {"type": "log", "properties": {"query": "fields @message", "region": "eu-north-1"}},
        {"type": "alarm", "properties": {"alarms": ["arn:aws:cloudwatch:eu-north-1:123456789012:alarm:a"]}},
        {"type": "metric", "properties": {"region": "eu-north-1", "annotations": {"alarms": []}}},
    ]
    assert problems(json.dumps({"widgets": good})) == []
    second = [".", "Latency", ".", ".", {"color": "#d62728", "stat": "p99.9", "yAxis": "right"}]
    assert problems(dashboard(COUNT, second, [SEARCH], period=10)) == []


def test_the_refusal_lists_all_that_is_wrong() -> None:
    found = problems(dashboard(SEARCH, SEARCH))
    assert refusal(found).startswith("The dashboard body is invalid, there are 2 validation errors:\n[")
    assert json.loads(refusal(found).partition("\n")[2])[1] == {
        "dataPath": f"{METRICS}/1",
        "message": "Should be array",
    }

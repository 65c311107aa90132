"""What the dashboard of a stage shows: each metric by name, so that it has no other stage's and misses none.

`${Stage}` and the like are left to CloudFormation.
https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html
"""

import json
from collections.abc import Sequence
from typing import Any

from infra import policies
from infra.event_settings import EVENT_SETTINGS, StreamSettings

TABLES = ("todos", "media", "posts", "post-tags", "subscribers", "deliveries", "messages", "idempotency")
QUEUES = ("thumbnail-jobs", "announcements", "mail-event-jobs")
FAILURE_QUEUES = (*(f"{queue}-failures" for queue in QUEUES), "stream-failures")
STAGE = "${Stage}"
# The last one is in edge.yaml.
_FUNCTIONS = (
    *(policies.lambda_name(function, STAGE) for function in policies.FUNCTIONS),
    f"mytodolist-{STAGE}-not-found",
)
_EVENT_FUNCTIONS = tuple(function for function in policies.FUNCTIONS if function != policies.API)
_STREAM_FUNCTIONS = tuple(
    policies.lambda_name(name, STAGE)
    for name, settings in EVENT_SETTINGS.items()
    if isinstance(settings, StreamSettings)
)
_API = ("ApiName", "${ApiName}", "Stage", "${ApiStage}")
_OWN_METRICS = f"mytodolist/{STAGE}"
_FULL = 24

Node = dict[str, Any]
Metric = list[Any]


def widgets() -> list[Node]:
    """Every widget, row by row below its heading."""
    rows: list[tuple[str, list[Node]]] = [
        ("Traffic", [_requests(), _api_cache(), _of_functions("Runs of functions", "Invocations", "Sum")]),
        ("Errors", [_crashes(), _of_functions("Throttled runs", "Throttles", "Sum"), _failed_records()]),
        ("Latency", [_api_latency(), _function_latency(), _of_functions("Functions, p99 (ms)", "Duration", "p99")]),
        ("Events", [_age_of_streams(), _waiting("Waiting in queues", QUEUES), _waiting("Put aside", FAILURE_QUEUES)]),
        ("Mail", [_mail(), _reputation(), _mail_outcomes()]),
        ("Tables", [_units("Read units", "Read"), _units("Written units", "Write"), _throttled_tables()]),
        ("Cost", [_charges(), _function_seconds()]),
    ]
    placed: list[Node] = []
    for place, (heading, row) in enumerate(rows):
        top, width = 7 * place, _FULL // len(row)
        text = {"type": "text", "x": 0, "y": top, "width": _FULL, "height": 1}
        placed.append(text | {"properties": {"markdown": f"## {heading}"}})
        for column, properties in enumerate(row):
            at = {"type": "metric", "x": width * column, "y": top + 1, "width": width, "height": 6}
            placed.append(at | {"properties": properties})
    return placed


def text() -> str:
    """The body as the template has it, a widget a line."""
    lines = ",\n  ".join(json.dumps(widget) for widget in widgets())
    return f'{{ "widgets": [\n  {lines}\n] }}\n'


def _graph(title: str, metrics: list[Metric], stat: str = "Sum", period: int = 300) -> Node:
    return {
        "title": title,
        "region": "${AWS::Region}",
        "view": "timeSeries",
        "period": period,
        "stat": stat,
        "metrics": metrics,
    }


def _each(namespace: str, metric: str, dimension: str, values: Sequence[str]) -> list[Metric]:
    """The metric of each value; `...` repeats what the metric before has."""
    return [[namespace, metric, dimension, values[0]], *(["...", value] for value in values[1:])]


def _of_functions(title: str, metric: str, stat: str) -> Node:
    return _graph(title, _each("AWS/Lambda", metric, "FunctionName", _FUNCTIONS), stat)


def _of_tables(metric: str) -> list[Metric]:
    return _each("AWS/DynamoDB", metric, "TableName", [f"mytodolist-{STAGE}-{table}" for table in TABLES])


def _of_api(metric: str, **rendering: str) -> Metric:
    return ["AWS/ApiGateway", metric, *_API, rendering]


def _requests() -> Node:
    errors = _of_api("5XXError", label="5xx", color="#d62728")
    return _graph("Requests", [_of_api("Count", label="requests"), _of_api("4XXError", label="4xx"), errors])


def _api_cache() -> Node:
    metrics = [_of_api("CacheHitCount", label="hits"), _of_api("CacheMissCount", label="misses")]
    return _graph("Cache of the API", metrics)


def _crashes() -> Node:
    return _of_functions("Crashes and time-outs", "Errors", "Sum")


def _failed_records() -> Node:
    return _graph(
        "Records that failed, and came again", [[_OWN_METRICS, f"records-failed-{name}"] for name in _EVENT_FUNCTIONS]
    )


def _api_latency() -> Node:
    return _graph("API (ms)", [_of_api("Latency", stat=stat, label=stat) for stat in ("p50", "p95", "p99")])


def _function_latency() -> Node:
    duration = ["AWS/Lambda", "Duration", "FunctionName", policies.lambda_name(policies.API, STAGE)]
    return _graph("The API function (ms)", [[*duration, {"stat": stat, "label": stat}] for stat in ("p50", "p99")])


def _age_of_streams() -> Node:
    metrics = _each("AWS/Lambda", "IteratorAge", "FunctionName", _STREAM_FUNCTIONS)
    return _graph("Age of streams (ms)", metrics, "Maximum")


def _waiting(title: str, queues: Sequence[str]) -> Node:
    names = [f"mytodolist-{STAGE}-{queue}" for queue in queues]
    return _graph(title, _each("AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName", names), "Maximum")


def _mail() -> Node:
    labels = {"Send": "sent", "Bounce": "bounced", "Complaint": "complaints"}
    metrics: list[Metric] = [["AWS/SES", metric, {"label": label}] for metric, label in labels.items()]
    return _graph("Sent, bounced, complained about", metrics)


def _reputation() -> Node:
    metrics: list[Metric] = [["AWS/SES", f"Reputation.{rate}"] for rate in ("BounceRate", "ComplaintRate")]
    return _graph("Standing with SES", metrics, "Maximum", 3600)


def _mail_outcomes() -> Node:
    outcomes = ("unknown", "refused", "bounced")
    return _graph("Unknown, refused, bounced", [[_OWN_METRICS, f"mails-{outcome}"] for outcome in outcomes])


def _units(title: str, kind: str) -> Node:
    return _graph(title, _of_tables(f"Consumed{kind}CapacityUnits"))


def _throttled_tables() -> Node:
    return _graph("Throttled", [*_of_tables("ReadThrottleEvents"), *_of_tables("WriteThrottleEvents")])


def _charges() -> Node:
    # Charges are measured in this region alone, every six hours.
    charged = _graph("The account this month (USD)", [["AWS/Billing", "EstimatedCharges", "Currency", "USD"]])
    return charged | {"region": "us-east-1", "period": 21600, "stat": "Maximum"}


def _function_seconds() -> Node:
    hidden = [[*metric, {"visible": False}] for metric in _each("AWS/Lambda", "Duration", "FunctionName", _FUNCTIONS)]
    total = {"expression": "SUM(METRICS()) / 1000", "label": "seconds", "id": "seconds"}
    return _graph("Function seconds", [[total], *hidden])

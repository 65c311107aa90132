"""Stacks may have alarms over several metrics.

AWS: `Metrics` of `AWS::CloudWatch::Alarm` has metrics and an expression over them, in place of `MetricName`.
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cloudwatch-alarm.html

The emulator: fails the stack.

Here: the alarm is recorded with its expression, under a metric that has no data; it is never evaluated.
"""

import functools
from typing import Any

from ministack.services.cloudformation import provisioners

TARGETS = ("ministack.services.cloudformation.provisioners:_cw_metric_alarm_record(name, props)",)
_NO_DATA = {"MetricName": "expression", "Namespace": "Local/NotEvaluated"}


def apply() -> None:
    provisioners._cw_metric_alarm_record = _with_expressions(provisioners._cw_metric_alarm_record)


def _with_expressions(original: Any) -> Any:
    @functools.wraps(original)
    def record(name: str, properties: dict[str, Any]) -> Any:
        if not properties.get("Metrics"):
            return original(name, properties)
        single = {key: value for key, value in properties.items() if key != "Metrics"}
        return {**original(name, single | _NO_DATA), "Metrics": properties["Metrics"]}

    return record

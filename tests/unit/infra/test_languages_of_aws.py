"""Text of the templates and settings that AWS reads in a language of its own: each is what AWS's pages allow.

A wrong name in such a text fails a deploy, or finds nothing and says nothing. Each check has a list of wrong texts.
"""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from infra.api_settings import ACCESS_LOG
from infra.event_settings import EVENT_SETTINGS, StreamSettings
from infra.gateway_responses import GATEWAY_RESPONSES
from tests.templates import reading

ROOT = Path(__file__).parents[3]
# https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-variables-for-access-logging.html
# https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html
CONTEXT = {
    *("accountId", "apiId", "awsEndpointRequestId", "deploymentId", "domainName", "domainPrefix", "endpointType"),
    *("extendedRequestId", "httpMethod", "isCanaryRequest", "path", "protocol", "requestId", "requestTime"),
    *("requestTimeEpoch", "resourceId", "resourcePath", "stage", "status", "wafResponseCode", "webaclArn"),
    *("integrationErrorMessage", "integrationLatency", "integrationStatus", "responseLatency", "responseLength"),
    *("customDomain.basePathMatched", "xrayTraceId"),
    *(f"error.{name}" for name in ("message", "messageString", "responseType", "validationErrorString")),
    *(f"authorizer.{name}" for name in ("error", "integrationLatency", "integrationStatus", "latency", "principalId")),
    *(f"authorizer.{name}" for name in ("requestId", "status")),
    *(f"integration.{name}" for name in ("error", "integrationStatus", "latency", "requestId", "status")),
    *(f"{step}.{name}" for step in ("authorize", "authenticate", "waf") for name in ("error", "latency", "status")),
    *(f"identity.{name}" for name in ("accountId", "apiKey", "apiKeyId", "caller", "principalOrgId", "sourceIp")),
    *(f"identity.{name}" for name in ("user", "userAgent", "userArn", "vpcId", "vpceId")),
    *(f"identity.cognito{name}" for name in ("AuthenticationProvider", "AuthenticationType", "IdentityId")),
    "identity.cognitoIdentityPoolId",
}
# https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
_TERM = r'\(?\s*\$(\.\w+)+\s*(=|!=|<|>|<=|>=)\s*("[^"]*"|-?\d+(\.\d+)?)\s*\)?'
_LOG_FILTER = re.compile(rf"\{{\s*{_TERM}(\s*(&&|\|\|)\s*{_TERM})*\s*\}}")
# https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html
_RATE = re.compile(r"rate\((1 (minute|hour|day)|([2-9]|[1-9]\d+) (minutes|hours|days))\)")
_FIELD = r"(\*|\?|[0-9A-Z,#/\-LW*]+)"
_CRON = re.compile(rf"cron\({' '.join([_FIELD] * 6)}\)")
# https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html
_ALARM = re.compile(r'(?:ALARM|OK|INSUFFICIENT_DATA)\("?([^")]+)"?\)')
# https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-patterns.html
EVENT_FIELDS = {"source", "detail-type", "account", "region", "resources", "detail", "time", "version", "id"}


def unknown_variables(log_format: str) -> set[str]:
    """The variables of an access log's format that API Gateway does not have."""
    return set(re.findall(r"\$context\.([\w.]+)", log_format)) - CONTEXT


def is_log_filter(pattern: str) -> bool:
    return _LOG_FILTER.fullmatch(pattern) is not None and pattern.count("(") == pattern.count(")")


def is_schedule(expression: str) -> bool:
    """Whether this is a rate or a cron expression, which leaves one of its two days open by `?`."""
    found = _CRON.fullmatch(expression)
    return bool(_RATE.fullmatch(expression)) or (found is not None and (found[3] == "?") != (found[5] == "?"))


def is_event_pattern(pattern: Any) -> bool:
    """Whether an event pattern names nothing but fields, and lists at its leaves."""
    return isinstance(pattern, dict) and all(
        is_event_pattern(value) if isinstance(value, dict) else isinstance(value, list) and value != []
        for value in pattern.values()
    )


def of_templates(kind: str) -> list[dict[str, Any]]:
    """The properties of every resource of a type, with what a stage decides filled in."""
    given = {
        "DistributionId": "E1",
        "MailFrom": "blog@example.com",
        "MakesDashboard": "true",
        "Email": "a@example.com",
        "Monthly": "1",
    }
    named = [name for name in reading.names() if reading.of_type(reading.template(name)["Resources"], kind)]
    found = [reading.of_type(reading.stack(name, **given)["Resources"], kind) for name in named]
    return [resource["Properties"] for resources in found for resource in resources.values()]


def test_the_access_log_has_variables_of_api_gateway() -> None:
    assert unknown_variables(json.dumps(ACCESS_LOG)) == set()


@pytest.mark.parametrize("wrong", ["requestID", "integrationLatencyMs", "error.type", "identity.ip", "traceId"])
def test_a_variable_that_api_gateway_does_not_have_is_found(wrong: str) -> None:
    assert unknown_variables(f'{{"a": "$context.{wrong}", "b": "$context.status"}}') == {wrong}


def test_metric_filters_look_for_lines_that_are_logged() -> None:
    sources = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "chalicelib").rglob("*.py"))
    patterns = {each["FilterPattern"] for each in of_templates("AWS::Logs::MetricFilter")}
    assert len(patterns) >= len(("unknown", "refused", "bounced"))
    for pattern in patterns:
        assert is_log_filter(pattern), pattern
        for message in re.findall(r'"([^"]*)"', pattern):
            assert f'"{message}"' in sources, message


@pytest.mark.parametrize(
    "wrong",
    [
        '$.message = "x"',
        '{ message = "x" }',
        '{ $.message == "x" }',
        "{ $.message = 'x' }",
        '{ $.message = "x" or $.message = "y" }',
        '{ ($.message = "x" }',
        "{ }",
    ],
)
def test_a_wrong_metric_filter_is_found(wrong: str) -> None:
    assert not is_log_filter(wrong)


def test_schedules_are_rates_or_crons() -> None:
    plans = [rule for each in of_templates("AWS::Backup::BackupPlan") for rule in each["BackupPlan"]["BackupPlanRule"]]
    assert [rule["ScheduleExpression"] for rule in plans if not is_schedule(rule["ScheduleExpression"])] == []
    assert plans


@pytest.mark.parametrize(
    "wrong",
    ["rate(1 minutes)", "rate(5 minute)", "rate(0 days)", "cron(0 3 * * *)", "cron(0 3 * * * *)", "cron(0 3 ? * ? *)"],
)
def test_a_wrong_schedule_is_found(wrong: str) -> None:
    assert not is_schedule(wrong)


def test_event_patterns_have_lists_at_their_leaves() -> None:
    filters = [each.pattern for each in EVENT_SETTINGS.values() if isinstance(each, StreamSettings) and each.pattern]
    assert all(is_event_pattern(json.loads(pattern)) for pattern in filters)
    rules = [each["EventPattern"] for each in of_templates("AWS::Events::Rule") if "EventPattern" in each]
    assert all(is_event_pattern(pattern) and set(pattern) <= EVENT_FIELDS for pattern in rules)
    assert filters
    assert rules


@pytest.mark.parametrize("wrong", [{"eventName": "INSERT"}, {"detail": {"state": "FAILED"}}, {"source": []}, "x"])
def test_a_wrong_event_pattern_is_found(wrong: Any) -> None:
    assert not is_event_pattern(wrong)


def alarms_that_are_not_there(rule: str, names: set[str]) -> set[str]:
    return set(_ALARM.findall(rule)) - names


def test_composite_alarms_name_alarms_of_the_stage() -> None:
    names = {each["AlarmName"] for each in of_templates("AWS::CloudWatch::Alarm")}
    rules = [each["AlarmRule"] for each in of_templates("AWS::CloudWatch::CompositeAlarm")]
    for rule in rules:
        assert _ALARM.search(rule)
        assert alarms_that_are_not_there(rule, names) == set()
    assert alarms_that_are_not_there('ALARM("gone") OR OK(there)', {"there"}) == {"gone"}
    assert rules


def test_gateway_responses_have_nothing_that_their_template_language_would_fill_in() -> None:
    for response in GATEWAY_RESPONSES.values():
        assert not {b"$", b"#"} & {bytes([each]) for each in response.body()}

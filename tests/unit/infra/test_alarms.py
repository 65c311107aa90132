"""Every alarm looks at a metric that AWS documents, goes off on purpose, and has a runbook."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from infra.checks.stacks import stacks_of, stages, with_everything
from infra.costs.resources import resources
from infra.deploy.parts import parts
from infra.deploy.stage import ROOT, Stage, load
from tests.templates import reading

RUNBOOKS = ROOT / "docs" / "runbooks"
STAGE = replace(
    load("prod"),
    dax_nodes=1,
    mail_quota=50_000,
    domain="todo.example.com",
    certificate_arn="arn:aws:acm:us-east-1:210987654321:certificate/0f1e2d3c",
)
# Namespace, metric, dimensions, statistics that make sense. Sources:
# https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
# https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-metrics-and-dimensions.html
# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html
# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/metrics-dimensions.html
# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/dax-metrics-dimensions-dax.html
# https://docs.aws.amazon.com/ses/latest/dg/security-monitoring-overview.html
# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/programming-cloudwatch-metrics.html
# https://docs.aws.amazon.com/acm/latest/userguide/cloudwatch-metrics.html
DOCUMENTED = {
    ("AWS/Lambda", "Errors", ("FunctionName",), "Sum"),
    ("AWS/Lambda", "Throttles", ("FunctionName",), "Sum"),
    ("AWS/Lambda", "Duration", ("FunctionName",), "p99"),
    ("AWS/Lambda", "IteratorAge", ("FunctionName",), "Maximum"),
    ("AWS/Lambda", "DestinationDeliveryFailures", ("FunctionName",), "Sum"),
    ("AWS/Lambda", "ClaimedAccountConcurrency", (), "Maximum"),
    ("AWS/ApiGateway", "5XXError", ("ApiName", "Stage"), "Sum"),
    ("AWS/ApiGateway", "Latency", ("ApiName", "Stage"), "p99"),
    ("AWS/SQS", "ApproximateAgeOfOldestMessage", ("QueueName",), "Maximum"),
    ("AWS/SQS", "ApproximateNumberOfMessagesVisible", ("QueueName",), "Maximum"),
    ("AWS/DynamoDB", "ReadThrottleEvents", ("TableName",), "Sum"),
    ("AWS/DynamoDB", "WriteThrottleEvents", ("TableName",), "Sum"),
    ("AWS/DynamoDB", "ReadThrottleEvents", ("GlobalSecondaryIndexName", "TableName"), "Sum"),
    ("AWS/DynamoDB", "WriteThrottleEvents", ("GlobalSecondaryIndexName", "TableName"), "Sum"),
    ("AWS/DynamoDB", "SystemErrors", ("Operation", "TableName"), "Sum"),
    ("AWS/DAX", "CPUUtilization", ("ClusterId",), "Maximum"),
    ("AWS/DAX", "FaultRequestCount", ("ClusterId",), "Sum"),
    ("AWS/DAX", "ThrottledRequestCount", ("ClusterId",), "Sum"),
    ("AWS/DAX", "EvictedSize", ("ClusterId",), "Sum"),
    ("AWS/SES", "Send", (), "Sum"),
    ("AWS/SES", "Reputation.BounceRate", (), "Maximum"),
    ("AWS/SES", "Reputation.ComplaintRate", (), "Maximum"),
    ("AWS/CloudFront", "5xxErrorRate", ("DistributionId", "Region"), "Average"),
    ("AWS/CertificateManager", "DaysToExpiry", ("CertificateArn",), "Minimum"),
    ("mytodolist/prod", "mails-unknown", (), "Sum"),
}
# They report always while what they look at runs, so their silence is a fault.
ALWAYS_REPORTED = {"CPUUtilization"}
# https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
MOST_METRICS = 10


def alarms(stage: Stage = STAGE) -> Iterator[Mapping[str, Any]]:
    """The properties of every metric alarm of a stage, with the stage's name put in."""
    for kind, properties in resources(stage):
        if kind == "AWS::CloudWatch::Alarm":
            yield properties


def name_of(alarm: Mapping[str, Any]) -> str:
    return re.sub(r"\W+", " ", str(alarm["AlarmName"]))


def metrics(alarm: Mapping[str, Any]) -> Iterator[tuple[str, str, tuple[str, ...], str]]:
    if "Metrics" not in alarm:
        statistic = str(alarm.get("Statistic") or alarm["ExtendedStatistic"])
        yield _metric(alarm, statistic)
    for each in alarm.get("Metrics", ()):
        if "MetricStat" in each:
            yield _metric(each["MetricStat"]["Metric"], str(each["MetricStat"]["Stat"]))


def _metric(metric: Mapping[str, Any], statistic: str) -> tuple[str, str, tuple[str, ...], str]:
    namespace = metric["Namespace"]
    if isinstance(namespace, Mapping):
        namespace = str(namespace["Fn::Sub"]).replace("${Stage}", STAGE.name)
    dimensions = tuple(sorted(each["Name"] for each in metric.get("Dimensions", ())))
    return str(namespace), str(metric["MetricName"]), dimensions, statistic


def undocumented(alarm: Mapping[str, Any]) -> list[str]:
    """What of an alarm AWS does not document: it would be made, and never go off."""
    return [str(each) for each in metrics(alarm) if each not in DOCUMENTED]


def runbook(text: Any) -> str | None:
    """The file that a description names."""
    found = re.search(r"\$\{RunbooksUrl\}/([a-z-]+\.md)", str(text))
    return found[1] if found else None


def described() -> Iterator[tuple[str, Any]]:
    for kind, properties in resources(STAGE):
        if "Alarm" in kind:
            yield name_of(properties), properties["AlarmDescription"]
        elif kind == "AWS::Events::Rule":
            yield str(properties["Name"]), properties["Description"]


def test_every_alarm_of_a_stage_links_to_an_address() -> None:
    # Given the stacks of every stage, with a repository of its own
    home = "https://github.com/ines/blog/blob/main/docs/runbooks"
    stacks = [
        stack
        for stage in stages()
        for stack in stacks_of(with_everything(replace(stage, runbooks_url=home, dax_nodes=1)))
    ]
    found = [resource for stack in stacks for resource in stack.resources().values()]
    # Then the description of every alarm, and of the rule of failed backups, ends with an address of that repository
    texts = [each["Properties"].get("AlarmDescription") for each in found if "Alarm" in each["Type"]]
    texts += [each["Properties"]["Description"] for each in found if each["Type"] == "AWS::Events::Rule"]
    assert len(texts) > 100
    assert [text for text in texts if not re.search(rf" {home}/[a-z-]+\.md$", str(text))] == []


def test_every_alarm_looks_at_a_metric_that_aws_documents() -> None:
    assert {name_of(alarm): wrong for alarm in alarms() if (wrong := undocumented(alarm))} == {}


@pytest.mark.parametrize(
    "seeded",
    [
        {"Namespace": "AWS/Lambda", "MetricName": "Error", "Dimensions": [{"Name": "FunctionName"}]},
        {"Namespace": "AWS/DynamoDB", "MetricName": "SystemErrors", "Dimensions": [{"Name": "TableName"}]},
        {"Namespace": "AWS/CloudFront", "MetricName": "5xxErrorRate", "Dimensions": [{"Name": "DistributionId"}]},
        {"Namespace": "AWS/DAX", "MetricName": "EvictedSize", "Dimensions": [{"Name": "ClusterName"}]},
    ],
    ids=lambda seeded: str(seeded["MetricName"]),
)
def test_a_metric_without_its_dimensions_is_found(seeded: Mapping[str, Any]) -> None:
    assert undocumented({**seeded, "Statistic": "Sum"})


def test_missing_data_counts_as_a_fault_only_where_data_never_ends() -> None:
    breaching = {alarm["MetricName"] for alarm in alarms() if alarm["TreatMissingData"] == "breaching"}
    assert breaching == ALWAYS_REPORTED
    assert {alarm["TreatMissingData"] for alarm in alarms()} == {"breaching", "notBreaching"}


def test_no_alarm_has_more_metrics_than_cloudwatch_takes() -> None:
    most = max(alarms(), key=lambda alarm: len(list(metrics(alarm))))
    assert 1 < len(list(metrics(most))) <= MOST_METRICS


def test_an_alarm_evaluates_at_most_a_day() -> None:
    longer = [name_of(each) for each in alarms() if each.get("Period", 60) * each["EvaluationPeriods"] > 86_400]
    assert longer == []


def test_every_alarm_mails_when_it_goes_off_and_when_it_ends() -> None:
    assert [name_of(each) for each in alarms() if not each["AlarmActions"] or not each["OKActions"]] == []


def test_every_table_and_global_index_has_an_alarm_for_throttling() -> None:
    watched = {
        (str(each["Metrics"][1]["MetricStat"]["Metric"]["Dimensions"]))
        for each in alarms()
        if "Throttle" in str(each.get("Metrics"))
    }
    tables = [each for kind, each in resources(STAGE) if kind.startswith("AWS::DynamoDB::")]
    indexes = sum(len(each.get("GlobalSecondaryIndexes", ())) for each in tables)
    assert len(watched) == len(tables) + indexes == 14


def test_every_alarm_names_a_runbook_that_exists() -> None:
    lacking = {name: text for name, text in described() if not (RUNBOOKS / (runbook(text) or "none")).is_file()}
    assert lacking == {}


def test_every_runbook_belongs_to_an_alarm() -> None:
    named = {runbook(text) for _, text in described()}
    assert {path.name for path in RUNBOOKS.glob("*.md")} - {"README.md"} == named


@pytest.mark.parametrize("path", sorted(RUNBOOKS.glob("*.md")), ids=lambda path: path.stem)
def test_a_runbook_says_what_to_look_at_what_to_do_and_how_to_rehearse_it(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    if path.name == "README.md":
        named = set(re.findall(r"\(([a-z-]+\.md)\)", text))
        assert named == {other.name for other in RUNBOOKS.glob("*.md")} - {"README.md"}
        return
    headings = re.findall(r"^## (.+)$", text, re.MULTILINE)
    assert headings == ["What it means", "Look", "Mend", "Rehearse"]
    assert "```sh" in text


def test_alarms_of_us_east_1_mail_through_a_topic_of_that_region() -> None:
    edge = next(part for part in parts(STAGE) if part.concern == "edge-alarms")
    assert edge.region == "us-east-1"
    template = (ROOT / "infra" / "templates" / edge.template).read_text(encoding="utf-8")
    assert "alarms-topic" not in template


def held_to_conditions(template: Mapping[str, Any]) -> list[str]:
    """The topic policies that set EventBridge a condition: it cannot publish to their topics."""
    return [
        name
        for name, resource in template["Resources"].items()
        if isinstance(resource, Mapping) and resource["Type"] == "AWS::SNS::TopicPolicy"
        for statement in resource["Properties"]["PolicyDocument"]["Statement"]
        if "events.amazonaws.com" in str(statement.get("Principal")) and "Condition" in statement
    ]


def test_eventbridge_may_publish_to_the_topics_of_its_rules() -> None:
    assert [name for name in reading.names() if held_to_conditions(reading.template(name))] == []
    events = {"Principal": {"Service": "events.amazonaws.com"}, "Condition": {"StringEquals": {}}}
    policy = {"Type": "AWS::SNS::TopicPolicy", "Properties": {"PolicyDocument": {"Statement": [events]}}}
    assert held_to_conditions({"Resources": {"Seeded": policy}}) == ["Seeded"]

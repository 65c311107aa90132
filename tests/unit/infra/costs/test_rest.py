"""What a stage costs at rest: what its templates make, and what runs by itself."""

from collections import Counter
from dataclasses import replace

import pytest

from infra.costs.bill import beyond_free, total, usd
from infra.costs.resources import of_stack, resources
from infra.costs.rest import at_rest
from infra.deploy.one_stack.template import merge_template
from infra.deploy.parts import parts
from infra.deploy.stage import STAGES, Stage, load
from tests.support.templates import Template

PLAIN = Stage("dev", "eu-north-1", "blog@example.com")
SMALL, BUSY = load("small"), load("busy")


def test_a_small_stage_costs_less_than_a_dollar_a_month_at_rest() -> None:
    bill = at_rest(SMALL)
    assert total(beyond_free(bill)) < 1.0
    # Without what every account has for nothing it is these, and nothing else worth a cent.
    assert [line for line, cost in usd(bill).items() if cost >= 0.01] == [
        "alarms",
        "queue requests",
        "secrets",
        "metrics",
        "KMS requests",
        "traces",
    ]
    assert total(bill) < 3.0


def test_a_small_stage_has_what_is_free_and_no_more() -> None:
    bill = at_rest(SMALL)
    assert (bill["alarms"], bill.get("dashboards", 0)) == (10, 0)
    dear = (SMALL.dax_nodes, SMALL.cache_size, SMALL.firewall, SMALL.backups, SMALL.kms_key_arn, SMALL.edge_logs)
    assert not any(dear)


@pytest.mark.parametrize(("alarms", "count", "composite"), [("all", 72, 1), ("few", 27, 1), ("least", 10, 0)])
def test_alarms_are_those_that_the_stage_asks_for(alarms: str, count: int, composite: int) -> None:
    made = Counter(kind for kind, _ in resources(replace(PLAIN, alarms=alarms)))
    assert (made["AWS::CloudWatch::Alarm"], made["AWS::CloudWatch::CompositeAlarm"]) == (count, composite)


def test_the_least_alarms_are_of_the_api_of_failure_queues_and_of_mail() -> None:
    made = [each["AlarmName"] for kind, each in resources(replace(PLAIN, alarms="least")) if kind.endswith("::Alarm")]
    said = str(made)
    names = ["api-errors", "api-server-errors", "api-latency", "mail-unknown", "mail-bounces", "mail-complaints"]
    assert [name for name in names if name not in said] == []
    assert said.count("not-empty") == 4


@pytest.mark.parametrize(("dashboard", "metrics"), [(True, 3), (False, 1)])
def test_without_a_dashboard_there_are_no_metrics_for_it(dashboard: bool, metrics: int) -> None:  # noqa: FBT001
    bill = at_rest(replace(PLAIN, dashboard=dashboard))
    assert (bill.get("dashboards", 0), bill["metrics"]) == (int(dashboard), metrics)


@pytest.mark.parametrize(
    ("changed", "line", "amount"),
    [
        ({"firewall": True}, "firewalls", 1),
        ({"firewall": True}, "firewall rules", 3),
        ({"cache_size": "0.5"}, "stage cache 0.5", 730),
        ({"dax_nodes": 3}, "DAX t3.small", 2190),
        ({"kms_key_arn": "arn:aws:kms:eu-north-1:123456789012:key/1"}, "KMS keys", 1),
        ({"snapstart": True}, "snapshot GB-seconds", 730 * 3600 / 2),
        ({"hosted_zone_id": "Z1"}, "hosted zones", 1),
    ],
)
def test_what_is_turned_on_is_on_the_bill(changed: dict[str, object], line: str, amount: float) -> None:
    assert at_rest(replace(PLAIN, **changed))[line] == amount  # type: ignore[arg-type]
    assert not at_rest(PLAIN).get(line)


def test_metrics_of_each_method_would_be_the_dearest_line_of_a_small_stage() -> None:
    plain, detailed, cached = (
        at_rest(replace(SMALL, **changed))["metrics"]  # type: ignore[arg-type]
        for changed in ({}, {"method_metrics": True}, {"method_metrics": True, "cache_size": "0.5"})
    )
    assert (plain, detailed, cached) == (1, 1 + 48 * 5, 1 + 48 * 7)
    assert next(iter(usd(at_rest(replace(SMALL, method_metrics=True))))) == "metrics"


@pytest.mark.parametrize("name", sorted(path.stem for path in STAGES.glob("*.yaml")))
def test_every_stack_of_every_stage_is_read_as_cloudformation_would(name: str) -> None:
    kinds = ("AWS::DynamoDB::Table", "AWS::DynamoDB::GlobalTable", "AWS::SQS::Queue", "AWS::WAFv2::WebACL")
    stage = load(name)
    # The other reader knows no loops.
    for part in (part for part in parts(stage) if part.concern not in ("observability", "service-alarms")):
        stack = part.stack(stage, {})
        assert sum(kind in kinds for kind, _ in of_stack(stack)) == len(list(Template(stack).resources(*kinds)))


@pytest.mark.parametrize("stage", [SMALL, BUSY], ids=["small", "busy"])
def test_both_deploys_are_told_the_same_of_alarms_and_dashboard(stage: Stage) -> None:
    with_domain = replace(stage, domain="blog.example.com", certificate_arn="arn:aws:acm:us-east-1:1:certificate/1")
    nested = merge_template(with_domain)["Resources"]["Observability"]["Properties"]["Parameters"]
    direct = next(part for part in parts(stage) if part.concern == "observability").stack(stage, {}).parameters
    said = {
        name: value for name, value in direct.items() if name in ("Alarms", "MakesDashboard", "LogDays", "TracedShare")
    }
    assert said == {name: nested[name] for name in said}
    assert len(said) == 4

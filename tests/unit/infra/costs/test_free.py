"""The stage `free` costs nothing at ten visits a day, and nothing that costs something gets into it unseen."""

from dataclasses import replace
from typing import Any

import pytest

from infra.checks.stacks import stacks_of
from infra.costs.__main__ import main
from infra.costs.bill import Bill, beyond_free, total, usd
from infra.costs.model import prices
from infra.costs.resource_types import Resource
from infra.costs.rest import at_rest
from infra.costs.tables import less_than_a_cent
from infra.costs.uses import Use, month, visits
from infra.deploy.stage import ROOT, load

FREE = load("free")
COSTS = ROOT / "docs" / "costs.md"
# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/pricing-plans.html
BEHAVIOURS_OF_THE_FREE_PLAN = 5
# Of these AWS gives no account anything for good: they are paid for from the first on, and here they are few.
NEVER_FREE = {
    *("API requests", "mails", "S3 GB", "S3 reads", "S3 writes", "kept log GB"),
    *("DynamoDB continuous backup GB", "read units", "write units"),
}
ALARM: Resource = ("AWS::CloudWatch::Alarm", {"MetricName": "Errors"})
PAID: dict[str, Resource] = {
    "a KMS key": ("AWS::KMS::Key", {}),
    "a secret": ("AWS::SecretsManager::Secret", {}),
    "an alarm": ALARM,
    "a composite alarm": ("AWS::CloudWatch::CompositeAlarm", {}),
    "a firewall": ("AWS::WAFv2::WebACL", {"Rules": []}),
    "more capacity": (
        "AWS::DynamoDB::Table",
        {"ProvisionedThroughput": {"ReadCapacityUnits": 8, "WriteCapacityUnits": 8}},
    ),
}
SETTINGS: dict[str, Any] = {
    "alarms": "few",
    "cache_size": "0.5",
    "dax_nodes": 1,
    "firewall": True,
    "hosted_zone_id": "Z1",
    "kms_key_arn": "arn:aws:kms:eu-north-1:123456789012:key/1",
    "method_metrics": True,
    "queue_polling": "always",
    "signing_key": "secret",
    "snapstart": True,
    "table_encryption": "aws_managed_key",
}


def owed(bill: Bill) -> float:
    return total(beyond_free(bill))


def test_ten_visits_a_day_cost_nothing_and_a_thousand_less_than_half_a_dollar() -> None:
    assert f"{owed(month(FREE, visits(10))):.2f}" == "0.00"
    assert owed(month(FREE, visits(1000))) < 0.50


def test_at_rest_it_owes_for_the_kept_releases_and_logs_alone() -> None:
    lines = usd(beyond_free(at_rest(FREE)))
    assert set(lines) == {"S3 GB", "kept log GB"}
    assert sum(lines.values()) < 0.001


@pytest.mark.parametrize("name", PAID)
def test_a_paid_resource_is_seen(name: str) -> None:
    assert owed(at_rest(FREE, [PAID[name]])) - owed(at_rest(FREE)) > 0.02


@pytest.mark.parametrize("setting", SETTINGS)
def test_a_paid_setting_is_seen(setting: str) -> None:
    assert owed(at_rest(replace(FREE, **{setting: SETTINGS[setting]}))) - owed(at_rest(FREE)) > 0.02


def test_every_line_has_a_limit_or_is_never_free() -> None:
    lines = set(usd(month(FREE, visits(1000))))
    assert lines - set(prices()["free"]) <= NEVER_FREE


def test_tables_have_no_more_capacity_than_is_free() -> None:
    bill = at_rest(FREE)
    for line in ("read capacity hours", "write capacity hours"):
        assert 0 < bill[line] <= prices()["free"][line]


def test_with_todos_alone_a_visit_costs_three_times_as_much() -> None:
    readers = visits(1000)
    people = Use("people", **{**_values(readers), "visits": 4 * readers.visits})
    assert 0.5 < owed(month(FREE, people)) < 1.5


def test_the_terminal_shows_where_each_line_stops_being_free(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["free"]) == 0
    shown = capsys.readouterr().out
    assert "free up to" in shown
    assert "| alarms | 10 | 10 | 1.00 | \N{EN DASH} |" in shown
    assert "| beyond what is free | **0.00** |" in shown


def test_what_is_shown_as_nothing_is_named_to_a_hundredth_of_a_cent(capsys: pytest.CaptureFixture[str]) -> None:
    # Given a month that costs something, though less than a cent
    exact = owed(month(FREE, visits(10)))
    assert 0 < exact < 0.005
    # Then the terminal and the page say how much, and the terminal of what
    main(["free"])
    said = capsys.readouterr().out.splitlines()[-1]
    assert f"0.00 USD are {exact:.4f} before rounding to cents: API requests 0.00" in said
    assert f"0.00 USD a month at 10 visits a day ({exact:.4f} before rounding" in COSTS.read_text(encoding="utf-8")
    # And a month of cents has no such line
    assert less_than_a_cent(FREE, visits(1000)) == ""


def test_the_site_has_more_behaviours_than_cloudfronts_free_plan_allows() -> None:
    # The reason of ADR 25; a site that has fewer could use the plan.
    edge = next(stack for stack in stacks_of(FREE) if stack.concern == "edge").resources().values()
    [site] = [each["Properties"] for each in edge if each["Type"] == "AWS::CloudFront::Distribution"]
    assert 1 + len(site["DistributionConfig"]["CacheBehaviors"]) > BEHAVIOURS_OF_THE_FREE_PLAN
    assert any(each["Type"] == "AWS::CloudFront::CachePolicy" for each in edge)


def _values(use: Use) -> dict[str, Any]:
    names = ("people", "pages", "reads", "sign_ups", "messages", "photos", "publications", "subscribers", "gb_kept")
    return {name: getattr(use, name) for name in names}

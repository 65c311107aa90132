"""What a stage costs a month while nobody asks it for anything."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from infra.cache_settings import ROUTES
from infra.costs.bill import Bill, together
from infra.costs.resource_types import Resource
from infra.costs.resources import resources
from infra.costs.routes import KB_A_GB, MB_A_GB, measured
from infra.deploy.stage import Stage

HOURS_A_MONTH = 730
MINUTES_A_MONTH = HOURS_A_MONTH * 60
# Count, Latency, IntegrationLatency, 4XXError and 5XXError; CacheHitCount and CacheMissCount where there is a cache.
METRICS_A_METHOD = 5
CACHE_METRICS_A_METHOD = 2
# The package of 8 MB, of three releases.
RELEASES_GB = 3 * 8 / MB_A_GB

_SOLD = {
    "AWS::CloudWatch::CompositeAlarm": "composite alarms",
    "AWS::CloudWatch::Dashboard": "dashboards",
    "AWS::KMS::Key": "KMS keys",
    "AWS::SecretsManager::Secret": "secrets",
    "AWS::WAFv2::WebACL": "firewalls",
}


def at_rest(stage: Stage, besides: Iterable[Resource] = ()) -> Bill:
    """A month's bill of what is there, with what runs by itself; `besides` are resources that no template has."""
    made = [*resources(stage), *besides]
    there: Counter[str] = Counter(_SOLD[kind] for kind, _ in made if kind in _SOLD)
    # An alarm costs as much as the metrics it looks at.
    there["alarms"] = sum(_metrics(each) for kind, each in made if kind == "AWS::CloudWatch::Alarm")
    there["firewall rules"] = sum(len(each["Rules"]) for kind, each in made if kind == "AWS::WAFv2::WebACL")
    # Where its functions write nothing into their logs, a metric has no values and costs nothing.
    there["metrics"] = len({_metric(each) for kind, each in made if kind.endswith("MetricFilter") and _sweeps(each)})
    there["metrics"] += _method_metrics(stage)
    rented: dict[str, float] = {f"DAX {stage.dax_node_type.removeprefix('dax.')}": stage.dax_nodes * HOURS_A_MONTH}
    if stage.cache_size:
        rented[f"stage cache {stage.cache_size}"] = HOURS_A_MONTH
    # Of the version that answers; those before it are kept for some time too.
    rented["snapshot GB-seconds"] = stage.snapstart * MINUTES_A_MONTH * 60 * stage.api_memory / MB_A_GB
    # The secret with the client's secret at Google is the owner's.
    there["secrets"] += 1 if stage.google_secret_name else 0
    owned = {"KMS keys": 1 if stage.kms_key_arn else 0, "hosted zones": 1 if stage.hosted_zone_id else 0}
    return together([there, rented, owned, _by_itself(stage, made), _capacity(made), {"S3 GB": RELEASES_GB}])


def _by_itself(stage: Stage, made: list[Resource]) -> Bill:
    """The sweeper's rounds, Lambda's looks into queues, and DynamoDB's asking for the keys of its tables."""
    usual = measured()["by itself"]
    rounds = MINUTES_A_MONTH / usual["sweep"]["every_minutes"]
    encrypted = usual["tables_in_use"] if stage.table_encryption == "aws_managed_key" else 0
    # A look by the schedule is two requests: for the queue's address, and for what it holds.
    looks = usual["looks_a_minute"] * MINUTES_A_MONTH if stage.queue_polling == "always" else 2 * rounds
    logged = rounds * usual["sweep"]["logged_kb"] / KB_A_GB
    queues = sum(kind == "AWS::SQS::Queue" and "RedrivePolicy" in each for kind, each in made)
    return {
        "functions": rounds,
        "function GB-seconds": rounds * usual["sweep"]["ms"] / 1000 * stage.event_memory / MB_A_GB,
        "read units": rounds * usual["sweep"]["read"] if stage.table_capacity == "on_demand" else 0,
        "log GB": logged,
        "kept log GB": logged * stage.log_days / (HOURS_A_MONTH / 24),
        # The first request of each second is traced, whatever the stage's share.
        "traces": rounds,
        "queue requests": queues * looks,
        "KMS requests": encrypted * MINUTES_A_MONTH / usual["key_kept_minutes"],
    }


def _capacity(made: Iterable[Resource]) -> Bill:
    """The capacity that tables and their indexes have, whether it is used or not."""
    units = [unit for kind, each in made if kind == "AWS::DynamoDB::Table" for unit in _provisioned(each)]
    return {
        "read capacity hours": sum(unit["ReadCapacityUnits"] for unit in units) * HOURS_A_MONTH,
        "write capacity hours": sum(unit["WriteCapacityUnits"] for unit in units) * HOURS_A_MONTH,
    }


def _provisioned(table: Mapping[str, Any]) -> Iterator[Mapping[str, int]]:
    for each in (table, *table.get("GlobalSecondaryIndexes", ())):
        if "ProvisionedThroughput" in each:
            yield each["ProvisionedThroughput"]


def _method_metrics(stage: Stage) -> int:
    """The custom metrics of the API's methods, as many as there are once each method has been asked in the hour.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-metrics-and-dimensions.html
    """
    if not stage.method_metrics:
        return 0
    # Each path has a method OPTIONS beside its own.
    methods = len(ROUTES) + len({path for _, path in ROUTES})
    return methods * (METRICS_A_METHOD + (CACHE_METRICS_A_METHOD if stage.cache_size else 0))


def _metrics(alarm: Mapping[str, Any]) -> int:
    return sum("MetricStat" in each for each in alarm.get("Metrics", ())) or 1


def _sweeps(metric_filter: Mapping[str, Any]) -> bool:
    return "SweepMail" in str(metric_filter["LogGroupName"])


def _metric(metric_filter: Mapping[str, Any]) -> str:
    return str(metric_filter["MetricTransformations"][0]["MetricName"])

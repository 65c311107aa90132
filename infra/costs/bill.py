"""A bill: how much of what AWS sells, and what that costs."""

from collections.abc import Iterable, Mapping

from infra.costs.model import MILLION, prices

Bill = Mapping[str, float]

# What is sold, its price in prices.yaml, and for how many that price is.
SOLD: Mapping[str, tuple[str, float]] = {
    "API requests": ("api_gateway_million_requests", MILLION),
    "functions": ("lambda_million_requests", MILLION),
    "function GB-seconds": ("lambda_gb_second", 1),
    "x86 GB-seconds": ("lambda_x86_gb_second", 1),
    "snapshot GB-seconds": ("lambda_snapshot_gb_second", 1),
    "read units": ("dynamodb_million_read_units", MILLION),
    "write units": ("dynamodb_million_write_units", MILLION),
    "read capacity hours": ("dynamodb_read_capacity_hour", 1),
    "write capacity hours": ("dynamodb_write_capacity_hour", 1),
    "replicated write units": ("dynamodb_million_replicated_write_units", MILLION),
    "DynamoDB GB": ("dynamodb_gb", 1),
    "DynamoDB continuous backup GB": ("dynamodb_continuous_backup_gb", 1),
    "DynamoDB daily backup GB": ("dynamodb_daily_backup_gb", 1),
    "CloudFront requests": ("cloudfront_million_https_requests", MILLION),
    "CloudFront GB": ("cloudfront_gb", 1),
    "CloudFront functions": ("cloudfront_million_function_runs", MILLION),
    "invalidated paths": ("cloudfront_invalidated_path", 1),
    "S3 writes": ("s3_thousand_writes", 1000),
    "S3 reads": ("s3_thousand_reads", 1000),
    "S3 GB": ("s3_gb", 1),
    "queue requests": ("sqs_million_requests", MILLION),
    "notices": ("sns_million_notices", MILLION),
    "notices by mail": ("sns_thousand_mails", 1000),
    "mails": ("ses_thousand_mails", 1000),
    "log GB": ("logs_gb", 1),
    "kept log GB": ("kept_logs_gb", 1),
    "traces": ("million_traces", MILLION),
    "alarms": ("alarm", 1),
    "composite alarms": ("composite_alarm", 1),
    "metrics": ("metric", 1),
    "dashboards": ("dashboard", 1),
    "secrets": ("secret", 1),
    "KMS keys": ("kms_key", 1),
    "KMS requests": ("kms_million_requests", MILLION),
    "firewalls": ("firewall", 1),
    "firewall rules": ("firewall_rule", 1),
    "firewall requests": ("firewall_million_requests", MILLION),
    "hosted zones": ("hosted_zone", 1),
    "federated people": ("federated_person", 1),
    "people": ("active_person", 1),
}
# These are rented by the hour, by size.
RENTED: Mapping[str, str] = {"stage cache": "stage_cache_hour", "DAX": "dax_node_hour"}


def usd(bill: Bill) -> dict[str, float]:
    """What each line costs, the dearest first; hours of what is rented are lines like `DAX t3.small`."""
    lines = {line: amount * price(line) for line, amount in bill.items() if amount}
    return dict(sorted(lines.items(), key=lambda line: -line[1]))


def price(line: str) -> float:
    """The price of one of what a line is about."""
    if line in SOLD:
        name, many = SOLD[line]
        return float(prices()[name]) / many
    kind = next(kind for kind in RENTED if line.startswith(f"{kind} "))
    return float(prices()[RENTED[kind]][line.removeprefix(f"{kind} ")])


def total(bill: Bill) -> float:
    """What a bill costs in USD."""
    return sum(usd(bill).values())


def times(bill: Bill, factor: float) -> Bill:
    """A bill for many."""
    return {line: amount * factor for line, amount in bill.items()}


def together(bills: Iterable[Bill]) -> Bill:
    """One bill for all."""
    added: dict[str, float] = {}
    for bill in bills:
        for line, amount in bill.items():
            added[line] = added.get(line, 0) + amount
    return added


def beyond_free(bill: Bill) -> Bill:
    """A month's bill without what no account pays for."""
    free = prices()["free"]
    return {line: max(0.0, amount - free.get(line, 0)) for line, amount in bill.items()}

"""Every setting of a stage changes a line of the bill, or changes no price for a reason."""

from dataclasses import fields, replace
from typing import Any

import pytest

from infra.costs.bill import Bill
from infra.costs.uses import SMALL, month
from infra.deploy.stage import Stage

PLAIN = Stage("dev", "eu-north-1", "blog@example.com")
ARN = "arn:aws:kms:eu-north-1:123456789012:key/1"
# A setting, what is set with it, and the line that it changes.
PRICED: dict[str, tuple[dict[str, Any], str]] = {
    "owner_email": ({"owner_email": "owner@example.com"}, "notices by mail"),
    "firewall": ({"firewall": True}, "firewalls"),
    "backups": ({"backups": True}, "DynamoDB daily backup GB"),
    "backup_days": ({"backups": True, "backup_days": 365}, "DynamoDB daily backup GB"),
    "backup_copy_vault_arn": ({"backups": True, "backup_copy_vault_arn": "arn"}, "DynamoDB daily backup GB"),
    "edge_logs": ({"edge_logs": True}, "S3 GB"),
    "hosted_zone_id": ({"hosted_zone_id": "Z1"}, "hosted zones"),
    "kms_key_arn": ({"kms_key_arn": ARN}, "KMS keys"),
    "replica_regions": ({"replica_regions": ("eu-west-1",)}, "replicated write units"),
    "architecture": ({"architecture": "x86_64"}, "x86 GB-seconds"),
    "queue_polling": ({"queue_polling": "when_needed"}, "queue requests"),
    "table_capacity": ({"table_capacity": "provisioned"}, "write capacity hours"),
    "table_encryption": ({"table_encryption": "aws_owned_key"}, "KMS requests"),
    "signing_key": ({"signing_key": "parameter"}, "secrets"),
    "api_memory": ({"api_memory": 3008}, "function GB-seconds"),
    "event_memory": ({"event_memory": 3008}, "function GB-seconds"),
    "thumbnail_memory": ({"thumbnail_memory": 3008}, "function GB-seconds"),
    "log_days": ({"log_days": 365}, "kept log GB"),
    "alarms": ({"alarms": "least"}, "alarms"),
    "dashboard": ({"dashboard": False}, "dashboards"),
    "method_metrics": ({"method_metrics": True}, "metrics"),
    "snapstart": ({"snapstart": True}, "snapshot GB-seconds"),
    "cache_size": ({"cache_size": "0.5"}, "stage cache 0.5"),
    "dax_nodes": ({"dax_nodes": 1}, "DAX t3.small"),
    "dax_node_type": ({"dax_nodes": 1, "dax_node_type": "dax.t3.medium"}, "DAX t3.medium"),
    "mail_quota": ({"mail_quota": 200}, "alarms"),
    "sign_in_mail": ({"sign_in_mail": "ses"}, "mails"),
    "google_secret_name": ({"google_client_id": "id", "google_secret_name": "google"}, "secrets"),
    "saml_metadata_url": ({"saml_metadata_url": "https://saml.example.com"}, "federated people"),
}
FREE: dict[str, str] = {
    "name": "a name costs nothing",
    "region": "prices are of eu-north-1 and us-east-1; docs/costs.md says so",
    "account": "it is checked, and makes nothing",
    "owner": "tags cost nothing",
    "mail_from": "identities of SES cost nothing",
    "mail_domain": "identities of SES cost nothing",
    "mail_identity": "identities of SES cost nothing",
    "alarm_email": "alarms that ring are not counted; a thousand mails of SNS are free",
    "protected": "protection costs nothing",
    "roles_have_boundary": "a policy is free",
    "sets_up_api_logs": "what is logged costs, whoever sets the role up",
    "domain": "certificates of ACM that CloudFront uses cost nothing",
    "certificate_arn": "certificates of ACM that CloudFront uses cost nothing",
    "anomaly_amount": "cost anomaly detection costs nothing",
    "anomaly_monitor_arn": "cost anomaly detection costs nothing",
    "monthly_budget": "budgets without actions cost nothing",
    "runbooks_url": "a text in alarms",
    "feed_origin": "a text in the feed",
    "concurrency_quota": "the threshold of an alarm",
    "api_reserved_concurrency": "Lambda reserves without a charge; provisioned concurrency would cost",
    "event_reserved_concurrency": "Lambda reserves without a charge; provisioned concurrency would cost",
    "traced_share": "it counts beyond one request a second: test_a_share_of_the_busy_requests_is_traced",
    "tracing": "it says how the API speaks to X-Ray, not how much is recorded",
    "amazon_roots": "a file of the package",
    "decoding": "it takes time that make bench measures",
    "store_transport": "it takes time that make bench measures",
    "throttle_rate": "a limit",
    "throttle_burst": "a limit",
    "reader_rate": "a limit",
    "reader_burst": "a limit",
    "reader_quota": "a limit",
    "dax_zones": "places of nodes; transfer between zones is not counted",
    "network_range": "addresses of a network",
    "mfa": "codes of authenticators cost nothing; SMS, which would, is not offered",
    "sign_in_domain": "a part of user pools",
    "sign_in_certificate_arn": "certificates of ACM that CloudFront uses cost nothing",
    "google_client_id": "google_secret_name is its price",
    "firewall_rate": "a limit",
    "price_class": "the dearer places are not counted: prices are of Europe and North America",
    "closed_api": "API keys cost nothing",
}


def bill(**settings: Any) -> Bill:
    return month(replace(PLAIN, **settings), SMALL)


@pytest.mark.parametrize("setting", PRICED)
def test_a_setting_that_costs_something_changes_its_line(setting: str) -> None:
    settings, line = PRICED[setting]
    without = {name: value for name, value in settings.items() if name != setting}
    assert bill(**settings).get(line, 0) != bill(**without).get(line, 0)


def test_every_setting_is_priced_or_free_for_a_reason() -> None:
    assert {*PRICED, *FREE} == {field.name for field in fields(Stage)}
    assert not PRICED.keys() & FREE.keys()


@pytest.mark.parametrize("setting", ["account", "owner", "tracing", "reader_quota", "closed_api", "price_class"])
def test_a_free_setting_changes_nothing(setting: str) -> None:
    other: dict[str, Any] = {
        "account": "123456789012",
        "owner": "me",
        "tracing": "sdk",
        "reader_quota": 1,
        "closed_api": True,
        "price_class": "PriceClass_All",
    }
    assert bill(**{setting: other[setting]}) == bill()

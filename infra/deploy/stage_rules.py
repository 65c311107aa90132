"""What the settings of a stage must agree on, each rule with the sentence that says how to mend it."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from infra import policies
from infra.cache_settings import SIZES

if TYPE_CHECKING:
    from infra.deploy.stage import Stage

# CloudFront reads certificates and firewalls there alone, and budgets and its logs are kept there.
GLOBAL_REGION = "us-east-1"
CHOICES = {
    "alarms": ("all", "few", "least"),
    "architecture": ("arm64", "x86_64"),
    "cache_size": ("", *SIZES),
    "decoding": ("tables", "pynamodb"),
    "mail_identity": ("create", "existing"),
    "mfa": ("optional", "required", "off"),
    "queue_polling": ("always", "when_needed"),
    "signing_key": ("secret", "parameter"),
    "table_capacity": ("on_demand", "provisioned"),
    "table_encryption": ("aws_managed_key", "aws_owned_key"),
    "price_class": ("PriceClass_100", "PriceClass_200", "PriceClass_All"),
    "sign_in_mail": ("cognito", "ses"),
    "store_transport": ("lean", "botocore"),
    "tracing": ("lean", "sdk", "off"),
}
# An empty setting leaves its part out, so it has no shape.
_SHAPES = {
    "anomaly_monitor_arn": (
        r"arn:[a-z-]+:ce::[0-9]{12}:anomalymonitor/[a-f0-9-]+",
        "the ARN of a cost anomaly monitor",
    ),
    "backup_copy_vault_arn": (r"arn:[a-z-]+:backup:[a-z0-9-]+:[0-9]{12}:backup-vault:.+", "the ARN of a backup vault"),
    "dax_node_type": (r"dax\.[a-z0-9]+\.[a-z0-9]+", "like dax.t3.small"),
    "feed_origin": (r"https?://[a-z0-9.:-]+", "an address like https://blog.example.com"),
    "google_secret_name": (r"[a-zA-Z0-9/_+=.@-]+", "the name of a secret in Secrets Manager"),
    "network_range": (r"[0-9]{1,3}(\.[0-9]{1,3}){3}/24", "a range of addresses like 10.71.0.0/24"),
    "owner": (r"[\w .:/=+@-]{1,256}", "a text that AWS takes as a tag"),
    "runbooks_url": (r"https://\S+[^/\s]", "an https address without a final slash"),
    "saml_metadata_url": (r"https://.+", "an https address"),
    "sign_in_certificate_arn": (
        rf"arn:[a-z-]+:acm:{GLOBAL_REGION}:[0-9]{{12}}:certificate/[a-z0-9-]+",
        f"the ARN of a certificate in {GLOBAL_REGION}",
    ),
    "sign_in_domain": (r"[a-z0-9-]+(\.[a-z0-9-]+)*", "the first part of a domain of Cognito's, or a domain"),
}
_RANGES = {
    "anomaly_amount": (1, 1_000_000_000),
    "api_reserved_concurrency": (0, 100_000),
    "backup_days": (1, 36_500),
    "concurrency_quota": (1, 1_000_000),
    "dax_nodes": (0, 3),
    "event_reserved_concurrency": (0, 100_000),
    "firewall_rate": (10, 2_000_000_000),
    "mail_quota": (0, 1_000_000_000),
}
# What a setting needs beside it, and why.
_NEEDS = {
    "domain": ("certificate_arn", f"a certificate in {GLOBAL_REGION}"),
    "monthly_budget": ("alarm_email", "the address that the budget writes to"),
    "anomaly_monitor_arn": ("monthly_budget", "the budget, whose stack tells of anomalies too"),
    "sign_in_domain": ("domain", "the site that its pages return to"),
    "google_client_id": ("google_secret_name", "the secret in Secrets Manager that holds its client_secret"),
    "google_secret_name": ("google_client_id", "the client at Google that the secret is of"),
    "sign_in_certificate_arn": ("sign_in_domain", "the domain that the certificate is of"),
    "backup_copy_vault_arn": ("backups", "the backups that are copied"),
}
# Lambda never lets functions reserve these: https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html
UNRESERVED = 100
_EVENT_FUNCTIONS = len(policies.FUNCTIONS) - 1
_COGNITOS_OWN_WORDS = ("aws", "amazon", "cognito")


def reserved_concurrency(stage: "Stage") -> int:
    """How many of the account's concurrent executions the stage's functions reserve."""
    return stage.api_reserved_concurrency + _EVENT_FUNCTIONS * stage.event_reserved_concurrency


def problems(stage: "Stage") -> Iterator[str]:
    """Say of each rule that the settings break what is wrong, in one sentence."""
    yield from _values(stage)
    yield from _together(stage)
    if stage.kms_key_arn and stage.table_encryption == "aws_owned_key":
        yield "the kms_key_arn needs table_encryption: aws_managed_key, or the tables are not encrypted by it."


def _values(stage: "Stage") -> Iterator[str]:
    for name, known in CHOICES.items():
        if (chosen := getattr(stage, name)) not in known:
            shown = [each for each in known if each]
            yield f"the {name} is {', '.join(shown[:-1])} or {shown[-1]}, not {chosen!r}."
    for name, (shape, meaning) in _SHAPES.items():
        if (given := getattr(stage, name)) and not re.fullmatch(shape, given):
            yield f"the {name} is {meaning}, not {given!r}."
    for name, (least, most) in _RANGES.items():
        if not least <= (number := getattr(stage, name)) <= most:
            yield f"the {name} is a number from {least} to {most}, not {number}."
    if stage.dax_zones and len(set(stage.dax_zones)) not in (2, 3):
        yield f"the dax_zones are two or three zones of the region, not {len(set(stage.dax_zones))}."
    for zone in stage.dax_zones:
        if not re.fullmatch(rf"{re.escape(stage.region)}(-[a-z]{{3}}-[0-9])?[a-z]", zone):
            yield f"the dax_zones are zones of {stage.region}, such as {stage.region}a, not {zone!r}."


def _together(stage: "Stage") -> Iterator[str]:
    for name, (needed, meaning) in _NEEDS.items():
        if getattr(stage, name) and not getattr(stage, needed):
            yield f"the {name} needs {needed}: {meaning}."
    yield from _sign_in(stage)
    if stage.mail_domain and not stage.mail_from.endswith((f"@{stage.mail_domain}", f".{stage.mail_domain}")):
        yield f"the mail_from is no address of the mail_domain {stage.mail_domain}."
    if reserved_concurrency(stage) > max(0, stage.concurrency_quota - UNRESERVED):
        yield (
            f"its functions reserve {reserved_concurrency(stage)} concurrent executions, and of the account's "
            f"{stage.concurrency_quota} Lambda keeps {UNRESERVED} for functions that reserve none: "
            "reserve fewer, or ask AWS for a larger quota and set concurrency_quota."
        )


def _sign_in(stage: "Stage") -> Iterator[str]:
    for name in ("google_client_id", "saml_metadata_url"):
        if getattr(stage, name) and not stage.sign_in_domain:
            yield f"the {name} needs sign_in_domain: only Cognito's own pages offer other providers."
    if "." in stage.sign_in_domain and not stage.sign_in_certificate_arn:
        yield f"the sign_in_domain needs sign_in_certificate_arn: a certificate in {GLOBAL_REGION}."
    if "." not in stage.sign_in_domain and any(word in stage.sign_in_domain for word in _COGNITOS_OWN_WORDS):
        yield f"the sign_in_domain may not contain {', '.join(_COGNITOS_OWN_WORDS)}: Cognito keeps these words."
    if stage.sign_in_mail == "ses" and stage.mail_identity != "existing":
        yield "sign_in_mail: ses needs mail_identity: existing, since Cognito takes a verified identity only."
    if stage.mfa == "required" and not stage.sign_in_domain:
        yield "mfa: required needs sign_in_domain: people set up their second factor on Cognito's own pages."

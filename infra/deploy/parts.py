"""The stacks of a stage, in the order they need each other, and what each is given."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from infra.deploy.stacks import Stack
from infra.deploy.stage import GLOBAL_REGION, ROOT, Stage

TEMPLATES = ROOT / "infra" / "templates"
# What a parameter is worth when the stack it comes of is not there yet.
UNKNOWN = "(known once the stacks before it are there)"

Outputs = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Part:
    """One stack of a stage: `region` is empty where it is the stage's own."""

    concern: str
    template: str
    region: str = ""

    def stack(self, stage: Stage, outputs: Outputs) -> Stack:
        """The stack, given what the stacks before it put out."""
        parameters = {"Stage": stage.name} | _given(self.concern, stage, outputs)
        name, template = stage.stack(self.concern), TEMPLATES / self.template
        return Stack(name, template, parameters, stage.tags, stage.protected)


DEPLOYS = Part("deploys", "cloud/deploys.yaml")
EDGE = Part("edge", "edge.yaml")
# Every stack that a stage can have, in the order in which they need each other.
EVERY_PART = (
    DEPLOYS,
    Part("logs", "cloud/logs.yaml"),
    Part("firewall", "cloud/firewall.yaml", GLOBAL_REGION),
    Part("identity", "identity.yaml"),
    Part("data", "data.yaml"),
    Part("cache", "cloud/cache.yaml"),
    Part("messaging", "messaging.yaml"),
    EDGE,
    Part("media", "media.yaml"),
    Part("observability", "cloud/observability.yaml"),
    Part("service-alarms", "cloud/service-alarms.yaml"),
    Part("edge-alarms", "cloud/edge-alarms.yaml", GLOBAL_REGION),
    Part("edge-logs", "cloud/edge-logs.yaml", GLOBAL_REGION),
    Part("backup", "cloud/backup.yaml"),
    Part("budget", "cloud/budget.yaml", GLOBAL_REGION),
)


# Whether a stage's settings ask for a part; it has all other parts in any case.
_SWITCHES: Mapping[str, Callable[[Stage], bool]] = {
    "firewall": lambda stage: stage.firewall,
    "cache": lambda stage: stage.dax_nodes > 0,
    "service-alarms": lambda stage: stage.alarms != "least",
    "edge-alarms": lambda stage: stage.alarms != "least",
    "edge-logs": lambda stage: stage.edge_logs,
    "backup": lambda stage: stage.backups,
    "budget": lambda stage: stage.monthly_budget > 0,
}
OPTIONAL = frozenset(_SWITCHES)


def parts(stage: Stage) -> tuple[Part, ...]:
    """The stacks that this stage's settings ask for."""
    return tuple(part for part in EVERY_PART if part.concern not in OPTIONAL or _SWITCHES[part.concern](stage))


def logical_name(concern: str) -> str:
    """The resource that a part is in the one stack."""
    return "".join(word.capitalize() for word in concern.split("-"))


def _given(concern: str, stage: Stage, outputs: Outputs) -> dict[str, str]:
    """What a template is given beside the stage's name; defaults of templates are left to them."""
    known = _Known(outputs)
    protected = "true" if stage.protected else "false"
    replicas = {f"ReplicaRegion{place}": region for place, region in enumerate(stage.replica_regions, start=1)}
    given = {
        "identity": {
            "Protected": protected,
            "RoleBoundary": stage.role_boundary,
            "SigningKeyIn": stage.signing_key,
            **_sign_in(stage),
        },
        "data": {
            "Protected": protected,
            "KmsKeyArn": stage.kms_key_arn,
            "Encryption": stage.table_encryption,
            "Capacity": stage.table_capacity,
            "Owner": stage.owner,
            **replicas,
        },
        "cache": {
            "RoleBoundary": stage.role_boundary,
            "Nodes": str(stage.dax_nodes),
            "NodeType": stage.dax_node_type,
            "NetworkRange": stage.network_range,
            **dict(zip(("FirstZone", "SecondZone", "ThirdZone"), stage.dax_zones, strict=False)),
            "NodeCode": _node_code(stage.dax_node_type),
            "KmsKeyArn": stage.kms_key_arn,
        },
        "messaging": {
            "MailFrom": stage.mail_from,
            "MailDomain": stage.mail_domain,
            "OwnerEmail": stage.owner_email,
            "AlarmEmail": stage.alarm_email,
            "MakesMailIdentity": "true" if stage.mail_identity == "create" else "false",
        },
        "edge": {
            "DomainName": stage.domain,
            "CertificateArn": stage.certificate_arn,
            "HostedZoneId": stage.hosted_zone_id,
            "FirewallArn": known["FirewallArn"] if stage.firewall else "",
            "PriceClass": stage.price_class,
            "SignInPages": stage.sign_in_pages,
            "LogDays": str(stage.log_days),
            "RoleBoundary": stage.role_boundary,
            # These are known after the first release, and stay.
            "ApiDomain": outputs.get("ApiDomain", ""),
            "ApiKey": outputs.get("SiteApiKey", ""),
        },
        "media": {"AllowedOrigins": known["SiteUrl"]},
        "observability": {
            "RoleBoundary": stage.role_boundary,
            "LogDays": str(stage.log_days),
            "ApiName": stage.api_name,
            "SetsUpApiLogs": "true" if stage.sets_up_api_logs else "false",
            "Alarms": stage.alarms,
            "MakesDashboard": "true" if stage.dashboard else "false",
            "TracedShare": str(stage.traced_share),
            "RunbooksUrl": stage.runbooks_url,
        },
        "service-alarms": {
            "Alarms": stage.alarms,
            "RunbooksUrl": stage.runbooks_url,
            "ConcurrencyThreshold": str(_four_fifths(stage.concurrency_quota)),
            "MailThreshold": str(_four_fifths(stage.mail_quota)),
            "DaxCluster": known["DaxClusterName"] if stage.dax_nodes else "",
        },
        "edge-alarms": {
            "DistributionId": known["DistributionId"],
            "CertificateArn": stage.certificate_arn if stage.domain else "",
            "AlarmEmail": stage.alarm_email,
            "RunbooksUrl": stage.runbooks_url,
        },
        "firewall": {"RequestsPerFiveMinutes": str(stage.firewall_rate)},
        "backup": {
            "RoleBoundary": stage.role_boundary,
            "KeptDays": str(stage.backup_days),
            "CopyVaultArn": stage.backup_copy_vault_arn,
            "RunbooksUrl": stage.runbooks_url,
        },
        "edge-logs": {"DistributionArn": known["DistributionArn"], "LogsBucketArn": known["LogsBucketArn"]},
        "budget": {
            "Email": stage.alarm_email,
            "Monthly": str(stage.monthly_budget),
            "AnomalyMonitorArn": stage.anomaly_monitor_arn,
            "AnomalyAmount": str(stage.anomaly_amount) if stage.anomaly_monitor_arn else "",
        },
    }
    return {name: value for name, value in given.get(concern, {}).items() if value}


def _sign_in(stage: Stage) -> dict[str, str]:
    by_ses = stage.sign_in_mail == "ses"
    return {
        "Mfa": {"optional": "OPTIONAL", "required": "ON", "off": "OFF"}[stage.mfa],
        "SenderIdentity": stage.mail_identity_name if by_ses else "",
        "Sender": stage.mail_from if by_ses else "",
        "HostedDomain": stage.sign_in_domain,
        "HostedCertificateArn": stage.sign_in_certificate_arn,
        "HostedZoneId": stage.hosted_zone_id if stage.sign_in_domain else "",
        "ReturnUrls": f"https://{stage.domain}/,https://{stage.domain}/sign-in/" if stage.sign_in_domain else "",
        "GoogleClientId": stage.google_client_id,
        "GoogleSecretName": stage.google_secret_name,
        "SamlMetadataUrl": stage.saml_metadata_url,
    }


def _four_fifths(quota: int) -> int:
    return quota * 4 // 5


def _node_code(node_type: str) -> str:
    """Two characters of a cluster's name, which has room for no more."""
    return hashlib.sha256(node_type.encode()).hexdigest()[:2]


class _Known:
    def __init__(self, outputs: Outputs) -> None:
        self._outputs = outputs

    def __getitem__(self, name: str) -> str:
        return self._outputs.get(name, UNKNOWN)

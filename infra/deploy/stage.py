"""A stage: what differs from one to the next, read from infra/stages/NAME.yaml."""

import re
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import yaml

from infra.deploy import stage_rules
from infra.deploy.stage_rules import CHOICES, problems

ROOT = Path(__file__).parents[2]
STAGES = ROOT / "infra" / "stages"
APP = "mytodolist"
# API Gateway's stage is the first part of every path, so CloudFront hands /api/* on as it is.
API_STAGE = "api"
GLOBAL_REGION = stage_rules.GLOBAL_REGION
_NAME = re.compile(r"[a-z][a-z0-9]{1,11}")
# Regions of partitions whose endpoints may go back to authorities of their own.
_OTHER_AUTHORITIES = ("cn-", "eusc-", "us-iso", "eu-iso")
_KINDS = {str: "text", int: "a whole number", float: "a number", bool: "true or false", tuple: "a list of texts"}


class StageError(Exception):
    """A stage's settings are not usable; the message is one sentence for the terminal."""


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage's settings.

    Memory is in MB, rates in requests a second, `reader_quota` in requests a day, `monthly_budget` in USD, `cache_size`
    in GB of API Gateway's cache; `dax_nodes` are 3 at most, of which 1 is for trying out; `alarms` are all, the few
    without which something may be lost in silence, or the least, ten, which are free. `concurrency_quota` is the
    account's quota of concurrent executions of Lambda and `mail_quota` SES's of mails in 24 hours (0: no alarm for it):
    alarms go off at four fifths of them. `api_reserved_concurrency` executions are kept for the API, and
    `event_reserved_concurrency` for each event function, which is also the most that each of them gets; 0 reserves
    none. `runbooks_url` is the address of the folder docs/runbooks, to which the alarms' descriptions link. Empty
    texts and zeros leave things out: a domain, a budget, a cache, somebody to mail. `tracing` is how the API tells
    X-Ray of requests: `lean` or `sdk`; the event functions leave it to the SDK. With `off` nobody does. `decoding` is
    what reads stored items: `tables`, or `pynamodb` itself. `amazon_roots` is whether functions trust Amazon's
    certificate authorities alone, `snapstart` whether the API starts from snapshots, in one stack. `method_metrics`
    adds paid metrics of each method to the API's free ones. `store_transport` is how functions reach DynamoDB: `lean`,
    or `botocore` for its stock client.

    `anomaly_monitor_arn` is the account's monitor of cost anomalies: `alarm_email` gets a mail about each of
    `anomaly_amount` USD or more.

    `mail_identity` is `create`, where the stage makes the SES identity that it sends from, or `existing`, where the
    account has it and the stage leaves it alone. `sign_in_mail` is who mails Cognito's codes. `sign_in_domain` is the
    first part of a domain of Cognito's, or a domain of one's own with its certificate. `firewall_rate` is how many
    requests one address may send in five minutes. `closed_api` asks every caller of the API for a key.
    With the `queue_polling` `when_needed`, Lambda polls a queue only after the schedule of sweep-mail, every
    five minutes, has seen a message in it. `table_capacity` is `on_demand` or `provisioned`, which is as much as is
    always free. `table_encryption` is by `aws_managed_key` or `aws_owned_key`, which costs nothing. `signing_key` says
    whether that key is a `secret` of Secrets Manager or a `parameter` of Systems Manager, which costs nothing.
    `dax_zones` names two or three availability zones; the first three of the region are the default. `owner` is a tag.
    `roles_have_boundary` bounds every role of the stage by the policy that `make bootstrap` has made.
    docs/settings.md explains each setting.
    """

    name: str
    region: str
    mail_from: str
    account: str = ""
    mail_domain: str = ""
    owner_email: str = ""
    alarm_email: str = ""
    protected: bool = False
    firewall: bool = False
    backups: bool = False
    edge_logs: bool = False
    sets_up_api_logs: bool = False
    roles_have_boundary: bool = False
    domain: str = ""
    feed_origin: str = ""
    certificate_arn: str = ""
    hosted_zone_id: str = ""
    kms_key_arn: str = ""
    replica_regions: tuple[str, ...] = ()
    monthly_budget: int = 0
    anomaly_monitor_arn: str = ""
    anomaly_amount: int = 10
    architecture: str = "arm64"
    api_memory: int = 512
    event_memory: int = 512
    thumbnail_memory: int = 1024
    log_days: int = 30
    alarms: str = "all"
    runbooks_url: str = "https://code.example.com/mytodolist/docs/runbooks"
    concurrency_quota: int = 1000
    mail_quota: int = 0
    api_reserved_concurrency: int = 0
    event_reserved_concurrency: int = 0
    dashboard: bool = True
    method_metrics: bool = False
    traced_share: float = 0.05
    amazon_roots: bool = True
    snapstart: bool = False
    tracing: str = "lean"
    decoding: str = "tables"
    store_transport: str = "lean"
    throttle_rate: int = 50
    throttle_burst: int = 100
    reader_rate: int = 5
    reader_burst: int = 10
    reader_quota: int = 10_000
    cache_size: str = ""
    dax_nodes: int = 0
    dax_node_type: str = "dax.t3.small"
    dax_zones: tuple[str, ...] = ()
    network_range: str = "10.71.0.0/24"
    mail_identity: str = "create"
    sign_in_mail: str = "cognito"
    mfa: str = "optional"
    sign_in_domain: str = ""
    sign_in_certificate_arn: str = ""
    google_client_id: str = ""
    google_secret_name: str = ""
    saml_metadata_url: str = ""
    backup_days: int = 90
    backup_copy_vault_arn: str = ""
    firewall_rate: int = 2000
    price_class: str = "PriceClass_100"
    closed_api: bool = False
    owner: str = ""
    queue_polling: str = "always"
    table_capacity: str = "on_demand"
    table_encryption: str = "aws_managed_key"
    signing_key: str = "secret"

    def stack(self, concern: str) -> str:
        """The name of the stack of a concern."""
        return f"{APP}-{self.name}-{concern}"

    @property
    def tags(self) -> dict[str, str]:
        """The tags of everything that a deploy makes."""
        return {"app": APP, "stage": self.name} | ({"owner": self.owner} if self.owner else {})

    @property
    def mail_identity_name(self) -> str:
        """The SES identity that mails come from: the domain of the address, where the stage names one."""
        return self.mail_domain or self.mail_from

    @property
    def sign_in_pages(self) -> str:
        """The address of Cognito's own sign-in pages; empty without them."""
        if not self.sign_in_domain:
            return ""
        own = "." in self.sign_in_domain
        return f"https://{self.sign_in_domain}" + ("" if own else f".auth.{self.region}.amazoncognito.com")

    @property
    def sign_in_providers(self) -> list[str]:
        """The providers that people sign in by on those pages, as infra/templates/identity.yaml names them."""
        return [name for name, given in (("Google", self.google_client_id), ("SAML", self.saml_metadata_url)) if given]

    @property
    def requirements(self) -> str:
        """The file of what is packaged with the functions."""
        return "requirements-dax.txt" if self.dax_nodes else "requirements.txt"

    @property
    def trusts_amazon_alone(self) -> bool:
        """Whether functions trust Amazon's certificate authorities alone, as all of its own partitions may."""
        return self.amazon_roots and not self.region.startswith(_OTHER_AUTHORITIES)

    @property
    def boundary_name(self) -> str:
        """The managed policy that `make bootstrap` makes as the boundary of the stage's roles."""
        return f"boundary-{APP}-{self.name}"

    @property
    def role_boundary(self) -> str:
        """The boundary that the stage's roles have, by name; empty without one."""
        return self.boundary_name if self.roles_have_boundary else ""

    @property
    def api_name(self) -> str:
        """What the REST API is called; its metrics go by this name."""
        return f"{APP}-{self.name}"


def load(name: str, folder: Path = STAGES) -> Stage:
    """Read a stage's settings.

    Raises:
        StageError: there is no such stage, or its file says something this does not know.
    """
    if not _NAME.fullmatch(name):
        raise StageError(f"A stage is named by 2 to 12 small letters and digits, not {name!r}: make deploy STAGE=dev")
    path = folder / f"{name}.yaml"
    if not path.exists():
        known = ", ".join(sorted(each.stem for each in folder.glob("*.yaml")))
        raise StageError(f"There is no {path.name} in infra/stages: write one after those of {known}.")
    return parse(name, yaml.safe_load(path.read_text(encoding="utf-8")) or {})


def parse(name: str, values: Any) -> Stage:  # noqa: ANN401 - whatever the file says
    """Build a stage from the values of its file."""
    file = f"infra/stages/{name}.yaml"
    if not isinstance(values, dict):
        raise StageError(f"{file} must hold settings, one a line.")
    types = {field.name: field.type for field in fields(Stage) if field.name != "name"}
    given: dict[str, Any] = {}
    for key, value in values.items():
        if key not in types:
            raise StageError(f"{file}: there is no setting {key!r}.")
        kind = types[key] if isinstance(types[key], type) else tuple
        given[key] = _value(file, key, kind, value)
    missing = [key for key in ("region", "mail_from") if not given.get(key)]
    if missing:
        raise StageError(f"{file} lacks {' and '.join(missing)}.")
    stage = Stage(name, **given)
    wrong = next(problems(stage), None)
    if wrong is not None:
        raise StageError(f"{file}: {wrong}")
    return stage


def _value(file: str, key: str, kind: Any, value: Any) -> Any:  # noqa: ANN401 - a type, and what YAML holds
    if kind is tuple and isinstance(value, list) and all(isinstance(each, str) for each in value):
        return tuple(value)
    if kind is float and type(value) is int:
        return float(value)
    if value is False and "off" in CHOICES.get(key, ()):
        # YAML reads a plain `off` as false.
        return "off"
    if type(value) is not kind or kind is tuple:
        raise StageError(f"{file}: {key} must be {_KINDS[kind]}, not {value!r}.")
    return value

"""Every parameter of every template is reached by a setting of a stage, or is listed here with its reason."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from infra.deploy.parts import Part, parts
from infra.deploy.stage import Stage
from tests.templates.reading import TEMPLATES, names, template

OUTPUTS = {"ApiDomain": "abc.example.com", "SiteApiKey": "key", "FirewallArn": "arn", "SiteUrl": "https://example.com"}
# A stage that says something of everything.
FULL = Stage(
    "dev",
    "eu-north-1",
    "blog@example.com",
    account="111122223333",
    mail_domain="example.com",
    mail_identity="existing",
    sign_in_mail="ses",
    owner_email="owner@example.com",
    alarm_email="alarms@example.com",
    protected=True,
    firewall=True,
    firewall_rate=1000,
    backups=True,
    backup_days=30,
    backup_copy_vault_arn="arn:aws:backup:eu-west-1:111122223333:backup-vault:copies",
    edge_logs=True,
    sets_up_api_logs=True,
    roles_have_boundary=True,
    domain="todo.example.com",
    certificate_arn="arn:aws:acm:us-east-1:111122223333:certificate/1",
    hosted_zone_id="Z1",
    kms_key_arn="arn:aws:kms:eu-north-1:111122223333:key/1",
    replica_regions=("eu-west-1", "eu-west-2", "eu-west-3"),
    monthly_budget=10,
    anomaly_monitor_arn="arn:aws:ce::111122223333:anomalymonitor/0a1b2c3d-0000-4000-8000-00000000000a",
    anomaly_amount=50,
    log_days=14,
    alarms="few",
    dashboard=False,
    traced_share=0.5,
    dax_nodes=3,
    dax_zones=("eu-north-1a", "eu-north-1b", "eu-north-1c"),
    network_range="10.72.0.0/24",
    mfa="required",
    sign_in_domain="auth.example.com",
    sign_in_certificate_arn="arn:aws:acm:us-east-1:111122223333:certificate/2",
    google_client_id="client",
    google_secret_name="secret",
    saml_metadata_url="https://idp.example.com/metadata",
    price_class="PriceClass_200",
    owner="web-team",
)
RETURNS = "https://todo.example.com/,https://todo.example.com/sign-in/"
# They are of an account and not of a stage; `make bootstrap` says what they are given.
OF_THE_ACCOUNT = {"cloud/bootstrap", "cloud/deploy-role"}
# Parameters that no setting reaches, and why.
LEFT_TO_THE_TEMPLATE: Mapping[str, str] = {
    "edge.IsLocal": "the laptop says it",
    "edge.ApiStage": "every stage of API Gateway is named api",
    "edge.ApiKeySecretArn": "the one stack says it",
    "edge.ConnectOrigins": "the laptop says it; the template knows a deployed stage's",
    "edge.ImageOrigins": "the laptop says it; the template knows a deployed stage's",
    "media.IsLocal": "the laptop says it",
    "messaging.IsLocal": "the laptop says it",
    "cloud/backup.KmsKeyArn": "the vault's own key, since a key of the tables' owner need not admit AWS Backup",
    "cloud/cache.ItemSeconds": "the freshness that the caches promise, held to the laptop's by a test",
    "cloud/cache.QuerySeconds": "the freshness that the caches promise, held to the laptop's by a test",
    "cloud/deploys.KeptDays": "how far back a release can be taken is alike for all stages",
    "cloud/logs.KeptDays": "access logs of the buckets are kept alike for all stages",
    "cloud/observability.KmsKeyArn": "a key of the tables' owner need not admit CloudWatch Logs",
    "cloud/observability.ApiStage": "every stage of API Gateway is named api",
}


def declared() -> set[str]:
    of_a_stage = set(names()) - OF_THE_ACCOUNT
    return {f"{name}.{parameter}" for name in of_a_stage for parameter in template(name)["Parameters"]}


def reached(stage: Stage) -> set[str]:
    """The parameters that the stage's settings decide."""
    made = [(_name(part), part.stack(stage, OUTPUTS).parameters) for part in parts(stage)]
    return {f"{name}.{parameter}" for name, parameters in made for parameter in parameters}


def unreached(parameters: Iterable[str], stage: Stage = FULL) -> set[str]:
    return set(parameters) - reached(stage) - set(LEFT_TO_THE_TEMPLATE)


def test_every_parameter_is_reached_by_a_setting_or_listed() -> None:
    assert unreached(declared()) == set()


def test_a_parameter_that_nobody_wired_is_found() -> None:
    assert unreached({*declared(), "identity.NewFeature"}) == {"identity.NewFeature"}


def test_every_template_is_of_a_stage_or_of_the_account() -> None:
    assert {_name(part) for part in parts(FULL)} | OF_THE_ACCOUNT == set(names())


def test_what_is_listed_is_there_and_not_reached_after_all() -> None:
    assert set(LEFT_TO_THE_TEMPLATE) <= declared()
    assert set(LEFT_TO_THE_TEMPLATE) & reached(FULL) == set()


def test_no_stack_is_given_a_parameter_that_its_template_lacks() -> None:
    assert reached(FULL) <= declared()


@pytest.mark.parametrize(
    ("setting", "value", "parameter", "given"),
    [
        ("mfa", "off", "identity.Mfa", "OFF"),
        ("mfa", "optional", "identity.Mfa", "OPTIONAL"),
        ("sign_in_mail", "cognito", "identity.SenderIdentity", None),
        ("sign_in_mail", "ses", "identity.SenderIdentity", "example.com"),
        ("sign_in_mail", "ses", "identity.Sender", "blog@example.com"),
        ("mail_domain", "", "identity.SenderIdentity", "blog@example.com"),
        ("mail_identity", "existing", "messaging.MakesMailIdentity", "false"),
        ("mail_identity", "create", "messaging.MakesMailIdentity", "true"),
        ("sign_in_domain", "auth.example.com", "identity.ReturnUrls", RETURNS),
        ("sign_in_domain", "", "identity.ReturnUrls", None),
        ("sign_in_domain", "auth.example.com", "edge.SignInPages", "https://auth.example.com"),
        ("sign_in_domain", "my-todos", "edge.SignInPages", "https://my-todos.auth.eu-north-1.amazoncognito.com"),
        ("sign_in_domain", "", "edge.SignInPages", None),
        ("roles_have_boundary", True, "identity.RoleBoundary", "boundary-mytodolist-dev"),
        ("firewall_rate", 500, "cloud/firewall.RequestsPerFiveMinutes", "500"),
        ("price_class", "PriceClass_All", "edge.PriceClass", "PriceClass_All"),
        ("backup_days", 7, "cloud/backup.KeptDays", "7"),
        ("dax_zones", ("eu-north-1b", "eu-north-1c"), "cloud/cache.FirstZone", "eu-north-1b"),
        ("dax_zones", ("eu-north-1b", "eu-north-1c"), "cloud/cache.ThirdZone", None),
    ],
)
def test_a_setting_says_what_the_template_is_given(setting: str, value: Any, parameter: str, given: str | None) -> None:
    stage = replace(FULL, **{setting: value})
    name, _, wanted = parameter.rpartition(".")
    [part] = [each for each in parts(stage) if _name(each) == name]
    assert part.stack(stage, OUTPUTS).parameters.get(wanted) == given


def _name(part: Part) -> str:
    return (TEMPLATES / part.template).relative_to(TEMPLATES).with_suffix("").as_posix()

"""A stage's file: read strictly, with a sentence for what is wrong in it."""

import re
from collections.abc import Iterable
from dataclasses import fields
from pathlib import Path

import pytest
import yaml

from infra.deploy.stage import ROOT, STAGES, Stage, StageError, load, parse

MONITOR = "arn:aws:ce::210987654321:anomalymonitor/0a1b2c3d-0000-4000-8000-00000000000a"
LEAST = {"region": "eu-north-1", "mail_from": "blog@example.com"}
CERTIFICATE = "arn:aws:acm:us-east-1:111122223333:certificate/1"
SITE = {**LEAST, "domain": "todo.example.com", "certificate_arn": CERTIFICATE}
VAULT = "arn:aws:backup:eu-west-1:444455556666:backup-vault:copies"


@pytest.mark.parametrize("name", sorted(path.stem for path in STAGES.glob("*.yaml")))
def test_every_stage_of_ours_can_be_read(name: str) -> None:
    assert load(name).name == name


def test_what_a_file_leaves_out_has_a_default() -> None:
    stage = parse("dev", LEAST)
    assert (stage.architecture, stage.protected, stage.replica_regions) == ("arm64", False, ())
    assert (stage.stack("data"), stage.api_name) == ("mytodolist-dev-data", "mytodolist-dev")


def test_numbers_and_lists_are_taken_as_yaml_has_them() -> None:
    stage = parse("dev", {**LEAST, "traced_share": 1, "replica_regions": ["eu-west-1"]})
    assert (stage.traced_share, stage.replica_regions) == (1.0, ("eu-west-1",))


def test_an_off_that_yaml_reads_as_false_is_off() -> None:
    assert parse("dev", yaml.safe_load("{region: eu-north-1, mail_from: blog@example.com, mfa: off}")).mfa == "off"


def test_everything_that_a_stage_makes_is_tagged_with_the_app_the_stage_and_its_owner() -> None:
    assert parse("dev", LEAST).tags == {"app": "mytodolist", "stage": "dev"}
    assert parse("dev", {**LEAST, "owner": "web team"}).tags["owner"] == "web team"


def test_daxs_client_is_packaged_where_there_is_a_dax() -> None:
    assert parse("dev", LEAST).requirements == "requirements.txt"
    assert parse("dev", {**LEAST, "dax_nodes": 1}).requirements == "requirements-dax.txt"


def undocumented(names: Iterable[str]) -> set[str]:
    """The settings without a row on the page of settings."""
    rows = [
        line for line in (ROOT / "docs" / "settings.md").read_text(encoding="utf-8").splitlines() if line[:1] == "|"
    ]
    documented = {name for row in rows for name in re.findall(r"`(\w+)`", row.split("|")[1])}
    return set(names) - documented


def test_every_setting_has_a_row_on_its_page() -> None:
    settings = {field.name for field in fields(Stage)} - {"name"}
    assert undocumented(settings) == set()
    assert undocumented({*settings, "new_setting"}) == {"new_setting"}


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        (None, "must hold settings, one a line"),
        ({}, "lacks region and mail_from"),
        ({**LEAST, "colour": "red"}, "there is no setting 'colour'"),
        ({**LEAST, "protected": "yes"}, "protected must be true or false, not 'yes'"),
        ({**LEAST, "api_memory": True}, "api_memory must be a whole number, not True"),
        ({**LEAST, "replica_regions": "eu-west-1"}, "replica_regions must be a list of texts"),
        ({**LEAST, "domain": "example.com"}, "the domain needs certificate_arn: a certificate in us-east-1"),
        ({**LEAST, "monthly_budget": 5}, "the monthly_budget needs alarm_email"),
        ({**LEAST, "anomaly_monitor_arn": MONITOR}, "the anomaly_monitor_arn needs monthly_budget"),
        (
            {**LEAST, "anomaly_monitor_arn": "all services"},
            "the anomaly_monitor_arn is the ARN of a cost anomaly monitor",
        ),
        ({**LEAST, "architecture": "riscv"}, "arm64 or x86_64, not 'riscv'"),
        ({**LEAST, "tracing": "loud"}, "lean, sdk or off, not 'loud'"),
        ({**LEAST, "decoding": "guesses"}, "tables or pynamodb, not 'guesses'"),
        ({**LEAST, "store_transport": "urllib3"}, "lean or botocore, not 'urllib3'"),
        ({**LEAST, "cache_size": "2"}, r"the cache_size is 0\.5, 1\.6, .*, not '2'"),
        ({**LEAST, "dax_nodes": 4}, "the dax_nodes is a number from 0 to 3, not 4"),
        ({**LEAST, "dax_node_type": "t3.small"}, r"the dax_node_type is like dax\.t3\.small, not 't3\.small'"),
        ({**LEAST, "alarms": "none"}, "the alarms is all, few or least, not 'none'"),
        ({**LEAST, "mail_identity": "adopt"}, "the mail_identity is create or existing, not 'adopt'"),
        ({**LEAST, "mail_domain": "example.org"}, r"the mail_from is no address of the mail_domain example\.org"),
        ({**LEAST, "sign_in_mail": "ses"}, "ses needs mail_identity: existing, since Cognito takes a verified"),
        ({**LEAST, "mfa": "always"}, "the mfa is optional, required or off, not 'always'"),
        ({**LEAST, "mfa": "required"}, "required needs sign_in_domain: people set up their second factor on"),
        ({**LEAST, "sign_in_domain": "my-todos"}, "the sign_in_domain needs domain: the site that its pages return to"),
        ({**SITE, "sign_in_domain": "auth.example.com"}, "sign_in_domain needs sign_in_certificate_arn"),
        ({**SITE, "sign_in_domain": "awesome-aws"}, "may not contain aws, amazon, cognito: Cognito keeps these words"),
        (
            {**SITE, "sign_in_domain": "my todos"},
            "the first part of a domain of Cognito's, or a domain, not 'my todos'",
        ),
        ({**SITE, "sign_in_certificate_arn": "arn:aws:acm:eu-west-1:1:x"}, "the ARN of a certificate in us-east-1"),
        ({**SITE, "google_client_id": "x"}, "needs google_secret_name: the secret in Secrets Manager"),
        ({**SITE, "google_secret_name": "x"}, "needs google_client_id"),
        ({**SITE, "google_client_id": "x", "google_secret_name": "y"}, "google_client_id needs sign_in_domain"),
        ({**SITE, "saml_metadata_url": "https://idp.example.com/saml"}, "saml_metadata_url needs sign_in_domain"),
        ({**LEAST, "saml_metadata_url": "http://idp.example.com"}, "the saml_metadata_url is an https address"),
        ({**LEAST, "backup_copy_vault_arn": "vault"}, "the backup_copy_vault_arn is the ARN of a backup vault"),
        ({**LEAST, "backup_copy_vault_arn": VAULT}, "the backup_copy_vault_arn needs backups"),
        ({**LEAST, "backup_days": 0}, "the backup_days is a number from 1 to 36500, not 0"),
        ({**LEAST, "firewall_rate": 9}, "the firewall_rate is a number from 10 to 2000000000, not 9"),
        ({**LEAST, "price_class": "200"}, "the price_class is PriceClass_100, .*, not '200'"),
        ({**LEAST, "runbooks_url": "docs/runbooks"}, "the runbooks_url is an https address without a final slash"),
        ({**LEAST, "runbooks_url": "https://a.test/runbooks/"}, "the runbooks_url is an https address without a final"),
        ({**LEAST, "feed_origin": "blog.example.com"}, "the feed_origin is an address like https://blog"),
        ({**LEAST, "network_range": "10.0.0.0/16"}, "the network_range is a range of addresses like"),
        ({**LEAST, "dax_zones": ["eu-north-1a"]}, "the dax_zones are two or three zones of the region, not 1"),
        ({**LEAST, "dax_zones": ["eu-north-1a", "eu-west-1b"]}, "are zones of eu-north-1, such as eu-north-1a"),
        ({**LEAST, "owner": "a & b"}, "the owner is a text that AWS takes as a tag, not 'a & b'"),
        ({**LEAST, "cache_size": 0.5}, r"cache_size must be text, not 0\.5"),
    ],
)
def test_what_is_wrong_is_a_sentence_that_names_it(values: object, sentence: str) -> None:
    with pytest.raises(StageError, match=rf"^infra/stages/dev\.yaml.*{sentence}"):
        parse("dev", values)


@pytest.mark.parametrize("name", ["", "Dev", "a", "way-too-long-a-name", "../dev"])
def test_a_name_that_is_none_is_refused(name: str) -> None:
    with pytest.raises(StageError, match="named by 2 to 12 small letters"):
        load(name)


def test_a_stage_that_nobody_wrote_names_those_there_are(tmp_path: Path) -> None:
    (tmp_path / "dev.yaml").write_text("region: eu-north-1\n")
    with pytest.raises(StageError, match=r"no prod\.yaml in infra/stages: write one after those of dev"):
        load("prod", tmp_path)


def test_a_stage_cannot_be_changed_by_accident() -> None:
    with pytest.raises(AttributeError):
        parse("dev", LEAST).name = "prod"  # type: ignore[misc]
    assert Stage("dev", "eu-north-1", "a@example.com") == Stage("dev", "eu-north-1", "a@example.com")

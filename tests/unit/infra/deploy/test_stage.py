"""A stage's file: read strictly, with a sentence for what is wrong in it."""

from pathlib import Path

import pytest

from infra.deploy.stage import STAGES, Stage, StageError, load, parse

LEAST = {"region": "eu-north-1", "mail_from": "blog@example.com"}


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


def test_daxs_client_is_packaged_where_there_is_a_dax() -> None:
    assert parse("dev", LEAST).requirements == "requirements.txt"
    assert parse("dev", {**LEAST, "dax_nodes": 1}).requirements == "requirements-dax.txt"


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        (None, "must hold settings, one a line"),
        ({}, "lacks region and mail_from"),
        ({**LEAST, "colour": "red"}, "there is no setting 'colour'"),
        ({**LEAST, "protected": "yes"}, "protected must be true or false, not 'yes'"),
        ({**LEAST, "api_memory": True}, "api_memory must be a whole number, not True"),
        ({**LEAST, "replica_regions": "eu-west-1"}, "replica_regions must be a list of texts"),
        ({**LEAST, "domain": "example.com"}, "the domain needs its certificate_arn"),
        ({**LEAST, "monthly_budget": 5}, "the monthly_budget needs an alarm_email"),
        ({**LEAST, "architecture": "riscv"}, "arm64 or x86_64, not 'riscv'"),
        ({**LEAST, "tracing": "loud"}, "lean, sdk or off, not 'loud'"),
        ({**LEAST, "decoding": "guesses"}, "tables or pynamodb, not 'guesses'"),
        ({**LEAST, "store_transport": "urllib3"}, "lean or botocore, not 'urllib3'"),
        ({**LEAST, "cache_size": "2"}, r"the cache_size is one of 0\.5, 1\.6, .*, not '2'"),
        ({**LEAST, "dax_nodes": 4}, "the dax_nodes are 0 to 3, not 4"),
        ({**LEAST, "dax_node_type": "t3.small"}, r"the dax_node_type is like dax\.t3\.small, not 't3\.small'"),
        ({**LEAST, "alarms": "none"}, "the alarms are all, few, least, not 'none'"),
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

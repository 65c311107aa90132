"""What Chalice is told of a stage is in two files: one that everybody has, and one that only its owner reads."""

import json
import re
import stat
from pathlib import Path

import pytest

from infra.deploy.stage import ROOT
from infra.local.layout import STAGE as LAPTOP
from infra.stage_values import StageValues, read_values, values_file, with_values, write_values

COMMITTED = json.loads((ROOT / ".chalice" / "config.json").read_text())
VALUES = StageValues("eu-north-1", {"environment_variables": {"TODOS_TABLE": "todos"}, "lambda_functions": {"a": {}}})


def test_values_are_kept_for_their_owner_alone(tmp_path: Path) -> None:
    write_values(tmp_path, "dev", VALUES)
    assert read_values(tmp_path, "dev") == VALUES
    assert stat.S_IMODE(values_file(tmp_path, "dev").stat().st_mode) == 0o600


def test_a_stage_that_is_not_there_has_none(tmp_path: Path) -> None:
    assert read_values(tmp_path, "dev") is None


def test_both_files_are_read_as_one() -> None:
    committed = {"app_name": "x", "stages": {"dev": {"environment_variables": {"STAGE": "dev"}}, "other": {"a": 1}}}
    assert with_values(committed, "dev", VALUES) == {
        "app_name": "x",
        "stages": {
            "dev": {
                "environment_variables": {"STAGE": "dev", "TODOS_TABLE": "todos"},
                "lambda_functions": {"a": {}},
            },
            "other": {"a": 1},
        },
    }


def test_a_stage_that_the_committed_file_does_not_name_has_its_values_alone() -> None:
    assert with_values({}, "new", VALUES) == {"stages": {"new": VALUES.config}}


@pytest.mark.parametrize("stage", [LAPTOP, *(path.stem for path in (ROOT / "infra" / "stages").glob("*.yaml"))])
def test_chalice_knows_every_stage_by_its_name(stage: str) -> None:
    assert COMMITTED["stages"][stage]["environment_variables"] == {"STAGE": stage}


def test_the_committed_file_has_no_secret_and_nothing_of_an_account() -> None:
    assert COMMITTED["autogen_policy"] is False
    told = {name: set(one["environment_variables"]) for name, one in COMMITTED["stages"].items()}
    assert told == {name: {"STAGE"} for name in told}
    assert not re.search(r"arn:|\d{12}", json.dumps(COMMITTED))


def test_a_function_has_the_environment_of_all_and_its_own() -> None:
    own = {"api_handler": {"environment_variables": {"SIGNING_KEY": "key"}}}
    values = StageValues("eu-north-1", {**VALUES.config, "lambda_functions": own})
    assert values.environment_of("api_handler") == {"TODOS_TABLE": "todos", "SIGNING_KEY": "key"}
    assert values.environment_of("tell-owner") == {"TODOS_TABLE": "todos"}

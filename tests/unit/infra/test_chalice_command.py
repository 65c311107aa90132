"""Chalice's own commands find the values of their stage, or end with a sentence."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import click
import pytest
from chalice.config import Config

from infra import chalice_command, shell
from infra.local.layout import ROOT
from infra.stage_values import StageValues, write_values
from tests.support.terminal import FOREIGN_SHELL
from tests.unit.conftest import ENVIRONMENT

Run = Callable[..., Config]
APPLICATION = {name: value for name, value in ENVIRONMENT.items() if not name.startswith("AWS_")}
TODOS = {"TODOS_TABLE": "todos-of-dev"}
VALUES = StageValues(
    "eu-north-1",
    {
        "environment_variables": {**APPLICATION, **TODOS, "STAGE": "dev"},
        "lambda_functions": {"publish-pages": {"environment_variables": {"DISTRIBUTION_ID": "E1"}}},
    },
)


@pytest.fixture
def environment() -> Iterator[None]:
    """The process's environment, put back afterwards; Chalice's Config too."""
    before = dict(os.environ)
    for name in ENVIRONMENT.keys() | {"AWS_REGION", "AWS_DEFAULT_REGION", "CHALICE_WORKER"}:
        os.environ.pop(name, None)
    yield
    os.environ.clear()
    os.environ.update(before)
    if hasattr(Config, "_config_from_disk"):
        del Config._config_from_disk


@pytest.fixture
def run(tmp_path: Path, environment: None) -> Run:
    """Do what a command of Chalice does up to the import of app.py, and return Chalice's configuration."""

    def command(name: str = "deploy", stage: str = "dev", **shell: str) -> Config:
        os.environ.update({"STAGE": stage} | shell)
        on_disk = {"stages": {stage: {"environment_variables": {"STAGE": stage}}}}
        config = Config(chalice_stage=stage, config_from_disk=on_disk)
        context = click.Context(click.Command(name), info_name=name)
        context.params["stage"] = stage
        with context:
            chalice_command.prepare(tmp_path)
        return config

    return command


def test_a_configuration_that_was_read_before_has_the_values_too(tmp_path: Path, run: Run) -> None:
    write_values(tmp_path, "dev", VALUES)
    config = run()
    assert config.environment_variables == VALUES.environment
    assert config.scope("dev", "publish-pages").environment_variables == {**VALUES.environment, "DISTRIBUTION_ID": "E1"}
    assert os.environ["TODOS_TABLE"] == "todos-of-dev"


def test_the_region_is_the_stages(tmp_path: Path, run: Run) -> None:
    write_values(tmp_path, "dev", VALUES)
    run()
    assert os.environ["AWS_DEFAULT_REGION"] == "eu-north-1"


@pytest.mark.parametrize("name", ["AWS_REGION", "AWS_DEFAULT_REGION"])
def test_a_shell_in_another_region_is_refused(tmp_path: Path, run: Run, name: str) -> None:
    write_values(tmp_path, "dev", VALUES)
    with pytest.raises(click.ClickException, match=r"The stage dev is in eu-north-1, and .* says eu-west-1\."):
        run(**{name: "eu-west-1"})


@pytest.mark.parametrize("command", ["deploy", "delete", "plan"])
def test_a_stage_that_is_not_deployed_is_refused_by_what_asks_aws(run: Run, command: str) -> None:
    with pytest.raises(click.ClickException, match=r"run make deploy STAGE=dev, then this again\.$"):
        run(command)


@pytest.mark.parametrize("command", chalice_command.WITHOUT_AWS)
def test_what_asks_nothing_of_aws_does_with_placeholders(
    tmp_path: Path, run: Run, command: str, capfd: pytest.CaptureFixture[str]
) -> None:
    config = run(command)
    assert config.environment_variables["TODOS_TABLE"].startswith("arn:aws:none:")
    assert (tmp_path / ".chalice" / config.scope("dev", "api_handler").iam_policy_file).exists()
    assert "A package to deploy: make package STAGE=dev." in capfd.readouterr().err


def test_a_stage_that_has_no_file_is_no_stage(run: Run) -> None:
    with pytest.raises(click.ClickException, match=r"There is no nosuch\.yaml in infra/stages"):
        run("package", "nosuch")


def test_a_stage_that_the_configuration_does_not_name_is_refused(tmp_path: Path, run: Run) -> None:
    write_values(tmp_path, "dev", VALUES)
    with pytest.raises(click.ClickException, match=r'add "": \{"environment_variables": .* of \.chalice/config\.json'):
        run(stage="")


def test_values_of_an_earlier_version_are_refused_by_the_first_name_that_lacks(tmp_path: Path, run: Run) -> None:
    older = {name: value for name, value in VALUES.environment.items() if name != "TODOS_TABLE"}
    write_values(tmp_path, "dev", StageValues("eu-north-1", {"environment_variables": older}))
    with pytest.raises(click.ClickException, match=r"The environment lacks TODOS_TABLE\. .* run make deploy STAGE=dev"):
        run()


def test_the_laptop_is_served_with_its_own_keys_whatever_the_shell_has(tmp_path: Path, run: Run) -> None:
    own = {**APPLICATION, "STAGE": "local", "AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "LKIA"}
    write_values(tmp_path, "local", StageValues("us-east-1", {"environment_variables": own}))
    run("deploy", "local", **{**FOREIGN_SHELL, "STAGE": "local"})
    assert (os.environ["AWS_REGION"], os.environ["AWS_ACCESS_KEY_ID"]) == ("us-east-1", "LKIA")
    elsewhere = {name for name in FOREIGN_SHELL if shell.leads_elsewhere(name)} - own.keys() - {"AWS_DEFAULT_REGION"}
    assert {name: os.environ[name] for name in elsewhere & os.environ.keys()} == {"AWS_CONFIG_FILE": os.devnull}


def test_the_laptops_own_keys_leave_what_app_py_asks_before_it_verifies_tokens(tmp_path: Path, run: Run) -> None:
    own = {**APPLICATION, "STAGE": "local", "AWS_ACCESS_KEY_ID": "LKIA"}
    write_values(tmp_path, "local", StageValues("us-east-1", {"environment_variables": own}))
    run("local", "local", AWS_CHALICE_CLI_MODE="true")
    assert os.environ["AWS_CHALICE_CLI_MODE"] == "true"


def test_chalice_local_without_a_stage_serves_the_laptops_where_dev_is_not_deployed(
    tmp_path: Path, run: Run, capfd: pytest.CaptureFixture[str]
) -> None:
    own = {**APPLICATION, "STAGE": "local"}
    write_values(tmp_path, "local", StageValues("eu-north-1", {"environment_variables": own}))
    run("local")
    assert os.environ["STAGE"] == "local"
    assert capfd.readouterr().err.endswith("serving the laptop's stage local.\n")


def test_chalice_local_before_the_first_make_up_says_what_to_run(run: Run) -> None:
    with pytest.raises(click.ClickException, match=r"run make up, then this again\. For a stage on AWS: make deploy"):
        run("local")


@pytest.mark.enable_socket
def test_chalice_local_needs_an_engine_that_answers(tmp_path: Path, run: Run) -> None:
    own = {**APPLICATION, "STAGE": "local", "AWS_ENDPOINT_URL": "http://127.0.0.1:9"}
    write_values(tmp_path, "local", StageValues("eu-north-1", {"environment_variables": own}))
    with pytest.raises(click.ClickException, match=r"does not answer at http://127\.0\.0\.1:9: run make up"):
        run("local", "local")


def test_only_chalices_commands_prepare() -> None:
    # Lambda and the tests import app.py without any of this.
    source = (ROOT / "app.py").read_text()
    assert source.index('if "AWS_CHALICE_CLI_MODE" in os.environ') < source.index("chalice_command.prepare()")

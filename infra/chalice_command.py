"""What app.py does when one of Chalice's own commands imports it: `chalice local`, `deploy`, `package`, `delete`.

Chalice reads its settings from .chalice/config.json alone, before it imports the application. That file is committed,
so the values of a stage come from .chalice/stages/STAGE.json; `prepare` hands them to Chalice. Where a stage has no
values yet, the command ends with one sentence that names what to run.
https://aws.github.io/chalice/topics/configfile
https://aws.github.io/chalice/api.html#AWS_CHALICE_CLI_MODE
"""

import os
import signal
import sys
from pathlib import Path
from typing import Any, NoReturn
from urllib.request import urlopen

import click
from chalice.app import Chalice
from chalice.config import Config

from chalicelib.settings import SettingsError, read
from infra import shell
from infra.stage_values import StageValues, read_values, with_values

PROJECT = Path(__file__).parents[1]
LAPTOP = "local"
# Chalice's own stage where the command names none.
DEFAULT_STAGE = "dev"
# Commands that ask nothing of AWS: they do for a stage that is not deployed yet.
WITHOUT_AWS = ("package", "appgraph", "generate-models")
# Chalice's name of the function behind the REST API.
_API_HANDLER = "api_handler"
# `chalice local` sets this in the process that serves.
_SERVING = "CHALICE_WORKER"
# Where a Config of Chalice keeps what it read.
_READ = "_config_from_disk"
_ANSWER_SECONDS = 3.0


def prepare(project: Path = PROJECT) -> None:
    """Hand the stage's values to Chalice, and put its environment into this process.

    Raises:
        click.ClickException: there are none; Chalice prints the message and ends with status 1.
    """
    stage = _stage()
    values = _values(project, stage)
    _take_environment(stage, values)
    _hand_over(stage, values)
    try:
        read(os.environ)
    except SettingsError as error:
        refuse(f"{error} {_how_to_have(stage)}")
    if is_serving():
        _prepare_to_serve()


def finish(app: Chalice) -> None:
    """Make `chalice local` verify tokens, whichever stage it serves: by itself it lets every token pass."""
    if is_serving():
        from infra.local import gateway  # noqa: PLC0415 - the other commands do without

        gateway.install(app)


def is_serving() -> bool:
    """Whether the command is `chalice local`."""
    return _SERVING in os.environ or _command() == "local"


def refuse(sentence: str) -> NoReturn:
    """End Chalice's command with a sentence and a status other than 0.

    Raises:
        click.ClickException: in a thread that click knows.
    """
    if click.get_current_context(silent=True) is not None:
        raise click.ClickException(sentence)
    sys.stderr.write(f"Error: {sentence}\n")
    sys.stderr.flush()
    # The server's thread cannot end its process, and the process that watches files would end with status 0.
    if _SERVING in os.environ:
        os.kill(os.getppid(), signal.SIGTERM)
    os._exit(1)


def _stage() -> str:
    stage = os.environ.get("STAGE", "")
    context = click.get_current_context(silent=True)
    asked = stage if context is None else context.params.get("stage", stage)
    if not stage or asked != stage:
        entry = f'"{asked}": {{"environment_variables": {{"STAGE": "{asked}"}}}}'
        refuse(f"Chalice does not know the stage {asked}: add {entry} to the stages of .chalice/config.json.")
    return stage


def _values(project: Path, stage: str) -> StageValues:
    values = read_values(project, stage)
    if values is None and stage == DEFAULT_STAGE and is_serving():
        values = read_values(project, LAPTOP)
        if values is None:
            refuse(f"{_how_to_have(LAPTOP)} For a stage on AWS: make deploy STAGE={stage}.")
        sys.stderr.write(f"The stage {stage} is not deployed from this folder; serving the laptop's stage {LAPTOP}.\n")
    if values is None and _command() in WITHOUT_AWS:
        from infra.deploy.placeholders import placeholder_values  # noqa: PLC0415 - the other commands do without
        from infra.deploy.stage import StageError  # noqa: PLC0415

        try:
            values = placeholder_values(project, stage)
        except StageError as error:
            refuse(str(error))
        sys.stderr.write(
            f"The stage {stage} is not deployed from this folder, so names of its account are placeholders. "
            f"A package to deploy: make package STAGE={stage}.\n"
        )
    if values is None:
        refuse(_how_to_have(stage))
    return values


def _take_environment(stage: str, values: StageValues) -> None:
    # The server is the API's function, and has the keys that only some functions have.
    environment = values.environment_of(_API_HANDLER) if is_serving() else values.environment
    if "AWS_ACCESS_KEY_ID" in environment:
        # The laptop's own keys; a shell's token, profile, endpoint or proxy would be used with them.
        for name in [name for name in os.environ if shell.leads_elsewhere(name)]:
            del os.environ[name]
        os.environ.update(shell.NO_FILES)
    else:
        region = os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION") or values.region
        if region != values.region:
            refuse(f"The stage {stage} is in {values.region}, and AWS_REGION or AWS_DEFAULT_REGION says {region}.")
    os.environ.update(environment, AWS_REGION=values.region, AWS_DEFAULT_REGION=values.region)


def _how_to_have(stage: str) -> str:
    if stage == LAPTOP:
        return "The laptop's stage has no values yet: run make up, then this again."
    return f"The stage {stage} has no values in this folder yet: run make deploy STAGE={stage}, then this again."


def _prepare_to_serve() -> None:
    endpoint = os.environ.get("AWS_ENDPOINT_URL")
    if os.environ["STAGE"] == LAPTOP and endpoint:
        try:
            urlopen(f"{endpoint}/_local/health", timeout=_ANSWER_SECONDS).close()  # noqa: S310 - the laptop's own
        except OSError:
            refuse(f"The laptop's AWS engine does not answer at {endpoint}: run make up, then this again.")
    if os.environ["STAGE"] != LAPTOP:
        # Only functions reach X-Ray's daemon and the network of DAX.
        os.environ |= {"TRACING": "off", "DAX_ENDPOINT": ""}


def _command() -> str:
    context = click.get_current_context(silent=True)
    return str(context.info_name) if context else ""


def _hand_over(stage: str, values: StageValues) -> None:
    """Let every Config of this process find the values: Chalice has no setting for a second file."""
    if _READ not in vars(Config()):
        refuse("This version of Chalice keeps its configuration elsewhere: pip install chalice==1.34.0")

    def on_disk(config: Config) -> dict[str, Any]:
        return with_values(vars(config)[_READ], stage, values)

    def keep(config: Config, value: dict[str, Any]) -> None:
        vars(config)[_READ] = value

    setattr(Config, _READ, property(on_disk, keep))

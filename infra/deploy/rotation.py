"""`make rotate-keys STAGE=dev`: a new signing key and a new site key, with the old ones valid meanwhile.

The signing key is in a secret and in the environment of the functions that use it; the site key is an API key that
CloudFront shows the API. Each step may be run again: what a run that broke off has made is used by the next.
"""

import secrets
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from chalicelib.signing import read_ring
from infra import policies
from infra.deploy.aws import Aws
from infra.deploy.config import SIGNING
from infra.deploy.inventory import Way, how_to_deploy
from infra.deploy.key_ring import rotated
from infra.deploy.plan import Found, look
from infra.deploy.signing_key import key_version, read_signing_key, write_signing_key
from infra.deploy.site_key import rotate_site_key
from infra.deploy.stage import ROOT, Stage
from infra.deploy.state import State
from infra.stage_values import StageValues, read_values, write_values

Say = Callable[[str], None]
_WAIT_SECONDS = 300
# The parameter of the one stack whose change makes another site key.
SITE_KEY_NUMBER = "SiteKeyNumber"


class RotationError(Exception):
    """The keys of the stage cannot be rotated; the message says what to do instead."""


def rotate_keys(aws: Aws, stage: Stage, project: Path = ROOT, say: Say = print) -> None:
    """Rotate both keys of a stage.

    Raises:
        RotationError: the stage is not deployed.
        KeyRingError: the secret holds something else.
        SiteKeyError: API Gateway does not take the new site key.
        StackError: CloudFront could not be changed.
    """
    found = look(aws, stage)
    if found.inventory.way in (Way.NOTHING, Way.BESIDE):
        raise RotationError(f"{stage.name} is not deployed, so it has no keys: make deploy STAGE={stage.name}")
    if found.inventory.way is Way.ONE_STACK:
        _rotate_one_stack(aws, stage, found, say)
        return
    if found.api_id is None:
        raise RotationError(f"{stage.name} has no API: {how_to_deploy(stage, found.inventory)}")
    state = State(aws, found.outputs["DeploysBucket"], stage.name)
    with state.locked():
        text = _put_new_key(aws, stage, found)
        for function in SIGNING:
            put_variable(aws, policies.lambda_name(function, stage.name), "SIGNING_KEY", text)
        state.keep_signing_key_digest(text)
        _keep(project, stage, text)
        starts = time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime(read_ring(text).signing_keys[-1].signs_from))
        say(f"  The new signing key signs from {starts}; what the old ones signed stays valid as docs/keys.md says.")
        value = rotate_site_key(aws, stage, found, say)
        if stage.cache_size:
            put_variable(aws, policies.lambda_name(policies.PAGES, stage.name), "STAGE_CACHE_KEY", value)
    say("  CloudFront shows the API a new site key, and the old one is deleted.")


def _rotate_one_stack(aws: Aws, stage: Stage, found: Found, say: Say) -> None:
    """Put the new signing key into its secret, and say by which parameters CloudFormation does the rest.

    CloudFormation reads a secret anew, and makes another site key, where a parameter changes.
    """
    if found.inventory.root is None or "SigningKeyArn" not in found.outputs:
        raise RotationError(f"{stage.name} is not whole, so it has no keys: {how_to_deploy(stage, found.inventory)}")
    _put_new_key(aws, stage, found)
    given = {each["ParameterKey"]: each["ParameterValue"] for each in found.inventory.root.described["Parameters"]}
    number = int(given.get(SITE_KEY_NUMBER) or 0) + 1
    say("  The secret has a new signing key. The next aws cloudformation deploy brings it to the functions, and makes")
    say("  another site key, by these parameters; docs/keys.md has the command. Run it within the hour.")
    say(f"KeysRotated={key_version(aws, found.outputs['SigningKeyArn'])}")
    say(f"{SITE_KEY_NUMBER}={number}")


def put_variable(aws: Aws, function: str, name: str, value: str) -> None:
    """Change one environment variable of a function and wait until Lambda has done so; all others stay.

    https://docs.aws.amazon.com/lambda/latest/api/API_UpdateFunctionConfiguration.html
    """
    client = aws.client("lambda")
    there = client.get_function_configuration(FunctionName=function).get("Environment", {}).get("Variables", {})
    if there.get(name) == value:
        return
    client.update_function_configuration(FunctionName=function, Environment={"Variables": {**there, name: value}})
    attempts = {"Delay": aws.poll_seconds, "MaxAttempts": int(_WAIT_SECONDS / aws.poll_seconds)}
    client.get_waiter("function_updated_v2").wait(FunctionName=function, WaiterConfig=attempts)


def _put_new_key(aws: Aws, stage: Stage, found: Found) -> str:
    before = read_signing_key(aws, stage, found.outputs)
    after = rotated(before, int(time.time()), secrets.token_urlsafe(48))
    if after != before:
        write_signing_key(aws, stage, found.outputs, after)
    return after


def _keep(project: Path, stage: Stage, text: str) -> None:
    """Let a `chalice deploy` from this folder keep the new key."""
    values = read_values(project, stage.name)
    if values is not None:
        write_values(project, stage.name, StageValues(values.region, _with_key(values.config, text)))


def _with_key(config: Mapping[str, Any], text: str) -> dict[str, Any]:
    functions = {
        name: {**one, "environment_variables": {**one["environment_variables"], "SIGNING_KEY": text}}
        if "SIGNING_KEY" in one.get("environment_variables", {})
        else one
        for name, one in config["lambda_functions"].items()
    }
    return {**config, "lambda_functions": functions}

"""`python -m infra.deploy VERB STAGE`: what is done with a stage, each verb by a function of its name below.

beside and site go with a stage that is one stack: what is not in it, and what comes after it. role needs no account.
"""

import sys
from collections.abc import Callable, Mapping, Sequence

from botocore.exceptions import BotoCoreError, ClientError

from infra.deploy import execution_log, preflight, site
from infra.deploy.api import ApiError
from infra.deploy.aws import Aws, connect
from infra.deploy.beside import make_beside
from infra.deploy.config import ConfigError, environment
from infra.deploy.destroy import DestroyError, destroy, sentences
from infra.deploy.dns import zone_lines
from infra.deploy.drift import DriftError, drift
from infra.deploy.findings import Weight
from infra.deploy.functions import FunctionError
from infra.deploy.inventory import Way, WayError, how_to_deploy
from infra.deploy.key_ring import KeyRingError
from infra.deploy.old_versions import delete_old_versions
from infra.deploy.package import PackageError
from infra.deploy.plan import Found, look, plan
from infra.deploy.release import Deploy, ReleaseError
from infra.deploy.retained import RetainedError
from infra.deploy.role.bootstrap import BootstrapError, bootstrap
from infra.deploy.role.policy import print_policies
from infra.deploy.rotation import RotationError, rotate_keys
from infra.deploy.site import SiteError
from infra.deploy.site_files import SiteFilesError
from infra.deploy.site_key import SiteKeyError
from infra.deploy.smoke import SmokeError, ask_api, ask_site, live
from infra.deploy.stacks import StackError
from infra.deploy.stage import Stage, StageError, load
from infra.deploy.state import State, StateError

FAILURES = (
    ApiError,
    BootstrapError,
    ConfigError,
    DestroyError,
    DriftError,
    FunctionError,
    KeyRingError,
    PackageError,
    preflight.PreflightError,
    ReleaseError,
    RetainedError,
    RotationError,
    SiteError,
    SiteFilesError,
    SiteKeyError,
    SmokeError,
    StackError,
    StageError,
    StateError,
    WayError,
)
# Whoever holds it is the site, to the API.
_SECRET = "SiteApiKey"  # noqa: S105 - the name of one


def show_plan(aws: Aws, stage: Stage, _: str) -> None:
    """What a deploy would do, and what would stop it."""
    _say(f"{stage.name}: account {aws.account}, {stage.region}")
    found = look(aws, stage)
    for step in plan(stage, found):
        _say(f"  {step.change:<10}{step.what:<36} {step.detail}".rstrip())
    if found.inventory.way is Way.ONE_STACK:
        _say(f"  {stage.name} is one stack: {how_to_deploy(stage, found.inventory)}")
    findings = preflight.ask(aws, stage, found.inventory)
    for each in findings:
        if each.weight != Weight.STOP:
            _say(f"  {each.weight.value}: {each.sentence}")
    preflight.require(findings)


def deploy(aws: Aws, stage: Stage, words: str) -> None:
    """Deploy, after showing what that means."""
    show_plan(aws, stage, words)
    _say("")
    made = Deploy(aws, stage, say=_say)
    made.run()
    _say(f"\n{made.outputs['SiteUrl']}")


def status(aws: Aws, stage: Stage, _: str) -> None:
    """What there is of the stage, and how it is deployed."""
    found = look(aws, stage)
    switched_off = found.inventory.switched_off(stage)
    _say(f"{stage.name} is {found.inventory.way.value}")
    for each in found.inventory.all:
        remark = f"infra/stages/{stage.name}.yaml does not ask for it any more" if each in switched_off else ""
        _say(f"  {each.name:<36} {each.status:<28}{remark}".rstrip())
    _say(f"  {'functions':<36} {len(found.functions)}")
    _say(f"  {'API':<36} {found.api_id or 'none'}")
    release = _state(aws, stage, found).release() if "DeploysBucket" in found.outputs else None
    said = "none" if release is None else f"commit {release.commit}, {release.made_at}"
    _say(f"  {'release':<36} {said}")


def show_outputs(aws: Aws, stage: Stage, _: str) -> None:
    """What the stacks put out, without what is secret, and the DNS records that the stage needs."""
    for line in output_lines(aws, stage, look(aws, stage).outputs):
        _say(line)


def output_lines(aws: Aws, stage: Stage, outputs: Mapping[str, str]) -> list[str]:
    """Return a line of each output that is not secret, and of each DNS record."""
    shown = [f"{name}={value}" for name, value in sorted(outputs.items()) if name != _SECRET]
    return [*shown, *zone_lines(aws, stage, outputs)]


def smoke(aws: Aws, stage: Stage, _: str) -> None:
    """Ask the deployed stage what a broken one cannot answer."""
    found = look(aws, stage)
    if found.api_id is None or "SiteUrl" not in found.outputs:
        raise SmokeError(f"{stage.name} has no API: {how_to_deploy(stage, found.inventory)}")
    where = live(aws, stage, found.outputs, found.api_id)
    for answered in (*ask_api(where), *ask_site(where)):
        _say(f"  {answered}")


def beside(aws: Aws, stage: Stage, _: str) -> None:
    """Make what a stage's one stack cannot hold, and say what the one stack is deployed with."""
    make_beside(aws, stage, _say)


def publish_site(aws: Aws, stage: Stage, _: str) -> None:
    """Build the site and bring it to the stage; see to what no template can.

    The API's execution log expires, and functions of one stack keep their newest versions.
    """
    found = look(aws, stage)
    missing = [name for name in ("SiteBucket", "DistributionId") if name not in found.outputs]
    if missing:
        next_step = f"{how_to_deploy(stage, found.inventory)}, then run this again"
        raise SiteError(f"The stage {stage.name} has no {' or '.join(missing)} yet: {next_step}.")
    made = environment(stage, found.outputs)
    if found.api_id is not None:
        execution_log.keep_for(aws, found.api_id, stage.log_days)
    _say(f"  {site.publish(aws, stage, found.outputs, made, site.build())} files of the build were new")
    if found.inventory.way is Way.ONE_STACK:
        _say(f"  {delete_old_versions(aws, stage)} old versions of functions were deleted")


def show_drift(aws: Aws, stage: Stage, _: str) -> None:
    """Say what has been changed by hand since the last deploy; raise DriftError where something has."""
    lines = drift(aws, stage, look(aws, stage))
    if lines:
        raise DriftError("\n".join(lines))
    _say(f"{stage.name} is as its last deploy has left it.")


def unlock(aws: Aws, stage: Stage, _: str) -> None:
    """Take away the lock of a deploy whose machine has stopped."""
    _state(aws, stage, look(aws, stage)).unlock()


def rotate(aws: Aws, stage: Stage, _: str) -> None:
    """Rotate the signing key and the site key, both valid meanwhile."""
    rotate_keys(aws, stage, say=_say)


def take_down(aws: Aws, stage: Stage, words: str) -> None:
    """Take the stage down, and say what is left."""
    for sentence in sentences(destroy(aws, stage, words, say=_say)):
        _say(sentence)


def prepare_account(aws: Aws, stage: Stage, words: str) -> None:
    """Make the role that deploys the stage from GitHub, and say what the repository's environments need to know."""
    for name, value in sorted(bootstrap(aws, stage, words, say=_say).items()):
        _say(f"{name}={value}")


VERBS: Mapping[str, Callable[[Aws, Stage, str], None]] = {
    "plan": show_plan,
    "deploy": deploy,
    "status": status,
    "outputs": show_outputs,
    "smoke": smoke,
    "unlock": unlock,
    "drift": show_drift,
    "beside": beside,
    "site": publish_site,
    "rotate-keys": rotate,
    "destroy": take_down,
    "bootstrap": prepare_account,
}
# These need no account.
OFFLINE: Mapping[str, Callable[[Stage, str], None]] = {"role": print_policies}


def main(arguments: Sequence[str]) -> int:
    """Run a verb on a stage; a failure is a sentence or two."""
    if len(arguments) not in (2, 3) or arguments[0] not in {**VERBS, **OFFLINE}:
        sys.stderr.write(f"Say python -m infra.deploy {{{','.join({**VERBS, **OFFLINE})}}} STAGE\n")
        return 2
    verb, name, *words = arguments
    try:
        stage = load(name)
        if verb in OFFLINE:
            OFFLINE[verb](stage, " ".join(words))
        else:
            VERBS[verb](connect(stage), stage, " ".join(words))
    except FAILURES as error:
        sys.stderr.write(f"\n{error}\n")
        return 1
    except (BotoCoreError, ClientError) as error:
        sys.stderr.write(f"\nAWS refused: {error}\nWhen that is mended, run it again: make {verb} STAGE={name}\n")
        return 1
    return 0


def _state(aws: Aws, stage: Stage, found: Found) -> State:
    if "DeploysBucket" not in found.outputs:
        raise StateError(f"{stage.name} was never deployed: {how_to_deploy(stage, found.inventory)}")
    return State(aws, found.outputs["DeploysBucket"], stage.name)


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

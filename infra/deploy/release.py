"""A deploy of a stage from its plan to its last question. Every step may be run again.

stacks → Chalice's configuration → functions and API → keys → settings → CloudFront → questions → site → questions
"""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from infra.deploy import api, config, execution_log, functions, site, smoke, tagging
from infra.deploy.aws import Aws
from infra.deploy.chalice_app import CLOSED, OPEN, deployed_file
from infra.deploy.inventory import StageStack, require_direct, require_region
from infra.deploy.package import digest, megabytes, newest_package, sizes
from infra.deploy.parts import DEPLOYS, EDGE, Part, parts
from infra.deploy.plan import api_outputs, find_api, look
from infra.deploy.signing_key import read_signing_key
from infra.deploy.smoke import SmokeError
from infra.deploy.stacks import StackError, apply, remove
from infra.deploy.stage import ROOT, Stage
from infra.deploy.state import Release, State, now

Say = Callable[[str], None]
Result = TypeVar("Result")


class ReleaseError(Exception):
    """A deploy did not come to its end; the message says what to do next."""


@dataclass
class Deploy:
    """One deploy of a stage. `project` is where .chalice is; `site_files` a build, made now where there is none."""

    aws: Aws
    stage: Stage
    project: Path = ROOT
    site_files: Path | None = None
    say: Say = print
    outputs: dict[str, str] = field(default_factory=dict)

    def run(self) -> None:
        """Deploy."""
        found = look(self.aws, self.stage)
        require_direct(self.stage, found.inventory)
        require_region(self.aws, self.stage)
        self.outputs = dict(found.outputs)
        self._apply(DEPLOYS)
        state = State(self.aws, self.outputs["DeploysBucket"], self.stage.name)
        with state.locked():
            self._deploy(state)
            for stack in reversed(found.inventory.switched_off(self.stage)):
                self._remove(stack)

    def _deploy(self, state: State) -> None:
        for part in parts(self.stage):
            if part != DEPLOYS:
                self._apply(part)
        self.outputs["SigningKey"] = read_signing_key(self.aws, self.stage, self.outputs)
        environment = self._configure()
        told = config.told(self.stage, self.outputs)
        self._step("functions and API", lambda: self._chalice(state))
        state.keep_signing_key_digest(self.outputs["SigningKey"])
        package = newest_package(self.project)
        self.say(f"  the package has {megabytes(sizes(package)[0])}, {megabytes(sizes(package)[1])} unpacked")
        api_id = find_api(self.aws, self.stage, self.outputs)
        if api_id is None:
            raise ReleaseError(f"Chalice made no API. {self._again}")
        self._step("usage plans and keys", lambda: api.put_plans(self.aws, api_id, config.plans(self.stage)))
        self.outputs |= api_outputs(self.aws, self.stage, api_id)
        if config.told(self.stage, self.outputs) != told:
            # Whoever has copies forgotten is told of an API that was not there before.
            self._configure()
            self._step("functions that know the API", lambda: self._chalice(state))
        self._step("settings", lambda: self._settings(api_id))
        self._apply(EDGE)
        where = smoke.live(self.aws, self.stage, self.outputs, api_id)
        self._step("questions to the API", lambda: self._answers(state, where))
        self._keep_release(state, api_id, package)
        built = self.site_files or site.build()
        self._step("site", lambda: site.publish(self.aws, self.stage, self.outputs, environment, built))
        self._step("questions to the site", lambda: smoke.ask_site(where))

    def _apply(self, part: Part) -> None:
        stack = part.stack(self.stage, self.outputs)
        client = self.aws.client("cloudformation", part.region)
        try:
            made = self._step(stack.name, lambda: apply(client, stack, poll_seconds=self.aws.poll_seconds))
        except StackError as error:
            raise ReleaseError(
                f"{error}\nMend {stack.template.relative_to(ROOT)} or what it names. {self._again}"
            ) from error
        self.outputs |= made

    def _remove(self, stack: StageStack) -> None:
        client = self.aws.client("cloudformation", stack.region)
        try:
            self._step(f"without {stack.name}", lambda: remove(client, stack.name, poll_seconds=self.aws.poll_seconds))
        except StackError as error:
            raise ReleaseError(
                f"The release is live; a part that is switched off is left. {error} {self._again}"
            ) from error

    def _configure(self) -> dict[str, str]:
        return config.write(self.project, self.stage, self.aws, self.outputs)

    def _chalice(self, state: State) -> None:
        deployed = deployed_file(self.project, self.stage.name)
        state.fetch(deployed)
        try:
            given = chalice_arguments(self.aws, self.stage, self.outputs["SiteUrl"])
            run_chalice(self.aws, self.stage, self.project, "deploy", *given)
        finally:
            # What was made before it broke off is there, and must be found again.
            state.keep(deployed)

    def _settings(self, api_id: str) -> None:
        settings = config.api_settings(self.stage, self.outputs)
        execution_log.keep_for(self.aws, api_id, self.stage.log_days)
        api.put_settings(self.aws, api_id, settings, self.stage.cache_size)
        functions.put_event_settings(self.aws, self.stage, self.outputs)
        tagging.put_tags(self.aws, self.stage, api_id)

    def _answers(self, state: State, where: smoke.Live) -> None:
        try:
            smoke.ask_api(where)
        except SmokeError as error:
            taken_back = roll_back(self.aws, self.stage, state, where.api_id)
            raise ReleaseError(f"{error}\n{taken_back}") from error

    def _keep_release(self, state: State, api_id: str, package: Path) -> None:
        deployment = api.deployment_id(self.aws, api_id)
        made = Release(digest(package.read_bytes()), deployment, commit(), now(), self.stage.architecture)
        state.keep_release(made, package)

    @property
    def _again(self) -> str:
        return f"Then run it again: make deploy STAGE={self.stage.name}"

    def _step(self, name: str, work: Callable[[], Result]) -> Result:
        started = time.perf_counter()
        self.say(f"  {name} …")
        result = work()
        self.say(f"  {name:<34}{time.perf_counter() - started:6.1f} s")
        return result


def roll_back(aws: Aws, stage: Stage, state: State, api_id: str) -> str:
    """Take a release back to the last one that answered; say what was done."""
    before, package = state.release(), state.package()
    if before is None:
        return f"This was the first release, so there is none to go back to. See its log: /aws/lambda/{stage.api_name}"
    if package is None:
        return (
            f"The release before it cannot be brought back: somebody has deleted its package from {state.bucket}. "
            f"Check out its commit {before.commit} and deploy that: make deploy STAGE={stage.name}"
        )
    functions.put_package(aws, stage, package, before.architecture or stage.architecture)
    api.show_deployment(aws, api_id, before.deployment_id)
    return (
        f"The release was taken back: functions and routes are those of {before.made_at}, commit {before.commit}. "
        f"The reason is in the log /aws/lambda/{stage.api_name}"
    )


def chalice_arguments(aws: Aws, stage: Stage, site_url: str) -> tuple[str, ...]:
    """The arguments of chalice_app.py for the stage that it deploys."""
    access = CLOSED if stage.closed_api else OPEN
    return stage.api_name, site_url, stage.requirements, access, aws.role_boundary_arn(stage)


def run_chalice(aws: Aws, stage: Stage, project: Path, verb: str, *more: str) -> None:
    """Run Chalice on the stage in a process of its own.

    Raises:
        ReleaseError: Chalice failed; the message is what it said last.
    """
    region = {"AWS_REGION": aws.region, "AWS_DEFAULT_REGION": aws.region}
    done = subprocess.run(
        [sys.executable, "-m", "infra.deploy.chalice_app", verb, stage.name, str(project), *more],
        cwd=project,
        env={**os.environ, **region, "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        said = (done.stderr or done.stdout).strip()
        raise ReleaseError(f"{said}\nNothing is lost: run it again when that is mended: make deploy STAGE={stage.name}")


def commit() -> str:
    """Which commit this is, with a plus sign where files differ from it."""
    try:
        named = _git("rev-parse", "--short", "HEAD")
        return named + ("+" if _git("status", "--porcelain") else "")
    except (OSError, subprocess.CalledProcessError):
        return "unknown"


def _git(*arguments: str) -> str:
    command = ["git", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()

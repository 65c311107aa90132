"""Runs Chalice's own deployer on a stage, in a process of its own, since the application reads its environment once.

`python -m infra.deploy.chalice_app deploy STAGE PROJECT` is `chalice deploy --stage STAGE` with three differences: the
package is lean, the API's document is complete, and what was made is written down at once, so that a run that breaks
off in the middle is taken up again instead of leaving a second API behind. `delete` is `chalice delete`.
"""

import functools
import json
import os
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from chalice.awsclient import ResourceDoesNotExistError, TypedAWSClient
from chalice.cli.factory import CLIFactory
from chalice.deploy import deployer
from chalice.deploy.appgraph import ApplicationGraphBuilder, DependencyBuilder
from chalice.deploy.executor import Executor
from chalice.deploy.planner import PlanStage, RemoteState
from chalice.deploy.swagger import TemplatedSwaggerGenerator
from chalice.deploy.sweeper import ResourceSweeper
from chalice.policy import AppPolicyGenerator
from chalice.utils import UI, OSUtils

from infra import cache_settings
from infra.api_settings import complete, required_parameters
from infra.deploy.aws import LOCAL_POLL_SECONDS, POLL_SECONDS, new_botocore_session
from infra.deploy.package import LeanPackager, PackageError
from infra.stage_values import read_values, with_values

WAIT_SECONDS = 300
OPEN, CLOSED = "open", "closed"
# What follows the project on the command line of `deploy`.
OPTIONS = ("api_name", "site", "requirements", "access", "boundary")
_GONE = ("NoSuchEntity", "NotFoundException", "ResourceNotFoundException")
SCHEMA = {"schema_version": "2.0", "backend": "api"}


def deploy(
    stage: str, project: Path, *, api_name: str, site: str, requirements: str, access: str, boundary: str
) -> None:
    """Bring the functions and the API to what app.py says.

    `requirements` is the file of what is packaged with them; `access` is `closed` for an API that wants a key always.
    `boundary` is the ARN of the permissions boundary that every function's role gets; empty for none.
    """
    config, client = _prepared(stage, project, boundary)
    osutils, deployed = OSUtils(), config.deployed_resources(stage)
    swagger = _CompleteSwagger(api_name, site, closed=access == CLOSED)
    is_rehearsal = bool(os.environ.get("AWS_ENDPOINT_URL"))
    packager = LeanPackager(config.lambda_architecture, requirements, any_python=is_rehearsal)
    build = deployer.BuildStage(
        steps=[
            deployer.InjectDefaults(),
            deployer.DeploymentPackager(packager=packager),
            deployer.PolicyGenerator(policy_gen=AppPolicyGenerator(osutils=osutils), osutils=osutils),
            deployer.SwaggerBuilder(swagger_generator=swagger),
            deployer.LambdaEventSourcePolicyInjector(),
            deployer.WebsocketPolicyInjector(),
        ]
    )
    deployer.Deployer(
        application_builder=ApplicationGraphBuilder(),
        deps_builder=DependencyBuilder(),
        build_stage=build,
        plan_stage=PlanStage(osutils=osutils, remote_state=RemoteState(client, deployed)),
        sweeper=ResourceSweeper(),
        executor=_CarefulExecutor(client, UI(), deployed_file(project, stage)),
        recorder=deployer.ResultsRecorder(osutils=osutils),
    ).deploy(config, chalice_stage_name=stage)


def delete(stage: str, project: Path) -> None:
    """Delete the functions and the API."""
    config, client = _prepared(stage, project)
    deployer.create_deletion_deployer(client, UI()).deploy(config, chalice_stage_name=stage)


def deployed_file(project: Path, stage: str) -> Path:
    """Where Chalice keeps what it made."""
    return project / ".chalice" / "deployed" / f"{stage}.json"


def merged(before: Iterable[Mapping[str, Any]], made: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """What there is after a run that broke off: all of before, with what it got done."""
    by_name = {resource["name"]: resource for resource in before}
    return list((by_name | {each["name"]: {**by_name.get(each["name"], {}), **each} for each in made}).values())


class _CompleteSwagger(TemplatedSwaggerGenerator):
    """Chalice's document with what Chalice cannot say."""

    def __init__(self, api_name: str, site: str, *, closed: bool) -> None:
        super().__init__()
        self._api_name, self._site, self._closed = api_name, site, closed

    def generate_swagger(self, app: Any, rest_api: Any = None) -> dict[str, Any]:  # noqa: ANN401
        import app as application  # noqa: PLC0415 - reads the environment, which the configuration has set by now

        document: dict[str, Any] = super().generate_swagger(app, rest_api)
        endpoints = [endpoint for routes in application.blueprints for endpoint in routes.endpoints]
        complete(document, self._api_name, self._site, required_parameters(endpoints), closed=self._closed)
        # Even without a cache: one that is turned off must not go on answering without its keys.
        cache_settings.complete(document)
        return document


class _CarefulExecutor(Executor):
    """Chalice's executor, that writes down each thing it made before it makes the next."""

    def __init__(self, client: TypedAWSClient, ui: UI, file: Path) -> None:
        super().__init__(client, ui)
        self._file = file
        self._before = json.loads(file.read_text(encoding="utf-8"))["resources"] if file.exists() else []

    def _add_to_deployed_values(self, payload: dict[str, str]) -> None:
        super()._add_to_deployed_values(payload)
        self._file.parent.mkdir(parents=True, exist_ok=True)
        kept = SCHEMA | {"resources": merged(self._before, self.resource_values)}
        partial = self._file.with_suffix(".part")
        partial.write_text(json.dumps(kept, indent=2), encoding="utf-8")
        partial.replace(self._file)


class _Client(TypedAWSClient):
    """Chalice's client, that looks as often as it is told whether AWS is done, and bounds the roles that it makes."""

    def __init__(self, poll_seconds: float, boundary: str = "") -> None:
        session = new_botocore_session()
        if boundary:
            session.register("provide-client-params.iam.CreateRole", functools.partial(_with_boundary, boundary))
        super().__init__(session, sleep=lambda _: time.sleep(poll_seconds))
        self._poll_seconds = poll_seconds
        self._boundary = boundary

    def put_role_policy(self, role_name: str, policy_name: str, policy_document: dict[str, Any]) -> None:
        if self._boundary:
            # A role that was made before the stage had a boundary gets it before it gets anything else.
            self._client("iam").put_role_permissions_boundary(RoleName=role_name, PermissionsBoundary=self._boundary)
        super().put_role_policy(role_name, policy_name, policy_document)

    def delete_function(self, function_name: str) -> None:
        with _gone_is_fine():
            super().delete_function(function_name)

    def delete_rest_api(self, rest_api_id: str) -> None:
        with _gone_is_fine():
            super().delete_rest_api(rest_api_id)

    def delete_role(self, name: str) -> None:
        with _gone_is_fine():
            super().delete_role(name)

    def delete_rule(self, rule_name: str) -> None:
        with _gone_is_fine():
            super().delete_rule(rule_name)

    def remove_lambda_event_source(self, event_uuid: str) -> None:
        with _gone_is_fine():
            super().remove_lambda_event_source(event_uuid)

    def _wait_for_active(self, function_name: str) -> None:
        self._wait("function_active", function_name)

    def _wait_for_function_update(self, function_name: str) -> None:
        self._wait("function_updated", function_name)

    def _wait(self, waiter: str, function_name: str) -> None:
        attempts = {"Delay": self._poll_seconds, "MaxAttempts": int(WAIT_SECONDS / self._poll_seconds)}
        self._client("lambda").get_waiter(waiter).wait(FunctionName=function_name, WaiterConfig=attempts)


def _with_boundary(boundary: str, params: dict[str, Any], **_: Any) -> dict[str, Any]:  # noqa: ANN401 - botocore's event
    return {**params, "PermissionsBoundary": boundary}


@contextmanager
def _gone_is_fine() -> Iterator[None]:
    """Go on where a `chalice delete` that was typed by hand has been before."""
    try:
        yield
    except ResourceDoesNotExistError:
        return
    except ClientError as error:
        if error.response["Error"]["Code"] not in _GONE:
            raise


class _Factory(CLIFactory):
    """Chalice's factory, that reads the values of a stage together with config.json."""

    def __init__(self, project: Path, stage: str) -> None:
        super().__init__(str(project), environ=os.environ)
        self._project, self._stage = project, stage

    def load_project_config(self) -> dict[str, Any]:
        values = read_values(self._project, self._stage)
        if values is None:
            raise RuntimeError(f"The stage {self._stage} has no values in {self.project_dir}.")
        return with_values(super().load_project_config(), self._stage, values)


def _prepared(stage: str, project: Path, boundary: str = "") -> tuple[Any, TypedAWSClient]:
    factory = _Factory(project, stage)
    config = factory.create_config_obj(stage)
    return config, _Client(LOCAL_POLL_SECONDS if os.environ.get("AWS_ENDPOINT_URL") else POLL_SECONDS, boundary)


def main(arguments: list[str]) -> int:
    """Deploy or delete; a failure is a sentence or two."""
    verb, stage, project, *more = arguments
    try:
        if verb == "deploy":
            deploy(stage, Path(project), **dict(zip(OPTIONS, more, strict=True)))
        else:
            delete(stage, Path(project))
    except (deployer.ChaliceDeploymentError, PackageError, BotoCoreError, ClientError, RuntimeError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""`python -m infra.deploy.chalice_package STAGE FOLDER`: `chalice package` with a merge template, for one stack.

FOLDER then holds sam.json, deployment.zip and templates/, as `aws cloudformation package` takes them. It needs neither
an account nor credentials: what an account decides is a reference in the template.
"""

import json
import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from chalice.awsclient import TypedAWSClient
from chalice.cli.factory import CLIFactory
from chalice.deploy import deployer
from chalice.deploy.appgraph import ApplicationGraphBuilder, DependencyBuilder
from chalice.deploy.swagger import CFNSwaggerGenerator
from chalice.package import (
    AppPackager,
    CompositePostProcessor,
    JSONTemplateSerializer,
    PackageOptions,
    ResourceBuilder,
    SAMCodeLocationPostProcessor,
    SAMTemplateGenerator,
    TemplateDeepMerger,
    TemplateMergePostProcessor,
)
from chalice.policy import AppPolicyGenerator
from chalice.utils import OSUtils

from infra import cache_settings
from infra.api_settings import complete, required_parameters
from infra.deploy import parameters
from infra.deploy.aws import new_botocore_session
from infra.deploy.example_values import require_own_values
from infra.deploy.one_stack.functions import ALIAS, API_HANDLER
from infra.deploy.one_stack.nested_stacks import nested
from infra.deploy.one_stack.template import OneStackError, merge_template
from infra.deploy.package import LeanPackager, PackageError, megabytes, sizes
from infra.deploy.parts import TEMPLATES
from infra.deploy.placeholders import write_placeholders
from infra.deploy.stage import APP, ROOT, Stage, StageError, load
from infra.local.keys import write_privately


def package(stage: Stage, folder: Path, packager: Any = None) -> None:  # noqa: ANN401 - Chalice has no types
    """Write the stage's package; `packager` makes the zip.

    Raises:
        OneStackError: the stage cannot be one stack.
        PackageError: the zip cannot be what Lambda needs.
    """
    merging = merge_template(stage)
    shutil.rmtree(folder, ignore_errors=True)
    for part in nested(stage):
        copy = folder / "templates" / part.template
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(TEMPLATES / part.template, copy)
    with tempfile.TemporaryDirectory() as scratch:
        project = _project(Path(scratch), stage)
        merge = project / "merge.json"
        merge.write_text(json.dumps(merging), encoding="utf-8")
        os.environ.update(AWS_REGION=stage.region, AWS_DEFAULT_REGION=stage.region)
        config = CLIFactory(str(project), environ=os.environ).create_config_obj(stage.name)
        _packager(stage, config, packager or LeanPackager(stage.architecture, stage.requirements), merge).package_app(
            config, str(folder), stage.name
        )


def _project(folder: Path, stage: Stage) -> Path:
    """A project of links with a configuration that no account has decided on."""
    for name in ("app.py", "chalicelib", "infra", stage.requirements):
        (folder / name).symlink_to(ROOT / name)
    kept = ROOT / ".chalice" / "deployments"
    kept.mkdir(parents=True, exist_ok=True)
    chalice = folder / ".chalice"
    chalice.mkdir()
    (chalice / "deployments").symlink_to(kept)
    values = write_placeholders(folder, stage)
    config = {"version": "2.0", "app_name": APP, "stages": {stage.name: values.config}}
    write_privately(chalice / "config.json", json.dumps(config))
    return folder


def _packager(stage: Stage, config: Any, zips: Any, merge: Path) -> AppPackager:  # noqa: ANN401
    osutils, serializer = OSUtils(), JSONTemplateSerializer()
    build = deployer.BuildStage(
        steps=[
            deployer.InjectDefaults(),
            deployer.DeploymentPackager(packager=zips),
            deployer.PolicyGenerator(policy_gen=AppPolicyGenerator(osutils=osutils), osutils=osutils),
            deployer.SwaggerBuilder(swagger_generator=_CompleteSwagger(stage)),
            deployer.LambdaEventSourcePolicyInjector(),
            deployer.WebsocketPolicyInjector(),
        ]
    )
    merger = TemplateMergePostProcessor(osutils, TemplateDeepMerger(), serializer, str(merge))
    options = PackageOptions(TypedAWSClient(new_botocore_session()))
    return AppPackager(
        SAMTemplateGenerator(config, options),
        ResourceBuilder(ApplicationGraphBuilder(), DependencyBuilder(), build),
        CompositePostProcessor([SAMCodeLocationPostProcessor(osutils=osutils), merger]),
        serializer,
        osutils,
    )


class _CompleteSwagger(CFNSwaggerGenerator):
    """Chalice's document with what Chalice cannot say, calling the alias: what shifts traffic shifts the API's."""

    def __init__(self, stage: Stage) -> None:
        super().__init__()
        self._stage = stage

    def generate_swagger(self, app: Any, rest_api: Any = None) -> dict[str, Any]:  # noqa: ANN401
        import app as application  # noqa: PLC0415 - reads the environment, which the configuration has set by now

        document: dict[str, Any] = super().generate_swagger(app, rest_api)
        endpoints = [endpoint for routes in application.blueprints for endpoint in routes.endpoints]
        required = required_parameters(endpoints)
        site = f"https://{self._stage.domain}"
        complete(document, self._stage.api_name, site, required, closed=self._stage.closed_api)
        cache_settings.complete(document)
        for definition in document.get("securityDefinitions", {}).values():
            authorizer = definition.get("x-amazon-apigateway-authorizer", {})
            if "providerARNs" in authorizer:
                authorizer["providerARNs"] = [{"Fn::GetAtt": ["Identity", "Outputs.UserPoolArn"]}]
        return document

    def _uri(self, lambda_arn: str | None = None) -> Any:  # noqa: ANN401, ARG002 - Chalice's own
        alias = f"${{{API_HANDLER}Alias{ALIAS}}}"
        path = f"lambda:path/2015-03-31/functions/{alias}/invocations"
        return {"Fn::Sub": f"arn:${{AWS::Partition}}:apigateway:${{AWS::Region}}:{path}"}


def main(arguments: list[str]) -> int:
    """Write the package of a stage; a failure is a sentence."""
    name, target = arguments
    folder = Path(target)
    try:
        stage = load(name)
        require_own_values(stage)
        parameters.check(stage)
        package(stage, folder)
    except (OneStackError, PackageError, StageError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    packed, unpacked = sizes(folder / "deployment.zip")
    sys.stdout.write(f"{folder}: the package has {megabytes(packed)}, {megabytes(unpacked)} unpacked\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""The resource types that CloudFormation makes for a stage, on either way of deploying."""

import re
from pathlib import Path

from infra.deploy.parts import TEMPLATES, parts
from infra.deploy.stage import Stage

# What Chalice and the SAM transform make of app.py in the one stack.
OF_THE_ONE_STACK = frozenset(
    {
        "AWS::ApiGateway::ApiKey",
        "AWS::ApiGateway::Deployment",
        "AWS::ApiGateway::RestApi",
        "AWS::ApiGateway::Stage",
        "AWS::ApiGateway::UsagePlan",
        "AWS::ApiGateway::UsagePlanKey",
        "AWS::CloudFormation::Stack",
        "AWS::CodeDeploy::Application",
        "AWS::CodeDeploy::DeploymentGroup",
        "AWS::Events::Rule",
        "AWS::IAM::Role",
        "AWS::Lambda::Alias",
        "AWS::Lambda::EventSourceMapping",
        "AWS::Lambda::Function",
        "AWS::Lambda::Permission",
        "AWS::Lambda::Version",
        "AWS::SecretsManager::Secret",
    }
)
# make bootstrap makes what these hold, with an administrator's own rights.
_BOOTSTRAP = ("cloud/bootstrap.yaml", "cloud/deploy-role.yaml")
_TYPE = re.compile(r"^\s+Type: [\"']?(AWS::\w+::\w+)[\"']?\s*$", re.MULTILINE)


def types_in(template: Path) -> set[str]:
    """The resource types of a template."""
    return set(_TYPE.findall(template.read_text(encoding="utf-8")))


def types_of(stage: Stage) -> set[str]:
    """The resource types of a stage's own templates, and those of the one stack."""
    return set(OF_THE_ONE_STACK).union(*(types_in(TEMPLATES / part.template) for part in parts(stage)))


def all_types() -> set[str]:
    """The resource types of every template that a deploy uses."""
    deployed = (path for path in TEMPLATES.rglob("*.yaml") if path.relative_to(TEMPLATES).as_posix() not in _BOOTSTRAP)
    return set(OF_THE_ONE_STACK).union(*(types_in(path) for path in deployed))

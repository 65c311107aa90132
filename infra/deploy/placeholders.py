"""What Chalice is told of a stage that no account has decided on yet: placeholders, and references in policies."""

from pathlib import Path
from typing import Any

from infra import policies
from infra.deploy.config import chalice_stage, environment, render_policy, write_policies
from infra.deploy.one_stack.references import placeholders
from infra.deploy.stage import Stage, load
from infra.stage_values import StageValues

# What policies hold in place of what an account decides, and the references that the one stack has there.
ANY_ACCOUNT = "123456789012"
ANY_API = "anyapi0000"
ANY_DISTRIBUTION = "EANYDISTRIBUTION"
REFERENCES = {
    ANY_ACCOUNT: "${AWS::AccountId}",
    ANY_API: "${RestAPI}",
    ANY_DISTRIBUTION: "${Edge.Outputs.DistributionId}",
}


def placeholder_values(project: Path, name: str) -> StageValues:
    """The values with which a stage can be packaged before it is deployed; writes the functions' policies too.

    Raises:
        StageError: infra/stages has no such stage, or its file is wrong.
    """
    return write_placeholders(project, load(name))


def write_placeholders(project: Path, stage: Stage) -> StageValues:
    """The same for a stage that is read already."""
    outputs = placeholders(stage)
    known = outputs | {"ApiId": ANY_API, "DistributionId": ANY_DISTRIBUTION}
    documents = {name: render_policy(name, stage, ANY_ACCOUNT, "aws", known) for name in policies.FUNCTIONS}
    write_policies(project, stage, {name: with_references(document) for name, document in documents.items()})
    return StageValues(stage.region, chalice_stage(stage, environment(stage, outputs)))


def with_references(value: Any) -> Any:  # noqa: ANN401 - any value of JSON
    """A policy with references instead of placeholders, so that it is right in every account."""
    if isinstance(value, str):
        said = value
        for name, reference in REFERENCES.items():
            said = said.replace(name, reference)
        return {"Fn::Sub": said} if said != value else value
    if isinstance(value, list):
        return [with_references(each) for each in value]
    if isinstance(value, dict):
        return {name: with_references(each) for name, each in value.items()}
    return value

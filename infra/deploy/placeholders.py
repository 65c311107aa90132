"""What Chalice is told of a stage that no account has decided on yet: placeholders, and references in policies."""

from pathlib import Path

from infra import policies
from infra.deploy.config import chalice_stage, environment, render_policy, write_policies
from infra.deploy.one_stack import ANY_ACCOUNT, ANY_API, ANY_DISTRIBUTION, everywhere, placeholders
from infra.deploy.stage import Stage, load
from infra.stage_values import StageValues


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
    write_policies(project, stage, {name: everywhere(document) for name, document in documents.items()})
    return StageValues(stage.region, chalice_stage(stage, environment(stage, outputs)))

"""The stacks of every stage, with parameters as a deploy gives them, before there is an account."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from infra.checks.resolving import ACCOUNT, Node, read, resolve
from infra.deploy.parts import parts
from infra.deploy.stage import STAGES, Stage, load

# Outputs of other stacks, in the shape that AWS gives them.
OUTPUTS: Mapping[str, str] = {
    "ApiDomain": "abcde12345.execute-api.eu-north-1.amazonaws.com",
    "DaxClusterName": "todo-any",
    "DistributionArn": f"arn:aws:cloudfront::{ACCOUNT}:distribution/E123EXAMPLE",
    "DistributionId": "E123EXAMPLE",
    "FirewallArn": f"arn:aws:wafv2:us-east-1:{ACCOUNT}:global/webacl/mytodolist-any/1234-5678",
    "LogsBucketArn": f"arn:aws:s3:::mytodolist-any-logs-{ACCOUNT}",
    "SiteApiKey": "abcdefghijklmnopqrstuvwxyz0123456789ABCD",
    "SiteUrl": "https://d111111abcdef8.cloudfront.net",
}


@dataclass(frozen=True, slots=True)
class StageStack:
    """One stack of a stage: its concern, its template, its region and its parameters."""

    stage: str
    concern: str
    template: Path
    region: str
    parameters: Mapping[str, str]

    def resources(self) -> Node:
        """Return the resources that the stack has, by logical id, with everything in them that can be known."""
        found: Node = resolve(read(self.template), self.parameters, self.region)["Resources"]
        return found


def stages() -> list[Stage]:
    """Return every stage of infra/stages."""
    return [load(path.stem) for path in sorted(STAGES.glob("*.yaml"))]


def stacks_of(stage: Stage) -> Iterator[StageStack]:
    """Yield every stack of a stage."""
    for part in parts(stage):
        stack = part.stack(stage, OUTPUTS)
        region = part.region or stage.region
        yield StageStack(stage.name, part.concern, stack.template, region, dict(stack.parameters))


def with_everything(stage: Stage) -> Stage:
    """Return the stage with every optional part, so that each template is one of its stacks."""
    return replace(
        stage,
        firewall=True,
        backups=True,
        edge_logs=True,
        dax_nodes=3,
        monthly_budget=10,
        anomaly_monitor_arn=f"arn:aws:ce::{ACCOUNT}:anomalymonitor/0a1b2c3d-0000-4000-8000-00000000000a",
        alarm_email="alarms@example.com",
    )

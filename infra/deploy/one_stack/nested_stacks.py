"""The stacks of infra/templates as nested stacks of the one stack."""

from typing import Any

from infra.deploy.parts import DEPLOYS, OPTIONAL, Part, logical_name, parts
from infra.deploy.stacks import PROTECTION
from infra.deploy.stage import Stage

Node = dict[str, Any]
# Whose exports each template imports, and what else has to be there before.
_NEEDS = {
    "data": ("identity",),
    # CloudFront shows a new site key when the plan has it.
    "edge": ("logs", "site-plan-key"),
    "media": ("logs", "identity", "messaging"),
    "observability": ("messaging",),
    "service-alarms": ("messaging",),
    "backup": ("data", "media"),
}


def nested(stage: Stage) -> tuple[Part, ...]:
    """The parts that are nested: not what is in another region, nor the bucket that packages are uploaded to."""
    return tuple(part for part in parts(stage) if not part.region and part != DEPLOYS)


def nested_stack(stage: Stage, part: Part) -> Node:
    """The resource of a part: its template, with what the direct path gives it as references."""
    stack = part.stack(stage, {"SiteUrl": f"https://{stage.domain}"})
    given: Node = {name: value for name, value in stack.parameters.items() if not value.startswith("(")}
    if PROTECTION in given:
        given[PROTECTION] = {"Ref": PROTECTION}
    if part.concern == "edge":
        given |= {
            "FirewallArn": {"Ref": "FirewallArn"},
            "ApiDomain": {"Fn::Sub": "${RestAPI}.execute-api.${AWS::Region}.${AWS::URLSuffix}"},
            "ApiKeySecretArn": {"Fn::GetAtt": ["SiteKeySecret", "Id"]},
        }
    if part.concern == "service-alarms" and stage.dax_nodes:
        given["DaxCluster"] = {"Fn::GetAtt": ["Cache", "Outputs.DaxClusterName"]}
    # A part that is switched off is deleted; what it retains itself, such as a vault with backups, stays.
    is_optional = part.concern in OPTIONAL
    return {
        "Type": "AWS::CloudFormation::Stack",
        # Their imports and exports say nothing to CloudFormation inside one stack.
        "DependsOn": [logical_name(needed) for needed in _NEEDS.get(part.concern, ())],
        "DeletionPolicy": "Delete" if is_optional else "RetainExceptOnCreate",
        "UpdateReplacePolicy": "Delete" if is_optional else "Retain",
        "Properties": {"TemplateURL": f"templates/{part.template}", "Parameters": given},
    }

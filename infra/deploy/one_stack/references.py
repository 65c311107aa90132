"""What the nested stacks put out, as references to it in the template of the one stack."""

from functools import cache
from pathlib import Path
from typing import Any

from infra.deploy.one_stack.nested_stacks import nested
from infra.deploy.parts import TEMPLATES, logical_name
from infra.deploy.stage import API_STAGE, Stage
from infra.deploy.template_files import read_template

Node = dict[str, Any]
# Conditions that hold for every stage as one stack.
ALWAYS = ("InTheCloud", "MakesSigningKey")


def references(stage: Stage) -> Node:
    """Every output of the nested stacks, as a reference to it."""
    # By name, since CloudFront waits for the API, and the API for its function.
    site_bucket = {"Fn::Sub": f"{stage.api_name}-site-${{AWS::AccountId}}"}
    found: Node = {"SiteUrl": f"https://{stage.domain}", "SiteBucket": site_bucket}
    for part in nested(stage):
        for name in always_put_out(TEMPLATES / part.template):
            found.setdefault(name, {"Fn::GetAtt": [logical_name(part.concern), f"Outputs.{name}"]})
    return found


def for_functions(stage: Stage) -> Node:
    """The outputs that every function may know: not CloudFront's, which waits for the API and so for its function."""
    return {name: value for name, value in references(stage).items() if not name.startswith("Distribution")}


def of_the_api() -> Node:
    """What is known of the API and CloudFront, for functions that neither of them waits for."""
    host = "${RestAPI}.execute-api.${AWS::Region}.${AWS::URLSuffix}"
    return {
        "StageUrl": {"Fn::Sub": f"https://{host}/{API_STAGE}"},
        "SiteApiKey": {"Fn::Sub": "{{resolve:secretsmanager:${SiteKeySecret}}}"},
    }


def placeholders(stage: Stage) -> dict[str, str]:
    """Outputs that the application can be loaded with, before there is anything."""
    return {name: f"arn:aws:none:::{name}/stream/none" for name in for_functions(stage)} | {
        "SiteUrl": f"https://{stage.domain}",
    }


@cache
def always_put_out(template: Path) -> tuple[str, ...]:
    """The outputs of a template that a stage as one stack always has: it is in the cloud, and its key is a secret."""
    outputs = read_template(template).get("Outputs", {})
    return tuple(name for name, one in outputs.items() if one.get("Condition", "InTheCloud") in ALWAYS)

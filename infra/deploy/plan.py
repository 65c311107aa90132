"""What a deploy would do: read what is there, then compare. Nothing here changes anything."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from infra import policies
from infra.deploy import api
from infra.deploy.aws import Aws
from infra.deploy.config import plans
from infra.deploy.parts import UNKNOWN, parts
from infra.deploy.stacks import DIGEST_TAG, Stack, describe, outputs_in
from infra.deploy.stage import Stage
from infra.deploy.state import State

CREATE, UPDATE, KEEP, RUN, REPAIR, LEAVE = "create", "update", "keep", "run", "make anew", "leave out"
_FAILED = ("CREATE_FAILED", "ROLLBACK_COMPLETE", "ROLLBACK_FAILED")


@dataclass(frozen=True, slots=True)
class Found:
    """What is there: stacks as CloudFormation describes them, the outputs of all, and the API."""

    stacks: Mapping[str, Mapping[str, Any]]
    outputs: Mapping[str, str]
    api_id: str | None
    functions: frozenset[str]


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a deploy."""

    change: str
    what: str
    detail: str = ""


def look(aws: Aws, stage: Stage) -> Found:
    """Read what there is of a stage."""
    stacks: dict[str, Mapping[str, Any]] = {}
    outputs: dict[str, str] = {}
    named = {stage.stack(part.concern): part.region for part in parts(stage)}
    # A stage that was deployed as one stack has its outputs there.
    for name, region in ({stage.api_name: ""} | named).items():
        found = describe(aws.client("cloudformation", region), name)
        if found is not None:
            stacks[name] = found
            outputs |= outputs_in(found)
    api_id = find_api(aws, stage, outputs)
    if api_id is not None:
        outputs |= api_outputs(aws, stage, api_id)
    pages = aws.client("lambda").get_paginator("list_functions").paginate()
    functions = {function["FunctionName"] for page in pages for function in page["Functions"]}
    wanted = {policies.lambda_name(name, stage.name) for name in policies.FUNCTIONS}
    return Found(stacks, outputs, api_id, frozenset(functions & wanted))


def find_api(aws: Aws, stage: Stage, outputs: Mapping[str, str]) -> str | None:
    """The id of the stage's API, by what Chalice remembers: a `chalice deploy` typed by hand gives it another name."""
    bucket = outputs.get("DeploysBucket")
    remembered = None if bucket is None else State(aws, bucket, stage.name).api_id()
    return remembered if remembered and api.exists(aws, remembered) else api.find_api(aws, stage)


def api_outputs(aws: Aws, stage: Stage, api_id: str) -> dict[str, str]:
    """What CloudFront and functions are told of the API, in the manner of a stack's outputs."""
    key = api.find_key(aws, plans(stage)[0].name)
    known = {"ApiId": api_id, "ApiDomain": api.domain(aws, api_id), "StageUrl": api.base_url(aws, api_id)}
    return known | ({"SiteApiKey": key.value} if key is not None else {})


def plan(stage: Stage, found: Found) -> list[Step]:
    """Say what a deploy would do to what was found, in order."""
    steps = [_of_stack(part.stack(stage, found.outputs), found.stacks) for part in parts(stage)]
    if stage.mail_identity == "existing":
        steps.append(Step(KEEP, f"mail identity {stage.mail_identity_name}", "the account's; the stage only uses it"))
    count = len(policies.FUNCTIONS)
    new = count - len(found.functions)
    steps.append(Step(RUN, "package", f"{stage.architecture}, Python 3.13"))
    steps.append(Step(UPDATE if not new else CREATE, "functions", f"{count}, {new} of them new"))
    steps.append(Step(CREATE if found.api_id is None else UPDATE, "API", found.api_id or stage.api_name))
    steps.append(Step(RUN, "usage plans and keys"))
    if found.api_id is None and stage.cache_size:
        steps.append(Step(UPDATE, "functions that know the API", "whoever has copies of its answers forgotten"))
    if stage.snapstart:
        steps.append(Step(LEAVE, "SnapStart", "only the one stack has it: Chalice publishes no versions"))
    steps.append(Step(RUN, "settings", "throttles, access log, traces, cache, event sources"))
    if found.api_id is None:
        steps.append(Step(UPDATE, stage.stack("edge"), "the API behind /api/*"))
    steps.append(Step(RUN, "questions to the API", "a release that cannot answer is taken back"))
    steps.append(Step(RUN, "site", "build, upload, pages of the blog, invalidation"))
    steps.append(Step(RUN, "questions to the site"))
    return steps


def _of_stack(stack: Stack, there: Mapping[str, Mapping[str, Any]]) -> Step:
    template = stack.template.name
    found = there.get(stack.name)
    if found is None:
        return Step(CREATE, stack.name, template)
    if found["StackStatus"] in _FAILED:
        return Step(REPAIR, stack.name, f"{template}; it is {found['StackStatus']}")
    if {"Key": DIGEST_TAG, "Value": stack.digest()} in found.get("Tags", []):
        return Step(KEEP, stack.name)
    waits = UNKNOWN in stack.parameters.values()
    return Step(UPDATE, stack.name, f"{template}, after the stacks before it" if waits else template)

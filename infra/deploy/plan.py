"""What a deploy would do: read what is there, then compare. Nothing here changes anything."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from infra import policies
from infra.deploy import api
from infra.deploy.aws import Aws
from infra.deploy.config import plans
from infra.deploy.inventory import Inventory, StageStack, Way, take_inventory
from infra.deploy.parts import UNKNOWN, parts
from infra.deploy.stacks import HALF_MADE, Stack, deployed_digest, outputs_in
from infra.deploy.stage import Stage
from infra.deploy.state import State

CREATE, UPDATE, KEEP, RUN, REPAIR, LEAVE = "create", "update", "keep", "run", "make anew", "leave out"
REMOVE, WAIT = "remove", "wait for"


@dataclass(frozen=True, slots=True)
class Found:
    """What is there: stacks as CloudFormation describes them, the outputs of all, the API, and each stack's digest."""

    stacks: Mapping[str, Mapping[str, Any]]
    outputs: Mapping[str, str]
    api_id: str | None
    functions: frozenset[str]
    digests: Mapping[str, str] = field(default_factory=dict)
    inventory: Inventory = field(default_factory=Inventory)


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a deploy."""

    change: str
    what: str
    detail: str = ""


def look(aws: Aws, stage: Stage) -> Found:
    """Read what there is of a stage."""
    inventory = take_inventory(aws, stage)
    outputs: dict[str, str] = {}
    for each in inventory.all:
        # The outputs of the one stack are those of the stacks in it.
        if not (inventory.root and each in inventory.nested):
            outputs |= outputs_in(each.described)
    api_id = find_api(aws, stage, outputs)
    if api_id is not None:
        outputs |= api_outputs(aws, stage, api_id)
    pages = aws.client("lambda").get_paginator("list_functions").paginate()
    functions = {function["FunctionName"] for page in pages for function in page["Functions"]}
    wanted = {policies.lambda_name(name, stage.name) for name in policies.FUNCTIONS}
    stacks = {each.name: each.described for each in inventory.all}
    digests = {each.name: _digest(aws, each) for each in inventory.parts}
    return Found(stacks, outputs, api_id, frozenset(functions & wanted), digests, inventory)


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
    if found.inventory.way in (Way.ONE_STACK, Way.BOTH):
        return [_not_for_deploy(stage, found.inventory, each) for each in found.inventory.all]
    steps = [_of_stack(part.stack(stage, found.outputs), found) for part in parts(stage)]
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
    steps += [
        Step(REMOVE, each.name, f"{each.status}; infra/stages/{stage.name}.yaml does not ask for it any more")
        for each in reversed(found.inventory.switched_off(stage))
    ]
    return steps


def _not_for_deploy(stage: Stage, inventory: Inventory, stack: StageStack) -> Step:
    if stack in inventory.switched_off(stage):
        unwanted = f"infra/stages/{stage.name}.yaml does not ask for it any more: make beside STAGE={stage.name}"
        return Step(REMOVE, stack.name, f"{stack.status}; {unwanted}")
    return Step(LEAVE, stack.name, f"{stack.status}; make deploy is not for it")


def _of_stack(stack: Stack, found: Found) -> Step:
    template = stack.template.name
    there = found.stacks.get(stack.name)
    if there is None:
        return Step(CREATE, stack.name, template)
    status = there["StackStatus"]
    if status in HALF_MADE:
        return Step(REPAIR, stack.name, f"{template}; it is {status}")
    if status.endswith("_IN_PROGRESS"):
        return Step(WAIT, stack.name, f"it is {status}; run the command again when it is not")
    if found.digests.get(stack.name) == stack.digest():
        return Step(KEEP, stack.name)
    waits = UNKNOWN in stack.parameters.values()
    return Step(UPDATE, stack.name, f"{template}, after the stacks before it" if waits else template)


def _digest(aws: Aws, stack: StageStack) -> str:
    return deployed_digest(aws.client("cloudformation", stack.region), stack.name)

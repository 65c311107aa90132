"""Takes a stage down. What people entered stays, unless the command says otherwise in words.

Everything that can refuse does so before the first change. What is left is asked of AWS afterwards, not assumed.
"""

from collections.abc import Callable, Iterable
from pathlib import Path

from infra.deploy import api, config, execution_log, functions, leftovers
from infra.deploy.aws import Aws
from infra.deploy.chalice_app import deployed_file
from infra.deploy.inventory import Inventory, StageStack, Way, require_region, take_inventory
from infra.deploy.leftovers import Leftovers
from infra.deploy.plan import find_api
from infra.deploy.release import run_chalice
from infra.deploy.retained import RETAINED, delete_retained, empty_own_bucket
from infra.deploy.signing_key import PARAMETER, delete_signing_key_parameter
from infra.deploy.stacks import outputs_in, remove
from infra.deploy.stage import ROOT, Stage
from infra.deploy.state import State

# These hold what people entered, or what the stacks that hold it need.
KEPT = ("deploys", "logs", "identity", "data", "messaging", "media")
# A build and the tables make the site again, and an empty vault holds no data.
_MADE_AGAIN = ("edge", "backup")

Say = Callable[[str], None]


class DestroyError(Exception):
    """The words are not those that the command needs, or the stage's state forbids it; the message says what to do."""


def words_for_data(stage: Stage) -> str:
    """What WORDS must be to delete what people entered."""
    return f"delete all data of {stage.name}"


def words_for_protected(stage: Stage) -> str:
    """What WORDS must be to take a protected stage down and keep its data."""
    return f"take {stage.name} down"


def destroy(aws: Aws, stage: Stage, words: str, project: Path = ROOT, say: Say = print) -> Leftovers:
    """Take the stage down and return what is left of it.

    Raises:
        DestroyError: the words are wrong, or a protected stage was named without any, or the stage cannot be taken down
            as it is now.
    """
    _require_words(stage, words)
    inventory = take_inventory(aws, stage)
    if inventory.way == Way.NOTHING:
        require_region(aws, stage)
    data = words == words_for_data(stage)
    _require_state(stage, inventory, data=data)
    api_id = _take_down_release(aws, stage, inventory, project, say)
    for stack in _going(inventory, data=data):
        if stack.concern == "edge":
            _empty_site(aws, stage)
        say(f"  {stack.name}")
        _remove(aws, stack)
    for concern in dict.fromkeys(each.concern for each in RETAINED):
        if data or concern in _MADE_AGAIN:
            delete_retained(aws, stage, concern)
    if data and stage.signing_key == PARAMETER:
        delete_signing_key_parameter(aws, stage)
    _delete_logs(aws, stage, api_id)
    return leftovers.ask(aws, stage)


def sentences(left: Leftovers) -> list[str]:
    """Say what is left; "nothing" only where every service was asked."""
    stacks = (*left.inventory.all, *left.inventory.others)
    said = [f"Left: the stack {stack.name}, which is {stack.status}" for stack in stacks]
    said += [f"Left: {thing}" for thing in left.loose]
    said += [f"Not known, because AWS refused to list it: {each}" for each in left.unasked]
    return said or ["Nothing is left."]


def _require_words(stage: Stage, words: str) -> None:
    if words and words not in (words_for_data(stage), words_for_protected(stage)):
        raise DestroyError(f'To delete all data too: make destroy STAGE={stage.name} WORDS="{words_for_data(stage)}"')
    if stage.protected and not words:
        raise DestroyError(
            f"{stage.name} is protected. To take it down and keep its data: "
            f'make destroy STAGE={stage.name} WORDS="{words_for_protected(stage)}"'
        )


def _require_state(stage: Stage, inventory: Inventory, *, data: bool) -> None:
    busy = [each for each in inventory.all if each.status.endswith("_IN_PROGRESS")]
    if busy:
        raise DestroyError(
            f"CloudFormation is still at work: {busy[0].name} is {busy[0].status}. Run the command again after that."
        )
    if inventory.way == Way.BOTH:
        raise DestroyError(
            f"The stage {stage.name} is {inventory.way.value}. Find out which of them people use, "
            "delete the other's stacks with aws cloudformation delete-stack, and run the command again."
        )
    if inventory.way == Way.ONE_STACK and not data:
        raise DestroyError(
            f"The stage {stage.name} is {inventory.way.value}: its data cannot stay without it, since a new stack "
            f"would find their names taken. To delete it with all data: "
            f'make destroy STAGE={stage.name} WORDS="{words_for_data(stage)}"'
        )


def _going(inventory: Inventory, *, data: bool) -> Iterable[StageStack]:
    """The stacks to delete, in order: the one stack first, then what needs others before what they need."""
    if inventory.root:
        yield inventory.root
    yield from reversed(inventory.nested)
    yield from (each for each in reversed(inventory.parts) if data or each.concern not in KEPT)


def _take_down_release(aws: Aws, stage: Stage, inventory: Inventory, project: Path, say: Say) -> str | None:
    """Delete what Chalice and the deploy have made beside the stacks; return the id of the API that was there."""
    outputs = {name: value for each in inventory.all for name, value in outputs_in(each.described).items()}
    api_id = find_api(aws, stage, outputs)
    bucket = outputs.get("DeploysBucket")
    if inventory.way != Way.DIRECT or bucket is None:
        return api_id
    state, deployed = State(aws, bucket, stage.name), deployed_file(project, stage.name)
    with state.locked():
        state.fetch(deployed)
        # They outlive an API that `chalice delete` has taken away.
        api.delete_plans(aws, config.plans(stage))
        if deployed.exists():
            say("  functions and API")
            run_chalice(aws, stage, project, "delete")
        state.forget(deployed)
    return api_id


def _empty_site(aws: Aws, stage: Stage) -> None:
    [site] = [each for each in RETAINED if each.logical_id == "SiteBucket"]
    empty_own_bucket(aws, stage, site.named(aws, stage))


def _remove(aws: Aws, stack: StageStack) -> None:
    remove(aws.client("cloudformation", stack.region), stack.name, poll_seconds=aws.poll_seconds)


def _delete_logs(aws: Aws, stage: Stage, api_id: str | None) -> None:
    """Delete the log groups that Lambda and API Gateway make by themselves, and those that a late line made again.

    The group of a function that is still there is not the stage's: its own functions are gone by now.
    """
    pages = aws.client("lambda").get_paginator("list_functions").paginate()
    still_there = {function["FunctionName"] for page in pages for function in page["Functions"]}
    logs = aws.client("logs")
    if api_id is not None:
        execution_log.delete(aws, api_id)
    for name in functions.names(stage):
        if name in still_there:
            continue
        try:
            logs.delete_log_group(logGroupName=f"/aws/lambda/{name}")
        except logs.exceptions.ResourceNotFoundException:
            continue

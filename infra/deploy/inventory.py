"""The stacks that an account has of a stage, found by their names, and by what they say: how the stage is deployed.

A part that the stage's file no longer asks for is found too: its stack runs on until something removes it.
https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeStacks.html
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from http import HTTPStatus
from typing import Any

from botocore.exceptions import ClientError

from infra.deploy.aws import Aws
from infra.deploy.parts import DEPLOYS, EVERY_PART, logical_name, parts
from infra.deploy.stacks import GONE, HALF_MADE
from infra.deploy.stage import GLOBAL_REGION, Stage

_ORDER = {part.concern: place for place, part in enumerate(EVERY_PART)}
# A stage that is one stack has these beside it, made by `make beside`.
_BESIDE = {part.concern for part in EVERY_PART if part.region or part == DEPLOYS}


class Way(Enum):
    """How a stage is deployed; the value completes the sentence "The stage is …"."""

    NOTHING = "not deployed"
    BESIDE = "prepared by make beside, and not deployed"
    DIRECT = "deployed by make deploy"
    ONE_STACK = "one stack, deployed by aws cloudformation deploy"
    BOTH = "deployed by make deploy, and one stack as well"


class WayError(Exception):
    """The stage is deployed in another way than the command is for; the message says what to do."""


@dataclass(frozen=True, slots=True)
class StageStack:
    """One stack of the stage. `concern` is empty for the one stack itself, and that of the part for all others."""

    name: str
    concern: str
    region: str
    described: Mapping[str, Any]

    @property
    def status(self) -> str:
        """Its status in CloudFormation's words."""
        return str(self.described["StackStatus"])


@dataclass(frozen=True, slots=True)
class Inventory:
    """The stacks of a stage: `parts` on their own, in the order they need each other, and `nested` in the one stack.

    `others` have names that begin like the stage's, and are no part of it: somebody else made them.
    """

    root: StageStack | None = None
    parts: tuple[StageStack, ...] = ()
    nested: tuple[StageStack, ...] = ()
    others: tuple[StageStack, ...] = ()

    @property
    def way(self) -> Way:
        """How the stage is deployed."""
        direct = any(each.concern not in _BESIDE for each in self.parts)
        if self.root is not None or self.nested:
            return Way.BOTH if direct else Way.ONE_STACK
        if direct:
            return Way.DIRECT
        return Way.BESIDE if self.parts else Way.NOTHING

    @property
    def all(self) -> tuple[StageStack, ...]:
        """Every stack of the stage, the one stack first."""
        return (*((self.root,) if self.root else ()), *self.nested, *self.parts)

    @property
    def half_made(self) -> tuple[StageStack, ...]:
        """The stacks whose making or removal failed."""
        return tuple(each for each in self.all if each.status in HALF_MADE)

    def switched_off(self, stage: Stage) -> tuple[StageStack, ...]:
        """The stacks of parts that the stage's file does not ask for."""
        wanted = {part.concern for part in parts(stage)}
        return tuple(each for each in self.parts if each.concern not in wanted)


def take_inventory(aws: Aws, stage: Stage) -> Inventory:
    """Find the stage's stacks in its own region and in the one that CloudFront needs."""
    root: StageStack | None = None
    own: list[StageStack] = []
    nested: list[StageStack] = []
    others: list[StageStack] = []
    for region in dict.fromkeys((stage.region, GLOBAL_REGION)):
        for page in aws.client("cloudformation", region).get_paginator("describe_stacks").paginate():
            for described in page["Stacks"]:
                place = _place(stage, described["StackName"])
                if place is None or described["StackStatus"] in GONE:
                    continue
                is_nested, concern = place
                found = StageStack(described["StackName"], concern, region, described)
                if not concern:
                    root = found
                elif is_nested:
                    nested.append(found)
                else:
                    (own if concern in _ORDER else others).append(found)
    return Inventory(root, _in_order(own), _in_order(nested), tuple(others))


def how_to_deploy(stage: Stage, inventory: Inventory) -> str:
    """The commands that bring a stage to its file, for a sentence that says what to do next.

    CloudFormation changes no stack whose creation failed.
    """
    if inventory.way not in (Way.ONE_STACK, Way.BESIDE):
        return f"make deploy STAGE={stage.name}"
    package = f"make package STAGE={stage.name}, then aws cloudformation deploy, as docs/deploying.md says"
    root = inventory.root
    if root is None or root not in inventory.half_made:
        return package
    again = f'make destroy STAGE={stage.name} WORDS="delete all data of {stage.name}"'
    return f"{again}, since {root.name} is {root.status}, then {package}"


def require_direct(stage: Stage, inventory: Inventory) -> None:
    """Raise WayError where the stage is one stack: `make deploy` would make everything a second time."""
    if inventory.way in (Way.ONE_STACK, Way.BOTH):
        raise WayError(
            f"The stage {stage.name} is {inventory.way.value} ({_names(inventory)}), and make deploy would make it a "
            f"second time. Change it by make package STAGE={stage.name} and aws cloudformation deploy, as "
            f"docs/deploying.md says, or take it down before: make destroy STAGE={stage.name}"
        )


def require_one_stack(stage: Stage, inventory: Inventory) -> None:
    """Raise WayError where `make deploy` made the stage: a stack of everything would find its names taken."""
    if inventory.way in (Way.DIRECT, Way.BOTH):
        raise WayError(
            f"The stage {stage.name} is {inventory.way.value}, so one stack would find its names taken. Change it by "
            f"make deploy STAGE={stage.name}, or take it down with its data before: "
            f'make destroy STAGE={stage.name} WORDS="delete all data of {stage.name}"'
        )


def require_region(aws: Aws, stage: Stage) -> None:
    """Raise WayError where the stage is in another region than its file says: its bucket for deploys tells which."""
    region = _region_of_bucket(aws, f"{stage.api_name}-deploys-{aws.account}")
    if region and region != stage.region:
        raise WayError(
            f"The stage {stage.name} is in {region}, and infra/stages/{stage.name}.yaml says {stage.region}: write "
            f"{region} there again. For {stage.region} write a stage of another name."
        )


def _region_of_bucket(aws: Aws, bucket: str) -> str:
    try:
        answer = aws.client("s3").head_bucket(Bucket=bucket)
    except ClientError as error:
        # S3 names the region even where it answers 301 or 403.
        answer = error.response
        if answer["ResponseMetadata"]["HTTPStatusCode"] == HTTPStatus.NOT_FOUND:
            return ""
    headers = answer["ResponseMetadata"].get("HTTPHeaders", {})
    return str(headers.get("x-amz-bucket-region", ""))


def _place(stage: Stage, name: str) -> tuple[bool, str] | None:
    """Whether a stack of this name is nested, and its concern; None for a stack that is not the stage's."""
    if name == stage.api_name:
        return False, ""
    prefix = f"{stage.api_name}-"
    if not name.startswith(prefix):
        return None
    rest = name.removeprefix(prefix)
    if not rest[:1].isupper():
        return False, rest
    # CloudFormation names it after the stack it is in, the resource, and something random.
    logical = rest.partition("-")[0]
    concerns = {logical_name(part.concern): part.concern for part in EVERY_PART}
    return True, concerns.get(logical, logical)


def _in_order(stacks: list[StageStack]) -> tuple[StageStack, ...]:
    return tuple(sorted(stacks, key=lambda each: (_ORDER.get(each.concern, len(_ORDER)), each.name)))


def _names(inventory: Inventory) -> str:
    shown = (inventory.root,) if inventory.root else inventory.nested
    return ", ".join(f"{each.name} is {each.status}" for each in shown)

"""Finds what has been changed by hand since the last deploy. Asking changes nothing.

CloudFormation compares the resources of its stacks, of those types and properties that it supports. On the direct way
functions, their roles and the API are no stack's: function_drift.py, role_drift.py and api_drift.py compare them.
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-stack-drift.html
"""

import re
import time
from collections.abc import Iterator, Mapping
from typing import Any

from infra import policies
from infra.deploy.api_drift import api_differences
from infra.deploy.aws import Aws
from infra.deploy.function_drift import function_differences
from infra.deploy.inventory import Inventory, StageStack, Way
from infra.deploy.parts import parts
from infra.deploy.plan import Found
from infra.deploy.stage import Stage

_DETECTION_SECONDS = 900
_SAID = re.compile(r"\d{1,9}(\.\d+)?|true|false", re.IGNORECASE)
# CloudFormation refuses to look at a stack in any other state.
_DETECTABLE = ("CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE", "UPDATE_ROLLBACK_FAILED")


class DriftError(Exception):
    """Something is not as the last deploy has left it; the message has a line for each difference."""


def drift(aws: Aws, stage: Stage, found: Found) -> list[str]:
    """Return a line for each difference between what is deployed and what was.

    Raises:
        DriftError: there is no such stage, or CloudFormation does not come to an end.
    """
    inventory = found.inventory
    if inventory.way in (Way.NOTHING, Way.BESIDE):
        raise DriftError(f"The stage {stage.name} is {inventory.way.value}: make deploy STAGE={stage.name}")
    lines = [line for stack, detection in _detections(aws, inventory) for line in _of_stack(aws, stack, detection)]
    if inventory.way == Way.DIRECT:
        lines += _of_no_stack(aws, stage, found)
    return lines


def _of_no_stack(aws: Aws, stage: Stage, found: Found) -> Iterator[str]:
    """Compare functions and API; their settings name what stacks put out, so every stack has to be there."""
    missing = [stack for stack in (stage.stack(part.concern) for part in parts(stage)) if stack not in found.stacks]
    if missing:
        yield from (f"The stack {stack} is missing" for stack in missing)
        wanted = [policies.lambda_name(function, stage.name) for function in policies.FUNCTIONS]
        yield from (f"{name} was deleted" for name in wanted if name not in found.functions)
        yield f"Functions and API are not compared before that is mended by make deploy STAGE={stage.name}"
        return
    yield from function_differences(aws, stage, found)
    yield from api_differences(aws, stage, found)


def _detections(aws: Aws, inventory: Inventory) -> list[tuple[StageStack, str]]:
    """Have all stacks looked at; a stack that cannot be gets an empty id."""
    started = []
    for stack in inventory.all:
        client = aws.client("cloudformation", stack.region)
        detection = ""
        if stack.status in _DETECTABLE:
            detection = client.detect_stack_drift(StackName=stack.name)["StackDriftDetectionId"]
        started.append((stack, detection))
    return started


def _of_stack(aws: Aws, stack: StageStack, detection: str) -> Iterator[str]:
    if not detection:
        yield f"{stack.name}: it is {stack.status}, so CloudFormation does not compare it"
        return
    client = aws.client("cloudformation", stack.region)
    deadline = time.monotonic() + _DETECTION_SECONDS
    status = client.describe_stack_drift_detection_status(StackDriftDetectionId=detection)
    while status["DetectionStatus"] == "DETECTION_IN_PROGRESS":
        if time.monotonic() > deadline:
            raise DriftError(f"CloudFormation still compares {stack.name}: run the command again.")
        time.sleep(aws.poll_seconds)
        status = client.describe_stack_drift_detection_status(StackDriftDetectionId=detection)
    if status["DetectionStatus"] == "DETECTION_FAILED":
        reason = status.get("DetectionStatusReason", "it gave no reason")
        yield f"{stack.name}: CloudFormation could not compare all of it ({reason})"
    yield from (line for resource in _drifted(client, stack.name) for line in _differences(stack, resource))


def _drifted(client: Any, name: str) -> Iterator[Mapping[str, Any]]:  # noqa: ANN401 - boto3's client
    more: dict[str, str] = {}
    while True:
        page = client.describe_stack_resource_drifts(
            StackName=name, StackResourceDriftStatusFilters=["MODIFIED", "DELETED"], **more
        )
        yield from page["StackResourceDrifts"]
        if not page.get("NextToken"):
            return
        more = {"NextToken": page["NextToken"]}


def _differences(stack: StageStack, resource: Mapping[str, Any]) -> Iterator[str]:
    what = f"{stack.name}: {resource['LogicalResourceId']} ({resource['ResourceType']})"
    if resource["StackResourceDriftStatus"] == "DELETED":
        yield f"{what} was deleted"
    for each in resource.get("PropertyDifferences", ()):
        yield f"{what} {property_difference(each)}"


def property_difference(difference: Mapping[str, str]) -> str:
    """Return what differs. Values are said where they are numbers or switches; a text may be a secret or an address."""
    path, there, wanted = (difference[name] for name in ("PropertyPath", "ActualValue", "ExpectedValue"))
    if _SAID.fullmatch(there) and _SAID.fullmatch(wanted):
        return f"{path}: {there}, not {wanted}"
    return f"{path} is not as its template says"

"""Finds what has been changed by hand since the last deploy. Asking changes nothing.

CloudFormation compares the resources of its stacks, of those types and properties that it supports. On the direct way
functions and event sources are no stack's, so they are compared here: memory, time-out, architecture, and how event
sources treat failures. Not compared: code, the functions' environment, and the API's document.
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-stack-drift.html
"""

import re
import time
from collections.abc import Iterator, Mapping
from typing import Any

from infra import policies
from infra.deploy.aws import Aws
from infra.deploy.config import API_HANDLER, chalice_stage
from infra.deploy.inventory import Inventory, StageStack, Way
from infra.deploy.plan import Found
from infra.deploy.stage import Stage
from infra.event_settings import EVENT_SETTINGS, StreamSettings

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
        lines += _of_functions(aws, stage, found)
    return lines


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


def _of_functions(aws: Aws, stage: Stage, found: Found) -> Iterator[str]:
    client = aws.client("lambda")
    wanted_of = chalice_stage(stage, {})["lambda_functions"]
    for function in policies.FUNCTIONS:
        name = policies.lambda_name(function, stage.name)
        if name not in found.functions:
            yield f"{name} was deleted"
            continue
        settings = wanted_of[API_HANDLER if function == policies.API else function]
        there = client.get_function_configuration(FunctionName=name)
        for key, wanted in (
            ("MemorySize", settings["lambda_memory_size"]),
            ("Timeout", settings["lambda_timeout"]),
            ("Architectures", [stage.architecture]),
        ):
            if there.get(key) != wanted:
                yield f"{name} {key}: {there.get(key)}, not {wanted}"
        if function in EVENT_SETTINGS:
            yield from _of_event_source(client, name, function, found.outputs)


def _of_event_source(client: Any, name: str, function: str, outputs: Mapping[str, str]) -> Iterator[str]:  # noqa: ANN401
    settings = EVENT_SETTINGS[function]
    wanted = (
        settings.as_mapping(outputs["StreamFailuresArn"])
        if isinstance(settings, StreamSettings)
        else settings.as_mapping()
    )
    mappings = client.list_event_source_mappings(FunctionName=name)["EventSourceMappings"]
    if len(mappings) != 1:
        yield f"{name} has {len(mappings)} event sources, not one"
    for mapping in mappings:
        if mapping.get("State") == "Disabled":
            yield f"{name}: its event source is disabled"
        for key, value in wanted.items():
            if mapping.get(key) != value:
                yield f"{name} {key}: {mapping.get(key)}, not {value}"

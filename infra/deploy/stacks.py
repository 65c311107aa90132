"""CloudFormation stacks: planned as change sets, then executed. An unchanged stack is left alone.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-updating-stacks-changesets.html
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import takewhile
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError, WaiterError

from infra.deploy.termination import set_termination_protection
from infra.deploy.validations import explain

# In the template, because a tag of the stack would be put on each of its resources, and change them all.
_DIGEST = re.compile(r"^  TemplateDigest: ([0-9a-f]{64})$", re.MULTILINE)
_METADATA = re.compile(r"^Metadata:\n", re.MULTILINE)
# Roles have names of our own, and loops are written out by a transform.
CAPABILITIES = ["CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"]
# The parameter by which a template protects tables and users from being deleted.
PROTECTION = "Protected"
_NOTHING_TO_DO = ("didn't contain changes", "No updates are to be performed")
GONE = ("DELETE_COMPLETE", "REVIEW_IN_PROGRESS")
# Nothing of such a stack works, so it is removed and made anew.
HALF_MADE = ("CREATE_FAILED", "ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "DELETE_FAILED")


class StackError(Exception):
    """A stack could not be brought to its template; the message names the resource and its reason."""


@dataclass(frozen=True)
class Stack:
    """A template and what it is given.

    CloudFormation puts `tags` on every resource that can have tags. A `protected` stack refuses to be deleted.
    """

    name: str
    template: Path
    parameters: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    protected: bool = False

    def digest(self) -> str:
        """Identify the template, its parameters and its tags."""
        given = json.dumps([dict(self.parameters), dict(self.tags)], sort_keys=True)
        return hashlib.sha256(self.template.read_bytes() + given.encode()).hexdigest()

    def without_protection(self) -> "Stack":
        """The same stack with tables and users that can be deleted."""
        return replace(self, parameters={**self.parameters, PROTECTION: "false"})

    def body(self) -> str:
        """Return the template as CloudFormation gets it: with the digest in its metadata."""
        text = self.template.read_text(encoding="utf-8")
        entry = f"Metadata:\n  TemplateDigest: {self.digest()}\n"
        if _METADATA.search(text):
            return _METADATA.sub(entry, text, count=1)
        return f"{text.rstrip()}\n\n{entry}"


def outputs_of(cloudformation: Any, name: str) -> dict[str, str] | None:  # noqa: ANN401 - boto3's client
    """Return a stack's outputs, or None where there is no such stack."""
    found = describe(cloudformation, name)
    return None if found is None else outputs_in(found)


def apply(cloudformation: Any, stack: Stack, *, poll_seconds: float = 5.0) -> dict[str, str]:  # noqa: ANN401
    """Bring a stack to its template and return its outputs.

    A new stack that protects what it holds is made without protection first: a rollback could not delete a protected
    table, and its name would block every later try.

    Raises:
        StackError: CloudFormation refused the template or rolled the change back.
    """
    existing = describe(cloudformation, stack.name)
    if existing is not None and existing["StackStatus"] in HALF_MADE:
        _remove_half_made(cloudformation, stack.name, poll_seconds)
        existing = None
    if existing is None and stack.parameters.get(PROTECTION) == "true":
        _bring(cloudformation, stack.without_protection(), "CREATE", poll_seconds)
        existing = describe(cloudformation, stack.name)
    if existing is not None and deployed_digest(cloudformation, stack.name) == stack.digest():
        set_termination_protection(cloudformation, existing, wanted=stack.protected)
        return outputs_in(existing)
    kind = "CREATE" if existing is None else "UPDATE"
    _bring(cloudformation, stack, kind, poll_seconds)
    found = describe(cloudformation, stack.name)
    if found is None:
        raise StackError(f"Stack {stack.name} vanished while it was being applied.")
    set_termination_protection(cloudformation, found, wanted=stack.protected)
    return outputs_in(found)


def remove(cloudformation: Any, name: str, *, poll_seconds: float = 5.0) -> None:  # noqa: ANN401
    """Delete a stack, even a protected one; one that is gone is fine.

    Raises:
        StackError: something of it could not be deleted.
    """
    existing = describe(cloudformation, name)
    if existing is not None:
        set_termination_protection(cloudformation, existing, wanted=False)
    cloudformation.delete_stack(StackName=name)
    _wait(cloudformation, "stack_delete_complete", name, poll_seconds)


def _bring(cloudformation: Any, stack: Stack, kind: str, poll_seconds: float) -> None:  # noqa: ANN401
    """Create and execute the change set; a failure rolls back what was done."""
    if _change_set(cloudformation, stack, kind, poll_seconds):
        cloudformation.execute_change_set(
            StackName=stack.name,
            ChangeSetName=_change_set_name(stack),
            # The API's own page says that it keeps what failed unless told otherwise.
            DisableRollback=False,
        )
        _wait(cloudformation, f"stack_{kind.lower()}_complete", stack.name, poll_seconds)


def _remove_half_made(cloudformation: Any, name: str, poll_seconds: float) -> None:  # noqa: ANN401
    """Delete a stack whose creation failed. What its rollback could not delete would block the next try by its name."""
    resources = cloudformation.describe_stack_resources(StackName=name)["StackResources"]
    left = [
        f"{each['LogicalResourceId']} ({each.get('PhysicalResourceId', 'no name')}): "
        f"{each.get('ResourceStatusReason', 'no reason given')}"
        for each in resources
        if each["ResourceStatus"] == "DELETE_FAILED"
    ]
    remove(cloudformation, name, poll_seconds=poll_seconds)
    if left:
        raise StackError(f"The failed creation of {name} has left what you must delete first: {'; '.join(left)}")


def _change_set(cloudformation: Any, stack: Stack, kind: str, poll_seconds: float) -> bool:  # noqa: ANN401
    """Create the change set; False where it would change nothing."""
    names = {"StackName": stack.name, "ChangeSetName": _change_set_name(stack)}
    asked = {
        **names,
        "ChangeSetType": kind,
        "TemplateBody": stack.body(),
        "Parameters": [{"ParameterKey": key, "ParameterValue": value} for key, value in stack.parameters.items()],
        "Capabilities": CAPABILITIES,
        "Tags": [{"Key": key, "Value": value} for key, value in stack.tags.items()],
    }
    try:
        cloudformation.create_change_set(**asked)
    except ClientError as error:
        if error.response["Error"].get("Code") != "AlreadyExistsException":
            raise StackError(f"Stack {stack.name} was refused: {error}") from error
        # A run that crashed has left it.
        cloudformation.delete_change_set(**names)
        cloudformation.create_change_set(**asked)
    waiter = cloudformation.get_waiter("change_set_create_complete")
    try:
        waiter.wait(**names, WaiterConfig={"Delay": poll_seconds, "MaxAttempts": 120})
    except WaiterError as error:
        reason = str(cloudformation.describe_change_set(**names).get("StatusReason", error))
        reason = explain(cloudformation, reason, **names)
        cloudformation.delete_change_set(**names)
        if any(phrase in reason for phrase in _NOTHING_TO_DO):
            return False
        raise StackError(f"Stack {stack.name} was refused: {reason}") from error
    return True


def _change_set_name(stack: Stack) -> str:
    return f"to-{stack.digest()[:16]}"


def _wait(cloudformation: Any, waiter: str, name: str, poll_seconds: float) -> None:  # noqa: ANN401
    try:
        cloudformation.get_waiter(waiter).wait(
            StackName=name, WaiterConfig={"Delay": poll_seconds, "MaxAttempts": max(1, int(1800 / poll_seconds))}
        )
    except WaiterError as error:
        reason = explain(cloudformation, _first_failure(cloudformation, name), StackName=name)
        raise StackError(f"Stack {name} failed: {reason}") from error


def _first_failure(cloudformation: Any, name: str) -> str:  # noqa: ANN401
    # Newest first, and those of earlier changes too: this change began where the stack itself says so.
    pages = cloudformation.get_paginator("describe_stack_events").paginate(StackName=name)
    events = (event for page in pages for event in page["StackEvents"])
    of_this_change = takewhile(lambda event: not _begins(event, name), events)
    failed = [event for event in of_this_change if event["ResourceStatus"].endswith("_FAILED")]
    if not failed:
        return "CloudFormation gave no reason."
    earliest = failed[-1]
    return f"{earliest['LogicalResourceId']}: {earliest.get('ResourceStatusReason', 'no reason given')}"


def _begins(event: Mapping[str, str], name: str) -> bool:
    return event["LogicalResourceId"] == name and event["ResourceStatus"] in (
        "CREATE_IN_PROGRESS",
        "UPDATE_IN_PROGRESS",
        "DELETE_IN_PROGRESS",
    )


def describe(cloudformation: Any, name: str) -> dict[str, Any] | None:  # noqa: ANN401
    """A stack as CloudFormation describes it, or None where there is none."""
    try:
        stacks = cloudformation.describe_stacks(StackName=name)["Stacks"]
    except ClientError as error:
        if "does not exist" in str(error):
            return None
        raise
    found: dict[str, Any] = stacks[0]
    return None if found["StackStatus"] in GONE else found


def deployed_digest(cloudformation: Any, name: str) -> str:  # noqa: ANN401
    """The digest of the template and parameters that a stack was last brought to, or an empty text.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_GetTemplate.html
    """
    template = cloudformation.get_template(StackName=name, TemplateStage="Original")["TemplateBody"]
    found = _DIGEST.search(template) if isinstance(template, str) else None
    return "" if found is None else found[1]


def outputs_in(stack: Mapping[str, Any]) -> dict[str, str]:
    """The outputs of a stack that was described."""
    return {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}

"""Termination protection: the stacks of a protected stage refuse to be deleted, by hand or by another program.

A nested stack has the protection of its root.
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-protect-stacks.html
"""

from collections.abc import Mapping
from typing import Any


def set_termination_protection(cloudformation: Any, found: Mapping[str, Any], *, wanted: bool) -> None:  # noqa: ANN401
    """Turn the protection of a stack on or off; `found` is the stack as CloudFormation describes it."""
    if found.get("EnableTerminationProtection", False) != wanted:
        cloudformation.update_termination_protection(StackName=found["StackName"], EnableTerminationProtection=wanted)

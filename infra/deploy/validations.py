"""Says what CloudFormation's validation before a deployment has found: its own reason names an API instead.

A change set that would make a bucket or a table under a name that is taken fails before it is executed.
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/validate-stack-deployments.html
https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeEvents.html
"""

from typing import Any

_POINTS_ELSEWHERE = "DescribeEvents"


def explain(cloudformation: Any, reason: str, **names: str) -> str:  # noqa: ANN401 - boto3's client
    """Return the reason, or what failed in a validation where the reason only says that one did.

    `names` are the StackName, and the ChangeSetName where a change set failed.
    """
    if _POINTS_ELSEWHERE not in reason:
        return reason
    pages = cloudformation.get_paginator("describe_events").paginate(**names, Filters={"FailedEvents": True})
    found = [
        f"{event.get('LogicalResourceId', '')}: {event['ValidationStatusReason']}"
        for page in pages
        for event in page["OperationEvents"]
        if event.get("ValidationStatusReason")
    ]
    return "; ".join(dict.fromkeys(found)) or reason

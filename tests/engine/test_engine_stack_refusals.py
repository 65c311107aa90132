"""CloudFormation refuses what AWS refuses: each stack here fails with AWS's reason, or the call with its code."""

import json
from typing import Any

import pytest
from engine_support import Aws, refused, unique
from test_engine_stacks import LIVE, Resources, settled


def attempt(aws: Aws, name: str, resources: Resources, **options: Any) -> tuple[str, list[str]]:
    """Create or update a stack; return the status in which it ends and the reasons of what failed, newest first."""
    cloudformation = aws.client("cloudformation")
    body = json.dumps({"Resources": resources})
    arguments = {"StackName": name, "TemplateBody": body, "Capabilities": ["CAPABILITY_NAMED_IAM"], **options}
    (cloudformation.update_stack if is_live(aws, name) else cloudformation.create_stack)(**arguments)
    stack = settled(aws, name)
    events = cloudformation.describe_stack_events(StackName=name)["StackEvents"]
    failed = [event.get("ResourceStatusReason", "") for event in events if "FAILED" in event["ResourceStatus"]]
    return stack["StackStatus"], failed


def is_live(aws: Aws, name: str) -> bool:
    stacks = aws.client("cloudformation").list_stacks(StackStatusFilter=list(LIVE))["StackSummaries"]
    return name in {stack["StackName"] for stack in stacks}


def dashboard(metrics: list[Any]) -> str:
    properties = {"region": "us-east-1", "metrics": metrics}
    return json.dumps({"widgets": [{"type": "metric", "properties": properties}]})


SEARCH = {"expression": "SEARCH('{AWS/Lambda,FunctionName} Errors', 'Sum', 300)", "id": "s"}


def test_a_dashboard_whose_metrics_are_no_lists_fails_its_stack(aws: Aws) -> None:
    # Given an expression that is not in a list of its own
    def resources(*metrics: Any) -> Resources:
        properties = {"DashboardName": unique("dashboard"), "DashboardBody": dashboard(list(metrics))}
        return {"Dashboard": {"Type": "AWS::CloudWatch::Dashboard", "Properties": properties}}

    # Then the stack is rolled back, and says where
    status, reasons = attempt(aws, unique("stack"), resources(SEARCH))
    assert status == "ROLLBACK_COMPLETE"
    assert '"dataPath": "/widgets/0/properties/metrics/0"' in reasons[0]
    assert '"message": "Should be array"' in reasons[0]
    # And in a list of its own it is made
    assert attempt(aws, unique("stack"), resources([SEARCH])) == ("CREATE_COMPLETE", [])


@pytest.mark.parametrize("body", ["", "{", dashboard([SEARCH])])
def test_a_broken_dashboard_is_refused_by_the_api(aws: Aws, body: str) -> None:
    cloudwatch = aws.client("cloudwatch")
    name = unique("dashboard")
    assert refused(lambda: cloudwatch.put_dashboard(DashboardName=name, DashboardBody=body)) == "InvalidParameterInput"
    cloudwatch.put_dashboard(DashboardName=name, DashboardBody=dashboard([[SEARCH]]))
    assert cloudwatch.get_dashboard(DashboardName=name)["DashboardBody"] == dashboard([[SEARCH]])

"""What a validation of CloudFormation has found is said in place of the name of the API that tells it."""

from typing import Any

import pytest

from infra.deploy.validations import explain

POINTING = (
    "The following hook(s)/validation failed: [AWS::EarlyValidation::ResourceExistenceCheck]. To troubleshoot Early "
    "Validation errors, use the DescribeEvents API for detailed failure information."
)
TAKEN = "Resource of type 'AWS::S3::Bucket' with identifier 'todo' already exists."


class Events:
    """CloudFormation's events of one operation."""

    def __init__(self, *reasons: str) -> None:
        self.reasons = reasons

    def get_paginator(self, operation: str) -> "Events":
        assert operation == "describe_events"
        return self

    def paginate(self, **asked: Any) -> list[dict[str, Any]]:
        assert asked == {"StackName": "dev", "Filters": {"FailedEvents": True}}
        validations = [{"LogicalResourceId": "Site", "ValidationStatusReason": each} for each in self.reasons]
        return [{"OperationEvents": [{"OperationStatus": "FAILED"}, *validations]}]


@pytest.mark.parametrize(
    ("reason", "events", "said"),
    [
        (POINTING, Events(TAKEN), f"Site: {TAKEN}"),
        (POINTING, Events(TAKEN, TAKEN), f"Site: {TAKEN}"),
        (POINTING, Events(), POINTING),
        ("Site: AccessDenied", Events(TAKEN), "Site: AccessDenied"),
    ],
)
def test_a_failed_validation_is_explained_by_its_events(reason: str, events: Events, said: str) -> None:
    assert explain(events, reason, StackName="dev") == said

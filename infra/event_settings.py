"""How Lambda treats each event source when things fail: one table for every path.

The direct deploy applies it by API calls, the packaged one by template, and the laptop's engine is given it at start.
https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-params.html
https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-parameters.html
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

REPORT_FAILURES = ["ReportBatchItemFailures"]


@dataclass(frozen=True, slots=True)
class StreamSettings:
    """A stream's records are tried again, split until the bad one stands alone, and then put aside."""

    maximum_retry_attempts: int = 8
    maximum_record_age_seconds: int = 6 * 60 * 60
    pattern: str | None = None

    def as_mapping(self, on_failure_arn: str) -> dict[str, Any]:
        """What `UpdateEventSourceMapping` takes."""
        mapping: dict[str, Any] = {
            "FunctionResponseTypes": REPORT_FAILURES,
            "BisectBatchOnFunctionError": True,
            "MaximumRetryAttempts": self.maximum_retry_attempts,
            "MaximumRecordAgeInSeconds": self.maximum_record_age_seconds,
            "DestinationConfig": {"OnFailure": {"Destination": on_failure_arn}},
        }
        if self.pattern is not None:
            mapping["FilterCriteria"] = {"Filters": [{"Pattern": self.pattern}]}
        return mapping


@dataclass(frozen=True, slots=True)
class QueueSettings:
    """A queue's messages come back one by one; the queue itself puts aside what comes back too often."""

    maximum_concurrency: int = 5

    def as_mapping(self) -> dict[str, Any]:
        """What `UpdateEventSourceMapping` takes."""
        return {
            "FunctionResponseTypes": REPORT_FAILURES,
            "ScalingConfig": {"MaximumConcurrency": self.maximum_concurrency},
        }


# By the function's name in app.py.
EVENT_SETTINGS: Mapping[str, StreamSettings | QueueSettings] = {
    "publish-pages": StreamSettings(),
    "mail-subscribers": StreamSettings(pattern='{"eventName": ["INSERT", "MODIFY"]}'),
    "tell-owner": StreamSettings(pattern='{"eventName": ["INSERT"]}'),
    "follow-photos": StreamSettings(),
    "empty-trash": StreamSettings(
        pattern='{"eventName": ["REMOVE"], "userIdentity": {"principalId": ["dynamodb.amazonaws.com"]}}'
    ),
    "make-thumbnails": QueueSettings(),
    "follow-mail": QueueSettings(),
    "announce-posts": QueueSettings(maximum_concurrency=2),
}

"""What the store raises.

StoreError
├── ConditionFailed   the item is not as the write required; carries the item as it is
└── Unavailable       DynamoDB cannot answer now: throttled, timed out, unreachable
"""

from typing import Any

RawItem = dict[str, dict[str, Any]]


class StoreError(Exception):
    """The base of what the store raises."""


class ConditionFailed(StoreError):  # noqa: N818 - DynamoDB's own name for it
    """A conditional write was refused; `item` is what stands there, or None where there is nothing."""

    def __init__(self, item: RawItem | None) -> None:
        super().__init__("The conditional request failed.")
        self.item = item


class Unavailable(StoreError):  # noqa: N818 - reads as the HTTP status it becomes
    """DynamoDB did not answer in time or asked us to slow down; nothing was written that a retry would double."""

    retry_after_seconds = 1
    detail = "The database is busy. Try again."

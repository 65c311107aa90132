"""Changes event source mappings that AWS may still be creating or updating.

Lambda refuses a change with ResourceInUseException until a mapping is in a steady state.
https://docs.aws.amazon.com/lambda/latest/api/API_UpdateEventSourceMapping.html
"""

import time
from collections.abc import Mapping
from typing import Any

# How long Lambda may take to create or update one mapping; it takes seconds, up to a minute.
WAIT_SECONDS = 180.0
_STEADY_STATES = ("Enabled", "Disabled")


class EventSourceError(Exception):
    """An event source mapping does not become ready for a change; the message says what to do."""


def update(
    client: Any,  # noqa: ANN401 - boto3's clients are made at run time
    uuid: str,
    wanted: Mapping[str, Any],
    *,
    poll_seconds: float,
    wait_seconds: float = WAIT_SECONDS,
) -> bool:
    """Give a mapping these settings once it is steady; return whether it differed from them.

    Raises:
        EventSourceError: the mapping is being deleted, or was not steady for `wait_seconds`.
    """
    deadline = time.monotonic() + wait_seconds
    while True:
        mapping = client.get_event_source_mapping(UUID=uuid)
        state = mapping["State"]
        if state == "Deleting":
            raise EventSourceError(f"The event source mapping {uuid} is being deleted: run the command again.")
        if state in _STEADY_STATES:
            if not differs(mapping, wanted):
                return False
            try:
                client.update_event_source_mapping(UUID=uuid, **wanted)
            except client.exceptions.ResourceInUseException:
                # It left the steady state after it was read.
                state = "in use"
            else:
                return True
        if time.monotonic() >= deadline:
            raise EventSourceError(
                f"The event source mapping {uuid} is still {state} after {wait_seconds:.0f} s: "
                "wait until it is Enabled, then run the command again."
            )
        time.sleep(poll_seconds)


def differs(mapping: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    """Whether a mapping has other settings than these."""
    return any(mapping.get(name) != value for name, value in wanted.items())

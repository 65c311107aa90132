"""What the gaps in CloudFormation share: acting after a resource was created or updated."""

from collections.abc import Callable
from typing import Any

from ministack.services.cloudformation import provisioners

TARGETS = ("ministack.services.cloudformation.provisioners:_RESOURCE_HANDLERS",)

Properties = dict[str, Any]
# The physical id, the properties it had before (none for a new one), and the properties it has now.
Then = Callable[[str, Properties, Properties], None]


def after(resource_type: str, then: Then) -> None:
    """Run `then` once the emulator has created or updated a resource of this type."""
    handler = provisioners._RESOURCE_HANDLERS[resource_type]
    create, update = handler["create"], handler["update"]

    def created(logical_id: str, properties: Properties, stack: str) -> Any:
        result = create(logical_id, properties, stack)
        then(result[0], {}, properties)
        return result

    def updated(physical_id: str, old: Properties, new: Properties, *where: str) -> Any:
        result = update(physical_id, old, new, *where)
        then(result[0], old if result[0] == physical_id else {}, new)
        return result

    provisioners._RESOURCE_HANDLERS[resource_type] = {**handler, "create": created, "update": updated}


def is_true(value: Any) -> bool:
    """A template's boolean, which may be text."""
    return str(value).lower() == "true"


def accepted(response: Any) -> None:
    """Fail the stack with what a service answered, if it refused."""
    if response[0] >= 400:
        message = f"{response[2]!r}"
        raise ValueError(message)

"""DynamoDB measures a transaction by its items.

AWS: the items of a TransactWriteItems have 4 MB at most together.
https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html

The emulator: measures the request's JSON, which has names and braces beside the items, and so refuses earlier.

Here: what the actions write is measured as items are. AWS does not say how it counts an update; here it is the key and
the values of its expression.
"""

import functools
from typing import Any

from ministack.core.responses import error_response_json
from ministack.services import dynamodb

TARGETS = (
    "ministack.core.responses:error_response_json",
    "ministack.services.dynamodb:_DDB_TXN_MAX_BYTES",
    "ministack.services.dynamodb:_item_size_bytes(item)",
    "ministack.services.dynamodb:_transact_write_items(data)",
)
_MOST_BYTES = 4_194_304
_MEASURED = ("Item", "Key", "ExpressionAttributeValues")


def apply() -> None:
    dynamodb._DDB_TXN_MAX_BYTES = 16 * _MOST_BYTES
    dynamodb._transact_write_items = _measured(dynamodb._transact_write_items)


def _measured(original: Any) -> Any:
    @functools.wraps(original)
    def transact(data: dict[str, Any]) -> Any:
        actions = [action for entry in _entries(data) for action in entry.values() if isinstance(action, dict)]
        items = [action[part] for action in actions for part in _MEASURED if isinstance(action.get(part), dict)]
        if sum(dynamodb._item_size_bytes(item) for item in items) > _MOST_BYTES:
            message = "Transaction request exceeds the 4MB transaction size limit"
            return error_response_json("ValidationException", message, 400)
        return original(data)

    return transact


def _entries(data: dict[str, Any]) -> list[dict[str, Any]]:
    entries = data.get("TransactItems")
    return [entry for entry in entries if isinstance(entry, dict)] if isinstance(entries, list) else []

"""DynamoDB as the journal tells it: the kinds of change, and the state they add up to."""

from typing import Any

from infra.local.engine.journal import Change

DEFINE = "define"  # every table's definition and settings
ITEM = "item"  # table id, partition value, sort value, the item or null once it is gone
ITEMS = "items"  # table id, all its items at once
RECORD = "record"  # stream ARN, one stream record
TRIMMED = "trimmed"  # stream ARN, how many older records have expired
TOKEN = "token"  # noqa: S105 - account, region, an idempotency token, what it stands for
RESET = "reset"  # nothing is left

Items = dict[str, dict[str, Any]]


class SavedTables:
    """Apply the changes in order, then read what they leave."""

    definitions: Any
    streams: dict[str, list[object]]
    trimmed: dict[str, int]
    tokens: dict[tuple[str, str, str], object]
    _items: dict[str, Items]

    def __init__(self) -> None:
        self._clear()

    def apply(self, change: Change) -> None:
        kind, *values = change
        match kind, values:
            case "define", [definitions]:
                self.definitions = definitions
            case "item", [str(table_id), str(pk), str(sk), item]:
                self._store(table_id, pk, sk, item)
            case "items", [str(table_id), dict(items)]:
                self._items[table_id] = items
            case "record", [str(arn), record]:
                self.streams.setdefault(arn, []).append(record)
            case "trimmed", [str(arn), int(count)]:
                self.trimmed[arn] = count
            case "token", [str(account), str(region), str(token), entry]:
                self.tokens[account, region, token] = entry
            case "reset", []:
                self._clear()

    def items_of(self, table_id: str) -> Items:
        return {pk: by_sort for pk, by_sort in self._items.get(table_id, {}).items() if by_sort}

    def _store(self, table_id: str, pk: str, sk: str, item: object) -> None:
        by_sort = self._items.setdefault(table_id, {}).setdefault(pk, {})
        if item is None:
            by_sort.pop(sk, None)
        else:
            by_sort[sk] = item

    def _clear(self) -> None:
        self.definitions = None
        self.streams, self.trimmed, self.tokens, self._items = {}, {}, {}, {}

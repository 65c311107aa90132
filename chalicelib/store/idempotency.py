"""The idempotency ledger: one row a create that the caller named with an Idempotency-Key.

The row and the item it speaks of are written in one transaction, so either both exist or neither.
https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/
"""

import json
from hashlib import sha256
from typing import Self, TypeVar

import msgspec
from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.constants import ALL_OLD
from pynamodb.expressions.condition import Condition
from pynamodb.transactions import TransactWrite

from chalicelib import clock
from chalicelib.settings import settings
from chalicelib.store import transactions
from chalicelib.store.errors import ConditionFailed, RawItem, StoreError
from chalicelib.store.model import StoredModel
from chalicelib.store.transactions import TransactionRefused

Item = TypeVar("Item", bound=StoredModel)

_LEDGER_PLACE = 0
LIFETIME_SECONDS = 24 * 60 * 60


class KeyReused(StoreError):  # noqa: N818 - what the client did
    """The same Idempotency-Key came with another request."""


class Idempotent(msgspec.Struct, frozen=True):
    """What makes two requests the same: the caller's key, and a fingerprint of what was asked."""

    key: str
    fingerprint: str

    @classmethod
    def of(cls, key: str, operation: str, *asked: object) -> Self:
        """Name `operation` on `asked` by `key`."""
        return cls(key, sha256(operation.encode() + b"\0" + msgspec.json.encode(asked)).hexdigest())


class LedgerRow(StoredModel):
    """What a key stood for, and the item as it was created, for as long as a client may ask again."""

    class Meta:
        """Table settings."""

        table_name = settings().idempotency_table
        region = settings().aws_region

    caller_key = UnicodeAttribute(hash_key=True)
    fingerprint = UnicodeAttribute()
    created_item = UnicodeAttribute()
    expires_at = NumberAttribute()


def create_once(owner: str, name: Idempotent, item: Item, absent: Condition) -> tuple[Item, bool]:
    """Create `item` unless the caller's key has created one: return what stands, and whether it was there before.

    Raises:
        KeyReused: the key was used for another request.
        ConditionFailed: `absent` does not hold for the item.
    """
    # The ledger remembers the item as the caller will see it: with the version that the write gives it.
    stored = {**item.serialize(), "version": {"N": "1"}}

    def fill(transaction: TransactWrite) -> None:
        record(transaction, owner, name, json.dumps(stored, ensure_ascii=False))
        transaction.save(item, condition=absent)

    try:
        transactions.write(fill)
    except TransactionRefused as refusal:
        remembered = refusal.refused.get(_LEDGER_PLACE)
        if remembered is None:
            raise ConditionFailed(None) from refusal
        return type(item).from_raw_data(json.loads(created_before(remembered, name))), True
    return type(item).from_raw_data(stored), False


def record(transaction: TransactWrite, owner: str, name: Idempotent, created_item: str) -> None:
    """Add the ledger's row to the transaction that creates the item; refused while the key is remembered."""
    row = LedgerRow(
        f"{owner}#{name.key}",
        fingerprint=name.fingerprint,
        created_item=created_item,
        expires_at=clock.epoch_seconds() + LIFETIME_SECONDS,
    )
    transaction.save(row, condition=_forgotten(), return_values=ALL_OLD)


def created_before(row: RawItem, name: Idempotent) -> str:
    """Return the item that the remembered request created.

    Raises:
        KeyReused: the key was used for another request.
    """
    remembered = LedgerRow.from_raw_data(row)
    if remembered.fingerprint != name.fingerprint:
        raise KeyReused("This Idempotency-Key was used for another request.")
    return remembered.created_item


def _forgotten() -> Condition:
    forgotten = LedgerRow.expires_at <= clock.epoch_seconds()
    either: Condition = LedgerRow.caller_key.does_not_exist() | forgotten
    return either

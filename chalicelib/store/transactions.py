"""All-or-nothing writes across items, with the reason of each refused part.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html
"""

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any, cast

from pynamodb.connection import Connection
from pynamodb.exceptions import TransactWriteError
from pynamodb.transactions import TransactWrite

from chalicelib.settings import settings
from chalicelib.store.client import shared_client
from chalicelib.store.errors import RawItem, StoreError, Unavailable

MAX_PARTS = 100
_ATTEMPTS = 6
_FIRST_PAUSE_SECONDS = 0.02


class TransactionRefused(StoreError):  # noqa: N818 - DynamoDB's own name for it
    """A transaction was cancelled because conditions of some parts did not hold; nothing was written.

    `refused` maps the place of each refused part to its item, where the part asked for it. DynamoDB counts
    the parts in the order that PynamoDB sends them: deletes, then puts, then updates.
    """

    def __init__(self, refused: dict[int, RawItem | None]) -> None:
        super().__init__("The transaction was cancelled.")
        self.refused = refused


def write(fill: Callable[[TransactWrite], None]) -> None:
    """Run one TransactWriteItems whose parts `fill` adds.

    A transaction that lost against another one on the same item is tried again, with growing random pauses.

    Raises:
        TransactionRefused: a condition did not hold.
        Unavailable: the conflict did not clear, or DynamoDB is not available.
    """
    for attempt in range(_ATTEMPTS):
        try:
            with _refusals(), TransactWrite(connection=_connection()) as transaction:
                fill(transaction)
        except Unavailable:
            if attempt == _ATTEMPTS - 1:
                raise
            time.sleep(random.uniform(0, _FIRST_PAUSE_SECONDS * 2**attempt))  # noqa: S311 - jitter, no secret
        else:
            return


@contextmanager
def _refusals() -> Iterator[None]:
    try:
        yield
    except TransactWriteError as error:
        refused = {
            place: reason.raw_item
            for place, reason in enumerate(error.cancellation_reasons)
            if reason is not None and reason.code == "ConditionalCheckFailed"
        }
        if not refused:
            raise
        raise TransactionRefused(refused) from error


@cache
def _connection() -> Connection:
    connection = Connection(region=settings().aws_region)
    connection._client = cast("Any", shared_client())  # noqa: SLF001 - the seam
    return connection

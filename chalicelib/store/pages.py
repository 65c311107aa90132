"""One page of a query: exactly one request to DynamoDB, and where the next page starts."""

from typing import Any, Generic, TypeVar

import msgspec
from pynamodb.constants import ITEMS, LAST_EVALUATED_KEY
from pynamodb.models import Model
from pynamodb.pagination import ResultIterator

StoredItem = TypeVar("StoredItem", bound=Model)
Key = dict[str, dict[str, Any]]


class Page(msgspec.Struct, Generic[StoredItem], frozen=True):
    """The items of one page; `last_key` is None on the last one."""

    items: list[StoredItem]
    last_key: Key | None


def one_page(results: ResultIterator[StoredItem], model: type[StoredItem]) -> Page[StoredItem]:
    """Fetch the first page of `results` and no more, however few items it holds."""
    page = next(results.page_iter)
    return Page([model.from_raw_data(item) for item in page[ITEMS]], page.get(LAST_EVALUATED_KEY))

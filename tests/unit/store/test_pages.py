"""A page is one request, however few items it brings."""

import pytest
from pynamodb.attributes import UnicodeAttribute

from chalicelib.store.model import StoredModel
from chalicelib.store.pages import one_page
from tests.support.seam import Scripted, dynamodb_behind

NEXT = {"shelf": {"S": "top"}, "leaf_id": {"S": "2"}}


class Leaf(StoredModel):
    class Meta:
        table_name = "leaves"
        region = "eu-north-1"

    shelf = UnicodeAttribute(hash_key=True)
    leaf_id = UnicodeAttribute(range_key=True)


@pytest.mark.parametrize("count", [0, 1, 2])
def test_a_page_with_more_behind_it_is_one_request_too(count: int) -> None:
    # given a database that gives up early: fewer items than asked for, and where to go on
    items = [{"shelf": {"S": "top"}, "leaf_id": {"S": str(place)}} for place in range(count)]
    answer = {"Items": items, "Count": count, "ScannedCount": count, "LastEvaluatedKey": NEXT}
    # when a page is fetched
    with dynamodb_behind(lambda _: Scripted(answer)) as database:
        page = one_page(Leaf.query("top", limit=5), Leaf)
    # then what came is the page
    assert [leaf.leaf_id for leaf in page.items] == [str(place) for place in range(count)]
    assert page.last_key == NEXT
    assert [operation for operation, _ in database.calls] == ["Query"]


def test_the_last_page_has_no_key() -> None:
    with dynamodb_behind(lambda _: Scripted({"Items": [], "Count": 0, "ScannedCount": 0})):
        assert one_page(Leaf.query("top"), Leaf).last_key is None


def test_the_request_carries_the_limit_and_where_to_start() -> None:
    with dynamodb_behind(lambda _: Scripted({"Items": [], "Count": 0, "ScannedCount": 0})) as database:
        one_page(Leaf.query("top", limit=7, last_evaluated_key=NEXT), Leaf)
    ((_, request),) = database.calls
    assert (request["Limit"], request["ExclusiveStartKey"]) == (7, NEXT)

"""Limits of DynamoDB that todos, messages and subscribers can meet, and the length of lists."""

import pytest

from chalicelib.contact.contract import LONGEST_MESSAGE
from chalicelib.contact.model import Message
from chalicelib.subscribers.model import Subscriber
from chalicelib.todos.contract import MAX_PAGE, MAX_TAGS
from chalicelib.todos.model import Todo
from tests.support.api import Api
from tests.unit.limits.sizes import LARGEST_ANSWER, LARGEST_ITEM, item_size

WIDE = "𝛀"
LONGEST_TODO = {
    "title": WIDE * 500,
    "notes": WIDE * 20_000,
    "order": 2**31 - 1,
    "due_at": "2030-01-01T00:00:00+14:00",
    "tags": [f"{number}{WIDE * 39}" for number in range(MAX_TAGS)],
}


@pytest.mark.parametrize(("over", "status"), [(-1, 201), (0, 201), (1, 400)])
@pytest.mark.parametrize(("field", "longest"), [("title", 500), ("notes", 20_000)])
def test_the_longest_todo_fits_into_an_item(ada: Api, field: str, longest: int, over: int, status: int) -> None:
    answered = ada.post("/todos", {**LONGEST_TODO, field: WIDE * (longest + over)})
    assert answered.status == status
    if over <= 0:
        # Ten attachments of some 300 bytes may still come.
        assert item_size(Todo, ada.sub, answered.json()["id"]) < LARGEST_ITEM - 10_000


@pytest.mark.parametrize(("over", "status"), [(-1, 202), (0, 202), (1, 400)])
def test_the_longest_message_fits_into_an_item(anonymous: Api, over: int, status: int) -> None:
    message = {"name": WIDE * 100, "email": "ada@example.com", "message": WIDE * (LONGEST_MESSAGE + over)}
    assert anonymous.post("/contact", message).status == status
    stored = [item.message_id for item in Message.scan() if item.message_id.startswith("0")]
    assert len(stored) == (over <= 0)
    assert all(item_size(Message, name) < LARGEST_ITEM for name in stored)


@pytest.mark.parametrize(("over", "status"), [(-1, 201), (0, 201), (1, 400)])
def test_an_idempotency_key_may_have_255_characters(ada: Api, over: int, status: int) -> None:
    assert ada.post("/todos", {"title": "Once"}, idempotency_key="k" * (255 + over)).status == status


@pytest.mark.parametrize(("over", "status"), [(-1, 202), (0, 202), (1, 400)])
def test_an_address_may_have_254_characters(anonymous: Api, over: int, status: int) -> None:
    domain = ".".join(["d" * 61, "d" * 61, "d" * 61, "example.com"[over and -11 :]])
    local = "a" * (254 + over - len(domain) - 1)
    assert len(local) <= 64
    assert anonymous.post("/subscribers", {"email": f"{local}@{domain}"}).status == status
    assert len(list(Subscriber.scan())) == (over <= 0)


@pytest.mark.parametrize(("over", "status"), [(-1, 201), (0, 201), (1, 400)])
def test_a_slug_may_have_80_characters(author: Api, over: int, status: int) -> None:
    assert author.post("/posts", {"title": "Long", "slug": "s" * (80 + over)}).status == status


@pytest.mark.parametrize(("over", "status"), [(-1, 200), (0, 200), (1, 400)])
def test_a_post_may_have_ten_tags(author: Api, over: int, status: int) -> None:
    # Given a published post of so many tags
    def tags(letter: str) -> list[str]:
        return [f"{letter}-{number}" for number in range(MAX_TAGS + over)]

    begun = author.post("/posts", {"title": "Tags", "slug": "tagged", "tags": tags("a")})
    assert begun.status == (201 if status == 200 else 400)
    if over <= 0:
        assert author.post("/posts/tagged/publish").status == 200
        # When all of them are replaced, then the rows before and after are one transaction
        assert author.patch("/posts/tagged", {"tags": tags("b")}).status == 200
        assert author.post("/posts/tagged/publish").status == 200


def test_no_list_of_todos_is_longer_than_lambda_answers(ada: Api) -> None:
    # Given more of the longest todos than a page shows, in letters that JSON doubles
    for _ in range(30):
        assert ada.post("/todos", {**LONGEST_TODO, "notes": '"' * 20_000}).status == 201
    # When a page is as long as it may be, then Lambda takes it: DynamoDB ends it at one megabyte
    answered = ada.get(f"/todos?limit={MAX_PAGE}")
    assert answered.status == 200
    assert len(answered.body.encode()) < LARGEST_ANSWER
    # A note of the widest letters is four bytes a letter in both.
    assert MAX_PAGE * 20_000 * 4 > LARGEST_ANSWER

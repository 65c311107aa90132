"""A page takes the same units however much there is: in the table, of one person, and before the page."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import pytest

from tests.support.api import Api
from tests.support.meter import Spent, metered
from tests.unit.conftest import moto_tables

PAGE = 20
LATEST = 99_999
MOMENT = "2026-11-01T08:00:00.000Z"

Item = dict[str, Any]


def todo(owner: str, number: int) -> Item:
    todo_id = f"{number:026}"
    return {
        "user_id": {"S": owner},
        "todo_id": {"S": todo_id},
        "live_id": {"S": todo_id},
        "user_state": {"S": f"{owner}#open"},
        "due_key": {"S": f"{MOMENT}#{todo_id}"},
        "due_at": {"S": MOMENT},
        "title": {"S": f"todo {number:06}"},
        "notes": {"S": "What is to be done, in some words. " * 10},
        "completed": {"BOOL": False},
        "tags": {"L": [{"S": "home"}]},
        "attachments": {"M": {}},
        "created_at": {"S": MOMENT},
        "updated_at": {"S": MOMENT},
        "version": {"N": "1"},
    }


def entry(number: int) -> Item:
    slug = f"post-{number:06}"
    return {
        "slug": {"S": slug},
        "feed_key": {"S": f"{MOMENT}#{slug}"},
        "title": {"S": f"post {number:06}"},
        "summary": {"S": "What the post is about, in a sentence or two."},
        "tags": {"L": [{"S": "tea"}]},
        "author_name": {"S": "Ada"},
        "published_at": {"S": MOMENT},
        "updated_at": {"S": MOMENT},
    }


def post(author: str, number: int) -> Item:
    shown = entry(number)
    return shown | {
        "author_id": {"S": author},
        "feed": {"S": "published"},
        "draft_title": shown["title"],
        "draft_body": {"S": "Text. " * 100},
        "draft_updated_at": {"S": f"{number:09}"},
        "created_at": {"S": MOMENT},
        "version": {"N": "2"},
        "published_version": {"N": "2"},
        "html": {"S": "<p>Text.</p>" * 100},
    }


def tagged(_: str, number: int) -> Item:
    return entry(number) | {"tag": {"S": "tea"}}


def photo(owner: str, number: int) -> Item:
    return {
        "owner_id": {"S": owner},
        "media_id": {"S": f"{number:026}"},
        "state": {"S": "uploaded"},
        "thumbnails": {"L": []},
        "created_at": {"S": MOMENT},
    }


def put(table: str, items: Iterable[Item]) -> None:
    """Put items where moto keeps them: PutItem would take minutes for as many."""
    for item in items:
        moto_tables()[f"mytodolist-test-{table}"].put_item(item)


def page(api: Api, path: str, cursor: str = "") -> tuple[list[Spent], str]:
    """What a page takes, and the cursor of the next."""
    with metered() as meter:
        answer = api.get(f"{path}{cursor and f'&cursor={cursor}'}")
    assert answer.status == 200
    assert len(answer.json()["items"]) == PAGE
    return meter.spent, answer.json()["next"]


@dataclass(frozen=True)
class List:
    """A list of the API, and how an item of it is stored: the greater its number, the newer."""

    name: str
    path: str
    table: str
    make: Callable[[str, int], Item]
    newest_first: bool

    def items(self, owner: str, places: Iterable[int]) -> Iterable[Item]:
        """The items that are at these places, counted from the end of the list."""
        return (self.make(owner, place if self.newest_first else LATEST - place) for place in places)


LISTS = [
    List("todos", "/todos?", "todos", todo, newest_first=False),
    List("open todos", "/todos?state=open&", "todos", todo, newest_first=False),
    List("todos by due date", "/todos?sort=due&", "todos", todo, newest_first=False),
    List("photos", "/media?", "media", photo, newest_first=True),
    List("posts", "/posts?", "posts", post, newest_first=True),
    List("posts of a tag", "/posts?tag=tea&", "post-tags", tagged, newest_first=True),
    List("own posts", "/me/posts?", "posts", post, newest_first=True),
]


@pytest.mark.parametrize("listed", LISTS, ids=lambda listed: listed.name)
def test_a_page_takes_the_same_units_with_a_thousand_and_with_ten_thousand_before_it(
    listed: List, author: Api, bob: Api
) -> None:
    assert author.sub is not None
    assert bob.sub is not None
    path = f"{listed.path}limit={PAGE}"
    # given the last two pages of the list, and the cursor between them
    put(listed.table, listed.items(author.sub, range(2 * PAGE + 1)))
    usual, deep = page(author, path)
    assert [(each.operation, each.items) for each in usual] == [("Query", PAGE)]
    # when there are more and more before them, and others' between
    there = 100
    for count in (1_000, 10_000):
        put(listed.table, listed.items(author.sub, range(there, count)))
        put(listed.table, listed.items(bob.sub, range(count, count + 100)))
        there = count + 100
        # then the first page and the last one take what a page took before
        assert page(author, path)[0] == usual
        assert page(author, path, deep)[0] == usual

"""Two people and every private route: what belongs to someone else answers exactly as if it were absent.

The matrix is made from the API's own description, so a new route is in it without being asked.
"""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from chalicelib import clock
from tests.support.laptop import Laptop, Person
from tests.support.routes import BODIES, DOCUMENT, PRIVATE, WITH_CURSOR, WITH_IDS, Route, absent, by_name, call

EVERY_TIME_NEW = {"date", "x-amzn-requestid"}


@dataclass(frozen=True)
class Belongings:
    """One of everything that a person has; ids by the name of the path parameter."""

    ids: Mapping[str, str]
    photo: str


def furnish(person: Person) -> Belongings:
    media_id, slug = clock.new_id(), f"post-{clock.new_id().lower()}"
    todo_id = person.api.post("/todos", json={"title": "secret"}).json()["id"]
    photo = {**BODIES["NewAttachment"], "key": f"users/{person.sub}/{media_id}"}
    assert person.api.post(f"/todos/{todo_id}/attachments", json=photo).status_code == 201
    assert person.api.post("/posts", json={"title": "secret", "slug": slug}).status_code == 201
    return Belongings({"todo_id": todo_id, "media_id": media_id, "slug": slug}, photo["key"])


@pytest.fixture(scope="module")
def people(laptop: Laptop) -> tuple[Person, Person]:
    return laptop.person("ada", ("authors",)), laptop.person("bob", ("authors",))


@pytest.fixture(scope="module")
def adas(people: tuple[Person, Person]) -> Belongings:
    return furnish(people[0])


@pytest.fixture(scope="module")
def bobs(people: tuple[Person, Person]) -> Belongings:
    return furnish(people[1])


def seen(answer: httpx.Response) -> tuple[int, bytes, dict[str, str]]:
    headers = {name: value for name, value in answer.headers.items() if name not in EVERY_TIME_NEW}
    return answer.status_code, answer.content, headers


def everything_of(person: Person, belongings: Belongings) -> list[Any]:
    places = {"todos": "todo_id", "media": "media_id", "me/posts": "slug"}
    lists = [f"/{place}?limit=100" for place in places]
    paths = [*lists, *(f"/{place}/{belongings.ids[name]}" for place, name in places.items())]
    return [without_thumbnails(person.api.get(path).json()) for path in paths]


def without_thumbnails(answer: Any) -> Any:
    # Photos are looked at in the background; that there is no such object is found out sooner or later.
    if isinstance(answer, dict):
        late = {"next", "state", "reason", "thumbnails", "thumbnail_url"}
        return {name: without_thumbnails(value) for name, value in answer.items() if name not in late}
    return [without_thumbnails(each) for each in answer] if isinstance(answer, list) else answer


def test_the_matrix_is_made_of_the_api_that_runs(laptop: Laptop) -> None:
    running = httpx.get(f"{laptop.layout.api}/openapi.json").json()
    assert running["paths"] == DOCUMENT["paths"]
    assert len(PRIVATE) >= 15
    assert len(WITH_IDS) >= 10
    assert len(WITH_CURSOR) >= 3


@pytest.mark.parametrize("route", WITH_IDS, **by_name)
def test_anothers_id_answers_as_an_absent_one(
    route: Route, people: tuple[Person, Person], adas: Belongings, bobs: Belongings
) -> None:
    ada, bob = people
    before = everything_of(ada, adas)
    own_photo = {"key": f"users/{bob.sub}/{clock.new_id()}"} if route.body and "key" in route.body else {}
    expected = seen(call(bob.api, route, absent(), body=own_photo))
    assert expected[0] == 404
    # when Bob uses each of Ada's ids, alone and together with ids of his own
    for mixed in itertools.product((adas.ids, bobs.ids, absent()), repeat=len(route.ids)):
        ids = {name: source[name] for name, source in zip(route.ids, mixed, strict=True)}
        if all(source is bobs.ids for source in mixed):
            continue
        # then he cannot tell them from ids that nobody has
        assert seen(call(bob.api, route, ids, body=own_photo)) == expected
    # and nothing of hers has changed
    assert everything_of(ada, adas) == before


@pytest.mark.parametrize("route", WITH_CURSOR, **by_name)
def test_anothers_cursor_answers_as_a_broken_one(route: Route, people: tuple[Person, Person]) -> None:
    # given enough of everything for a second page
    ada, bob = people
    for person in people:
        furnish(person)
        furnish(person)
    cursor = call(ada.api, route, {}, query={"limit": "1"}).json()["next"]
    own = call(bob.api, route, {}, query={"limit": "1"}).json()["next"]
    broken = ("B" if own[0] == "A" else "A") + own[1:]
    # then Ada's cursor opens her list to her, and nothing to Bob
    assert call(ada.api, route, {}, query={"limit": "1", "cursor": cursor}).status_code == 200
    foreign = call(bob.api, route, {}, query={"limit": "1", "cursor": cursor})
    assert foreign.json()["type"] == "urn:problem-type:invalid-cursor"
    assert seen(foreign) == seen(call(bob.api, route, {}, query={"limit": "1", "cursor": broken}))


def test_anothers_photo_answers_as_one_that_nobody_has(
    people: tuple[Person, Person], adas: Belongings, bobs: Belongings
) -> None:
    ada, bob = people
    attach = next(route for route in PRIVATE if route.path.endswith("/attachments"))
    before = everything_of(ada, adas)
    nobodys = call(bob.api, attach, bobs.ids, body={"key": f"users/{clock.new_id()}/{clock.new_id()}"})
    assert nobodys.json()["type"] == "urn:problem-type:forbidden"
    # when Bob attaches Ada's photo to his own todo, and his own to hers
    assert seen(call(bob.api, attach, bobs.ids, body={"key": adas.photo})) == seen(nobodys)
    absent_todo = call(bob.api, attach, absent(), body={"key": bobs.photo})
    assert seen(call(bob.api, attach, adas.ids, body={"key": bobs.photo})) == seen(absent_todo)
    assert absent_todo.status_code == 404
    assert everything_of(ada, adas) == before


@pytest.mark.parametrize("route", PRIVATE, **by_name)
def test_without_a_token_every_id_is_the_same(route: Route, laptop: Laptop, adas: Belongings) -> None:
    nobody = laptop.client()
    answers = [call(nobody, route, ids) for ids in (adas.ids, absent())]
    assert {answer.status_code for answer in answers} == {401}
    assert seen(answers[0]) == seen(answers[1])
    assert answers[0].json()["type"] == "urn:problem-type:unauthorized"


@pytest.mark.parametrize("route", [route for route in PRIVATE if "posts" in route.path], **by_name)
def test_writing_posts_is_for_authors(route: Route, laptop: Laptop, adas: Belongings) -> None:
    reader = laptop.person("reader").api
    answers = [call(reader, route, ids) for ids in (adas.ids, absent())]
    assert {answer.status_code for answer in answers} == {403}
    assert seen(answers[0]) == seen(answers[1])


def test_lists_hold_ones_own_alone(people: tuple[Person, Person], adas: Belongings, bobs: Belongings) -> None:
    ada, bob = people
    for path, name, of in (("/todos", "id", "todo_id"), ("/media", "id", "media_id"), ("/me/posts", "slug", "slug")):
        own, others = (
            {item[name] for item in each.api.get(f"{path}?limit=100").json()["items"]} for each in (ada, bob)
        )
        assert adas.ids[of] in own
        assert bobs.ids[of] in others
        assert not own & others

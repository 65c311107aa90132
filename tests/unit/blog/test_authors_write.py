"""Authors begin drafts, change them and see their own."""

import pytest

from chalicelib.blog.slugs import RESERVED
from tests.support.api import Api
from tests.support.seam import Retried, dynamodb_behind

NEW = {"title": "Fewer shelves", "summary": "I deleted four tables.", "body": "# Hello\n", "tags": ["data", "data"]}


def test_a_draft_begins_unpublished_with_a_preview(ines: Api) -> None:
    begun = ines.post("/posts", NEW)

    draft = begun.json()
    assert begun.status == 201
    assert begun.headers["Location"] == "https://api.example.test/me/posts/fewer-shelves"
    assert begun.headers["ETag"] == '"1"'
    assert draft["slug"] == "fewer-shelves"
    assert draft["html"] == "<h2>Hello</h2>\n"
    assert draft["tags"] == ["data"]
    assert draft["published_at"] is None
    assert draft["has_unpublished_changes"] is True


@pytest.mark.parametrize(
    ("field", "value"), [("slug", "tea\n"), ("tags", ["tea\n"]), ("cover", "01KAJ5X3J4N2V6Y8Z0ABCDEFGH\n")]
)
def test_a_name_does_not_end_with_a_line_break(ines: Api, field: str, value: object) -> None:
    refused = ines.post("/posts", NEW | {field: value})
    assert refused.status == 400
    assert refused.json()["errors"][0]["field"].startswith(field)


def test_only_authors_write(ada: Api, anonymous: Api) -> None:
    assert ada.post("/posts", NEW).status == 403
    assert ada.get("/me/posts").status == 403
    assert anonymous.post("/posts", NEW).status == 401


def test_a_slug_is_taken_once(ines: Api, otto: Api) -> None:
    ines.post("/posts", NEW)

    refused = otto.post("/posts", NEW | {"slug": "fewer-shelves"})

    assert refused.status == 409
    assert refused.json()["type"] == "urn:problem-type:slug-taken"


@pytest.mark.parametrize("slug", sorted(RESERVED))
def test_the_blogs_own_addresses_are_taken(ines: Api, slug: str) -> None:
    assert ines.post("/posts", {"title": "A", "slug": slug}).status == 409


def test_posts_of_one_title_are_numbered(ines: Api, otto: Api) -> None:
    # Given a post, and one that has the address of its number
    ines.post("/posts", NEW)
    ines.post("/posts", {"title": "Other", "slug": "fewer-shelves-3"})
    # When others of its title begin without an address
    begun = [author.post("/posts", NEW) for author in (otto, ines)]
    # Then each has the first that is free
    assert [answer.json()["slug"] for answer in begun] == ["fewer-shelves-2", "fewer-shelves-4"]
    assert begun[0].headers["Location"] == "https://api.example.test/me/posts/fewer-shelves-2"
    assert "Idempotency-Replayed" not in begun[0].headers


def test_a_title_like_a_page_of_the_blogs_own_is_numbered(ines: Api) -> None:
    assert ines.post("/posts", {"title": "Archive"}).json()["slug"] == "archive-2"


def test_a_beginning_whose_answer_is_lost_is_not_done_twice(ines: Api) -> None:
    # Given a database that stores the post, loses the answer, and is asked again by the client's own retry
    with dynamodb_behind(Retried):
        begun = ines.post("/posts", NEW)
    # Then the author gets the post that is stored, and it is the only one
    assert (begun.status, begun.json()["slug"], begun.headers["ETag"]) == (201, "fewer-shelves", '"1"')
    assert [post["slug"] for post in ines.get("/me/posts").json()["items"]] == ["fewer-shelves"]


def test_a_numbered_beginning_is_repeated_as_it_was(ines: Api) -> None:
    # Given a post, and another of its title that was begun by a key
    ines.post("/posts", NEW)
    first = ines.post("/posts", NEW, idempotency_key="two")
    # When the request is sent again, then it begins no third
    again = ines.post("/posts", NEW, idempotency_key="two")
    assert first.json()["slug"] == again.json()["slug"] == "fewer-shelves-2"
    assert again.headers["Idempotency-Replayed"] == "true"


def test_a_repeated_beginning_begins_once(ines: Api) -> None:
    first = ines.post("/posts", NEW, idempotency_key="one")
    second = ines.post("/posts", NEW, idempotency_key="one")
    other = ines.post("/posts", {**NEW, "title": "Other"}, idempotency_key="one")

    assert second.body == first.body
    assert second.headers["Idempotency-Replayed"] == "true"
    assert other.status == 422


def test_a_change_needs_the_version_that_was_seen(ines: Api) -> None:
    ines.post("/posts", NEW)

    changed = ines.patch("/posts/fewer-shelves", {"body": "two", "tags": ["x"], "cover": None}, if_match='"1"')
    stale = ines.patch("/posts/fewer-shelves", {"body": "three"}, if_match='"1"')

    assert changed.json()["html"] == "<p>two</p>\n"
    assert changed.headers["ETag"] == '"2"'
    assert stale.status == 412
    assert stale.json()["current"]["body"] == "two"


def test_what_is_not_named_stays(ines: Api) -> None:
    ines.post("/posts", NEW)

    changed = ines.patch("/posts/fewer-shelves", {"summary": "  Other  "}).json()

    assert (changed["title"], changed["summary"], changed["body"]) == ("Fewer shelves", "Other", "# Hello\n")


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/me/posts/{slug}", None),
        ("PATCH", "/posts/{slug}", {"title": "mine"}),
        ("POST", "/posts/{slug}/publish", None),
        ("POST", "/posts/{slug}/unpublish", None),
        ("DELETE", "/posts/{slug}", None),
    ],
)
def test_another_authors_post_is_as_absent_as_none(ines: Api, otto: Api, method: str, path: str, body: object) -> None:
    ines.post("/posts", NEW)

    others = otto.call(method, path.format(slug="fewer-shelves"), body)
    none = otto.call(method, path.format(slug="no-such-post"), body)
    no_slug = otto.call(method, path.format(slug="NO_SLUG"), body)

    assert others.status == 404
    assert (others.status, others.body) == (none.status, none.body) == (no_slug.status, no_slug.body)
    assert ines.get("/me/posts/fewer-shelves").json()["title"] == "Fewer shelves"


def test_an_author_lists_their_own_last_changed_first(ines: Api, otto: Api) -> None:
    for title in ("One", "Two", "Three"):
        ines.post("/posts", {"title": title})
    otto.post("/posts", {"title": "Other"})
    ines.patch("/posts/one", {"summary": "changed"})

    first = ines.get("/me/posts?limit=2").json()
    rest = ines.get(f"/me/posts?limit=2&cursor={first['next']}").json()

    assert [item["slug"] for item in first["items"] + rest["items"]] == ["one", "three", "two"]
    assert otto.get(f"/me/posts?limit=2&cursor={first['next']}").status == 400

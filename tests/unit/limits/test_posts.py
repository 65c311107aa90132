"""Limits that a post can meet: DynamoDB's items, and Lambda's answers."""

import json
from typing import Any

import pytest

from chalicelib.blog import markdown
from chalicelib.blog.model import Post
from chalicelib.blog.service import MAX_HTML_BYTES
from chalicelib.web.endpoints import MAX_BODY_BYTES
from tests.support.api import Answered, Api
from tests.unit.limits.sizes import LARGEST_ANSWER, LARGEST_ITEM, item_size

AROUND = "<p></p>\n"
# HTML that is as long as a text allows: a character of four bytes, and the longest fields beside it.
LONG_FIELDS = {"title": "𝛀" * 200, "summary": "𝛀" * 500, "tags": [f"{number}{'a' * 39}" for number in range(10)]}
# Each digit and comma of a fence is coloured, which makes some thirty bytes of one.
FENCE = "```json\n[" + ",".join(str(number % 10) for number in range(8_000)) + "]\n```\n"


def as_json(body: object) -> str:
    """The body as browsers write it, without escapes."""
    return json.dumps(body, ensure_ascii=False)


def text_with_html_of(size: int) -> str:
    """A text whose HTML has this many bytes, in the widest characters."""
    wide, narrow = divmod(size - len(AROUND), 4)
    text = "𝛀" * wide + "a" * narrow
    assert len(markdown.render(text).encode()) == size
    return text


@pytest.mark.parametrize(("over", "status"), [(-1, 201), (0, 201), (1, 400)])
def test_a_text_is_refused_when_its_html_would_not_fit_into_the_item(author: Api, over: int, status: int) -> None:
    answered = author.post("/posts", as_json({**LONG_FIELDS, "body": text_with_html_of(MAX_HTML_BYTES + over)}))
    assert answered.status == status
    if over > 0:
        problem = answered.json()
        assert (problem["type"], problem["errors"][0]["field"]) == ("urn:problem-type:invalid-body", "body")
        return
    # What was accepted can be published, and its item fits whatever was published before.
    slug = answered.json()["slug"]
    assert author.post(f"/posts/{slug}/publish").status == 200
    # moto counts what is replaced, so the text goes first.
    assert author.patch(f"/posts/{slug}", {"body": ""}).status == 200
    assert author.patch(f"/posts/{slug}", as_json({"body": text_with_html_of(MAX_HTML_BYTES)})).status == 200
    assert item_size(Post, slug) < LARGEST_ITEM


@pytest.mark.parametrize("save", ["create", "change"])
def test_a_fence_that_becomes_half_a_megabyte_is_refused_when_it_is_saved(author: Api, save: str) -> None:
    # Given a text of 16 000 characters that becomes 400 000 bytes of HTML
    assert len(FENCE) < 20_000
    assert len(markdown.render(FENCE)) > LARGEST_ITEM // 2
    author.post("/posts", {"title": "Fence", "slug": "fence"})
    # When it is saved
    answered = _save(author, save)
    # Then the author reads what is too long, and the post can still be published and deleted
    assert answered.status == 400
    assert "bytes" in answered.json()["errors"][0]["message"]
    assert author.post("/posts/fence/publish").status == 200
    assert author.delete("/posts/fence").status == 204


def _save(author: Api, how: str) -> Answered:
    if how == "create":
        return author.post("/posts", {"title": "Another", "body": FENCE})
    return author.patch("/posts/fence", {"body": FENCE})


def test_a_draft_from_before_the_check_is_refused_when_it_is_published(author: Api) -> None:
    # Given a draft that was stored before its length was checked
    author.post("/posts", {"title": "Old", "slug": "old"})
    Post("old").update(actions=[Post.draft_body.set(FENCE)], add_version_condition=False)
    # When it is published, then the author reads why it is not, and can shorten it
    assert author.post("/posts/old/publish").json()["type"] == "urn:problem-type:invalid-body"
    assert author.patch("/posts/old", {"body": "short"}).status == 200
    assert author.post("/posts/old/publish").status == 200


def test_a_short_text_with_the_longest_links_fits_without_being_measured() -> None:
    link = "𝛀" * 130
    longest = f"[a]: /{link}\n\n" + "[a]" * 50
    assert len(longest) <= 300
    assert len(markdown.render(longest).encode()) < MAX_HTML_BYTES


@pytest.mark.parametrize(("over", "status"), [(-1, 201), (0, 201), (1, 413)])
def test_a_body_is_refused_before_lambda_would_refuse_the_event(author: Api, over: int, status: int) -> None:
    filler = MAX_BODY_BYTES + over - len('{"title":"Long"}')
    answered = author.post("/posts", '{"title":"Long"' + " " * filler + "}")
    assert answered.status == status


def test_no_list_of_posts_is_longer_than_lambda_answers(author: Api, anonymous: Api) -> None:
    # Given posts of the largest size, a full page of them, as the feed shows them
    longest: dict[str, Any] = {**LONG_FIELDS, "body": "&" * ((MAX_HTML_BYTES - len(AROUND)) // len("&amp;"))}
    for number in range(12):
        assert author.post("/posts", as_json({**longest, "slug": f"post-{number}"})).status == 201
        assert author.post(f"/posts/post-{number}/publish").status == 200
    # Then each list of them is an answer that Lambda takes
    for path in ("/posts?limit=50", f"/posts?limit=50&tag={LONG_FIELDS['tags'][0]}", "/feed.atom", "/posts/post-0"):
        answered = anonymous.get(path)
        assert answered.status == 200
        assert len(answered.body.encode()) < LARGEST_ANSWER
    assert len(author.get("/me/posts?limit=100").body.encode()) < LARGEST_ANSWER

"""Limits that a post can meet: DynamoDB's items, and Lambda's answers."""

import json
import random

import pytest

from chalicelib.blog import markdown, stored_html
from chalicelib.blog.contract import MAX_DRAFT_BYTES
from chalicelib.blog.model import Post
from chalicelib.blog.rendering import LIMITS
from chalicelib.web.endpoints import MAX_BODY_BYTES
from tests.support.api import Api
from tests.unit.limits.sizes import LARGEST_ANSWER, LARGEST_ITEM, item_size

AROUND = "<p></p>\n"
# A character of four bytes, in the longest fields beside the text.
LONG_FIELDS = {"title": "𝛀" * 200, "summary": "𝛀" * 500, "tags": [f"{number}{'a' * 39}" for number in range(10)]}
# Each digit and comma of a fence is coloured, which makes some thirty bytes of one.
FENCE = "```json\n[" + ",".join(str(number % 10) for number in range(8_000)) + "]\n```\n"


def as_json(body: object) -> str:
    """The body as browsers write it, without escapes."""
    return json.dumps(body, ensure_ascii=False)


def text_with_html_of(size: int) -> str:
    """A text whose HTML has this many bytes: an ampersand becomes five."""
    escaped, plain = divmod(size - len(AROUND), len("&amp;"))
    text = "&" * escaped + "a" * plain
    assert len(markdown.render(text).encode()) == size
    return text


def draft_bytes(text: str) -> int:
    """What a text and its packed HTML take in the item."""
    return len(text.encode()) + len(stored_html.pack(markdown.render(text)))


def longest_text() -> str:
    """A text that takes what a draft may take, of characters that hardly compress."""
    chance = random.Random(1)  # noqa: S311 - no secret
    text = "".join(chr(chance.randrange(0x20000, 0x2A6DF)) for _ in range(26_000))
    while draft_bytes(text) <= MAX_DRAFT_BYTES - 400:
        text += "".join(chr(chance.randrange(0x20000, 0x2A6DF)) for _ in range(50))
    while (missing := MAX_DRAFT_BYTES - draft_bytes(text)) > 0:
        text += "a" * max(1, missing // 4)
    return text


@pytest.mark.parametrize(("over", "status"), [(-1, 201), (0, 201), (1, 400)])
def test_a_text_is_refused_when_its_html_is_longer_than_is_stored(author: Api, over: int, status: int) -> None:
    answered = author.post("/posts", as_json({**LONG_FIELDS, "body": text_with_html_of(LIMITS.html_bytes + over)}))
    assert answered.status == status
    if over > 0:
        problem = answered.json()
        assert (problem["type"], problem["errors"][0]["field"]) == ("urn:problem-type:invalid-body", "body")


def test_a_text_is_refused_when_it_and_its_html_would_not_fit_into_the_item(author: Api) -> None:
    # Given a post with the longest fields, whose published text is the longest, and an empty draft
    body = text_with_html_of(LIMITS.html_bytes)
    slug = author.post("/posts", as_json({**LONG_FIELDS, "body": body})).json()["slug"]
    assert author.post(f"/posts/{slug}/publish").status == 200
    assert author.patch(f"/posts/{slug}", {"body": ""}).status == 200
    # Then the longest draft fits beside it
    assert LARGEST_ITEM - 10_000 < item_size(Post, slug) + MAX_DRAFT_BYTES < LARGEST_ITEM - 1_000
    # A draft of that length is taken, and a longer one is refused when it is saved
    longest = longest_text()
    assert author.post("/posts", as_json({"title": "Long", "slug": "long", "body": longest})).status == 201
    refused = author.patch("/posts/long", as_json({"body": longest + "𠀀" * 10}))
    assert (refused.status, refused.json()["errors"][0]["field"]) == (400, "body")
    assert author.post("/posts/long/publish").status == 200
    assert author.delete("/posts/long").status == 204


@pytest.mark.parametrize("save", ["create", "change"])
def test_a_fence_that_would_become_half_a_megabyte_is_published_with_plain_code(author: Api, save: str) -> None:
    # Given a text of 16 000 characters that becomes 400 000 bytes of HTML when it is coloured
    assert len(FENCE) < 20_000
    assert len(markdown.render(FENCE)) > LARGEST_ITEM // 2
    # When it is saved
    begun = author.post("/posts", {"title": "Fence", "slug": "fence", "body": FENCE if save == "create" else ""})
    assert begun.status == 201
    assert author.patch("/posts/fence", {"body": FENCE}).status == 200
    # Then it can be published, with all of its code, and deleted
    assert author.post("/posts/fence/publish").status == 200
    html = author.get("/posts/fence").json()["html"]
    assert "<span" not in html
    assert FENCE.splitlines()[1] in html
    assert author.delete("/posts/fence").status == 204


def test_a_draft_from_before_the_check_is_refused_when_it_is_published(author: Api) -> None:
    # Given a draft that was stored before its length was checked
    author.post("/posts", {"title": "Old", "slug": "old"})
    text = text_with_html_of(LIMITS.html_bytes + 1)
    old = [Post.draft_body.set(text), Post.draft_html.remove()]
    Post("old").update(actions=old, add_version_condition=False)
    # When it is published, then the author reads why it is not, and can read and shorten it
    assert author.post("/posts/old/publish").json()["type"] == "urn:problem-type:invalid-body"
    assert author.get("/me/posts/old").json()["body"] == text
    assert author.patch("/posts/old", {"body": "short"}).status == 200
    assert author.post("/posts/old/publish").status == 200


@pytest.mark.parametrize(("over", "status"), [(-1, 201), (0, 201), (1, 413)])
def test_a_body_is_refused_before_lambda_would_refuse_the_event(author: Api, over: int, status: int) -> None:
    filler = MAX_BODY_BYTES + over - len('{"title":"Long"}')
    answered = author.post("/posts", '{"title":"Long"' + " " * filler + "}")
    assert answered.status == status


def test_no_list_of_posts_is_longer_than_lambda_answers(author: Api, anonymous: Api) -> None:
    # Given posts with the longest fields, and one of them with the longest text
    for number in range(12):
        body = "" if number else text_with_html_of(LIMITS.html_bytes)
        assert author.post("/posts", as_json({**LONG_FIELDS, "body": body, "slug": f"post-{number}"})).status == 201
        assert author.post(f"/posts/post-{number}/publish").status == 200
    # Then each list of them is an answer that Lambda takes
    for path in ("/posts?limit=50", f"/posts?limit=50&tag={LONG_FIELDS['tags'][0]}", "/feed.atom", "/posts/post-0"):
        answered = anonymous.get(path)
        assert answered.status == 200
        assert len(answered.body.encode()) < LARGEST_ANSWER
    assert len(author.get("/me/posts?limit=100").body.encode()) < LARGEST_ANSWER

"""No accepted input leads nowhere: what the API took can be read, changed, published, unpublished and deleted.

Fields hold what is documented as their limit, several at once, and what is just beyond it. `STATE_EXAMPLES` sets how
many histories are tried.
"""

import json
import os
from typing import Any
from xml.etree import ElementTree as ET

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

import app as application
from chalicelib.blog import publishing
from chalicelib.blog.contract import MAX_HTML_BYTES
from chalicelib.blog.model import Post, PostTag
from chalicelib.todos.model import Todo
from tests.support.api import Answered, Api
from tests.support.site import MemorySite
from tests.unit.conftest import moto_tables
from tests.unit.limits.sizes import LARGEST_ANSWER, LARGEST_ITEM, item_size
from tests.unit.limits.test_posts import FENCE, longest_text, text_with_html_of

ADA = "6f1a7c1e-0000-4000-8000-00000000ada0"
WIDE = "𝛀"
LINES = ["a", "Straße", "日本語", "<b>&amp;</b>", "\u202eHello", "'\"\\", "e\u0301\u200d"]
BEYOND_LINES = ["", " ", "\u200b", "a\uffff", "a\nb"]


class Text(str):
    """A text that Hypothesis writes by its beginning."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"{self[:12]!r}… ({len(self)})"


def one_of(*texts: str) -> st.SearchStrategy[str]:
    return st.sampled_from([Text(text) for text in texts])


LONGEST_HTML = text_with_html_of(MAX_HTML_BYTES)
TOO_LONG = longest_text() + "𠀀" * 2_000
TITLES = one_of(*LINES, *BEYOND_LINES, WIDE * 200, '"' * 200, WIDE * 201)
SUMMARIES = one_of("", "a\n\tb", WIDE * 500, '"' * 500, "]]>", "a\ufffe", "s" * 501)
BODIES = one_of(
    *("", "*a*", '"' * 50_000, WIDE * 50_000, "[" * 50_000, "-\n" * 20_000, "a\x0b", "b" * 50_001),
    *(FENCE, LONGEST_HTML, text_with_html_of(MAX_HTML_BYTES + 1), longest_text()),
    '```scala\n"' + "\\" * 48 + "\n```",
)
POST_TAGS = st.sampled_from([[], ["a", "a"], [f"{number}{'t' * 39}" for number in range(10)], ["T"], ["t"] * 11])
SLUGS = st.sampled_from([None, "one", "two", "s" * 80, "feed", "S", "s" * 81])
DRAFTS = st.fixed_dictionaries({}, optional={"summary": SUMMARIES, "body": BODIES, "tags": POST_TAGS, "title": TITLES})
TODOS = st.fixed_dictionaries(
    {},
    optional={
        "title": one_of(*LINES, *BEYOND_LINES, WIDE * 500, '"' * 500, WIDE * 501),
        "notes": one_of("", "a\n\tb", WIDE * 20_000, '"' * 20_000, "a\uffff", "n" * 20_001),
        "tags": st.sampled_from([[], [f"{number}{WIDE * 39}" for number in range(10)], ["\u2060"], ["t"] * 11]),
        "order": st.sampled_from([None, 2**31 - 1, -(2**31) + 1, 2**31]),
        "due_at": st.sampled_from([None, "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00+14:00"]),
        "due_on": st.sampled_from([None, "0001-01-01", "9999-12-31"]),
        "completed": st.booleans(),
    },
)


class AcceptedInput(RuleBasedStateMachine):
    """An author's posts and todos, and what the API has accepted of them."""

    empty_tables: Any = None
    posts: Bundle[str] = Bundle("posts")
    todos: Bundle[str] = Bundle("todos")

    def __init__(self) -> None:
        super().__init__()
        self.ada = Api(application.app, ADA, "authors")
        self.drafts: dict[str, dict[str, Any]] = {}
        self.published: dict[str, bool] = {}
        self.kept_todos: dict[str, dict[str, Any]] = {}

    @initialize(target=posts, body=BODIES)
    def begin(self, body: str) -> str:
        """A post with the longest fields, which is published, and perhaps with a text of some length."""
        moto_tables(self.empty_tables)
        fields = {"title": WIDE * 200, "summary": WIDE * 500, "slug": "begun", "tags": [f"t{n}" for n in range(10)]}
        made = self.asked("POST", "/posts", fields | {"body": LONGEST_HTML}, 201)
        assert made.status == 201
        self.drafts["begun"], self.published["begun"] = made.json(), False
        self.publish("begun", announce=False)
        # A draft beyond the limit would not fit beside what readers see.
        self.change_post("begun", {"body": TOO_LONG})
        self.change_post("begun", {"body": body})
        return "begun"

    @rule(target=posts, title=TITLES, slug=SLUGS, fields=DRAFTS, key=st.none() | st.sampled_from(["k" * 255]))
    def create_post(self, title: str, slug: str | None, fields: dict[str, Any], key: str | None) -> str:
        headers = {} if key is None else {"idempotency_key": key + str(len(self.drafts))}
        sent = fields | {"title": title, "slug": slug}
        answered = self.asked("POST", "/posts", sent, 201, **headers)
        if answered.status != 201:
            return ""
        made = answered.json()
        self.drafts[made["slug"]], self.published[made["slug"]] = made, False
        return str(made["slug"])

    @rule(slug=posts, fields=DRAFTS)
    def change_post(self, slug: str, fields: dict[str, Any]) -> None:
        if slug not in self.drafts:
            return
        if "body" in fields:
            # moto counts what is replaced, so the text goes first.
            self.drafts[slug] = self.asked("PATCH", f"/posts/{slug}", {"body": ""}, 200).json()
        answered = self.asked("PATCH", f"/posts/{slug}", fields, 200)
        if answered.status == 200:
            self.drafts[slug] = answered.json()

    @rule(slug=posts, announce=st.booleans())
    def publish(self, slug: str, *, announce: bool) -> None:
        if slug in self.drafts:
            if self.published[slug]:
                # moto counts what is replaced, so what readers saw goes first.
                self.unpublish(slug)
            answered = self.ada.post(f"/posts/{slug}/publish", {"announce": announce})
            assert answered.status == 200, answered.body
            self.drafts[slug], self.published[slug] = answered.json(), True

    @rule(slug=posts)
    def unpublish(self, slug: str) -> None:
        if slug in self.drafts:
            answered = self.ada.post(f"/posts/{slug}/unpublish")
            assert answered.status == 200, answered.body
            self.drafts[slug], self.published[slug] = answered.json(), False

    @rule(slug=consumes(posts))
    def delete_post(self, slug: str) -> None:
        if self.drafts.pop(slug, None):
            assert self.ada.delete(f"/posts/{slug}").status == 204
            assert self.ada.get(f"/me/posts/{slug}").status == 404
            del self.published[slug]

    @rule(target=todos, fields=TODOS)
    def create_todo(self, fields: dict[str, Any]) -> str:
        answered = self.asked("POST", "/todos", fields, 201)
        if answered.status != 201:
            return ""
        self.kept_todos[answered.json()["id"]] = answered.json()
        return str(answered.json()["id"])

    @rule(todo=todos, fields=TODOS)
    def change_todo(self, todo: str, fields: dict[str, Any]) -> None:
        if todo in self.kept_todos:
            answered = self.asked("PATCH", f"/todos/{todo}", fields, 200)
            if answered.status == 200:
                self.kept_todos[todo] = answered.json()

    @rule(todo=todos)
    def delete_and_restore_todo(self, todo: str) -> None:
        if todo in self.kept_todos:
            assert self.ada.delete(f"/todos/{todo}").status == 204
            assert self.ada.get(f"/todos/{todo}").status == 404
            answered = self.ada.post(f"/todos/{todo}/restore")
            assert answered.status in (200, 204), answered.body
            self.kept_todos[todo] = self.ada.get(f"/todos/{todo}").json()

    def asked(self, method: str, path: str, body: dict[str, Any], accepted: int, **headers: str) -> Answered:
        """The answer: accepted, or a refusal of the caller's that says which field is wrong, where one is."""
        answered = self.ada.call(method, path, json.dumps(body, ensure_ascii=False), **headers)
        assert answered.status in (accepted, 400, 409), answered.body
        if answered.status == 400:
            assert all(error["field"] and error["message"] for error in answered.json()["errors"])
        return answered

    @invariant()
    def what_was_accepted_is_read(self) -> None:
        for slug, draft in self.drafts.items():
            assert self.ada.get(f"/me/posts/{slug}").json() == draft
            shown = self.ada.get(f"/posts/{slug}")
            assert shown.status == (200 if self.published[slug] else 404)
            assert len(shown.body.encode()) < LARGEST_ANSWER
            assert item_size(Post, slug) < LARGEST_ITEM
        for todo_id, todo in self.kept_todos.items():
            assert self.ada.get(f"/todos/{todo_id}").json() == todo
            assert item_size(Todo, ADA, todo_id) < LARGEST_ITEM

    @invariant()
    def lists_and_the_feed_are_whole(self) -> None:
        assert {post["slug"] for post in self.ada.get("/me/posts").json()["items"]} == set(self.drafts)
        assert {todo["id"] for todo in self.ada.get("/todos?state=all").json()["items"]} == set(self.kept_todos)
        shown = {slug for slug, is_shown in self.published.items() if is_shown}
        assert {post["slug"] for post in self.ada.get("/posts").json()["items"]} == shown
        entries = ET.fromstring(self.ada.get("/feed.atom").body).findall("{http://www.w3.org/2005/Atom}entry")
        assert len(entries) == len(shown)

    def teardown(self) -> None:
        """Bring everything to the site, then take everything away."""
        site = MemorySite()
        publishing.publish_everything(site)
        for slug, is_shown in self.published.items():
            assert (site.look(f"/blog/{slug}/") is not None) is is_shown
            assert self.ada.delete(f"/posts/{slug}").status == 204
        assert list(PostTag.scan()) == []


def few(examples: int = int(os.environ.get("STATE_EXAMPLES", "6"))) -> settings:
    # A failure is reported as it was found: making it smaller takes minutes.
    return settings(
        max_examples=examples,
        stateful_step_count=15,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )


def test_whatever_is_accepted_can_be_read_changed_published_and_deleted(tables: None, empty_tables: Any) -> None:
    class OnMoto(AcceptedInput):
        pass

    OnMoto.empty_tables = empty_tables
    run_state_machine_as_test(OnMoto, settings=few())

"""Pages are right although the index, and copies that are read without asking for the newest, lag behind."""

from collections.abc import Mapping
from typing import Any

from chalicelib.blog.events import on_posts_changed
from chalicelib.store.client import ApiCaller
from tests.support.api import Api
from tests.support.seam import Arguments, Around, dynamodb_behind
from tests.support.site import MemorySite

NEW = {"title": "Fewer shelves", "summary": "Four tables.", "body": "Hello", "tags": ["data"]}
DONE: Mapping[str, Any] = {"batchItemFailures": []}
AGAIN: Mapping[str, Any] = {"batchItemFailures": [{"itemIdentifier": "1"}]}


class Lagging(Around):
    """Answers whatever does not ask for the newest with what it answered first, until it has caught up."""

    def __init__(self, inner: ApiCaller) -> None:
        super().__init__(inner)
        self.caught_up = False
        self._answers: dict[str, dict[str, Any]] = {}

    def _make_api_call(self, operation_name: str, operation_kwargs: Arguments) -> dict[str, Any]:
        answer = super()._make_api_call(operation_name, operation_kwargs)
        if operation_name not in ("GetItem", "Query") or operation_kwargs.get("ConsistentRead") or self.caught_up:
            return answer
        asked = f"{operation_name} {sorted(operation_kwargs.items(), key=str)}"
        return self._answers.setdefault(asked, answer)


def row(dynamodb: Any) -> Any:
    return dynamodb.get_item(TableName="mytodolist-test-posts", Key={"slug": {"S": "fewer-shelves"}}).get("Item")


def change(before: Any, after: Any) -> Any:
    images = {"OldImage": before, "NewImage": after}
    told = {"Keys": {"slug": {"S": "fewer-shelves"}}, "SequenceNumber": "1"}
    return {
        "Records": [{"eventName": "MODIFY", "dynamodb": told | {name: each for name, each in images.items() if each}}]
    }


def seen_before(site: MemorySite, event: Any) -> None:
    """Have everything read once, so that the copies know the state of now."""
    on_posts_changed(event, site)


def test_a_new_post_is_on_every_list_once_the_index_knows_of_it(ines: Api, site: MemorySite, dynamodb: Any) -> None:
    ines.post("/posts", NEW)
    draft = row(dynamodb)
    with dynamodb_behind(Lagging) as copies:
        # given lists that were written before, and copies that stay as they were then
        seen_before(site, change(None, {**draft, "published_version": {"N": "1"}}))
        assert "Nothing is published yet." in site.text("/blog/")
        # when the post is published
        ines.post("/posts/fewer-shelves/publish")
        published = change(draft, row(dynamodb))
        # then its page is there at once, and its record comes again while the index does not know of it
        assert on_posts_changed(published, site) == AGAIN
        assert "Hello" in site.text("/blog/fewer-shelves/")
        # when the index has caught up, then it is everywhere
        copies.caught_up = True
        assert on_posts_changed(published, site) == DONE
    for path in ("/blog/", "/blog/archive/", "/blog/tags/data/", "/blog/feed.atom", "/sitemap.xml"):
        assert "fewer-shelves" in site.text(path)


def test_a_post_that_is_taken_back_is_on_no_list_once_the_index_knows(
    ines: Api, site: MemorySite, dynamodb: Any
) -> None:
    # given a post that is on the lists
    ines.post("/posts", NEW)
    ines.post("/posts/fewer-shelves/publish")
    published = row(dynamodb)
    with dynamodb_behind(Lagging) as copies:
        assert on_posts_changed(change(None, published), site) == DONE
        # when it is taken back
        ines.post("/posts/fewer-shelves/unpublish")
        event = change(published, row(dynamodb))
        # then its page and its tag are gone at once, and the record comes again for the lists
        assert on_posts_changed(event, site) == AGAIN
        assert "/blog/fewer-shelves/" not in site.pages
        copies.caught_up = True
        assert on_posts_changed(event, site) == DONE
    assert "/blog/tags/data/" not in site.pages
    for path in ("/blog/", "/blog/archive/", "/blog/feed.atom", "/sitemap.xml"):
        assert "fewer-shelves" not in site.text(path)


def test_a_change_shows_although_copies_have_the_old_text(ines: Api, site: MemorySite, dynamodb: Any) -> None:
    ines.post("/posts", NEW)
    ines.post("/posts/fewer-shelves/publish")
    before = row(dynamodb)
    with dynamodb_behind(Lagging) as copies:
        on_posts_changed(change(None, before), site)
        ines.patch("/posts/fewer-shelves", {"title": "More shelves", "body": "Good bye"})
        ines.post("/posts/fewer-shelves/publish")
        event = change(before, row(dynamodb))
        assert on_posts_changed(event, site) == AGAIN
        assert "Good bye" in site.text("/blog/fewer-shelves/")
        copies.caught_up = True
        assert on_posts_changed(event, site) == DONE
    assert "More shelves" in site.text("/blog/")

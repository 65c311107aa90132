"""A post that changes between the read of a use case and its transaction is read again; and not for ever."""

from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.blog import service, writes
from chalicelib.blog.contract import DraftChanges, NewPost
from chalicelib.blog.model import Post
from chalicelib.blog.service import Author, StalePost

INES = Author("1ce5ce5e-0000-4000-8000-0000000001e5", "Ines")
USE_CASES = {"publish": service.publish, "unpublish": service.unpublish, "delete": service.delete}
Interrupt = Callable[[str, int], None]


@pytest.fixture
def slug(tables: None) -> str:
    post = service.create(INES, NewPost(title="Fewer shelves", tags=["data"])).post
    return service.publish(INES, post.slug).slug


@pytest.fixture
def interrupt(monkeypatch: pytest.MonkeyPatch, slug: str) -> Interrupt:
    def changed_before(name: str, times: int) -> None:
        """From now on somebody changes the draft before such a write, so many times."""
        write, left = getattr(writes, name), iter(range(times))

        def meanwhile(post: Post, **more: Any) -> Any:
            for number in left:
                service.change(INES, slug, DraftChanges(summary=f"Change {number}"))
                break
            return write(post, **more)

        monkeypatch.setattr(writes, name, meanwhile)

    return changed_before


@pytest.mark.parametrize("name", USE_CASES)
def test_it_is_done_upon_the_post_as_it_then_stands(interrupt: Interrupt, slug: str, name: str) -> None:
    interrupt(name, 2)
    USE_CASES[name](INES, slug)
    found = service.find(slug)
    if name == "delete":
        assert found is None
    else:
        assert found is not None
        assert found.is_published is (name == "publish")
        assert found.draft_summary == "Change 1"
        assert found.summary == ("Change 1" if name == "publish" else "")


@pytest.mark.parametrize("name", USE_CASES)
def test_it_ends_where_the_post_changes_without_end(interrupt: Interrupt, slug: str, name: str) -> None:
    interrupt(name, 100)
    with pytest.raises(StalePost) as stale:
        USE_CASES[name](INES, slug)
    assert stale.value.current.draft_summary == "Change 4"


@pytest.mark.parametrize("name", USE_CASES)
def test_it_is_not_done_upon_another_version_than_was_seen(interrupt: Interrupt, slug: str, name: str) -> None:
    seen = service.get_own(INES, slug).version
    interrupt(name, 1)
    with pytest.raises(StalePost):
        USE_CASES[name](INES, slug, seen)
    assert service.get_own(INES, slug).is_published


def test_a_post_that_nobody_sees_is_not_taken_back_again(slug: str) -> None:
    hidden = service.unpublish(INES, slug)
    assert service.unpublish(INES, slug).version == hidden.version == service.get_own(INES, slug).version

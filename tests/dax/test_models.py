"""The blog's models through DAX: what they do over DynamoDB they do here, and reads come from the caches."""

import itertools
from typing import Any

import pytest
from pynamodb.exceptions import PutError

from chalicelib.blog import service
from chalicelib.blog.contract import DraftChanges, NewPost
from chalicelib.blog.model import Post, PostTag
from chalicelib.blog.service import Author, NoSuchPost, SlugTaken, StalePost
from chalicelib.store import transactions
from chalicelib.store.errors import ConditionFailed
from chalicelib.store.idempotency import Idempotent, KeyReused, LedgerRow
from chalicelib.store.transactions import TransactionRefused
from tests.dax.conftest import Route

ADA, BOB = Author("ada", "Ada"), Author("bob", "Bob")
_numbers = itertools.count(1)


def draft(slug: str, *tags: str, title: str = "A title", body: str = "A *text*.") -> NewPost:
    return NewPost(title=title, slug=slug, body=body, tags=list(tags))


@pytest.fixture
def slug() -> str:
    return f"post-{next(_numbers)}"


@pytest.fixture
def tag() -> str:
    return f"tag-{next(_numbers)}"


@pytest.fixture(autouse=True)
def behind(route: Route) -> Route:
    return route


def row(tag: str, key: str, slug: str, title: str = "T") -> PostTag:
    return PostTag(
        tag,
        key,
        slug=slug,
        title=title,
        summary="",
        tags=["a", "b"],
        author_name="Ada",
        published_at="x",
        updated_at="x",
    )


def counted(route: Route, call: Any) -> tuple[Any, dict[str, int]]:
    """Do something, and tell what it cost the cluster."""
    before = route.dax.counts()
    done = call()
    return done, {name: count - before[name] for name, count in route.dax.counts().items()}


def test_a_second_read_costs_dynamodb_nothing(behind: Route, slug: str) -> None:
    Post(slug, author_id="ada", author_name="Ada", created_at="x", draft_title="T", draft_updated_at="x").save()
    _, first = counted(behind, lambda: Post.get(slug))
    found, second = counted(behind, lambda: Post.get(slug))
    assert (found.draft_title, found.version) == ("T", 1)
    assert (first["misses"], second["misses"], second["hits"]) == (0, 0, 1), "a put leaves the item in the cache"


def test_a_projection_comes_from_the_whole_item(behind: Route, slug: str) -> None:
    service.create(ADA, draft(slug, "one", "two"))
    found, cost = counted(behind, lambda: Post.get(slug, attributes_to_get=["slug", "draft_tags"]))
    assert (found.slug, found.draft_tags, found.author_id) == (slug, ["one", "two"], None)
    assert cost["writes"] == 0
    assert Post.get(slug).author_id == "ada"


def test_that_there_is_nothing_is_known_until_it_is_written(behind: Route, slug: str) -> None:
    for _ in range(2):
        with pytest.raises(NoSuchPost):
            service.get_published(slug)
    service.create(ADA, draft(slug))
    service.publish(ADA, slug)
    assert service.get_published(slug).title == "A title"


def test_a_consistent_read_goes_past_dax(behind: Route, slug: str) -> None:
    service.create(ADA, draft(slug))
    found, cost = counted(behind, lambda: Post.get(slug, consistent_read=True))
    assert found.slug == slug
    assert set(cost.values()) == {0}


def test_queries_filter_and_page(behind: Route, slug: str, tag: str) -> None:
    for number in range(5):
        service.create(ADA, draft(f"{slug}-{number}", tag, title=f"Title {number}"))
        service.publish(ADA, f"{slug}-{number}")
    page = service.list_tagged(tag, 2)
    slugs = [each.slug for each in page.items]
    while page.last_key is not None:
        page = service.list_tagged(tag, 2, page.last_key)
        slugs += [each.slug for each in page.items]
    assert sorted(slugs) == [f"{slug}-{number}" for number in range(5)]
    filtered = PostTag.query(tag, filter_condition=(PostTag.title > "Title 2") | PostTag.title.is_in("Title 0"))
    assert sorted(each.title for each in filtered) == ["Title 0", "Title 3", "Title 4"]
    between = PostTag.query(tag, PostTag.feed_key.between("2", "3"), filter_condition=~PostTag.slug.contains("-1"))
    assert sorted(each.slug for each in between) == [f"{slug}-{number}" for number in (0, 2, 3, 4)]


def test_an_index_is_queried_page_by_page(behind: Route, slug: str) -> None:
    author = Author(f"author-{slug}", "Ada")
    for number in range(3):
        service.create(author, draft(f"{slug}-{number}"))
    page = service.list_own(author, 2, None)
    rest = service.list_own(author, 2, page.last_key)
    assert sorted(post.slug for post in page.items + rest.items) == [f"{slug}-{number}" for number in range(3)]
    _, cost = counted(behind, lambda: service.list_own(author, 2, None))
    assert (cost["hits"], cost["misses"]) == (1, 0)


def test_a_change_at_a_version_is_read_at_once(behind: Route, slug: str) -> None:
    service.create(ADA, draft(slug))
    service.publish(ADA, slug)
    assert service.get_published(slug).draft_title == "A title"
    changed, cost = counted(behind, lambda: service.change(ADA, slug, DraftChanges(title="Another"), expected=2))
    assert (changed.version, changed.draft_title, cost["writes"]) == (3, "Another", 1)
    assert service.get_published(slug).draft_title == "Another", "the item cache heard of the write"


def test_a_stale_version_is_refused_with_what_stands_there(slug: str) -> None:
    service.create(ADA, draft(slug))
    service.change(ADA, slug, DraftChanges(title="First"), expected=1)
    with pytest.raises(StalePost) as refused:
        service.change(ADA, slug, DraftChanges(title="Second"), expected=1)
    assert (refused.value.current.version, refused.value.current.draft_title) == (2, "First")
    stale = Post.get(slug, consistent_read=True)
    stale.version = 1
    with pytest.raises(PutError) as put:
        stale.save()
    assert put.value.cause_response_code == "ConditionalCheckFailedException"


def test_a_change_without_a_version_counts_once(slug: str) -> None:
    service.create(ADA, draft(slug))
    assert service.change(ADA, slug, DraftChanges(title="Whatever stood there")).version == 2


def test_another_authors_post_does_not_exist(slug: str) -> None:
    service.create(ADA, draft(slug))
    with pytest.raises(NoSuchPost):
        service.change(BOB, slug, DraftChanges(title="Mine"), expected=1)


def test_a_slug_is_taken_once(slug: str) -> None:
    service.create(ADA, draft(slug))
    with pytest.raises(SlugTaken):
        service.create(BOB, draft(slug))
    with pytest.raises(ConditionFailed):
        Post(slug, author_id="bob", author_name="Bob", created_at="x", draft_title="T", draft_updated_at="x").create(
            Post.slug.does_not_exist()
        )


def test_the_same_key_creates_once_and_remembers_what(slug: str) -> None:
    name = Idempotent.of(f"key-{slug}", "create_post", slug)
    first, again = service.create(ADA, draft(slug), name), service.create(ADA, draft(slug), name)
    assert (first.replayed, again.replayed, again.post.slug) == (False, True, slug)
    with pytest.raises(KeyReused):
        service.create(ADA, draft(slug), Idempotent.of(f"key-{slug}", "create_post", "other"))


def test_a_refused_transaction_says_which_part_and_what_stands_there(slug: str, tag: str) -> None:
    service.create(ADA, draft(slug))

    def fill(transaction: Any) -> None:
        transaction.save(row(tag, "key", slug))
        transaction.update(
            Post(slug),
            [Post.draft_title.set("No")],
            Post.version == 7,
            return_values="ALL_OLD",
            add_version_condition=False,
        )

    with pytest.raises(TransactionRefused) as refused:
        transactions.write(fill)
    assert list(refused.value.refused) == [1]
    item = refused.value.refused[1]
    assert item is not None
    assert item["draft_title"] == {"S": "A title"}
    assert list(PostTag.query(tag, consistent_read=True)) == []


def test_a_refused_transaction_that_asks_for_nothing_keeps_its_reasons(behind: Route, slug: str) -> None:
    def fill(transaction: Any) -> None:
        transaction.delete(Post(slug), condition=Post.slug.exists())

    (_, cost) = counted(behind, lambda: refused_parts(fill))
    assert refused_parts(fill) == {0: None}
    assert cost["writes"] == 1


def refused_parts(fill: Any) -> dict[int, Any]:
    with pytest.raises(TransactionRefused) as refused:
        transactions.write(fill)
    return refused.value.refused


def test_a_post_goes_its_whole_way(slug: str, tag: str) -> None:
    service.create(ADA, draft(slug, tag))
    service.publish(ADA, slug)
    assert [each.slug for each in PostTag.query(tag, consistent_read=True)] == [slug]
    assert service.get_published(slug).html is not None
    service.unpublish(ADA, slug)
    with pytest.raises(NoSuchPost):
        service.get_published(slug)
    service.delete(ADA, slug)
    with pytest.raises(NoSuchPost):
        service.get_own(ADA, slug)


def test_batches_write_and_read(slug: str, tag: str) -> None:
    with PostTag.batch_write() as batch:
        for number in range(3):
            batch.save(row(tag, str(number), slug, f"T{number}"))
    with PostTag.batch_write() as batch:
        batch.delete(PostTag(tag, "0"))
    found = list(PostTag.batch_get([(tag, "0"), (tag, "1"), (tag, "2")]))
    assert sorted((each.feed_key, each.title, tuple(each.tags)) for each in found) == [
        ("1", "T1", ("a", "b")),
        ("2", "T2", ("a", "b")),
    ]
    named = PostTag.batch_get([(tag, "1")], attributes_to_get=["title"])
    assert [each.title for each in named] == ["T1"]


def test_a_table_that_is_not_cached_goes_past_dax(behind: Route, slug: str) -> None:
    remembered = LedgerRow(slug, fingerprint="f", created_item="{}", expires_at=1)
    _, cost = counted(behind, remembered.save)
    found, read = counted(behind, lambda: LedgerRow.get(slug))
    assert found.fingerprint == "f"
    assert {*cost.values(), *read.values()} == {0}

"""Two functions write the same lists at once: what stands in the end is what the posts say."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from chalicelib.blog import publishing, site
from chalicelib.blog.events import on_posts_changed
from chalicelib.blog.site import Page, S3Site, Stored
from chalicelib.settings import settings
from tests.support.api import Api
from tests.support.site import MemorySite

DONE = {"batchItemFailures": []}
LISTS = ("/blog/", "/blog/archive/", "/blog/feed.atom", "/sitemap.xml", "/blog/tags/data/")
OLD, NEW, NEWER = Page(b"old"), Page(b"new"), Page(b"newer")


class Between(MemorySite):
    """A site where something happens after a function rendered its pages and before it writes the first of them."""

    def __init__(self, *happens: Callable[[], object]) -> None:
        super().__init__()
        self.happens = [*happens]

    def replace(self, path: str, seen: Stored | None, page: Page | None) -> None:
        if path == "/blog/" and self.happens:
            self.happens.pop(0)()
        super().replace(path, seen, page)


@pytest.fixture
def posts(ines: Api, dynamodb: Any) -> Callable[..., Any]:
    """Publish or take back a post, and return what the stream tells of it."""

    def change(slug: str, action: str) -> Any:
        row = {"TableName": settings().posts_table, "Key": {"slug": {"S": slug}}}
        before = dynamodb.get_item(**row)["Item"]
        assert ines.post(f"/posts/{slug}/{action}").status == 200
        images = {"OldImage": before, "NewImage": dynamodb.get_item(**row)["Item"]}
        told = {"Keys": row["Key"], "SequenceNumber": "1", **images}
        return {"Records": [{"eventName": "MODIFY", "dynamodb": told}]}

    for title in ("First", "Second"):
        ines.post("/posts", {"title": title, "tags": ["data"]})
    return change


def test_an_older_list_does_not_replace_a_newer_one(posts: Callable[..., Any]) -> None:
    # given a function that has rendered lists with the first post alone
    first = posts("first", "publish")
    # when another publishes the second before they are written
    shown = Between(lambda: on_posts_changed(posts("second", "publish"), shown))
    assert on_posts_changed(first, shown) == DONE
    # then both are on every list
    assert shown.happens == []
    for path in LISTS:
        assert [slug in shown.text(path) for slug in ("first", "second")] == [True, True], path


def test_a_list_is_right_although_it_looks_as_before_in_between(posts: Callable[..., Any]) -> None:
    # given lists with the first post, and a function that has rendered them with the second
    shown = Between()
    on_posts_changed(posts("first", "publish"), shown)
    second = posts("second", "publish")
    # when others show the second and take it back, so that the lists are what that function saw
    shown.happens = [lambda: on_posts_changed(posts("second", "unpublish"), shown)]
    assert on_posts_changed(second, shown) == DONE
    # then the second is on no list
    assert shown.happens == []
    for path in LISTS:
        assert [slug in shown.text(path) for slug in ("first", "second")] == [True, False], path


def test_a_tag_that_is_used_again_keeps_its_page(posts: Callable[..., Any]) -> None:
    # given a function that is to take the page of a tag away
    shown = Between()
    on_posts_changed(posts("first", "publish"), shown)
    gone = posts("first", "unpublish")
    # when another post gets the tag meanwhile, then its page stays
    shown.happens = [lambda: on_posts_changed(posts("second", "publish"), shown)]
    assert on_posts_changed(gone, shown) == DONE
    assert "second" in shown.text("/blog/tags/data/")


def test_a_record_comes_again_where_others_never_stop(posts: Callable[..., Any]) -> None:
    class Busy(MemorySite):
        def replace(self, path: str, seen: Stored | None, page: Page | None) -> None:
            super().replace(path, seen, page)
            self.put(path, f"{time.monotonic_ns()}".encode())

    with pytest.raises(publishing.Disturbed):
        publishing.publish_lists(Busy(), [])
    again = {"batchItemFailures": [{"itemIdentifier": "1"}]}
    assert on_posts_changed(posts("first", "publish"), Busy()) == again


def test_what_is_right_already_is_not_written_again(posts: Callable[..., Any]) -> None:
    shown, told = Between(), posts("first", "publish")
    on_posts_changed(told, shown)
    written: list[bool] = []
    shown.happens = [lambda: written.append(True)]
    assert on_posts_changed(told, shown) == DONE
    assert written == []


@pytest.fixture
def s3_site() -> Iterator[S3Site]:
    """The site in S3, in memory."""
    site._s3.cache_clear()
    with mock_aws():
        place = {"LocationConstraint": settings().aws_region}
        boto3.client("s3").create_bucket(Bucket=settings().site_bucket, CreateBucketConfiguration=place)
        yield S3Site()
    site._s3.cache_clear()


def test_s3_replaces_only_what_was_seen(s3_site: S3Site) -> None:
    # given a page that two have seen
    s3_site.replace("/blog/", None, OLD)
    seen = s3_site.look("/blog/")
    # when one has written, the other's write changes nothing, nor does that of whom saw no page
    s3_site.replace("/blog/", seen, NEW)
    s3_site.replace("/blog/", seen, OLD)
    s3_site.replace("/blog/", seen, None)
    s3_site.replace("/blog/", None, OLD)
    newest = s3_site.look("/blog/")
    assert newest is not None
    assert newest.content == b"new"
    # and when it has gone, it does not come back for who saw it
    s3_site.replace("/blog/", newest, None)
    s3_site.replace("/blog/", newest, NEWER)
    s3_site.replace("/blog/", newest, None)
    s3_site.replace("/blog/", None, None)
    assert s3_site.look("/blog/") is None

"""Photos that readers see: whose they are is in their names, and they go with what shows them."""

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import pytest

from chalicelib.blog import publishing
from chalicelib.blog.copies import Change
from chalicelib.blog.events import on_posts_changed
from chalicelib.blog.model import Post
from chalicelib.media.model import Media
from tests.support.api import Api
from tests.support.site import MemorySite
from tests.unit.blog.test_publishing import COVER, ready_photo

SIZES = ("160.webp", "160.jpg", "640.webp", "640.jpg", "1280.webp", "1280.jpg")
WITH_COVER = {"title": "Shelves", "body": f"![a gauge](photo:{COVER})", "cover": COVER}


class Forgotten:
    """Copies that note what is to be forgotten."""

    def __init__(self) -> None:
        self.changes: list[Change] = []

    def forget(self, change: Change) -> None:
        self.changes.append(change)


def published(author: Api, slug: str, new: Mapping[str, Any] = WITH_COVER) -> None:
    ready_photo(author.sub or "")
    author.post("/posts", {**new, "slug": slug})
    assert author.post(f"/posts/{slug}/publish").status == 200


def image(slug: str) -> dict[str, Any]:
    found: dict[str, Any] = Post._get_connection().get_item(slug)["Item"]
    return found


def changed(before: Mapping[str, Any] | None, after: Mapping[str, Any] | None, number: int = 1) -> dict[str, Any]:
    """A record of the stream."""
    item = after or before
    assert item is not None
    images = {name: value for name, value in (("OldImage", before), ("NewImage", after)) if value is not None}
    stream = {"Keys": {"slug": item["slug"]}, "SequenceNumber": str(number), **images}
    return {"Records": [{"eventName": "MODIFY", "dynamodb": stream}]}


def test_two_authors_photos_of_one_id_are_two(ines: Api, otto: Api, site: MemorySite) -> None:
    # given two authors who each have a photo of the same id
    published(ines, "hers")
    publishing.publish_post(site, "hers")
    before = dict(site.copies)
    # when the other publishes theirs
    published(otto, "his")
    publishing.publish_post(site, "his")
    # then the first author's are as they were
    assert {path: site.copies[path] for path in before} == before
    assert len(site.copies) == 2 * len(before) == 2 * len(SIZES)
    assert all(str(ines.sub) in key for path, key in site.copies.items() if path.startswith("/blog/photos/hers/"))


def test_an_author_who_takes_over_an_address_gives_no_name_twice(ines: Api, otto: Api, site: MemorySite) -> None:
    # given an address whose post was deleted
    published(ines, "shelves")
    publishing.publish_post(site, "shelves")
    hers = set(site.copies)
    ines.delete("/posts/shelves")
    publishing.publish_post(site, "shelves")
    # when another author publishes there
    published(otto, "shelves")
    publishing.publish_post(site, "shelves")
    # then no photo has a name that a browser may have kept
    assert site.copies
    assert not hers & set(site.copies)


def test_another_upload_of_an_id_has_another_name(ines: Api, site: MemorySite) -> None:
    published(ines, "shelves")
    publishing.publish_post(site, "shelves")
    first = set(site.copies)
    photo = Media.get(ines.sub, COVER)
    photo.sequencer = "0066F2"
    photo.save()
    ines.post("/posts/shelves/publish")
    publishing.publish_post(site, "shelves")
    assert not first & set(site.copies)


def test_what_readers_may_have_kept_is_not_written_again(ines: Api, site: MemorySite) -> None:
    published(ines, "shelves")
    publishing.publish_post(site, "shelves")
    path = next(iter(site.copies))
    site.copies[path] = "as it was"
    publishing.publish_post(site, "shelves")
    assert site.copies[path] == "as it was"


@pytest.mark.parametrize("way", ["unpublish", "delete", "without photos"])
def test_photos_go_with_what_shows_them(way: str, ines: Api, site: MemorySite) -> None:
    # given two posts that show one photo
    published(ines, "one")
    published(ines, "two")
    for slug in ("one", "two"):
        publishing.publish_post(site, slug)
    before = image("one")
    # when one is taken away, or shows it no more
    if way == "delete":
        ines.delete("/posts/one")
    elif way == "unpublish":
        ines.post("/posts/one/unpublish")
    else:
        ines.patch("/posts/one", {"body": "Words", "cover": None})
        ines.post("/posts/one/publish")
    copies = Forgotten()
    after = None if way == "delete" else image("one")
    assert on_posts_changed(changed(before, after), site, copies) == {"batchItemFailures": []}
    # then its copies are gone, and CloudFront's too; the other's stay
    assert {path.split("/")[3] for path in site.copies} == {"two"}
    assert [change.photos for change in copies.changes] == [["/blog/photos/one/*"]]


def test_a_publication_that_shows_the_same_photos_forgets_none(ines: Api, site: MemorySite) -> None:
    published(ines, "one")
    before = image("one")
    ines.patch("/posts/one", {"title": "More shelves"})
    ines.post("/posts/one/publish")
    copies = Forgotten()
    on_posts_changed(changed(before, image("one")), site, copies)
    assert len(site.copies) == len(SIZES)
    assert [change.photos for change in copies.changes] == [[]]


def test_records_that_come_late_or_twice_leave_what_the_post_shows(ines: Api, site: MemorySite) -> None:
    # given a post that was published, taken back, and published again
    published(ines, "one")
    images = [image("one")]
    for way in ("unpublish", "publish"):
        ines.post(f"/posts/one/{way}")
        images.append(image("one"))
    records = [changed(before, after, place) for place, (before, after) in enumerate(pairwise(images))]
    # when its records come in any order, and again
    for record in (*records, *reversed(records), records[0]):
        on_posts_changed(record, site, Forgotten())
    # then readers see its photos
    assert len(site.copies) == len(SIZES)


def test_photos_of_earlier_names_go_but_for_covers_that_readers_see(ines: Api, site: MemorySite) -> None:
    # given a post from before photos had names of their own, and a photo that nothing shows
    published(ines, "old")
    old_name(ines, "old")
    left = "01KAJ5X3J4N2V6Y8Z0ZZZZZZZZ"
    site.copies |= {f"/blog/photos/{name}-640.webp": "as it was" for name in (COVER, left)}
    # when every page is written anew, as after a deploy, and again
    for _ in range(2):
        publishing.publish_everything(site)
    # then the cover keeps its address and its content, and the other is gone
    assert site.copies[f"/blog/photos/{COVER}-640.webp"] == "as it was"
    assert f"/blog/photos/{left}-640.webp" not in site.copies
    assert f"/blog/photos/{COVER}-640.webp" in site.text("/blog/")
    # and it goes with its post
    before = image("old")
    ines.post("/posts/old/unpublish")
    copies = Forgotten()
    on_posts_changed(changed(before, image("old")), site, copies)
    assert site.copies == {}
    assert copies.changes[0].photos == ["/blog/photos/old/*", f"/blog/photos/{COVER}-*"]


def old_name(author: Api, slug: str) -> None:
    """Give a post the cover's name that it had in earlier versions."""
    post = Post.get(slug)
    post.change([Post.cover.set(COVER)], Post.author_id == author.sub)

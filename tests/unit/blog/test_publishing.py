"""Publishing: the post, the feed and the tags change together, and the site follows."""

import json

import pytest

from chalicelib.blog import publishing
from chalicelib.blog.model import PostTag
from chalicelib.media.model import READY, Media, StoredThumbnail
from tests.support.api import Api
from tests.support.site import MemorySite

COVER = "01KAJ5X3J4N2V6Y8Z0ABCDEFGH"
NEW = {
    "title": "Fewer shelves",
    "summary": "I <deleted> four tables.",
    "body": "Hello *there*",
    "tags": ["data", "design"],
}


def slugs(api: Api, path: str) -> list[str]:
    return [item["slug"] for item in api.get(path).json()["items"]]


def test_readers_see_what_was_published_and_not_the_draft(ines: Api, anonymous: Api) -> None:
    # given a published post
    ines.post("/posts", NEW)
    assert anonymous.get("/posts/fewer-shelves").status == 404
    published = ines.post("/posts/fewer-shelves/publish", None, if_match='"1"').json()

    # when its draft changes
    changed = ines.patch("/posts/fewer-shelves", {"title": "More shelves", "body": "Bye"}).json()

    # then readers see the old text until it is published again
    assert published["has_unpublished_changes"] is False
    assert changed["has_unpublished_changes"] is True
    assert anonymous.get("/posts/fewer-shelves").json()["title"] == "Fewer shelves"
    ines.post("/posts/fewer-shelves/publish")
    assert anonymous.get("/posts/fewer-shelves").json()["html"] == "<p>Bye</p>\n"


def test_lists_follow_publishing_and_changed_tags(ines: Api, anonymous: Api) -> None:
    ines.post("/posts", NEW)
    ines.post("/posts/fewer-shelves/publish")
    assert slugs(anonymous, "/posts") == slugs(anonymous, "/posts?tag=data") == ["fewer-shelves"]

    ines.patch("/posts/fewer-shelves", {"tags": ["design", "queues"]})
    ines.post("/posts/fewer-shelves/publish")

    assert slugs(anonymous, "/posts?tag=data") == []
    assert slugs(anonymous, "/posts?tag=queues") == ["fewer-shelves"]
    assert PostTag.count("design") == 1


def test_unpublishing_leaves_the_draft_and_no_tag_rows(ines: Api, anonymous: Api) -> None:
    ines.post("/posts", NEW)
    ines.post("/posts/fewer-shelves/publish")

    hidden = ines.post("/posts/fewer-shelves/unpublish").json()

    assert hidden["published_at"] is None
    assert anonymous.get("/posts/fewer-shelves").status == 404
    assert slugs(anonymous, "/posts") == slugs(anonymous, "/posts?tag=data") == []
    assert ines.post("/posts/fewer-shelves/unpublish").status == 200


def test_publishing_again_keeps_its_first_date_and_place(ines: Api, anonymous: Api) -> None:
    ines.post("/posts", NEW)
    first = ines.post("/posts/fewer-shelves/publish").json()["published_at"]
    ines.post("/posts", {"title": "Later"})
    ines.post("/posts/later/publish")
    ines.post("/posts/fewer-shelves/unpublish")

    again = ines.post("/posts/fewer-shelves/publish").json()["published_at"]

    assert again == first
    assert slugs(anonymous, "/posts") == ["later", "fewer-shelves"]


def test_deleting_takes_the_post_and_its_tags(ines: Api, anonymous: Api) -> None:
    ines.post("/posts", NEW)
    ines.post("/posts/fewer-shelves/publish")

    assert ines.delete("/posts/fewer-shelves", if_match='"1"').status == 412
    assert ines.delete("/posts/fewer-shelves", if_match='"2"').status == 204

    assert anonymous.get("/posts/fewer-shelves").status == 404
    assert PostTag.count("data") == 0
    assert ines.delete("/posts/fewer-shelves").status == 404


def test_a_cover_must_be_ready(ines: Api) -> None:
    ines.post("/posts", {**NEW, "cover": COVER})

    absent = ines.post("/posts/fewer-shelves/publish")
    ready_photo(ines.sub or "")
    present = ines.post("/posts/fewer-shelves/publish")

    assert absent.status == 409
    assert absent.json()["type"] == "urn:problem-type:cover-not-ready"
    assert present.status == 200


def test_public_answers_are_cached_and_tagged(ines: Api, anonymous: Api) -> None:
    ines.post("/posts", NEW)
    ines.post("/posts/fewer-shelves/publish")

    for path in ("/posts", "/posts?tag=data", "/posts/fewer-shelves", "/feed.atom"):
        answer = anonymous.get(path)
        again = anonymous.get(path, if_none_match=answer.headers["ETag"])
        assert answer.headers["Cache-Control"] == "public, max-age=60, stale-while-revalidate=300"
        assert (again.status, again.body) == (304, "")
    assert ines.get("/me/posts").headers["Cache-Control"] == "private, no-store"


def test_the_site_shows_what_is_published(ines: Api, site: MemorySite) -> None:
    # given a published post with a cover and a photo in its text
    ready_photo(ines.sub or "")
    ines.post("/posts", {**NEW, "cover": COVER, "body": f"Look: ![a gauge](photo:{COVER}) ![gone](photo:{'0' * 26})"})
    ines.post("/posts/fewer-shelves/publish")

    # when the site is written
    publishing.publish_everything(site)

    # then its page says everything, with scripts off too
    page = site.text("/blog/fewer-shelves/")
    assert "<title>Fewer shelves · MyBlog</title>" in page
    assert '<meta name="description" content="I &lt;deleted&gt; four tables.">' in page
    assert '<link rel="canonical" href="https://site.example.test/blog/fewer-shelves/">' in page
    name = Media.get(ines.sub, COVER).published_name
    path = f"/blog/photos/fewer-shelves/{name}"
    assert f'<img src="{path}-1280.jpg" alt="a gauge" width="1280" height="853" loading="lazy">' in page
    assert "<em>gone</em>" in page
    assert site.copies[f"{path}-640.webp"] == f"users/{ines.sub}/{COVER}/640.webp"
    linked = json.loads(page.partition('<script type="application/ld+json">')[2].partition("</script>")[0])
    assert linked["headline"] == "Fewer shelves"
    assert linked["image"] == f"https://site.example.test{path}-1280.jpg"

    # and so do the lists
    for path in ("/blog/", "/blog/archive/", "/blog/tags/data/", "/blog/feed.atom", "/sitemap.xml"):
        assert "fewer-shelves" in site.text(path)


def test_the_site_forgets_what_is_unpublished(ines: Api, site: MemorySite) -> None:
    ines.post("/posts", NEW)
    ines.post("/posts/fewer-shelves/publish")
    publishing.publish_everything(site)
    ines.post("/posts/fewer-shelves/unpublish")

    publishing.publish_post(site, "fewer-shelves")
    publishing.publish_lists(site, ["data", "design"])

    assert "/blog/fewer-shelves/" not in site.pages
    assert "/blog/tags/data/" not in site.pages
    assert "Nothing is published yet." in site.text("/blog/")


def test_pages_name_the_built_assets(ines: Api, site: MemorySite) -> None:
    site.put(publishing.ASSETS, b'{"style": "/assets/blog-1a2b.css"}')

    publishing.publish_lists(site, [])

    assert 'href="/assets/blog-1a2b.css"' in site.text("/blog/")
    assert 'src="/assets/blog.js"' in site.text("/blog/")


def test_long_lists_are_read_to_their_end(ines: Api, site: MemorySite, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(publishing, "LIST_PAGE", 2)
    for number in range(5):
        ines.post("/posts", {"title": f"Post {number}", "tags": ["all"]})
        ines.post(f"/posts/post-{number}/publish")

    publishing.publish_lists(site, ["all"])

    assert all(f"/blog/post-{number}/" in site.text("/blog/archive/") for number in range(5))
    assert all(f"/blog/post-{number}/" in site.text("/blog/tags/all/") for number in range(5))


def ready_photo(owner: str) -> None:
    sizes = [(160, 107), (640, 427), (1280, 853)]
    Media(
        owner,
        COVER,
        name="a.jpg",
        content_type="image/jpeg",
        size=1,
        state=READY,
        created_at="2026-11-21T00:00:00.000Z",
        thumbnails=[
            StoredThumbnail(
                key=f"users/{owner}/{COVER}/{width}.{extension}",
                content_type=kind,
                width=width,
                height=height,
            )
            for width, height in sizes
            for extension, kind in (("webp", "image/webp"), ("jpg", "image/jpeg"))
        ],
    ).save()

"""Authors: what they type is never lost, what they publish is read, and what is no photo is refused in words."""

import re
import struct

import pytest
from playwright.sync_api import FilePayload, Page, expect

from tests.e2e.conftest import NewPage
from tests.e2e.support.access import DESKTOP, SMALLEST, is_accessible
from tests.e2e.support.desk import Desk, begin_post, change_elsewhere, draft_of, page_is_there
from tests.e2e.support.photos import png
from tests.support.laptop import Laptop, Person, until

API_CALLS = re.compile(r":\d+/(me/)?posts(/|$|\?)")
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HTML = b"<!doctype html><script>alert(1)</script>"
# A picture to a browser, and none of those that are taken: one pixel as a Windows bitmap.
BITMAP = b"BM" + struct.pack("<IHHIIiiHHIIiiII", 58, 0, 0, 54, 40, 1, 1, 1, 24, 0, 4, 0, 0, 0, 0) + bytes(4)


@pytest.fixture
def author(laptop: Laptop) -> Person:
    return laptop.person("ines", groups=("authors",))


@pytest.fixture
def desk(new_page: NewPage, author: Person) -> Desk:
    """An author's desk, with nothing on it yet."""
    return Desk(new_page(author)).open()


@pytest.fixture
def expected_errors() -> list[str]:
    return ["status of 412", "ERR_INTERNET_DISCONNECTED"]


def pretend(content: bytes, name: str = "holiday.jpg") -> FilePayload:
    """A file that says it is a JPEG."""
    return {"name": name, "mimeType": "image/jpeg", "buffer": content}


def slug_of(desk: Desk) -> str:
    return desk.page.url.rpartition("/")[2]


def test_a_post_is_written_published_and_read_by_everybody(desk: Desk, author: Person, new_page: NewPage) -> None:
    # given a draft with a cover, a photo in its text, a summary and tags
    title = f"Contour lines {author.sub[:8]}"
    desk.begin(title)
    desk.write("Hello **there**.\n\n")
    desk.add_photo(png(64, "gauge.png"))
    desk.add_cover(png(32, "cover.png"))
    desk.photos_are_ready()
    desk.summary.fill("On drawing small systems.")
    desk.tags.fill("maps, design,")
    desk.is_saved()
    expect(desk.preview.locator("strong")).to_have_text("there")
    expect(desk.preview.get_by_role("img", name="gauge")).to_have_js_property("naturalWidth", 64)
    draft = draft_of(author, slug_of(desk))
    assert (draft["summary"], draft["tags"]) == ("On drawing small systems.", ["maps", "design"])

    # when it is published
    desk.publish_now()

    # then somebody who has not signed in reads it, photos and all
    reader, path = new_page(), f"/blog/{slug_of(desk)}/"
    page_is_there(reader, path)
    reader.goto(path)
    expect(reader.get_by_role("heading", name=title)).to_be_visible()
    expect(reader.locator(".prose strong")).to_have_text("there")
    expect(reader.get_by_role("img", name="gauge")).to_have_js_property("width", 64)
    assert reader.locator("img").count() == 2
    # The page's own policy forbids Playwright to look again by itself.
    shown = "Array.from(document.images).every(image => image.complete && image.naturalWidth > 0)"
    until(lambda: reader.evaluate(shown))
    # Lists are written after the post's own page, those of tags last.
    until(lambda: title in reader.request.get("/blog/tags/maps/").text())
    reader.goto("/blog/tags/maps/")
    expect(reader.get_by_role("link", name=title)).to_be_visible()
    reader.goto("/blog/")
    expect(reader.get_by_role("link", name=title).first).to_be_visible()


def test_readers_see_changes_when_they_are_published_and_nothing_once_it_is_taken_back(
    desk: Desk, author: Person, new_page: NewPage
) -> None:
    slug = begin_post(author, f"Shelves {author.sub[:8]}", body="First.")["slug"]
    author.api.post(f"/posts/{slug}/publish").raise_for_status()
    reader = new_page()
    page_is_there(reader, f"/blog/{slug}/")
    desk.open(slug).write(" Second.")
    desk.is_saved()
    expect(desk.publish).to_have_text("Publish changes")
    assert "Second." not in reader.request.get(f"/blog/{slug}/").text()

    desk.publish_now()
    until(lambda: "Second." in reader.request.get(f"/blog/{slug}/").text())

    desk.ask("Unpublish").get_by_role("button", name="Take it back").click()
    page_is_there(reader, f"/blog/{slug}/", there=False)
    expect(desk.text).to_have_value("First. Second.")
    expect(desk.publish).to_have_text("Publish")


def test_a_post_is_deleted_after_a_question(desk: Desk, author: Person) -> None:
    slug = begin_post(author, f"Gone {author.sub[:8]}")["slug"]
    desk.open(slug)
    desk.ask("Delete").get_by_role("button", name="Keep it").click()
    expect(desk.text).to_be_visible()
    desk.ask("Delete").get_by_role("button", name="Delete").click()
    expect(desk.page.get_by_role("heading", name="Nothing written yet.")).to_be_visible()
    assert author.api.get(f"/me/posts/{slug}").status_code == 404


def test_a_title_in_another_script_has_an_address_to_read(desk: Desk) -> None:
    desk.page.goto("/write/#new")
    desk.page.get_by_label("Title").fill("夜の SQLite")
    expect(desk.page.get_by_label("Address")).to_have_value("")
    desk.begin("夜の SQLite")
    assert slug_of(desk).startswith("ye-no-sqlite")


def test_an_address_that_is_taken_is_said_at_the_field(desk: Desk, expected_errors: list[str]) -> None:
    expected_errors.append("status of 409")
    desk.page.goto("/write/#new")
    desk.page.get_by_label("Title").fill("Fewer shelves")
    expect(desk.page.get_by_label("Address")).to_have_value("fewer-shelves")
    desk.page.get_by_label("Address").fill("fewer-shelves ")
    desk.page.get_by_role("button", name="Begin").click()
    expect(desk.page.get_by_label("Address")).to_have_accessible_description(re.compile("already. Choose another."))
    is_accessible(desk.page, (SMALLEST, DESKTOP))


def test_what_only_pretends_to_be_a_photo_is_refused_in_words(desk: Desk, author: Person) -> None:
    desk.begin(f"Pretending {author.sub[:8]}")
    desk.write("Before.\n\n")
    desk.add_photo(pretend(BITMAP, "drawing.jpg"))

    refusal = desk.page.get_by_role("alert").filter(has_text="drawing.jpg was not taken.")
    expect(refusal).to_contain_text("This file is not a photo we can read.")
    expect(desk.text).not_to_have_value(re.compile("photo:"))
    is_accessible(desk.page, (SMALLEST, DESKTOP))
    refusal.get_by_role("button", name="All right").click()
    expect(refusal).to_have_count(0)
    desk.is_saved()
    assert "photo:" not in draft_of(author, slug_of(desk))["body"]


def test_a_cover_that_is_none_is_taken_off_again(desk: Desk, author: Person) -> None:
    desk.begin(f"Cover {author.sub[:8]}")
    desk.add_cover(pretend(BITMAP))
    expect(desk.page.get_by_role("alert").filter(has_text="was not taken")).to_be_visible()
    expect(desk.page.get_by_role("button", name="Choose a cover")).to_be_visible()
    desk.is_saved()
    assert draft_of(author, slug_of(desk))["cover"] is None


def test_what_is_plainly_no_photo_is_not_even_sent(desk: Desk, author: Person, laptop: Laptop) -> None:
    desk.begin(f"Plain {author.sub[:8]}")
    drawing: FilePayload = {"name": "drawing.svg", "mimeType": "image/svg+xml", "buffer": SVG}
    desk.add_photo(drawing, pretend(SVG, "drawing.jpg"), pretend(HTML, "page.jpg"))
    objection = desk.page.get_by_text("drawing.svg is not a JPEG, PNG, WebP or GIF picture.")
    expect(objection).to_contain_text("drawing.jpg cannot be read as a picture.")
    expect(objection).to_contain_text("page.jpg cannot be read as a picture.")
    listed = laptop.root("s3").list_objects_v2(Bucket=laptop.urls["media_bucket"], Prefix=f"users/{author.sub}/")
    assert listed["KeyCount"] == 0


def test_a_photo_is_called_by_the_keyboard_and_words_are_formatted_by_it(desk: Desk, author: Person) -> None:
    desk.begin(f"Keys {author.sub[:8]}")
    desk.write("very")
    desk.text.press("Control+a")
    desk.text.press("Control+b")
    expect(desk.text).to_have_value("**very**")
    desk.text.press("Control+z")
    expect(desk.text).to_have_value("very")
    desk.page.get_by_role("button", name="Heading").focus()
    desk.page.keyboard.press("ArrowLeft")
    expect(desk.page.get_by_role("button", name="Photo", exact=True)).to_be_focused()
    desk.page.keyboard.press("ArrowRight")
    desk.page.keyboard.press("Enter")
    expect(desk.text).to_have_value("## very")
    desk.text.press("Control+s")
    desk.is_saved()


@pytest.fixture
def clash(new_page: NewPage, author: Person) -> Desk:
    """A post that was changed elsewhere while it was written here."""
    slug = begin_post(author, f"Clash {author.sub[:8]}", body="One kettle.", tags=["tea"])["slug"]
    desk = Desk(new_page(author)).open(slug)
    change_elsewhere(author, slug, body="Two kettles.", summary="From elsewhere.")
    desk.text.fill("One blue kettle.")
    expect(desk.conflict).to_be_visible()
    return desk


def test_two_versions_are_shown_side_by_side_with_what_differs(clash: Desk) -> None:
    expect(clash.conflict.get_by_role("heading", name="Two versions of one post")).to_be_focused()
    mine, theirs = (clash.conflict.get_by_role("region", name=name) for name in ("Mine", "Theirs"))
    expect(mine).to_contain_text("One blue kettle.")
    expect(mine.locator("mark").first).to_contain_text("One")
    expect(theirs).to_contain_text("Two kettles.")
    # What only one side changed is no choice.
    expect(clash.conflict).not_to_contain_text("From elsewhere.")
    is_accessible(clash.page, (SMALLEST, DESKTOP))


@pytest.mark.parametrize(("which", "body"), [("mine", "One blue kettle."), ("theirs", "Two kettles.")])
def test_one_version_is_kept_and_the_rest_joined(clash: Desk, author: Person, which: str, body: str) -> None:
    clash.conflict.get_by_role("button", name=f"Keep {which}").click()
    expect(clash.conflict).to_have_count(0)
    clash.is_saved()
    expect(clash.text).to_have_value(body)
    draft = draft_of(author, slug_of(clash))
    assert (draft["body"], draft["summary"], draft["tags"]) == (body, "From elsewhere.", ["tea"])


def test_both_versions_are_kept_as_two_drafts(clash: Desk, author: Person) -> None:
    slug = slug_of(clash)
    clash.conflict.get_by_role("button", name="Keep both").click()
    expect(clash.text).to_have_value("Two kettles.")
    clash.page.get_by_role("button", name="Open it").click()
    expect(clash.text).to_have_value("One blue kettle.")
    assert draft_of(author, slug)["body"] == "Two kettles."
    assert draft_of(author, f"{slug}-2")["body"] == "One blue kettle."


def test_a_choice_that_is_put_off_loses_nothing_to_a_reload(clash: Desk, author: Person) -> None:
    clash.page.keyboard.press("Escape")
    expect(clash.conflict).to_have_count(0)
    clash.write(" And a pot.")
    clash.page.reload()
    expect(clash.conflict).to_be_visible()
    expect(clash.text).to_have_value("One blue kettle. And a pot.")
    assert draft_of(author, slug_of(clash))["body"] == "Two kettles."


def test_two_tabs_that_write_on_different_parts_join_by_themselves(desk: Desk, author: Person) -> None:
    slug = begin_post(author, f"Tabs {author.sub[:8]}", body="One.")["slug"]
    desk.open(slug)
    other = desk.tab(slug)
    other.title.fill(f"Two tabs {author.sub[:8]}")
    other.is_saved()
    desk.write(" Two.")
    desk.is_saved()
    expect(desk.title).to_have_value(f"Two tabs {author.sub[:8]}")
    assert draft_of(author, slug)["body"] == "One. Two."


def test_without_a_network_the_words_are_kept_here_and_sent_later(desk: Desk, author: Person) -> None:
    slug = begin_post(author, f"Tunnel {author.sub[:8]}", body="Before.")["slug"]
    desk.open(slug)
    desk.page.context.set_offline(True)
    desk.write(" In the tunnel.")
    expect(desk.state).to_have_text("Kept on this device")
    expect(desk.page.locator(".note.warn")).to_contain_text("What you type is kept on this device")
    expect(desk.page.locator("#announcer")).to_contain_text("No answer.")
    desk.page.context.set_offline(False)
    desk.is_saved()
    expect(desk.page.locator("#announcer")).to_have_text("Saved.")
    assert draft_of(author, slug)["body"] == "Before. In the tunnel."


def test_words_that_were_not_sent_are_there_after_a_reload(
    desk: Desk, author: Person, expected_errors: list[str]
) -> None:
    slug = begin_post(author, f"Reload {author.sub[:8]}", body="Before.")["slug"]
    desk.open(slug)
    expected_errors.append("ERR_FAILED")
    desk.page.route(API_CALLS, lambda route: route.abort() if route.request.method == "PATCH" else route.fallback())
    desk.write(" Typed.")
    desk.page.reload()
    expect(desk.text).to_have_value("Before. Typed.")
    desk.page.unroute(API_CALLS)
    desk.is_saved()
    assert draft_of(author, slug)["body"] == "Before. Typed."


def test_nothing_hostile_in_a_text_runs_in_the_preview(desk: Desk, author: Person) -> None:
    desk.begin(f"Hostile {author.sub[:8]}")
    desk.write('<img src=x onerror="window.hurt = 1"> <script>window.hurt = 1</script> [x](javascript:window.hurt=1)')
    desk.is_saved()
    expect(desk.preview.locator(".prose")).to_contain_text("onerror")
    expect(desk.preview.locator("script, img, a")).to_have_count(0)
    assert desk.page.evaluate("window.hurt") is None


def test_whoever_is_no_author_is_told_so_and_offered_nothing(
    new_page: NewPage, ines: Person, expected_errors: list[str]
) -> None:
    expected_errors.append("status of 403")
    page = new_page(ines)
    with page.expect_response(re.compile("/me/posts")) as answer:
        page.goto("/write/")
    assert answer.value.status == 403
    expect(page.get_by_role("heading", name="This desk is for authors.")).to_be_visible()
    expect(page.get_by_role("textbox")).to_have_count(0)
    is_accessible(page, (SMALLEST, DESKTOP))
    for address in ("/blog/", "/account/", "/todos/"):
        page.goto(address)
        expect(page.get_by_role("link", name="Write", exact=True)).to_have_count(0)


@pytest.fixture
def author_link(desk: Desk) -> Page:
    desk.page.goto("/blog/")
    return desk.page


def test_an_author_finds_the_desk_from_the_blog_and_the_account(author_link: Page) -> None:
    author_link.get_by_role("link", name="Write", exact=True).click()
    expect(author_link.get_by_role("heading", name="Nothing written yet.")).to_be_visible()
    author_link.goto("/account/")
    author_link.get_by_role("link", name="Write", exact=True).click()
    expect(author_link).to_have_url(re.compile("/write/$"))


def test_whoever_has_not_signed_in_does_so_first_and_comes_back(page: Page, author: Person) -> None:
    page.goto("/write/")
    expect(page).to_have_url(re.compile(r"/sign-in/\?next=%2Fwrite%2F"))


def test_axe_finds_nothing_at_the_desk(desk: Desk, author: Person) -> None:
    is_accessible(desk.page, (SMALLEST, DESKTOP))
    slug = begin_post(author, f"Access {author.sub[:8]}", body="## Why\n\n```python\nx = 1\n```\n", tags=["a"])["slug"]
    desk.open(slug)
    is_accessible(desk.page, (SMALLEST, DESKTOP))
    desk.publish.click()
    expect(desk.page.get_by_role("dialog")).to_be_visible()
    is_accessible(desk.page, (SMALLEST, DESKTOP))
    desk.page.keyboard.press("Escape")
    desk.page.set_viewport_size(SMALLEST)
    desk.page.locator("label", has_text="Preview").click()
    expect(desk.preview).to_be_visible()
    is_accessible(desk.page, (SMALLEST,))

"""Photos go straight to the bucket, and say how far they are."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import FilePayload, Locator, expect

from tests.e2e.conftest import NewPage
from tests.e2e.support.held import Held
from tests.e2e.support.lists import ListPage, add_todo, todos_of
from tests.e2e.support.photos import png
from tests.support.laptop import Laptop, Person

PLUMBER = "Call the plumber"


@pytest.fixture
def sheet(new_page: NewPage, ines: Person) -> Locator:
    add_todo(ines.api, PLUMBER)
    return ListPage(new_page(ines)).open().unfold(PLUMBER)


def choose(sheet: Locator, *files: FilePayload) -> None:
    sheet.locator("input[type=file]").set_input_files(list(files))


def attachments(person: Person) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = todos_of(person.api)[0]["attachments"]
    return found


def objects(laptop: Laptop, person: Person) -> list[str]:
    listed = laptop.root("s3").list_objects_v2(Bucket=laptop.urls["media_bucket"], Prefix=f"users/{person.sub}/")
    return [each["Key"] for each in listed.get("Contents", [])]


def test_a_photo_is_sent_attached_and_shown(sheet: Locator, laptop: Laptop, ines: Person) -> None:
    picture = png()
    choose(sheet, picture)
    shown = sheet.get_by_role("img", name="dial.png")
    expect(shown).to_be_visible()
    expect(shown).to_have_js_property("naturalWidth", 8)
    (photo,) = attachments(ines)
    assert (photo["name"], photo["content_type"], photo["size"]) == ("dial.png", "image/png", len(picture["buffer"]))
    key = f"users/{ines.sub}/{photo['media_id']}"
    stored = laptop.root("s3").get_object(Bucket=laptop.urls["media_bucket"], Key=key)
    assert (stored["ContentType"], stored["Body"].read()) == ("image/png", picture["buffer"])


def test_a_device_whose_clock_is_a_day_fast_sends_and_shows_photos(new_page: NewPage, ines: Person) -> None:
    add_todo(ines.api, PLUMBER)
    page = new_page(ines)
    page.clock.set_system_time(datetime.now(UTC) + timedelta(days=1))
    sheet = ListPage(page).open().unfold(PLUMBER)
    choose(sheet, png())
    expect(sheet.get_by_role("img", name="dial.png")).to_have_js_property("naturalWidth", 8)
    assert [photo["name"] for photo in attachments(ines)] == ["dial.png"]


def test_a_photo_opens_though_the_page_is_older_than_its_signed_address(sheet: Locator, ines: Person) -> None:
    # given a link whose address is no longer good
    choose(sheet, png())
    expect(sheet.get_by_role("img", name="dial.png")).to_be_visible()
    link = sheet.get_by_role("link", name="dial.png")
    link.evaluate("link => { link.href = link.href.replace(/X-Amz-Date=\\d{8}/, 'X-Amz-Date=20260101'); }")

    # when it is opened
    with sheet.page.expect_popup() as opened:
        link.click()

    # then the photo is there, and the photo's tab knows nothing of this one
    expect(opened.value.locator("img")).to_have_js_property("naturalWidth", 8)
    assert opened.value.evaluate("window.opener") is None


def test_it_says_how_far_it_is(sheet: Locator, ines: Person) -> None:
    network = sheet.page.context.new_cdp_session(sheet.page)
    network.send(
        "Network.emulateNetworkConditions",
        {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": 200_000},
    )
    choose(sheet, png(side=420, noise=True))
    bar = sheet.get_by_role("progressbar", name="Uploading dial.png")
    seen = sheet.evaluate_handle(
        """sheet => {
            const seen = [];
            const look = () => {
                const bar = sheet.querySelector('[role=progressbar]');
                if (bar) seen.push(Number(bar.ariaValueNow));
            };
            new MutationObserver(look).observe(sheet, { subtree: true, childList: true, attributes: true });
            return seen;
        }"""
    )
    expect(bar).to_have_attribute("aria-valuenow", re.compile(r"^[1-9]\d$"))
    expect(sheet.get_by_role("img", name="dial.png")).to_be_visible()
    steps: list[int] = seen.json_value()
    assert steps == sorted(steps)
    assert len({step for step in steps if 0 < step < 100}) >= 3
    assert len(attachments(ines)) == 1


def test_one_that_breaks_off_stays_and_is_tried_again(sheet: Locator, ines: Person, expected_errors: list[str]) -> None:
    expected_errors.append("ERR_FAILED")
    sheet.page.route("**/users/**", lambda route: route.abort() if route.request.method == "PUT" else route.fallback())
    choose(sheet, png(name="vessel.png"))
    again = sheet.get_by_role("button", name="Try again: vessel.png did not arrive")
    expect(again).to_be_visible()
    assert attachments(ines) == []

    sheet.page.unroute("**/users/**")
    again.click()
    expect(sheet.get_by_role("img", name="vessel.png")).to_be_visible()
    assert [photo["name"] for photo in attachments(ines)] == ["vessel.png"]


def test_one_that_broke_off_is_still_there_after_a_reload(
    sheet: Locator, ines: Person, expected_errors: list[str]
) -> None:
    expected_errors.append("ERR_FAILED")
    sheet.page.route("**/users/**", lambda route: route.abort() if route.request.method == "PUT" else route.fallback())
    choose(sheet, png(name="vessel.png"))
    expect(sheet.get_by_role("button", name="Try again")).to_be_visible()
    sheet.page.unroute("**/users/**")
    todos = ListPage(sheet.page).reload()
    expect(todos.unfold(PLUMBER).get_by_role("img", name="vessel.png")).to_be_visible()
    assert [photo["name"] for photo in attachments(ines)] == ["vessel.png"]


def test_one_can_be_called_off(sheet: Locator, laptop: Laptop, ines: Person, expected_errors: list[str]) -> None:
    expected_errors.append("ERR_")
    held = Held(sheet.page, "**/users/**", "PUT")
    choose(sheet, png())
    call = held.first()
    sheet.get_by_role("button", name="Do not send dial.png").click()
    expect(sheet.get_by_role("progressbar")).to_have_count(0)
    call.abort()
    assert attachments(ines) == []
    assert objects(laptop, ines) == []


def test_what_is_no_photo_is_refused_with_its_reason(sheet: Locator, ines: Person) -> None:
    vector: FilePayload = {"name": "logo.svg", "mimeType": "image/svg+xml", "buffer": b"<svg/>"}
    broken: FilePayload = {"name": "broken.png", "mimeType": "image/png", "buffer": b"\0" * 10}
    choose(sheet, vector, broken, png(name="fine.png"))
    reasons = sheet.get_by_role("alert")
    expect(reasons).to_contain_text("logo.svg is not a JPEG, PNG, WebP or GIF picture.")
    expect(reasons).to_contain_text("broken.png cannot be read as a picture. Saving it again as a JPEG usually helps.")
    expect(sheet.get_by_role("img", name="fine.png")).to_be_visible()
    assert [photo["name"] for photo in attachments(ines)] == ["fine.png"]


@pytest.mark.parametrize("way", ["drop", "paste"])
def test_photos_are_dropped_and_pasted_too(sheet: Locator, ines: Person, way: str) -> None:
    picture = png(name="dropped.png")
    sheet.locator(".sheet-body").evaluate(
        """(target, [way, bytes]) => {
            const data = new DataTransfer();
            data.items.add(new File([new Uint8Array(bytes)], 'dropped.png', { type: 'image/png' }));
            const event = way === 'drop'
                ? new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true })
                : new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true });
            target.dispatchEvent(event);
        }""",
        [way, list(picture["buffer"])],
    )
    expect(sheet.get_by_role("img", name="dropped.png")).to_be_visible()
    assert len(attachments(ines)) == 1


def test_a_photo_is_removed_and_its_object_with_it(sheet: Locator, laptop: Laptop, ines: Person) -> None:
    choose(sheet, png())
    expect(sheet.get_by_role("img", name="dial.png")).to_be_visible()
    assert len(objects(laptop, ines)) == 1
    remove = sheet.get_by_role("button", name="Remove dial.png")
    remove.click()
    question = sheet.page.get_by_role("dialog", name="Remove this photo?")
    expect(question.get_by_role("heading")).to_be_focused()
    question.get_by_role("button", name="Keep it").click()
    expect(remove).to_be_focused()

    remove.click()
    with sheet.page.expect_response(lambda response: response.request.method == "DELETE" and "/users/" in response.url):
        question.get_by_role("button", name="Remove").click()
    expect(sheet.get_by_role("img", name="dial.png")).to_have_count(0)
    expect(sheet.get_by_role("button", name="Add photos")).to_be_focused()
    assert attachments(ines) == []
    assert objects(laptop, ines) == []


def test_a_photo_that_is_being_removed_is_followed_no_longer(
    sheet: Locator, ines: Person, expected_errors: list[str]
) -> None:
    # given a new photo, and the page asking what has become of it
    expected_errors.append("ERR_")
    questions = Held(sheet.page, "**/media/*", "GET")
    choose(sheet, png())
    asked = questions.first().request

    # when somebody removes it, and the API has not answered yet
    removals = Held(sheet.page, "**/attachments/*", "DELETE")
    sheet.get_by_role("button", name="Remove dial.png").click()
    question = sheet.page.get_by_role("dialog", name="Remove this photo?")
    with sheet.page.expect_event("requestfailed", lambda request: request == asked):
        question.get_by_role("button", name="Remove").click()

    # then the question is called off already, and not put again
    removals.first().continue_()
    expect(sheet.get_by_role("img", name="dial.png")).to_have_count(0)
    assert len(questions) == 1
    assert attachments(ines) == []


def test_after_a_photo_the_words_can_be_changed_without_a_question(sheet: Locator, ines: Person) -> None:
    choose(sheet, png())
    expect(sheet.get_by_role("img", name="dial.png")).to_be_visible()
    todos = ListPage(sheet.page)
    todos.rename(PLUMBER, "Call the plumber before ten")
    todos.is_saved()
    todo = todos_of(ines.api)[0]
    assert (todo["title"], len(todo["attachments"])) == ("Call the plumber before ten", 1)


def test_a_photo_of_a_new_todo_waits_for_it(todos: ListPage, ines: Person) -> None:
    held = todos.hold("POST")
    with todos.page.expect_request(lambda request: request.method == "POST"):
        todos.add(PLUMBER)
    sheet = todos.unfold(PLUMBER)
    choose(sheet, png())
    expect(sheet.get_by_text("Waits")).to_be_visible()
    held.let_go()
    expect(sheet.get_by_role("img", name="dial.png")).to_be_visible()
    assert len(attachments(ines)) == 1

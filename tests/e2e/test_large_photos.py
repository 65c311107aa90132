"""A photo that is too large is made smaller in the browser, before it is sent."""

import io

import pytest
from PIL import Image
from playwright.sync_api import FilePayload, expect

from chalicelib.media.pictures import MAX_PIXELS
from tests.e2e.support.lists import ListPage, add_todo, todos_of
from tests.support.laptop import Laptop, Person

TURNED_TO_THE_RIGHT = 6
ORIENTATION = 0x0112
BLUE, RED = (40, 70, 160), (170, 40, 40)


@pytest.fixture
def phone_photo() -> FilePayload:
    """48 million pixels of a camera that was held upright: the left half of the file, blue, is the upper half."""
    image = Image.new("RGB", (8000, 6000), RED)
    image.paste(BLUE, (0, 0, 4000, 6000))
    exif = Image.Exif()
    exif[ORIENTATION] = TURNED_TO_THE_RIGHT
    content = io.BytesIO()
    image.save(content, "JPEG", exif=exif)
    return {"name": "sea.jpg", "mimeType": "image/jpeg", "buffer": content.getvalue()}


def test_a_photo_of_48_megapixels_arrives_smaller_and_upright(
    todos: ListPage, laptop: Laptop, ines: Person, phone_photo: FilePayload
) -> None:
    # when a phone's photo is chosen
    add_todo(ines.api, "Go swimming")
    sheet = todos.reload().unfold("Go swimming")
    sheet.locator("input[type=file]").set_input_files(phone_photo)
    expect(sheet.get_by_role("img", name="sea.jpg")).to_be_visible()

    # then what is sent is small enough, and as a person sees it
    (photo,) = todos_of(ines.api)[0]["attachments"]
    key = f"users/{ines.sub}/{photo['media_id']}"
    stored = laptop.root("s3").get_object(Bucket=laptop.urls["media_bucket"], Key=key)["Body"].read()
    assert (photo["content_type"], photo["size"]) == ("image/jpeg", len(stored))
    sent = Image.open(io.BytesIO(stored))
    assert sent.width * sent.height <= MAX_PIXELS
    assert sent.width / sent.height == pytest.approx(6000 / 8000, abs=0.01)
    assert ORIENTATION not in sent.getexif()
    top, bottom = sent.getpixel((10, 10)), sent.getpixel((10, sent.height - 10))
    assert top == pytest.approx(BLUE, abs=8)
    assert bottom == pytest.approx(RED, abs=8)

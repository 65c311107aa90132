"""Hostile files that a person sends with the keys of their browser: what a running laptop makes of each."""

import zlib
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import pytest

from chalicelib import clock
from chalicelib.media.pictures import NOT_A_PHOTO, TOO_LARGE
from tests.images.corpus import encoded, small
from tests.support.laptop import Laptop, Person, until

PNG = encoded(small("RGB", (30, 20)), "PNG")
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


def _chunk(kind: bytes, data: bytes) -> bytes:
    return len(data).to_bytes(4) + kind + data + zlib.crc32(kind + data).to_bytes(4)


def bomb() -> bytes:
    """A PNG of 20 000 x 20 000 pixels in some hundred bytes."""
    header = (20_000).to_bytes(4) * 2 + bytes([8, 2, 0, 0, 0])
    parts = (_chunk(b"IHDR", header), _chunk(b"IDAT", zlib.compress(bytes(1000))), _chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


FILES: Mapping[str, tuple[bytes, str]] = {
    "a script in a picture's clothes": (SVG, "image/png"),
    "a page": (b"<!doctype html><script>alert(1)</script>", "image/jpeg"),
    "a picture sent as a page": (PNG, "text/html"),
    "nothing": (b"", "image/png"),
    "more than may be": (b"\xff\xd8" + bytes(10 * 1024 * 1024), "image/jpeg"),
    "a bomb": (bomb(), "image/png"),
    "half a picture": (PNG[: len(PNG) // 2], "image/png"),
    "a picture with a script behind it": (PNG + SVG, "image/png"),
}
NOT_KEPT = {"a script in a picture's clothes", "a page", "a picture sent as a page", "nothing", "more than may be"}


@pytest.fixture(scope="module")
def sent(laptop: Laptop) -> tuple[Person, Any, Mapping[str, str]]:
    """A person, their S3, and the ids of all files, sent one after the other."""
    ada = laptop.person("ada")
    s3 = laptop.as_browser("s3", laptop.keys_for(ada.tokens["IdToken"]))
    ids = {name: clock.new_id() for name in FILES}
    for name, (body, content_type) in FILES.items():
        key = f"users/{ada.sub}/{ids[name]}"
        s3.put_object(Bucket=laptop.urls["media_bucket"], Key=key, Body=body, ContentType=content_type)
    return ada, s3, ids


def outcome(person: Person, media_id: str) -> Any:
    """What became of a file, as soon as it is known."""

    def ask() -> Any:
        answer = person.api.get(f"/media/{media_id}")
        return answer.json() if answer.status_code == 200 and answer.json()["state"] != "uploaded" else None

    return until(ask, 60)


@pytest.mark.parametrize("name", FILES)
def test_a_hostile_file_shows_nothing_to_anybody(
    name: str, laptop: Laptop, sent: tuple[Person, Any, Mapping[str, str]]
) -> None:
    ada, s3, ids = sent
    found = outcome(ada, ids[name])
    # What is no photo has no place, and its owner reads why; a picture has thumbnails of its pixels alone
    kept = s3.list_objects_v2(Bucket=laptop.urls["media_bucket"], Prefix=f"users/{ada.sub}/{ids[name]}")
    if name in NOT_KEPT:
        assert found["state"] == "rejected"
        until(
            lambda: (
                not s3.list_objects_v2(Bucket=laptop.urls["media_bucket"], Prefix=f"users/{ada.sub}/{ids[name]}").get(
                    "Contents"
                )
            )
        )
    elif name == "a picture with a script behind it":
        assert (found["state"], len(found["thumbnails"]), kept["KeyCount"]) == ("ready", 6, 1)
        for thumbnail in found["thumbnails"]:
            bucket, _, key = urlsplit(thumbnail["url"]).path.lstrip("/").partition("/")
            got = s3.get_object(Bucket=bucket, Key=key)
            assert got["ContentType"] in ("image/webp", "image/jpeg")
            assert b"script" not in got["Body"].read()
    else:
        assert (found["state"], found["thumbnails"]) == ("rejected", [])


def test_reasons_tell_what_to_do(sent: tuple[Person, Any, Mapping[str, str]]) -> None:
    ada, _, ids = sent
    assert outcome(ada, ids["a page"])["reason"] == NOT_A_PHOTO
    assert outcome(ada, ids["more than may be"])["reason"] == TOO_LARGE

"""Turns a photo's bytes into thumbnails; run as a program it does so for its standard input.

It works through what strangers send, so it belongs into a process of its own: see rendering.py.
The bytes alone decide what a file is. Whatever it held beside the picture (place, camera, text, scripts) is gone from
the thumbnails, because nothing but pixels reaches them.
"""

import resource
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import BinaryIO, Literal

import msgspec
from PIL import Image, ImageCms

from chalicelib.media import webp
from chalicelib.media.pictures import (
    DAMAGED,
    EDGES,
    EMPTY,
    MAX_PIXELS,
    NOT_A_PHOTO,
    TOO_DEMANDING,
    TOO_MANY_PIXELS,
    Outcome,
    Picture,
    Rejected,
    Rendered,
)

Image.MAX_IMAGE_PIXELS = MAX_PIXELS

# What is behind transparency in a JPEG: the colour of the page, on which it will be seen.
PAPER = (252, 252, 251)
WEBP_QUALITY, JPEG_QUALITY = 80, 82

_SIGNATURES = {b"\xff\xd8\xff": "JPEG", b"\x89PNG\r\n\x1a\n": "PNG", b"GIF87a": "GIF", b"GIF89a": "GIF"}
_ORIENTATION = 0x0112
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_SIDEWAYS = (5, 6, 7, 8)
_BAND_PIXELS = 1 << 20
# The step before the last one halves the picture at least, so that the last one has enough to choose from.
_ROUGH_EDGE = 2 * EDGES[0]
_ENOUGH_EDGE = 3 * EDGES[0] // 2


class _Unfit(Exception):  # noqa: N818 - what was sent
    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class _Rough(msgspec.Struct, frozen=True):
    """A photo as it was stored, shrunk to what thumbnails need; `width` and `height` are the original's."""

    image: Image.Image
    width: int
    height: int
    icc_profile: bytes | None
    orientation: int


def render(photo: bytes) -> Outcome:
    """Make the thumbnails of a photo, or say why not. Never raises for what the bytes are."""
    try:
        rough = _from_webp(photo) if webp.is_webp(photo) else _from_pillow(photo)
        return _thumbnails(rough)
    except _Unfit as unfit:
        return Rejected(unfit.reason)
    except MemoryError:
        return Rejected(TOO_DEMANDING)


def _from_pillow(photo: bytes) -> _Rough:
    if not photo:
        raise _Unfit(EMPTY)
    kind = next((kind for signature, kind in _SIGNATURES.items() if photo.startswith(signature)), None)
    if kind is None:
        raise _Unfit(NOT_A_PHOTO)
    with _whatever_breaks(NOT_A_PHOTO), warnings.catch_warnings():
        # Up to twice the limit Pillow only warns.
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        source = Image.open(BytesIO(photo), formats=[kind])
    width, height = source.size
    _check_pixels(width, height)
    if kind == "JPEG":
        # A JPEG can be decoded at a half, a quarter or an eighth of its size.
        source.draft(None, _within(_ENOUGH_EDGE, width, height))
    with _whatever_breaks(DAMAGED):
        source.load()
        image = _shrunk(source)
    return _Rough(image, width, height, source.info.get("icc_profile"), _orientation(source.getexif))


def _from_webp(photo: bytes) -> _Rough:
    try:
        opened = webp.opened(photo)
        _check_pixels(opened.width, opened.height)
        image = webp.decoded(opened, *_within(_ROUGH_EDGE, opened.width, opened.height))
    except webp.BrokenWebP as broken:
        raise _Unfit(DAMAGED if broken.starts_well else NOT_A_PHOTO) from broken

    def exif() -> Image.Exif:
        found = Image.Exif()
        found.load(opened.exif or b"")
        return found

    return _Rough(_shrunk(image), opened.width, opened.height, opened.icc_profile, _orientation(exif))


def _check_pixels(width: int, height: int) -> None:
    if width * height > MAX_PIXELS:
        raise _Unfit(TOO_MANY_PIXELS)


@contextmanager
def _whatever_breaks(reason: str) -> Iterator[None]:
    try:
        yield
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as bomb:
        raise _Unfit(TOO_MANY_PIXELS) from bomb
    except MemoryError:
        raise
    except Exception as error:
        # A broken file leads Pillow's readers into any error there is.
        raise _Unfit(reason) from error


def _orientation(exif: Callable[[], Image.Exif]) -> int:
    try:
        found = exif().get(_ORIENTATION, 1)
    except Exception:  # noqa: BLE001 - a photo with broken EXIF is still a photo
        return 1
    return found if isinstance(found, int) else 1


def _shrunk(source: Image.Image) -> Image.Image:
    """Shrink by a whole number, a band of rows at a time, so that only the shrunk picture has a second copy.

    What comes out is grey, RGB, CMYK or RGB with premultiplied alpha, in which pixels can be averaged.
    """
    width, height = source.size
    factor = max(1, max(width, height) // _ENOUGH_EDGE)
    rows = factor * max(1, _BAND_PIXELS // (width * factor))
    mode = _averageable(source)
    shrunk = Image.new(mode, (-(-width // factor), -(-height // factor)))
    for top in range(0, height, rows):
        band = _converted(source.crop((0, top, width, min(height, top + rows))), mode)
        shrunk.paste(band.reduce(factor), (0, top // factor))
    return shrunk


def _averageable(source: Image.Image) -> str:
    if source.mode.startswith("I"):
        return "L"
    if source.has_transparency_data:
        return "RGBa"
    return {"1": "L", "L": "L", "CMYK": "CMYK"}.get(source.mode, "RGB")


def _converted(band: Image.Image, mode: str) -> Image.Image:
    if band.mode.startswith("I"):
        # 16 bits a pixel; converting alone would cut off all but the lowest 8.
        band = band.convert("I").point(lambda value: value * (1 / 257)).convert("L")
    if mode == "RGBa":
        band = band.convert("RGBA")
    return band if band.mode == mode else band.convert(mode)


def _thumbnails(rough: _Rough) -> Rendered:
    width, height = rough.width, rough.height
    image = rough.image.resize(_within(EDGES[0], width, height), Image.Resampling.LANCZOS)
    if image.mode == "RGBa":
        image = image.convert("RGBA")
    image = _in_srgb(image, rough.icc_profile)
    if rough.orientation in _TURNS:
        image = image.transpose(_TURNS[rough.orientation])
    if rough.orientation in _SIDEWAYS:
        width, height = height, width
    image.info.clear()
    pictures: list[Picture] = []
    for edge in EDGES:
        image = image.resize(_within(edge, width, height), Image.Resampling.LANCZOS)
        pictures += [_encoded(image, edge, "image/webp"), _encoded(image, edge, "image/jpeg")]
    return Rendered(width, height, tuple(pictures))


def _in_srgb(image: Image.Image, icc_profile: bytes | None) -> Image.Image:
    """Bring colours into sRGB, which is what a picture without a profile is taken for: thumbnails carry none."""
    mode = "RGBA" if image.mode == "RGBA" else "RGB"
    if icc_profile:
        try:
            profile = ImageCms.ImageCmsProfile(BytesIO(icc_profile))
            converted = ImageCms.profileToProfile(image, profile, ImageCms.createProfile("sRGB"), outputMode=mode)
        except (ImageCms.PyCMSError, OSError, TypeError, ValueError):
            converted = None  # the profile is broken, or another colour model's: its picture is shown without
        if converted is not None:
            return converted
    return image.convert(mode)


def _encoded(image: Image.Image, edge: int, content_type: Literal["image/webp", "image/jpeg"]) -> Picture:
    data = BytesIO()
    if content_type == "image/webp":
        image.save(data, "WEBP", quality=WEBP_QUALITY, method=4)
    else:
        page = Image.new("RGB", image.size, PAPER)
        page.paste(image, mask=image if image.mode == "RGBA" else None)
        page.save(data, "JPEG", quality=JPEG_QUALITY, optimize=True, progressive=True)
    return Picture(edge, content_type, *image.size, data.getvalue())


def _within(edge: int, width: int, height: int) -> tuple[int, int]:
    """The size that fits into a square of `edge` pixels with the same proportions; never a larger one."""
    longest = max(width, height)
    if longest <= edge:
        return width, height
    return max(1, round(width * edge / longest)), max(1, round(height * edge / longest))


def confine(cpu_seconds: int, memory_bytes: int) -> None:
    """Let this process have so much processor time and memory, and no more."""
    for limit, most in ((resource.RLIMIT_CPU, cpu_seconds), (resource.RLIMIT_DATA, memory_bytes)):
        resource.setrlimit(limit, (most, resource.getrlimit(limit)[1]))


def main(source: BinaryIO, sink: BinaryIO) -> None:
    """Render the photo that `source` holds, and write the outcome to `sink`."""
    sink.write(msgspec.msgpack.encode(render(source.read())))


if __name__ == "__main__":
    confine(*map(int, sys.argv[1:]))
    main(sys.stdin.buffer, sys.stdout.buffer)

"""The files, by name: each is made when it is asked for, and says what must become of it."""

import io
import random
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from PIL import Image

from chalicelib.media.pictures import (
    DAMAGED,
    EMPTY,
    NOT_A_PHOTO,
    TOO_DEMANDING,
    TOO_MANY_PIXELS,
)
from tests.images import parts

READY = None
SCRIPT = b"<script>alert(document.domain)</script>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9">' + SCRIPT + b"</svg>"
ORIENTATION, GPS = 0x0112, 0x8825
MEGABYTE = 1 << 20
TINY_FRAME = parts.gif_frame(4, 4, bytes([0x84, 0x51]))


@dataclass(frozen=True)
class Case:
    """A file and its outcome: `reason` is what its owner reads, None where there are thumbnails.

    `hidden` must not be in any thumbnail. `exhausts` is set where only a limit of the process ends the work.
    """

    make: Callable[[], bytes]
    reason: str | None
    hidden: bytes | None = None
    exhausts: bool = False


def encoded(image: Image.Image, kind: str, **options: Any) -> bytes:
    data = io.BytesIO()
    image.save(data, kind, **options)
    return data.getvalue()


@cache
def small(mode: str = "RGB", size: tuple[int, int] = (300, 200)) -> Image.Image:
    """A picture of many colours, the same each time."""
    noise = random.Random(1)  # noqa: S311 - a picture, no secret
    bands = len(Image.new(mode, (1, 1)).getbands())
    coarse = Image.frombytes(mode, (15, 10), noise.randbytes(150 * bands))
    return coarse.resize(size, Image.Resampling.NEAREST if mode == "P" else Image.Resampling.BICUBIC)


@cache
def large(mode: str = "RGB") -> Image.Image:
    """25 million pixels."""
    return small(mode, (250, 250)).resize((5000, 5000), Image.Resampling.NEAREST)


def exif(text: bytes = b"") -> bytes:
    """EXIF with a place, an orientation and a text."""
    found = Image.Exif()
    found[ORIENTATION] = 6
    found[0x010E] = text.decode()
    found.get_ifd(GPS)[2] = (52.0, 31.0, 0.0)
    return found.tobytes()


def truncated(data: bytes, part: float) -> bytes:
    return data[: int(len(data) * part)]


def animated_gif(frames: int) -> bytes:
    first = encoded(small("P", (64, 64)), "GIF")
    return first[:-1] + TINY_FRAME * frames + b";"


def many_scans() -> bytes:
    """A flat picture of 25 million pixels in progressive scans that take a moment each, thousands of them."""
    flat = encoded(Image.new("L", (5000, 5000), 99), "JPEG", progressive=True, quality=50)
    *_, last = parts.jpeg_scans(flat)
    return flat[:-2] + last * ((9 * MEGABYTE - len(flat)) // len(last)) + flat[-2:]


def archive() -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as opened:
        opened.writestr("index.html", SCRIPT)
    return data.getvalue()


def animated_webp() -> bytes:
    frames = [small("RGB", (90, 60)), small("RGB", (90, 60)).transpose(Image.Transpose.ROTATE_180)]
    return encoded(frames[0], "WEBP", save_all=True, append_images=frames[1:], duration=100)


PHOTOS: Mapping[str, Case] = {
    "small.jpg": Case(lambda: encoded(small(), "JPEG"), READY),
    "small.png": Case(lambda: encoded(small(), "PNG"), READY),
    "small.webp": Case(lambda: encoded(small(), "WEBP"), READY),
    "small.gif": Case(lambda: encoded(small("P"), "GIF"), READY),
    "one-pixel.png": Case(lambda: encoded(Image.new("RGB", (1, 1)), "PNG"), READY),
    "large.jpg": Case(lambda: encoded(large(), "JPEG", quality=60), READY),
    "large-progressive.jpg": Case(lambda: encoded(large(), "JPEG", quality=30, progressive=True), READY),
    "large-progressive-444.jpg": Case(
        lambda: encoded(large(), "JPEG", quality=20, progressive=True, subsampling=0), READY
    ),
    "large-cmyk.jpg": Case(lambda: encoded(large("CMYK"), "JPEG", quality=30), READY),
    "large.png": Case(lambda: encoded(large(), "PNG", compress_level=1), READY),
    "large-transparent.png": Case(lambda: encoded(large("RGBA"), "PNG", compress_level=1), READY),
    "large-16-bit-grey.png": Case(lambda: parts.png(5000, 5000, parts.zeros(5000 * 10001), depth=16), READY),
    "large.gif": Case(lambda: encoded(large("P"), "GIF"), READY),
    "large.webp": Case(lambda: encoded(large(), "WEBP", quality=20, method=0), READY),
    "large-transparent.webp": Case(
        lambda: encoded(large("RGBA"), "WEBP", quality=20, method=0, alpha_quality=10), READY
    ),
    "large-lossless.webp": Case(lambda: encoded(large(), "WEBP", lossless=True, method=0, quality=0), READY),
    "line-25000000x1.png": Case(lambda: parts.png(25_000_000, 1, parts.zeros(25_000_001)), READY),
    "line-1x25000000.png": Case(lambda: parts.png(1, 25_000_000, parts.zeros(50_000_000)), TOO_DEMANDING),
    "animated.gif": Case(lambda: animated_gif(3), READY),
    "animated.webp": Case(animated_webp, READY),
}

BOMBS: Mapping[str, Case] = {
    "bomb-20000.png": Case(lambda: parts.png(20000, 20000, parts.zeros(20000 * 2501), depth=1), TOO_MANY_PIXELS),
    "bomb-header-only.png": Case(lambda: parts.png_header(20000, 20000), NOT_A_PHOTO),
    "bomb-2147483647.png": Case(lambda: parts.png(2**31 - 1, 2**31 - 1, parts.zeros(9)), TOO_MANY_PIXELS),
    "bomb-just-over.png": Case(lambda: parts.png(5000, 5001, parts.zeros(5001 * 5001)), TOO_MANY_PIXELS),
    "bomb-20000.gif": Case(
        lambda: parts.gif_header(20000, 20000) + parts.gif_frame(20000, 20000, bytes(9)) + b";", TOO_MANY_PIXELS
    ),
    "bomb-frame-20000.gif": Case(
        lambda: parts.gif_header(4, 4) + parts.gif_frame(20000, 20000, bytes(9)) + b";", TOO_MANY_PIXELS
    ),
    "bomb-20000.jpg": Case(lambda: parts.jpeg_sized(encoded(small(), "JPEG"), 20000, 20000), TOO_MANY_PIXELS),
    "bomb-65500.jpg": Case(lambda: parts.jpeg_sized(encoded(small(), "JPEG"), 65500, 65500), TOO_MANY_PIXELS),
    "bomb-16383.webp": Case(
        lambda: parts.webp_lossless_sized(encoded(small(), "WEBP", lossless=True), 16383, 16383), TOO_MANY_PIXELS
    ),
    "bomb-canvas-20000.webp": Case(
        lambda: parts.webp(parts.webp_canvas(20000, 20000, 0), encoded(small(), "WEBP")[12:]), NOT_A_PHOTO
    ),
    "bomb-canvas-20000-animated.webp": Case(
        lambda: parts.webp(
            parts.webp_canvas(20000, 20000, 2),
            parts.riff_chunk(b"ANIM", bytes(6)),
            parts.riff_chunk(b"ANMF", bytes(16) + encoded(small(), "WEBP")[12:]),
        ),
        READY,  # only its first frame is looked at, and that is small
    ),
    "bomb-pixels-inflate-to-1-GB.png": Case(lambda: parts.png(100, 100, parts.zeros(1 << 30)), READY),
    "bomb-text-inflates-to-1-GB.png": Case(
        lambda: parts.png_with(
            encoded(small(), "PNG"), parts.png_chunk(b"zTXt", b"Comment\0\0" + parts.zeros(1 << 30))
        ),
        NOT_A_PHOTO,
    ),
    "bomb-profile-inflates-to-1-GB.png": Case(
        lambda: parts.png_with(encoded(small(), "PNG"), parts.png_chunk(b"iCCP", b"icc\0\0" + parts.zeros(1 << 30))),
        NOT_A_PHOTO,
    ),
    "huge-exif.png": Case(
        lambda: parts.png_with(encoded(small(), "PNG"), parts.png_chunk(b"eXIf", b"MM\0*" + bytes(9 * MEGABYTE))), READY
    ),
    "huge-profile.jpg": Case(
        lambda: parts.jpeg_with(
            encoded(small(), "JPEG"),
            *(parts.jpeg_segment(0xE2, b"ICC_PROFILE\0" + bytes([n, 140]) + bytes(65000)) for n in range(1, 141)),
        ),
        READY,
    ),
    "huge-exif.jpg": Case(
        lambda: parts.jpeg_with(
            encoded(small(), "JPEG"), *[parts.jpeg_segment(0xE1, b"Exif\0\0MM\0*" + bytes(65000))] * 140
        ),
        READY,
    ),
    "huge-metadata.webp": Case(
        lambda: parts.webp(
            parts.webp_canvas(300, 200, 0x28),
            parts.riff_chunk(b"ICCP", bytes(4 * MEGABYTE)),
            encoded(small(), "WEBP")[12:],
            parts.riff_chunk(b"EXIF", bytes(4 * MEGABYTE)),
        ),
        READY,
    ),
    "million-segments.jpg": Case(
        lambda: parts.jpeg_with(encoded(small(), "JPEG"), parts.jpeg_segment(0xE5, b"") * 2_500_000),
        TOO_DEMANDING,
        exhausts=True,
    ),
    "many-chunks.png": Case(
        lambda: parts.png_with(encoded(small(), "PNG"), parts.png_chunk(b"abCd", b"") * 50_000), READY
    ),
    "many-chunks.webp": Case(
        lambda: parts.webp(*[parts.riff_chunk(b"abcd", b"")] * 300_000, encoded(small(), "WEBP")[12:]), NOT_A_PHOTO
    ),
    "many-blocks-of-comment.gif": Case(
        lambda: parts.gif_with(encoded(small("P"), "GIF"), b"!\xfe" + b"\x01x" * 300_000 + b"\0"), READY
    ),
    "many-frames.gif": Case(lambda: animated_gif(400_000), READY),
    "many-scans.jpg": Case(many_scans, TOO_DEMANDING, exhausts=True),
    "large-progressive-cmyk.jpg": Case(lambda: encoded(large("CMYK"), "JPEG", quality=20, progressive=True), DAMAGED),
}

BROKEN: Mapping[str, Case] = {
    "empty": Case(lambda: b"", EMPTY),
    "one-byte": Case(lambda: b"\xff", NOT_A_PHOTO),
    "only-a-signature.jpg": Case(lambda: b"\xff\xd8\xff", NOT_A_PHOTO),
    "only-a-signature.png": Case(lambda: parts.PNG_SIGNATURE, NOT_A_PHOTO),
    "only-a-signature.gif": Case(lambda: b"GIF89a", NOT_A_PHOTO),
    "only-a-signature.webp": Case(lambda: b"RIFF\0\0\0\0WEBP", NOT_A_PHOTO),
    "half.jpg": Case(lambda: truncated(encoded(small(), "JPEG"), 0.5), DAMAGED),
    "half.png": Case(lambda: truncated(encoded(small(), "PNG"), 0.5), DAMAGED),
    "half.gif": Case(lambda: truncated(encoded(small("P"), "GIF"), 0.6), DAMAGED),
    "half.webp": Case(lambda: truncated(encoded(small(), "WEBP"), 0.5), DAMAGED),
    "half-lossless.webp": Case(lambda: truncated(encoded(small(), "WEBP", lossless=True), 0.5), DAMAGED),
    "broken-exif.jpg": Case(
        lambda: parts.jpeg_with(encoded(small(), "JPEG"), parts.jpeg_segment(0xE1, b"Exif\0\0MM\0*\xff\xff\xff\xff")),
        READY,
    ),
    "broken-profile.jpg": Case(lambda: encoded(small(), "JPEG", icc_profile=b"no profile" * 20), READY),
}

STRANGERS: Mapping[str, Case] = {
    "picture.svg": Case(lambda: SVG, NOT_A_PHOTO),
    "picture-as.svg.jpg": Case(lambda: b'<?xml version="1.0"?>' + SVG, NOT_A_PHOTO),
    "page.html": Case(lambda: b"<!doctype html>" + SCRIPT, NOT_A_PHOTO),
    "document.pdf": Case(lambda: b"%PDF-1.7\n1 0 obj<</OpenAction<</JS(app.alert(1))>>>>", NOT_A_PHOTO),
    "archive.zip": Case(archive, NOT_A_PHOTO),
    "program.ps": Case(lambda: b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", NOT_A_PHOTO),
    "picture.bmp": Case(lambda: encoded(small(), "BMP"), NOT_A_PHOTO),
    "picture.tif": Case(lambda: encoded(small(), "TIFF"), NOT_A_PHOTO),
    "picture.ico": Case(lambda: encoded(small(), "ICO"), NOT_A_PHOTO),
    "sound.wav": Case(lambda: parts.riff_chunk(b"RIFF", b"WAVE" + bytes(99)), NOT_A_PHOTO),
    "text.txt": Case(lambda: b"This is a photo, honestly.", NOT_A_PHOTO),
}

POLYGLOTS: Mapping[str, Case] = {
    "svg-behind-a-jpeg-signature": Case(lambda: b"\xff\xd8\xff\xe0" + SVG, NOT_A_PHOTO),
    "html-behind-a-png-signature": Case(lambda: parts.PNG_SIGNATURE + SCRIPT, NOT_A_PHOTO),
    "script-behind-a-gif-signature": Case(lambda: b"GIF89a/*" + bytes(20) + b"*/=1;alert(1)", NOT_A_PHOTO),
    "html-behind-a-webp-signature": Case(lambda: b"RIFF\xff\0\0\0WEBP" + SCRIPT, NOT_A_PHOTO),
    "comment.jpg": Case(lambda: encoded(small(), "JPEG", comment=SCRIPT), READY, SCRIPT),
    "exif.jpg": Case(lambda: encoded(small(), "JPEG", exif=exif(SCRIPT)), READY, SCRIPT),
    "profile.jpg": Case(lambda: encoded(small(), "JPEG", icc_profile=SCRIPT * 9), READY, SCRIPT),
    "xmp.jpg": Case(lambda: encoded(small(), "JPEG", xmp=SVG), READY, SCRIPT),
    "behind.jpg": Case(lambda: encoded(small(), "JPEG") + SVG, READY, SCRIPT),
    "text.png": Case(
        lambda: parts.png_with(encoded(small(), "PNG"), parts.png_chunk(b"tEXt", b"Title\0" + SCRIPT)), READY, SCRIPT
    ),
    "behind.png": Case(lambda: encoded(small(), "PNG") + archive(), READY, SCRIPT),
    "exif.png": Case(lambda: encoded(small(), "PNG", exif=exif(SCRIPT)), READY, SCRIPT),
    "palette.png": Case(
        lambda: parts.png_with(encoded(small("P"), "PNG"), parts.png_chunk(b"iTXt", b"a\0\0\0\0\0" + SVG)),
        READY,
        SCRIPT,
    ),
    "comment.gif": Case(lambda: encoded(small("P"), "GIF", comment=SCRIPT), READY, SCRIPT),
    "behind.gif": Case(lambda: encoded(small("P"), "GIF") + SVG, READY, SCRIPT),
    "xmp.webp": Case(lambda: encoded(small(), "WEBP", xmp=SVG), READY, SCRIPT),
    "exif.webp": Case(lambda: encoded(small(), "WEBP", exif=exif(SCRIPT)), READY, SCRIPT),
    "behind.webp": Case(lambda: encoded(small(), "WEBP") + SVG, READY, SCRIPT),
}

CORPUS: Mapping[str, Case] = {**PHOTOS, **BOMBS, **BROKEN, **STRANGERS, **POLYGLOTS}

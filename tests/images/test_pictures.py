"""What the renderer makes of a photo: sizes, colours, orientation, and nothing but the picture."""

import io
import resource
import struct
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, ClassVar

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from PIL import Image, ImageCms

from chalicelib.media import images, webp
from chalicelib.media.pictures import NOT_A_PHOTO, TOO_DEMANDING, Outcome, Picture, Rejected, Rendered
from tests.images import parts
from tests.images.corpus import CORPUS, encoded, exif, large, small

RED, GREEN, BLUE = (255, 0, 0), (0, 255, 0), (0, 0, 255)
MILD = 12


def rendered(photo: bytes) -> Rendered:
    outcome = images.render(photo)
    assert isinstance(outcome, Rendered), outcome
    return outcome


def opened(picture: Picture) -> Image.Image:
    image = Image.open(io.BytesIO(picture.data))
    image.load()
    return image


def colour(picture: Picture, x: float = 0.5, y: float = 0.5) -> tuple[int, ...]:
    """The colour at a place, from 0 to 1 across and down."""
    image = opened(picture)
    found = image.getpixel((int(x * image.width), int(y * image.height)))
    assert isinstance(found, tuple)
    return found


def is_near(found: tuple[int, ...], expected: tuple[int, ...]) -> bool:
    return len(found) == len(expected) and all(abs(a - b) <= MILD for a, b in zip(found, expected, strict=True))


def quadrants() -> Image.Image:
    """Red and green above, blue and black below."""
    image = Image.new("RGB", (400, 200))
    for box, fill in (((0, 0, 200, 100), RED), ((200, 0, 400, 100), GREEN), ((0, 100, 200, 200), BLUE)):
        image.paste(fill, box)
    return image


class TestSizes:
    def test_three_sizes_each_as_webp_and_jpeg(self) -> None:
        made = rendered(encoded(small("RGB", (3000, 1500)), "JPEG"))
        sizes = [(each.edge, each.content_type, each.width, each.height) for each in made.pictures]
        assert sizes == [
            (1280, "image/webp", 1280, 640),
            (1280, "image/jpeg", 1280, 640),
            (640, "image/webp", 640, 320),
            (640, "image/jpeg", 640, 320),
            (160, "image/webp", 160, 80),
            (160, "image/jpeg", 160, 80),
        ]
        assert (made.width, made.height) == (3000, 1500)

    def test_the_bytes_are_what_the_row_will_say(self) -> None:
        for picture in rendered(encoded(small("RGB", (700, 900)), "PNG")).pictures:
            image = opened(picture)
            assert image.size == (picture.width, picture.height)
            assert image.format == {"image/webp": "WEBP", "image/jpeg": "JPEG"}[picture.content_type]

    def test_a_small_photo_is_never_enlarged(self) -> None:
        made = rendered(encoded(small("RGB", (200, 100)), "PNG"))
        assert [(each.width, each.height) for each in made.pictures[::2]] == [(200, 100), (200, 100), (160, 80)]

    @pytest.mark.parametrize("size", [(1, 1), (5000, 1), (1, 5000), (1280, 1281), (3841, 7), (2560, 2560)])
    @pytest.mark.parametrize("kind", ["PNG", "WEBP", "JPEG", "GIF"])
    def test_every_shape_keeps_a_pixel_in_each_direction(self, kind: str, size: tuple[int, int]) -> None:
        made = rendered(encoded(small("P" if kind == "GIF" else "RGB", size), kind))
        assert (made.width, made.height) == size
        for picture in made.pictures:
            assert 1 <= picture.width <= picture.edge
            assert 1 <= picture.height <= picture.edge

    def test_shrinking_in_bands_leaves_no_seams(self) -> None:
        # Given a picture of many bands that is grey throughout
        made = rendered(encoded(Image.new("L", (4999, 4001), 120), "PNG"))
        # Then every pixel is still that grey
        assert opened(made.pictures[1]).convert("L").getextrema() == (120, 120)

    def test_a_large_photo_looks_as_it_does_when_shrunk_at_once(self) -> None:
        smooth = Image.linear_gradient("L").resize((4000, 3000)).convert("RGB")
        made = opened(rendered(encoded(smooth, "PNG")).pictures[1])
        expected = smooth.resize(made.size, Image.Resampling.LANCZOS)
        for y in range(0, made.height, 40):
            ours, theirs = made.getpixel((100, y)), expected.getpixel((100, y))
            assert isinstance(ours, tuple)
            assert isinstance(theirs, tuple)
            assert is_near(ours, theirs)


class TestOrientation:
    SEEN: ClassVar[Mapping[int, tuple[tuple[int, ...], ...]]] = {
        # Which corner is where after turning: above left, above right, below left.
        1: (RED, GREEN, BLUE),
        2: (GREEN, RED, (0, 0, 0)),
        3: ((0, 0, 0), BLUE, GREEN),
        4: (BLUE, (0, 0, 0), RED),
        5: (RED, BLUE, GREEN),
        6: (BLUE, RED, (0, 0, 0)),
        7: ((0, 0, 0), GREEN, BLUE),
        8: (GREEN, (0, 0, 0), RED),
    }

    @pytest.mark.parametrize("orientation", SEEN)
    @pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
    def test_the_photo_is_turned_as_its_camera_was(self, kind: str, orientation: int) -> None:
        found = Image.Exif()
        found[0x0112] = orientation
        made = rendered(encoded(quadrants(), kind, exif=found, quality=95))
        assert (made.width, made.height) == ((200, 400) if orientation >= 5 else (400, 200))
        picture = made.pictures[1]
        corners = tuple(colour(picture, x, y) for x, y in ((0.2, 0.2), (0.8, 0.2), (0.2, 0.8)))
        assert all(is_near(a, b) for a, b in zip(corners, self.SEEN[orientation], strict=True))

    @pytest.mark.parametrize("wrong", [0, 9, 65535])
    def test_an_orientation_that_is_none_turns_nothing(self, wrong: int) -> None:
        found = Image.Exif()
        found[0x0112] = wrong
        assert rendered(encoded(quadrants(), "JPEG", exif=found)).width == 400

    def test_several_orientations_at_once_turn_nothing(self) -> None:
        entry = struct.pack(">HHII", 0x0112, 3, 3, 26)
        tiff = b"MM\0*\0\0\0\x08" + b"\0\x01" + entry + b"\0\0\0\0" + bytes([0, 6, 0, 6, 0, 6])
        photo = parts.jpeg_with(encoded(quadrants(), "JPEG"), parts.jpeg_segment(0xE1, b"Exif\0\0" + tiff))
        assert rendered(photo).width == 400


class TestColours:
    def test_transparency_is_kept_in_webp_and_lies_on_paper_in_jpeg(self) -> None:
        clear = Image.new("RGBA", (2000, 2000), (255, 0, 0, 0))
        clear.paste((0, 0, 255, 255), (0, 0, 2000, 1000))
        first, second, *_ = rendered(encoded(clear, "PNG")).pictures
        assert colour(first, 0.5, 0.9)[3] == 0
        assert is_near(colour(first, 0.5, 0.1), (0, 0, 255, 255))
        assert is_near(colour(second, 0.5, 0.9), images.PAPER)
        assert is_near(colour(second, 0.5, 0.1), BLUE)

    def test_what_is_hidden_by_transparency_does_not_bleed(self) -> None:
        # Given thin opaque lines of blue on a ground that is red and wholly transparent
        lines = Image.new("RGBA", (2600, 2600), (255, 0, 0, 0))
        for x in range(0, 2600, 2):
            lines.paste((0, 0, 255, 255), (x, 0, x + 1, 2600))
        # Then half of blue is seen, and none of the red
        seen = colour(rendered(encoded(lines, "PNG")).pictures[0])
        assert seen[0] <= MILD
        assert 100 <= seen[3] <= 155

    @pytest.mark.parametrize("mode", ["LA", "RGBA", "P"])
    def test_every_transparent_kind_of_png(self, mode: str) -> None:
        image = Image.new("RGBA", (50, 50), (255, 255, 255, 0)).convert(mode)
        options: dict[str, Any] = {"transparency": image.getpixel((0, 0))} if mode == "P" else {}
        assert colour(rendered(encoded(image, "PNG", **options)).pictures[0])[3] == 0

    def test_a_transparent_gif(self) -> None:
        image = Image.new("P", (50, 50), 1)
        image.putpalette([0, 0, 0, 255, 0, 0])
        photo = encoded(image, "GIF", transparency=1)
        assert colour(rendered(photo).pictures[0])[3] == 0

    def test_a_transparent_webp(self) -> None:
        photo = encoded(Image.new("RGBA", (3000, 50), (0, 255, 0, 0)), "WEBP")
        assert colour(rendered(photo).pictures[0])[3] == 0

    @pytest.mark.parametrize("options", [{"lossless": True}, {"quality": 90}])
    def test_webp_of_both_kinds(self, options: dict[str, Any]) -> None:
        picture = rendered(encoded(Image.new("RGB", (3000, 2000), (10, 200, 90)), "WEBP", **options)).pictures[1]
        assert is_near(colour(picture), (10, 200, 90))

    def test_cmyk(self) -> None:
        picture = rendered(encoded(Image.new("CMYK", (99, 99), (0, 255, 255, 0)), "JPEG", quality=95)).pictures[1]
        assert is_near(colour(picture), RED)

    @pytest.mark.parametrize("value", [0, 20000, 65535])
    def test_grey_of_16_bits_keeps_its_brightness(self, value: int) -> None:
        rows = (b"\0" + struct.pack(">H", value) * 64) * 64
        picture = rendered(parts.png(64, 64, zlib.compress(rows), depth=16)).pictures[1]
        assert is_near(colour(picture), (value // 257,) * 3)

    def test_grey_of_16_bits_with_a_transparent_value_is_shown(self) -> None:
        rows = (b"\0" + b"\xff\xff" * 8) * 8
        transparent = parts.png_chunk(b"tRNS", b"\xff\xff")
        photo = parts.png(8, 8, zlib.compress(rows), depth=16, before=transparent)
        assert is_near(colour(rendered(photo).pictures[1]), (255, 255, 255))

    def test_black_and_white_of_one_bit(self) -> None:
        picture = rendered(encoded(Image.new("1", (99, 99), 1), "PNG")).pictures[1]
        assert is_near(colour(picture), (255, 255, 255))

    def test_another_colour_space_is_brought_into_srgb(self) -> None:
        # Given a photo whose profile swaps nothing but says that its numbers are those of Lab's own white
        profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
        swapped = wide_profile()
        plain = rendered(encoded(Image.new("RGB", (9, 9), (200, 80, 80)), "PNG", icc_profile=profile.tobytes()))
        wide = rendered(encoded(Image.new("RGB", (9, 9), (200, 80, 80)), "PNG", icc_profile=swapped))
        # Then the same numbers are another colour, as a screen that knows the profile would show it
        assert is_near(colour(plain.pictures[1]), (200, 80, 80))
        assert not is_near(colour(wide.pictures[1]), (200, 80, 80))

    def test_a_profile_of_another_colour_model_is_passed_over(self) -> None:
        lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
        picture = rendered(encoded(Image.new("RGB", (9, 9), (200, 80, 80)), "PNG", icc_profile=lab)).pictures[1]
        assert is_near(colour(picture), (200, 80, 80))


def wide_profile() -> bytes:
    """sRGB's own profile with the tags of red and blue changed for one another."""
    data = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return data.replace(b"rXYZ", b"tmp!").replace(b"bXYZ", b"rXYZ").replace(b"tmp!", b"bXYZ")


class TestNothingButThePicture:
    @pytest.mark.parametrize("name", [name for name, case in CORPUS.items() if case.hidden is not None])
    def test_no_thumbnail_has_anything_of_what_was_hidden(self, name: str) -> None:
        photo, hidden = CORPUS[name].make(), CORPUS[name].hidden
        assert hidden is not None
        assert hidden in photo
        for picture in rendered(photo).pictures:
            assert hidden not in picture.data
            assert b"alert" not in picture.data

    @pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
    def test_no_place_no_camera_no_profile(self, kind: str) -> None:
        profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
        photo = encoded(small(), kind, exif=exif(b"Camera"), icc_profile=profile, xmp=b"<x:xmpmeta/>")
        for picture in rendered(photo).pictures:
            assert not dict(opened(picture).getexif())
            assert not {"exif", "icc_profile", "xmp", "comment", "photoshop"} & set(opened(picture).info)
            assert not any(word in picture.data for word in (b"Exif", b"EXIF", b"ICC", b"XMP", b"xmpmeta", b"Camera"))

    def test_only_the_first_frame_of_a_gif(self) -> None:
        frames = [Image.new("RGB", (50, 50), fill) for fill in (RED, GREEN, BLUE)]
        photo = encoded(frames[0], "GIF", save_all=True, append_images=frames[1:])
        assert is_near(colour(rendered(photo).pictures[1]), RED)

    @pytest.mark.parametrize("mode", ["RGB", "RGBA"])
    @pytest.mark.parametrize("options", [{"lossless": True}, {"quality": 90}])
    def test_only_the_first_frame_of_a_webp(self, mode: str, options: dict[str, Any]) -> None:
        frames = [Image.new(mode, (50, 50), fill) for fill in (RED, GREEN, BLUE)]
        if mode == "RGBA":
            frames[0].putalpha(128)
        photo = encoded(frames[0], "WEBP", save_all=True, append_images=frames[1:], **options)
        first, second, *_ = rendered(photo).pictures
        if mode == "RGBA":
            assert abs(colour(first)[3] - 128) <= MILD
        else:
            assert is_near(colour(second), RED)

    def test_a_libwebp_of_another_shape_is_an_error_and_not_the_photos_fault(self) -> None:
        with pytest.raises(RuntimeError, match="other structures"):
            webp.of_version(0x0100)

    def test_a_photo_of_several_pictures_as_telephones_make_them(self) -> None:
        photo = encoded(Image.new("RGB", (60, 40), RED), "MPO", save_all=True, append_images=[small()])
        made = rendered(photo)
        assert (made.width, made.height) == (60, 40)


@contextmanager
def own_limits() -> Iterator[None]:
    """Give this process its own limits back afterwards."""
    kinds = (resource.RLIMIT_CPU, resource.RLIMIT_DATA)
    before = [resource.getrlimit(kind) for kind in kinds]
    try:
        yield
    finally:
        for kind, limit in zip(kinds, before, strict=True):
            resource.setrlimit(kind, limit)


class TestLimits:
    def test_memory_that_runs_out_is_a_reason(self) -> None:
        photo = encoded(large(), "PNG", compress_level=1)
        with own_limits():
            images.confine(cpu_seconds=10**6, memory_bytes=1)
            outcome = images.render(photo)
        assert outcome == Rejected(TOO_DEMANDING)

    @own_limits()
    def test_limits_are_set(self) -> None:
        images.confine(cpu_seconds=10**6, memory_bytes=1 << 40)
        assert resource.getrlimit(resource.RLIMIT_CPU)[0] == 10**6
        assert resource.getrlimit(resource.RLIMIT_DATA)[0] == 1 << 40

    def test_the_program_reads_a_photo_and_writes_the_outcome(self) -> None:
        written = io.BytesIO()
        images.main(io.BytesIO(b"no photo"), written)
        assert msgspec.msgpack.decode(written.getvalue(), type=Outcome) == Rejected(NOT_A_PHOTO)


SEEDS = [
    encoded(small("RGB", (40, 30)), "JPEG"),
    encoded(small("RGB", (40, 30)), "JPEG", progressive=True, exif=exif()),
    encoded(small("RGBA", (40, 30)), "PNG"),
    encoded(small("P", (40, 30)), "PNG"),
    encoded(small("P", (40, 30)), "GIF"),
    encoded(small("RGB", (40, 30)), "WEBP"),
    encoded(small("RGBA", (40, 30)), "WEBP", exif=exif()),
    encoded(small("RGB", (40, 30)), "WEBP", lossless=True),
    CORPUS["animated.webp"].make(),
]


@st.composite
def garbled(draw: st.DrawFn) -> bytes:
    """A real photo with some bytes changed, taken out or put in."""
    photo = bytearray(draw(st.sampled_from(SEEDS)))
    for _ in range(draw(st.integers(1, 8))):
        place = draw(st.integers(0, len(photo) - 1))
        length = draw(st.integers(0, 4))
        photo[place : place + length] = draw(st.binary(max_size=4))
    return bytes(photo)


class TestWhateverComes:
    @hypothesis_settings(max_examples=400)
    @given(garbled())
    def test_garbled_photos_are_rendered_or_rejected(self, photo: bytes) -> None:
        outcome = images.render(photo)
        assert isinstance(outcome, Rendered | Rejected)

    @hypothesis_settings(max_examples=200)
    @given(st.sampled_from([b"", b"\xff\xd8\xff", parts.PNG_SIGNATURE, b"GIF89a", b"RIFF\0\0\0\0WEBP"]), st.binary())
    @example(b"", b"")
    def test_bytes_of_any_kind_are_rejected(self, signature: bytes, rest: bytes) -> None:
        assert isinstance(images.render(signature + rest), Rejected)

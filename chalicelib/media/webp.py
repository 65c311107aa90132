"""Reads WebP at the size that is needed, through the libwebp that Pillow brings with it.

Pillow reads every WebP as an animation and so holds the picture four times: 400 MB for 25 million pixels, where
libwebp's own scaling needs 100 MB without loss of quality, and next to nothing for a lossy photo. Its structures
have been the same since 2014, and it refuses to fill those of another version.

https://developers.google.com/speed/webp/docs/api
https://developers.google.com/speed/webp/docs/riff_container
"""

import ctypes
from collections.abc import Iterator
from functools import cache

import msgspec
from PIL import Image, _webp

_DECODER_VERSION = 0x0210
_RGB, _RGBA = 0, 1
_ALPHA_FLAG = 0x10
_PICTURE = (b"ALPH", b"VP8 ", b"VP8L")
_ABOUT = (b"ICCP", b"EXIF")


class BrokenWebP(Exception):  # noqa: N818 - what was sent
    """The bytes are no WebP; `starts_well` if only the picture itself is broken."""

    def __init__(self, *, starts_well: bool) -> None:
        super().__init__("libwebp cannot read this.")
        self.starts_well = starts_well


class WebP(msgspec.Struct, frozen=True):
    """A WebP's first picture, still encoded, and what is written about it."""

    still: bytes
    width: int
    height: int
    has_alpha: bool
    icc_profile: bytes | None
    exif: bytes | None


class _Features(ctypes.Structure):
    _fields_ = (
        ("width", ctypes.c_int),
        ("height", ctypes.c_int),
        ("has_alpha", ctypes.c_int),
        ("has_animation", ctypes.c_int),
        ("format", ctypes.c_int),
        ("padding", ctypes.c_uint32 * 5),
    )


class _Plane(ctypes.Structure):
    _fields_ = (("pixels", ctypes.c_void_p), ("stride", ctypes.c_int), ("size", ctypes.c_size_t))


class _Planes(ctypes.Union):
    # The other member of libwebp's union, planes of Y, U, V and A, is 80 bytes long.
    _fields_ = (("rgba", _Plane), ("yuva", ctypes.c_uint64 * 10))


class _Output(ctypes.Structure):
    _fields_ = (
        ("colorspace", ctypes.c_int),
        ("width", ctypes.c_int),
        ("height", ctypes.c_int),
        ("is_external_memory", ctypes.c_int),
        ("planes", _Planes),
        ("padding", ctypes.c_uint32 * 4),
        ("private_memory", ctypes.c_void_p),
    )


class _Options(ctypes.Structure):
    _fields_ = (
        ("bypass_filtering", ctypes.c_int),
        ("no_fancy_upsampling", ctypes.c_int),
        ("use_cropping", ctypes.c_int),
        ("crop", ctypes.c_int * 4),
        ("use_scaling", ctypes.c_int),
        ("scaled_width", ctypes.c_int),
        ("scaled_height", ctypes.c_int),
        ("use_threads", ctypes.c_int),
        ("dithering_strength", ctypes.c_int),
        ("flip", ctypes.c_int),
        ("alpha_dithering_strength", ctypes.c_int),
        ("padding", ctypes.c_uint32 * 5),
    )


class _Config(ctypes.Structure):
    _fields_ = (("input", _Features), ("output", _Output), ("options", _Options))


def is_webp(data: bytes) -> bool:
    """Whether `data` starts as every WebP does."""
    return data[:4] == b"RIFF" and data[8:12] == b"WEBP"


def opened(data: bytes) -> WebP:
    """Find the first picture of a WebP and its size, without decoding it.

    Raises:
        BrokenWebP: there is none.
    """
    still, about = _first_picture(data)
    features = _Features()
    if _libwebp().WebPGetFeaturesInternal(still, len(still), ctypes.byref(features), _DECODER_VERSION) != 0:
        raise BrokenWebP(starts_well=False)
    return WebP(
        still,
        features.width,
        features.height,
        bool(features.has_alpha),
        about.get(b"ICCP"),
        about.get(b"EXIF"),
    )


def decoded(webp: WebP, width: int, height: int) -> Image.Image:
    """Decode to `width` by `height` pixels, RGBA where there is transparency and RGB elsewhere.

    Raises:
        BrokenWebP: the picture is cut off or broken.
    """
    mode, colorspace, depth = ("RGBA", _RGBA, 4) if webp.has_alpha else ("RGB", _RGB, 3)
    config = _Config()
    _libwebp().WebPInitDecoderConfigInternal(ctypes.byref(config), _DECODER_VERSION)
    pixels = bytearray(width * height * depth)
    address = ctypes.addressof(ctypes.c_char.from_buffer(pixels))
    config.options.use_scaling = int((width, height) != (webp.width, webp.height))
    config.options.scaled_width, config.options.scaled_height = width, height
    config.output.colorspace = colorspace
    config.output.is_external_memory = 1
    config.output.planes.rgba = _Plane(address, width * depth, len(pixels))
    if _libwebp().WebPDecode(webp.still, len(webp.still), ctypes.byref(config)) != 0:
        raise BrokenWebP(starts_well=True)
    return Image.frombuffer(mode, (width, height), pixels, "raw", mode, 0, 1)


def _first_picture(data: bytes) -> tuple[bytes, dict[bytes, bytes]]:
    """The first picture as a WebP file of its own, and what is written about it by chunk."""
    about: dict[bytes, bytes] = {}
    for name, start, end in _chunks(data, 12):
        if name == b"ANMF":
            return _first_frame(data[start:end]), about
        if name in _ABOUT:
            about.setdefault(name, data[start:end])
    return data, about


def _first_frame(frame: bytes) -> bytes:
    body = b"".join(_chunk(name, frame[start:end]) for name, start, end in _chunks(frame, 16) if name in _PICTURE)
    if body.startswith(b"ALPH"):
        # A frame tells its size less one, in the six bytes that a still picture's header has for the same.
        body = _chunk(b"VP8X", bytes([_ALPHA_FLAG, 0, 0, 0]) + frame[6:12]) + body
    return _chunk(b"RIFF", b"WEBP" + body)


def _chunk(name: bytes, content: bytes) -> bytes:
    return name + len(content).to_bytes(4, "little") + content + b"\0" * (len(content) % 2)


def _chunks(data: bytes, start: int) -> Iterator[tuple[bytes, int, int]]:
    while start + 8 <= len(data):
        name, size = data[start : start + 4], int.from_bytes(data[start + 4 : start + 8], "little")
        yield name, start + 8, start + 8 + size
        start += 8 + size + size % 2


@cache
def _libwebp() -> ctypes.CDLL:
    return of_version(_DECODER_VERSION)


def of_version(version: int) -> ctypes.CDLL:
    """The libwebp that Pillow was linked against, if its structures are those of `version`.

    Raises:
        RuntimeError: they are others.
    """
    # A module's handle finds the functions of the libraries it needs, too.
    library = ctypes.CDLL(_webp.__file__)
    if not library.WebPInitDecoderConfigInternal(ctypes.byref(_Config()), version):
        raise RuntimeError("Pillow brings a libwebp with other structures.")
    return library

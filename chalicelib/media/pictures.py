"""What becomes of a photo's bytes: thumbnails, or a reason in words that its owner reads."""

from typing import Literal

from msgspec import Struct

MAX_PIXELS = 25_000_000
EDGES = (1280, 640, 160)

EMPTY = "This file is empty. Sending the photo again usually helps."
TOO_LARGE = "This file is larger than 10 MB. A smaller copy of the photo will work."
NOT_A_PHOTO = "This file is not a photo we can read. JPEG, PNG, WebP and GIF work."
TOO_MANY_PIXELS = "This photo has more than 25 million pixels. A smaller copy will work."
DAMAGED = "This photo could not be read to its end, so it may be damaged. Saving it again as a JPEG usually helps."
TOO_DEMANDING = "This photo takes too much time or memory to open. Saving it again as a JPEG usually helps."
GONE = "This photo was deleted before we could read it."

# What is no photo at all has no place in the bucket. A photo that we cannot open stays: it is its owner's.
NOT_KEPT = frozenset({EMPTY, TOO_LARGE, NOT_A_PHOTO})


class Picture(Struct, frozen=True):
    """One thumbnail: no side is longer than `edge` pixels."""

    edge: int
    content_type: Literal["image/webp", "image/jpeg"]
    width: int
    height: int
    data: bytes


class Rendered(Struct, frozen=True, tag=True):
    """The photo's width and height as a person sees it, and its thumbnails, largest first."""

    width: int
    height: int
    pictures: tuple[Picture, ...]


class Rejected(Struct, frozen=True, tag=True):
    """No photo of ours, and why."""

    reason: str


Outcome = Rendered | Rejected

"""Names of posts in their addresses."""

import json
import re
import unicodedata
from functools import cache
from pathlib import Path

from chalicelib.web.text import END

LONGEST = 80
PATTERN = r"^[a-z0-9]+(?:-[a-z0-9]+)*" + END
# Pages of the blog's own stand at these.
RESERVED = frozenset(
    {
        *("archive", "assets", "confirm", "contact", "feed", "link-expired", "photos", "subscribe", "subscribed"),
        *("tags", "unsubscribe", "write"),
    }
)
# Small letters that Unicode does not decompose into ASCII, and what is written for them here and in the author's desk.
_SPELLING = Path(__file__).with_name("spelling.json")


def is_slug(text: str) -> bool:
    """Whether `text` has the shape of a slug; anything else names no post."""
    return len(text) <= LONGEST and re.fullmatch(PATTERN, text) is not None


def from_title(title: str) -> str:
    """Make a slug of a title: plain small letters, digits and single hyphens; empty where nothing is left."""
    spelled = unicodedata.normalize("NFKD", title).lower().translate(_spelling())
    plain = spelled.encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:LONGEST].rstrip("-")


def from_day(day: str, new_id: str) -> str:
    """Make a slug for a title that has no spelling: the day (`2026-11-28`), and what tells two of a day apart."""
    return f"{day}-{new_id[-4:].lower()}"


@cache
def _spelling() -> dict[int, str]:
    return str.maketrans(json.loads(_SPELLING.read_text(encoding="utf-8")))

"""Names of posts in their addresses."""

import re
import unicodedata

LONGEST = 80
PATTERN = r"^[a-z0-9]+(?:-[a-z0-9]+)*$"
# Pages of the blog's own stand at these.
RESERVED = frozenset(
    {
        *("archive", "assets", "confirm", "contact", "feed", "link-expired", "photos", "subscribe", "subscribed"),
        *("tags", "unsubscribe", "write"),
    }
)


def is_slug(text: str) -> bool:
    """Whether `text` has the shape of a slug; anything else names no post."""
    return len(text) <= LONGEST and re.fullmatch(PATTERN, text) is not None


def from_title(title: str) -> str:
    """Make a slug of a title: plain small letters, digits and single hyphens; empty where nothing is left."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:LONGEST].rstrip("-")

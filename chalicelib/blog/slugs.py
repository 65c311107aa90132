"""Names of posts in their addresses."""

import re
import unicodedata
from collections.abc import Iterator

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
# Posts of one title get `-2` to this number; later ones get their day.
_LAST_NUMBER = 20
# General categories of letters, combining marks and digits; the vowels of many Indian scripts are combining marks.
_SPELLED = ("L", "M", "N")
_CHINESE_CHARACTER = re.compile(r"([\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff])")


def is_slug(text: str) -> bool:
    """Whether `text` has the shape of a slug; anything else names no post."""
    return len(text) <= LONGEST and re.fullmatch(PATTERN, text) is not None


def candidates(title: str, day: str, new_id: str) -> Iterator[str]:
    """Yield slugs for a post without one, to be tried in this order; the last is no other post's.

    `day` is the day of its creation (`2026-11-28`), and `new_id` a new ULID.
    """
    name = from_title(title)
    if name:
        if name not in RESERVED:
            yield name
        for number in range(2, _LAST_NUMBER + 1):
            yield _with_ending(name, str(number))
    yield _with_ending(name, f"{day}-{new_id[-4:].lower()}")


def from_title(title: str) -> str:
    """Transliterate a title into small letters, digits and single hyphens; empty where nothing is left.

    Symbols are spelled only where a title has no letters and digits: 🎉 is `tada`.
    """
    composed = unicodedata.normalize("NFC", title)
    words = "".join(character if unicodedata.category(character)[0] in _SPELLED else " " for character in composed)
    return _spell(words) or _spell(composed)


def _spell(text: str) -> str:
    from anyascii import anyascii  # noqa: PLC0415 - only authors who begin a post wait for it

    # A Chinese character is a syllable: without hyphens between them, where one ends could not be read.
    apart = _CHINESE_CHARACTER.sub(r" \1 ", text)
    spelled = "".join(_of_letter(anyascii(each)) if each.isalpha() else anyascii(each) for each in apart)
    return re.sub(r"[^a-z0-9]+", "-", spelled.lower()).strip("-")[:LONGEST].rstrip("-")


def _of_letter(spelling: str) -> str:
    # Transliterations mark some letters by an apostrophe, which does not end a word: подъезд is pod'ezd.
    return re.sub(r"[^A-Za-z0-9]", "", spelling)


def _with_ending(name: str, ending: str) -> str:
    return f"{name[: LONGEST - len(ending) - 1].rstrip('-')}-{ending}".lstrip("-")

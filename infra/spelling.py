"""How the author's desk spells letters in addresses, so that an author sees the address that the API will make.

`python -m infra.spelling` writes it. The API transliterates every script (`chalicelib.blog.slugs`); the desk knows
Latin, Cyrillic and Greek letters alone, and leaves titles with other letters to the API.
"""

import json
import unicodedata
from collections.abc import Iterator
from pathlib import Path

from chalicelib.blog import slugs

FILE = Path(__file__).parents[1] / "frontend/src/write/spelling.json"
# Latin, Greek and Cyrillic blocks. https://www.unicode.org/Public/UCD/latest/ucd/Blocks.txt
_BLOCKS = (range(0x80, 0x250), range(0x370, 0x530), range(0x1E00, 0x2000))


def letters() -> Iterator[str]:
    """Yield the small letters that the desk spells."""
    for block in _BLOCKS:
        for character in map(chr, block):
            if unicodedata.category(character) in ("Ll", "Lo") and unicodedata.is_normalized("NFC", character):
                yield character


def spelling() -> dict[str, str]:
    """Return the letters whose spelling is not that of their decomposition (NFKD) without its marks."""
    table: dict[str, str] = {}
    # Letters that do not decompose come first: others are spelled by them.
    for letter in sorted(letters(), key=lambda letter: not unicodedata.is_normalized("NFKD", letter)):
        if decomposed(letter, table) != slugs.from_title(letter):
            table[letter] = slugs.from_title(letter)
    return dict(sorted(table.items()))


def decomposed(letter: str, table: dict[str, str]) -> str | None:
    """Spell the decomposition of a letter, without its marks, by `table`, or return None."""
    parts = (part for part in unicodedata.normalize("NFKD", letter) if not unicodedata.combining(part))
    spelled = [part if part.isascii() else table.get(part) for part in parts]
    return None if None in spelled else "".join(filter(None, spelled))


def as_json() -> str:
    """Return the contents of the file."""
    return json.dumps(spelling(), ensure_ascii=False, indent=2) + "\n"


if __name__ == "__main__":
    FILE.write_text(as_json(), encoding="utf-8")

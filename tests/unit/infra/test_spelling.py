"""The author's desk spells letters as the API does."""

import pytest

from chalicelib.blog import slugs
from infra import spelling


def test_the_file_is_up_to_date() -> None:
    assert spelling.FILE.read_text() == spelling.as_json(), "Run python -m infra.spelling"


@pytest.mark.parametrize("title", ["İstanbul", "Smørrebrød på Ærø", "Ελληνικά και ῥόδον", "Њујорк", "Київ", "ﬁn"])
def test_the_desk_spells_each_letter_as_the_api_does(title: str) -> None:
    table = spelling.spelling()
    for letter in title.lower():
        if letter.isalpha() and not letter.isascii():
            in_the_desk = table.get(letter, spelling.decomposed(letter, table))
            assert in_the_desk == slugs.from_title(letter)


def test_letters_of_other_scripts_are_left_to_the_api() -> None:
    assert spelling.decomposed("語", spelling.spelling()) is None

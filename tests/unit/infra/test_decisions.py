"""The decisions in docs/adr: each has a number of its own, in its name and in its title."""

from pathlib import Path

DECISIONS = sorted((Path(__file__).parents[3] / "docs" / "adr").glob("*.md"))


def test_numbers_go_up_by_one_and_titles_begin_with_them() -> None:
    titles = [path.read_text(encoding="utf-8").partition("\n")[0] for path in DECISIONS]
    assert [path.name[:4] for path in DECISIONS] == [f"{number:04}" for number in range(1, len(DECISIONS) + 1)]
    assert [title.split(".")[0] for title in titles] == [f"# {number}" for number in range(1, len(DECISIONS) + 1)]

"""The catalogue of refusals, its page, and the body of each (RFC 9457)."""

import re
from pathlib import Path

import msgspec
import pytest

from chalicelib.web import problems
from chalicelib.web.problems import CATALOGUE, FieldError, Problem, ProblemBody, ProblemType

PAGE = Path(__file__).parents[3] / "docs" / "problems.md"
HEADING = re.compile(r"^### `([a-z-]+)` · (\d{3}) · (.+)$", re.MULTILINE)


def test_names_and_titles_are_each_used_once() -> None:
    assert len({problem.name for problem in CATALOGUE}) == len(CATALOGUE) > 15
    assert len({problem.title for problem in CATALOGUE}) == len(CATALOGUE)


@pytest.mark.parametrize("problem", CATALOGUE, ids=lambda problem: problem.name)
def test_each_is_a_client_or_server_error_with_a_stable_type(problem: ProblemType) -> None:
    assert 400 <= problem.status < 600
    assert re.fullmatch(r"urn:problem-type:[a-z]+(-[a-z]+)*", problem.uri)
    assert problem.title[0].isupper()
    assert not problem.title.endswith(".")


def test_the_page_explains_exactly_the_catalogue_in_its_order() -> None:
    told = [(name, int(status), title) for name, status, title in HEADING.findall(PAGE.read_text(encoding="utf-8"))]
    assert told == [(problem.name, problem.status, problem.title) for problem in CATALOGUE]


def test_the_page_says_something_of_each() -> None:
    sections = HEADING.split(PAGE.read_text(encoding="utf-8"))[4::4]
    assert len(sections) == len(CATALOGUE)
    assert all(len(section.split()) >= 15 for section in sections)


def test_a_body_has_the_members_of_the_standard_and_no_empty_ones() -> None:
    problem = Problem(problems.NOT_FOUND, "There is no such todo.")
    assert msgspec.json.decode(problem.body()) == {
        "type": "urn:problem-type:not-found",
        "title": "Not found",
        "status": 404,
        "detail": "There is no such todo.",
    }
    assert str(problem) == "There is no such todo."


def test_a_body_carries_field_errors_and_further_members() -> None:
    errors = (FieldError("title", "Required"),)
    body = Problem(problems.VERSION_MISMATCH, "Stale.", errors, extra={"current": {"version": 3}}).body()
    decoded = msgspec.json.decode(body)
    assert msgspec.convert(decoded, ProblemBody).errors == errors
    assert decoded["current"] == {"version": 3}

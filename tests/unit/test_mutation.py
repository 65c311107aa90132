"""What explains a change names code that is there, and a change of letters is told from one of behaviour."""

import ast

import pytest

from tests.attacks.mutants import ROOT
from tests.mutation.areas import AREAS
from tests.mutation.explained import is_wording, reasons
from tests.mutation.functions import Change


def test_each_explained_change_is_of_a_line_that_is_still_there() -> None:
    for change, because in reasons().items():
        functions = [
            ast.unparse(node)
            for node in ast.walk(ast.parse((ROOT / change.path).read_text(encoding="utf-8")))
            if isinstance(node, ast.FunctionDef) and node.name == change.function.rpartition(".")[2]
        ]
        assert any(change.before.splitlines()[0] in text for text in functions), change
        assert because


def test_the_areas_name_what_is_there() -> None:
    for area in AREAS.values():
        assert all(list(ROOT.glob(module)) for module in area.modules)
        assert all((ROOT / test).exists() for test in area.tests)


@pytest.mark.parametrize(
    ("before", "after", "wording"),
    [
        ("raise Wrong('It is too old.')", "raise Wrong('XXIt is too old.XX')", True),
        ("raise Wrong('It is too old.')", "raise Wrong('it is too old.')", True),
        ("raise Wrong('It is too old.')", "raise Wrong(None)", False),
        ("return claims['sub']", "return claims['SUB']", False),
        ("return a < b", "return a <= b", False),
    ],
)
def test_letters_of_a_sentence_are_wording(before: str, after: str, *, wording: bool) -> None:
    assert is_wording(Change("a.py", "f", before, after)) is wording

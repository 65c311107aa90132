"""docs/openapi.json: written from the application, and compared with it."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra import openapi


@pytest.fixture(autouse=True)
def document(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A document of the test's own, and the environment as it was afterwards."""
    before = dict(os.environ)
    monkeypatch.setattr(openapi, "DOCUMENT", tmp_path / "openapi.json")
    yield tmp_path / "openapi.json"
    os.environ.clear()
    os.environ.update(before)


def test_the_document_is_written_and_then_up_to_date(document: Path) -> None:
    assert openapi.main([]) == 0
    assert json.loads(document.read_text(encoding="utf-8"))["openapi"] == "3.1.0"
    assert document.read_text(encoding="utf-8").endswith("}\n")
    assert openapi.main(["--check"]) == 0


def test_a_document_that_says_something_else_is_out_of_date(document: Path, capsys: pytest.CaptureFixture[str]) -> None:
    openapi.main([])
    document.write_text(document.read_text(encoding="utf-8").replace("3.1.0", "3.0.0"), encoding="utf-8")
    assert openapi.main(["--check"]) == 1
    assert capsys.readouterr().err == "docs/openapi.json is out of date: run `make openapi`.\n"

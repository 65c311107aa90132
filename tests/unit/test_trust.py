"""Which certificate authorities are trusted: those in the package, if it has them and a stage says so."""

import os
from pathlib import Path

import pytest

from chalicelib.trust import trust


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_CA_BUNDLE", "")
    monkeypatch.delenv("AWS_CA_BUNDLE")


@pytest.fixture
def package(tmp_path: Path) -> Path:
    (tmp_path / "roots.pem").write_text("")
    return tmp_path


def test_the_packages_authorities_are_trusted(package: Path) -> None:
    trust("roots.pem", str(package))
    assert os.environ["AWS_CA_BUNDLE"] == str(package / "roots.pem")


@pytest.mark.parametrize("bundle", ["", "other.pem"])
def test_without_the_setting_or_the_file_everything_is_as_ever(package: Path, bundle: str) -> None:
    trust(bundle, str(package))
    assert "AWS_CA_BUNDLE" not in os.environ


def test_whoever_names_a_bundle_is_right(package: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_CA_BUNDLE", "/elsewhere.pem")
    trust("roots.pem", str(package))
    assert os.environ["AWS_CA_BUNDLE"] == "/elsewhere.pem"


def test_the_application_here_has_no_such_file() -> None:
    # Who deploys has every setting of the stage in the environment while Chalice looks at the application.
    trust("amazon-roots.pem")
    assert "AWS_CA_BUNDLE" not in os.environ

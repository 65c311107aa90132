"""One release for several stages: the same code for each, and nothing else than what was built."""

import shutil
import tarfile
from dataclasses import replace
from pathlib import Path

import pytest

from infra.deploy.package import LeanPackager, digest
from infra.deploy.promotion import RUNTIME, PromotionError, check_shared, main, open_release, write
from infra.deploy.stage import ROOT, load

STAGES = {"staging": "architecture: arm64", "prod": "architecture: arm64\napi_memory: 1024"}


class Packager(LeanPackager):
    """The packager without dependencies, which would be fetched."""

    def _wheels(self, project: Path, python_version: str) -> Path:  # noqa: ARG002 - as in the base class
        (project / "no-wheels").mkdir(exist_ok=True)
        return project / "no-wheels"


def make_project(folder: Path, code: str = "app = 1\n", stages: dict[str, str] = STAGES) -> Path:
    """A checkout with two stages."""
    (folder / "infra" / "stages").mkdir(parents=True)
    (folder / "chalicelib").mkdir()
    (folder / "app.py").write_text(code)
    (folder / "requirements.txt").write_text("")
    for name, more in stages.items():
        (folder / "infra" / "stages" / f"{name}.yaml").write_text(
            f"region: eu-north-1\nmail_from: a@example.com\n{more}\n"
        )
    return folder


def build(project: Path, stage: str) -> str:
    """Package a stage, and return the digest of its code."""
    settings = load(stage, project / "infra" / "stages")
    packager = Packager(settings.architecture, settings.requirements, any_python=True)
    package = packager.create_deployment_package(str(project), RUNTIME)
    target = project / "dist" / "package" / stage / "deployment.zip"
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(package, target)
    return digest(target.read_bytes())


@pytest.fixture
def built(tmp_path: Path) -> Path:
    """A checkout whose stages are packaged and whose site is built."""
    project = make_project(tmp_path / "built")
    for name in STAGES:
        build(project, name)
    (project / "frontend" / "dist").mkdir(parents=True)
    (project / "frontend" / "dist" / "index.html").write_text("<title>MyBlog</title>")
    return project


@pytest.fixture
def release(built: Path, tmp_path: Path) -> Path:
    """The release of that checkout."""
    write(tmp_path / "release.tar", built, "abc1234")
    return tmp_path / "release.tar"


def test_stages_share_their_code_to_the_byte(tmp_path: Path) -> None:
    first, second = make_project(tmp_path / "one"), make_project(tmp_path / "two")
    assert build(first, "staging") == build(second, "prod")


def test_the_stages_of_the_workflow_have_the_same_machine_and_requirements() -> None:
    stages = [load(name) for name in ("dev", "staging", "prod")]
    assert {(stage.architecture, stage.requirements) for stage in stages} == {("arm64", "requirements.txt")}


def test_a_stage_with_dax_has_code_of_its_own() -> None:
    plain, cached = load("prod"), replace(load("prod"), name="cached", dax_nodes=3)
    assert plain.requirements != cached.requirements
    check_shared([plain, cached], {"prod": "1", "cached": "2"})


def test_what_one_machine_wrote_another_deploys(release: Path, tmp_path: Path) -> None:
    other = make_project(tmp_path / "other")
    manifest = open_release(release, other, "abc1234")
    for name in STAGES:
        assert digest((other / "dist" / "package" / name / "deployment.zip").read_bytes()) == manifest.code[name]
    assert (other / "frontend" / "dist" / "index.html").exists()
    # The direct way finds the package that was built, and makes none.
    package = Packager("arm64", any_python=True).path(other, RUNTIME)
    assert digest(package.read_bytes()) == manifest.code["prod"]


def test_a_release_of_another_commit_is_refused(release: Path, tmp_path: Path) -> None:
    with pytest.raises(PromotionError, match="The release is of commit abc1234, this is def5678"):
        open_release(release, make_project(tmp_path / "other"), "def5678")


def test_a_release_of_other_code_is_refused(release: Path, tmp_path: Path) -> None:
    other = make_project(tmp_path / "other", code="app = 2\n")
    with pytest.raises(PromotionError, match="not built from this code"):
        open_release(release, other, "abc1234")


def test_a_package_that_was_changed_on_its_way_is_refused(built: Path, tmp_path: Path) -> None:
    write(tmp_path / "release.tar", built, "abc1234")
    (built / "dist" / "package" / "prod" / "deployment.zip").write_bytes(b"other code")
    with tarfile.open(tmp_path / "release.tar", "a") as archive:
        changed = built / "dist" / "package" / "prod" / "deployment.zip"
        archive.add(changed, "dist/package/prod/deployment.zip")
    with pytest.raises(PromotionError, match="The package of prod is not the one that was built"):
        open_release(tmp_path / "release.tar", make_project(tmp_path / "other"), "abc1234")


def test_stages_that_should_share_their_code_and_do_not_are_refused(built: Path, tmp_path: Path) -> None:
    (built / "dist" / "package" / "prod" / "deployment.zip").write_bytes(b"other code")
    with pytest.raises(PromotionError, match="prod and staging have different code"):
        write(tmp_path / "release.tar", built, "abc1234")


@pytest.mark.parametrize(
    ("missing", "sentence"),
    [("dist/package", "dist/package has no package"), ("frontend/dist", "frontend/dist has no site")],
)
def test_what_is_not_built_is_a_sentence(built: Path, tmp_path: Path, missing: str, sentence: str) -> None:
    shutil.rmtree(built / missing)
    with pytest.raises(PromotionError, match=sentence):
        write(tmp_path / "release.tar", built, "abc1234")


def test_a_file_that_is_no_release_is_a_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["open", str(tmp_path / "nothing.tar")]) == 1
    assert "is no release" in capsys.readouterr().err


def test_the_code_of_a_release_does_not_know_its_stage() -> None:
    """What differs between stages is in templates and environments: packages are named by code and requirements."""
    paths = {
        name: LeanPackager(load(name).architecture, load(name).requirements).path(ROOT, RUNTIME) for name in STAGES
    }
    assert paths["staging"] == paths["prod"]

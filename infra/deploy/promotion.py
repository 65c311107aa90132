"""One release for several stages: built once as a file, opened again wherever it is deployed.

`python -m infra.deploy.promotion write FILE` puts the packages in dist/package, the code they share and the built site
into FILE. `python -m infra.deploy.promotion open FILE` puts them back, so that `make deploy` and `make site` build
nothing.
"""

import io
import json
import sys
import tarfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from infra.deploy.package import LeanPackager, digest
from infra.deploy.release import commit
from infra.deploy.stage import ROOT, Stage, StageError, load

PACKAGES = Path("dist/package")
SITE = Path("frontend/dist")
DEPLOYMENTS = Path(".chalice/deployments")
MANIFEST = "dist/release.json"
# What Chalice calls the runtime of the functions, in the names of packages.
RUNTIME = "python3.13"


class PromotionError(Exception):
    """The release cannot be written or opened; the message is a sentence that names the next step."""


@dataclass(frozen=True)
class Manifest:
    """Which commit a release is of, and the SHA-256 of the code of each stage in it."""

    commit: str
    code: Mapping[str, str]

    def to_json(self) -> str:
        """The manifest as text."""
        return json.dumps({"commit": self.commit, "code": dict(self.code)}, indent=1, sort_keys=True)


def write(target: Path, project: Path = ROOT, at_commit: str | None = None) -> Manifest:
    """Write the release of every stage in dist/package.

    Raises:
        PromotionError: there is no package or no site, or stages that should share their code do not.
    """
    zips = {path.parent.name: path for path in sorted((project / PACKAGES).glob("*/deployment.zip"))}
    if not zips:
        raise PromotionError("dist/package has no package: run make package STAGE=prod first.")
    if not (project / SITE / "index.html").exists():
        raise PromotionError("frontend/dist has no site: run make release, which builds it.")
    stages = {name: load(name, project / "infra" / "stages") for name in zips}
    code = {name: digest(path.read_bytes()) for name, path in zips.items()}
    check_shared(stages.values(), code)
    manifest = Manifest(at_commit or commit(), code)
    shared = {_shared(project, stage) for stage in stages.values()}
    target.parent.mkdir(parents=True, exist_ok=True)
    with tarfile.open(target, "w") as archive:
        text = manifest.to_json().encode()
        entry = tarfile.TarInfo(MANIFEST)
        entry.size = len(text)
        archive.addfile(entry, io.BytesIO(text))
        for path in (*sorted(shared), project / PACKAGES, project / SITE):
            archive.add(path, path.relative_to(project).as_posix())
    return manifest


def open_release(source: Path, project: Path = ROOT, at_commit: str | None = None) -> Manifest:
    """Put a release's files in their places.

    Raises:
        PromotionError: the release is of another commit, or a package in it is not the one that was built.
    """
    here = at_commit or commit()
    try:
        with tarfile.open(source) as archive:
            archive.extractall(project, filter="data")
    except (OSError, tarfile.TarError) as error:
        raise PromotionError(f"{source} is no release ({error}): download the file that make release wrote.") from error
    read = json.loads((project / MANIFEST).read_text(encoding="utf-8"))
    manifest = Manifest(read["commit"], read["code"])
    if manifest.commit != here:
        raise PromotionError(f"The release is of commit {manifest.commit}, this is {here}: check that commit out.")
    for name, expected in manifest.code.items():
        if digest((project / PACKAGES / name / "deployment.zip").read_bytes()) != expected:
            raise PromotionError(f"The package of {name} is not the one that was built: build the release anew.")
        _shared(project, load(name, project / "infra" / "stages"))
    return manifest


def check_shared(stages: Iterable[Stage], code: Mapping[str, str]) -> None:
    """Refuse different code for stages of the same machine and requirements.

    Raises:
        PromotionError: two of them differ.
    """
    first: dict[tuple[str, str], Stage] = {}
    for stage in stages:
        other = first.setdefault((stage.architecture, stage.requirements), stage)
        if code[stage.name] != code[other.name]:
            raise PromotionError(
                f"{other.name} and {stage.name} have different code: remove .chalice/deployments and package both anew."
            )


def _shared(project: Path, stage: Stage) -> Path:
    """The package that a deploy of the stage would use again."""
    package = LeanPackager(stage.architecture, stage.requirements).path(project, RUNTIME)
    if not package.exists():
        raise PromotionError(f"The release was not built from this code ({stage.name}): build it anew on this commit.")
    return package


def main(arguments: list[str]) -> int:
    """Write or open a release, and print each stage with the digest of its code."""
    verb, file = arguments
    try:
        manifest = write(Path(file)) if verb == "write" else open_release(Path(file))
    except (PromotionError, StageError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    for name, sha in manifest.code.items():
        sys.stdout.write(f"  {name:<14}{sha}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

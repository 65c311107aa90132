"""A fresh clone with Chalice in a plain virtual environment, and an engine that stands for the account."""

import os
import platform
import shutil
import subprocess
import sys
import venv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from infra import setup
from infra.local.engine_process import REGION, EngineProcess
from infra.local.layout import ROOT

MACHINES = {"x86_64": "x86_64", "amd64": "x86_64", "aarch64": "arm64", "arm64": "arm64"}
# `make deploy`, without setting up the environments that this test has already.
DEPLOY = """
import sys
from pathlib import Path
from infra.deploy.aws import connect
from infra.deploy.release import Deploy
from infra.deploy.stage import load
stage = load("dev")
Deploy(connect(stage), stage, site_files=Path(sys.argv[1])).run()
"""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.allow_hosts(["127.0.0.1"]))


@dataclass(frozen=True)
class Done:
    """What a command said, and its exit status."""

    status: int
    output: str
    errors: str

    @property
    def sentence(self) -> str:
        """What a command said that did not work: one line, and not a traceback."""
        assert self.status != 0, self
        said = [line for line in self.errors.splitlines() if line.strip()]
        assert len(said) == 1, self.errors
        assert "Traceback" not in self.errors
        return said[0]


@dataclass(frozen=True)
class Clone:
    """A clone, the environment that Chalice is in, and what the shell has."""

    folder: Path
    programs: Path
    shell: Mapping[str, str] = field(default_factory=dict)

    def with_shell(self, shell: Mapping[str, str]) -> "Clone":
        return Clone(self.folder, self.programs, shell)

    def chalice(self, *arguments: str, text: str = "") -> Done:
        """Run one of Chalice's commands."""
        return self._run([str(self.programs / "chalice"), *arguments], text)

    def python(self, *arguments: str) -> Done:
        """Run the repository's own tools, which have an environment of their own."""
        return self._run([sys.executable, *arguments])

    def git(self, *arguments: str) -> str:
        done = self._run(["git", "-c", "user.name=a", "-c", "user.email=a@example.com", *arguments])
        assert done.status == 0, done
        return done.output

    def start(self, *arguments: str) -> "subprocess.Popen[str]":
        """Start one of Chalice's commands that stays."""
        return subprocess.Popen(
            [str(self.programs / "chalice"), *arguments],
            cwd=self.folder,
            env=self._environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )

    @property
    def _environment(self) -> dict[str, str]:
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "STAGE"))}
        return {**clean, **self.shell, "PYTHONDONTWRITEBYTECODE": "1"}

    def _run(self, command: list[str], text: str = "") -> Done:
        done = subprocess.run(
            command, cwd=self.folder, env=self._environment, input=text, capture_output=True, text=True, check=False
        )
        return Done(done.returncode, done.stdout, done.stderr)


@pytest.fixture(scope="session")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Clone:
    """What `git clone` gives, and what README.md says to install for Chalice."""
    folder = tmp_path_factory.mktemp("clone") / "mytodolist"
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],  # noqa: S607
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file() and not (ROOT / name).is_symlink():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
    programs = folder.parent / "venv" / "bin"
    venv.create(programs.parent, with_pip=True)
    made = Clone(folder, programs)
    made.git("init", "--quiet")
    made.git("add", "--all")
    made.git("commit", "--quiet", "--message", "All of it")
    install = [str(programs / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    for wanted in (["-r", str(folder / "requirements.txt")], ["chalice"]):
        subprocess.run([*install, *wanted], check=True)
    return made


@pytest.fixture(scope="session")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EngineProcess]:
    """An account without anything in it."""
    with EngineProcess(tmp_path_factory.mktemp("engine"), environment={"ENGINE_AS_TLS": "1"}) as running:
        yield running


@pytest.fixture(scope="session")
def account(clone: Clone, engine: EngineProcess) -> Clone:
    """The clone in a shell that is signed in, with the region of its stage dev in its file."""
    file = clone.folder / "infra" / "stages" / "dev.yaml"
    settings = f"region: {REGION}\narchitecture: {MACHINES[platform.machine().lower()]}\n"
    file.write_text(settings + file.read_text().replace("region: eu-north-1\n", ""))
    clone.git("commit", "--quiet", "--all", "--message", "Our account")
    keys = {"AWS_ACCESS_KEY_ID": engine.access_key, "AWS_SECRET_ACCESS_KEY": engine.secret_key}
    return clone.with_shell({"AWS_ENDPOINT_URL": engine.url, **keys})


@pytest.fixture(scope="session")
def deployed(account: Clone) -> Clone:
    """The same after `make deploy STAGE=dev`."""
    setup.frontend()
    make_deploy(account)
    return account


def make_deploy(clone: Clone) -> None:
    """`make deploy STAGE=dev`, with the site that is built already."""
    done = clone.python("-c", DEPLOY, str(setup.FRONTEND / "dist"))
    assert done.status == 0, done

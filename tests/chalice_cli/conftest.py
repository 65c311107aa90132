"""A fresh clone with Chalice in a plain virtual environment, and an engine that stands for the account."""

import json
import os
import platform
import shutil
import signal
import subprocess
import sys
import venv
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from botocore.loaders import Loader

from infra import setup
from infra.local.children import free_port
from infra.local.engine_process import REGION, EngineProcess
from infra.local.layout import ROOT

MACHINES = {"x86_64": "x86_64", "amd64": "x86_64", "aarch64": "arm64", "arm64": "arm64"}
KEPT = ROOT / "dist" / "chalice-deployments"
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

    @contextmanager
    def serving(self, *arguments: str) -> Iterator[str]:
        """The address of a `chalice local`, while it serves."""
        port = free_port()
        command = [str(self.programs / "chalice"), "local", "--port", str(port), *arguments]
        with subprocess.Popen(command, cwd=self.folder, env=self._environment, start_new_session=True) as running:
            try:
                yield f"http://127.0.0.1:{port}"
            finally:
                # The process that watches files, and the one that serves.
                os.killpg(running.pid, signal.SIGTERM)

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
    """What `git clone` gives, with the region of one's own stage dev, and what docs/chalice.md says to install."""
    folder = tmp_path_factory.mktemp("clone") / "mytodolist"
    for name in _of_git():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, folder / name)
    file = folder / "infra" / "stages" / "dev.yaml"
    settings = f"region: {REGION}\narchitecture: {MACHINES[platform.machine().lower()]}\n"
    file.write_text(settings + file.read_text().replace("region: eu-north-1\n", ""))
    programs = folder.parent / "venv" / "bin"
    venv.create(programs.parent, with_pip=True)
    made = Clone(folder, programs)
    made.git("init", "--quiet")
    made.git("add", "--all")
    made.git("commit", "--quiet", "--message", "All of it, with our region")
    install = [str(programs / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    for wanted in (["-r", str(folder / "requirements.txt")], ["chalice"]):
        subprocess.run([*install, *wanted], check=True)
    # Wheels that were fetched before are used again; to Git, a link is no folder.
    KEPT.mkdir(parents=True, exist_ok=True)
    (folder / ".chalice" / "deployments").symlink_to(KEPT)
    (folder / ".git" / "info" / "exclude").write_text(".chalice/deployments\n")
    return made


def _of_git() -> Iterator[str]:
    asked = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file() and not (ROOT / name).is_symlink():
            yield name


@pytest.fixture(scope="session")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EngineProcess]:
    """An account without anything in it."""
    with EngineProcess(tmp_path_factory.mktemp("engine"), environment={"ENGINE_AS_TLS": "1"}) as running:
        yield running


@pytest.fixture(scope="session")
def account(clone: Clone, engine: EngineProcess, tmp_path_factory: pytest.TempPathFactory) -> Clone:
    """The clone in a shell that is signed in."""
    keys = {"AWS_ACCESS_KEY_ID": engine.access_key, "AWS_SECRET_ACCESS_KEY": engine.secret_key}
    impatient = {"AWS_DATA_PATH": str(_short_waits(tmp_path_factory.mktemp("botocore")))}
    return clone.with_shell({"AWS_ENDPOINT_URL": engine.url, **keys, **impatient})


def _short_waits(folder: Path) -> Path:
    """A folder by which botocore looks again after a tenth of a second whether Lambda is done, instead of after five.

    https://docs.aws.amazon.com/boto3/latest/guide/configuration.html
    """
    waiters = Loader().load_service_model("lambda", "waiters-2")
    for waiter in waiters["waiters"].values():
        waiter["delay"] = 0.1
    file = folder / "lambda" / "2015-03-31" / "waiters-2.json"
    file.parent.mkdir(parents=True)
    file.write_text(json.dumps(waiters))
    return folder


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

"""A deploy rehearsed: the code that deploys to AWS, with an engine on this machine at the other end."""

import platform
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra import setup
from infra.deploy.aws import CALLS_FILE
from infra.deploy.stage import ROOT, Stage
from infra.local.engine_process import REGION
from tests.rehearsal.report import Report
from tests.rehearsal.staging import Rehearsal
from tests.support.deploy_role import assume_deploy_role, unlisted
from tests.support.engine_as_aws import engine_as_aws

MACHINES = {"x86_64": "x86_64", "amd64": "x86_64", "aarch64": "arm64", "arm64": "arm64"}
LINKED = ("requirements.txt", "requirements-dax.txt")
# All of it, so that what somebody saves meanwhile does not meet what was there before.
COPIED = ("app.py", "chalicelib", "infra")
REPORT = pytest.StashKey[Report]()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.allow_hosts(["127.0.0.1"]))


def pytest_configure(config: pytest.Config) -> None:
    config.stash[REPORT] = Report()


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if report.when == "call":
        _current.tests.append((report.nodeid.rpartition("::")[2], report.outcome, report.duration))


def pytest_sessionfinish(session: pytest.Session) -> None:
    report = session.config.stash[REPORT]
    report.tests = _current.tests
    report.seconds = time.monotonic() - _started
    if report.calls:
        report.write(ROOT / "dist" / "rehearsal")


_current = Report()
_started = time.monotonic()


@pytest.fixture(scope="session")
def report(request: pytest.FixtureRequest) -> Report:
    """What the rehearsal tells afterwards."""
    found: Report = request.config.stash[REPORT]
    return found


@pytest.fixture(scope="session")
def rehearsal(tmp_path_factory: pytest.TempPathFactory, report: Report) -> Iterator[Rehearsal]:
    """An account without anything in it, and a project of its own with this code."""
    folder = tmp_path_factory.mktemp("rehearsal")
    stage = Stage(
        "rehearsal",
        REGION,
        "blog@example.com",
        owner_email="owner@example.com",
        alarm_email="alarms@example.com",
        protected=True,
        firewall=True,
        backups=True,
        edge_logs=True,
        sets_up_api_logs=True,
        monthly_budget=20,
        architecture=MACHINES[platform.machine().lower()],
        reader_rate=1,
        reader_burst=3,
        roles_have_boundary=True,
    )
    with engine_as_aws(folder / "engine") as (engine, patch):
        for name, value in assume_deploy_role(stage, folder).items():
            patch.setenv(name, value)
        patch.setenv(CALLS_FILE, str(folder / "calls.jsonl"))
        setup.frontend()
        with Rehearsal(stage, _project(folder / "project"), setup.FRONTEND / "dist", engine) as rehearsed:
            yield rehearsed
        report.read_calls(folder / "calls.jsonl")
    assert unlisted(report.calls) == [], "a deploy calls what infra/deploy/role/calls.json does not list: list it there"


def _project(folder: Path) -> Path:
    """This code, to be changed and broken at will; wheels that were fetched before are used again."""
    folder.mkdir()
    for name in LINKED:
        (folder / name).symlink_to(ROOT / name)
    for name in COPIED:
        source = ROOT / name
        copy = shutil.copytree if source.is_dir() else shutil.copy
        copy(source, folder / name, **({"ignore": shutil.ignore_patterns("__pycache__")} if source.is_dir() else {}))
    kept = ROOT / ".chalice" / "deployments"
    kept.mkdir(parents=True, exist_ok=True)
    (folder / ".chalice").mkdir()
    (folder / ".chalice" / "config.json").symlink_to(ROOT / ".chalice" / "config.json")
    (folder / ".chalice" / "deployments").symlink_to(kept)
    return folder

"""The application as it is packaged, and its peers: where each is, its environment, the events it gets."""

import json
import os
import platform
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from benchmarks.items import IDEMPOTENCY_TABLE, MEDIA_TABLE, POST_TAGS_TABLE, POSTS_TABLE, TABLE
from benchmarks.servers import ROOT
from chalicelib.settings import variables
from infra import policies
from infra.deploy import config
from infra.deploy.package import LeanPackager, compile_all
from infra.deploy.stage import Stage
from infra.setup import BENCH_PEERS

PEERS = BENCH_PEERS
WORKER = Path(__file__).with_name("worker.py")
# The environment's interpreter without the environment.
PYTHON: str = sys._base_executable  # type: ignore[attr-defined] # noqa: SLF001
_ARCHITECTURES = {"x86_64": "x86_64", "AMD64": "x86_64", "aarch64": "arm64", "arm64": "arm64"}
_REGION = "eu-north-1"
_TABLES = {
    "TODOS_TABLE": TABLE,
    "IDEMPOTENCY_TABLE": IDEMPOTENCY_TABLE,
    "MEDIA_TABLE": MEDIA_TABLE,
    "POSTS_TABLE": POSTS_TABLE,
    "POST_TAGS_TABLE": POST_TAGS_TABLE,
}
# What a run may choose otherwise than a stage's defaults: STORE_TRANSPORT=botocore make bench.
CHOICES = ("STORE_TRANSPORT", "STORE_DECODING", "TRACING")


class BenchError(Exception):
    """Nothing can be compared; the message is one sentence that says why."""


@dataclass(frozen=True, slots=True)
class Contestant:
    """Folders that are imported from, and the module of the handler `app`."""

    name: str
    module: str
    folders: tuple[Path, ...]
    variables: Mapping[str, str] = field(default_factory=dict)

    def start(
        self, port: int, under: Sequence[str] = (), variables: Mapping[str, str] | None = None
    ) -> "subprocess.Popen[str]":
        """A fresh process, which says when it has imported; `under` another program."""
        paths = os.pathsep.join(map(str, self.folders))
        # Neither what this machine's Python has installed nor what stands beside the worker is the contestant's.
        command = [PYTHON, "-S", "-P", str(WORKER), self.module, "app"]
        return subprocess.Popen(
            [*under, *command],
            env={**environment(port, self.folders[0]), **self.variables, **(variables or {}), "PYTHONPATH": paths},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )


def contestants(folder: Path) -> list[Contestant]:
    """Ours, unpacked read-only in `folder`, then the peers, compiled there."""
    return [ours(folder / "ours"), *(peer(name, folder / name) for name in PEERS)]


def package(requirements: str = "requirements.txt") -> Path:
    """The zip that the package step builds, for this machine and this Python."""
    version = "python{}.{}".format(*sys.version_info[:2])
    packager = LeanPackager(_ARCHITECTURES[platform.machine()], requirements, any_python=True)
    return Path(packager.create_deployment_package(str(ROOT), version))


def ours(folder: Path, requirements: str = "requirements.txt") -> Contestant:
    """The package, unpacked as Lambda does."""
    with zipfile.ZipFile(package(requirements)) as archive:
        archive.extractall(folder)
    _protect(folder)
    return Contestant("ours", "app", (folder,))


def peer(name: str, folder: Path) -> Contestant:
    """A peer's own code, with what its environment has installed."""
    folder.mkdir(parents=True)
    sources = Path(__file__).with_name("peers")
    for source in (*sources.glob("*.py"), *(sources / name).glob("*.py")):
        shutil.copy(source, folder)
    compile_all(folder)
    _protect(folder)
    return Contestant(name, "peer", (folder, installed(name)))


def installed(name: str) -> Path:
    """Where a peer's packages are."""
    return next((ROOT / f".venv-bench-{name}").glob("lib/python3*/site-packages"))


def without_tracing(contestant: Contestant) -> Contestant:
    """The same, told not to trace."""
    return replace(contestant, variables={"TRACING": "off"})


def _protect(folder: Path) -> None:
    for path in [folder, *folder.rglob("*")]:
        path.chmod(0o555 if path.is_dir() else 0o444)


def environment(port: int, task_root: Path) -> dict[str, str]:
    """What Lambda says, and what a stage with its defaults says to the function of the API.

    A choice of `CHOICES` in this process's own environment goes before the stage's.
    """
    stage = Stage("bench", _REGION, "blog@example.test")
    outputs = {name.title().replace("_", ""): _output(name) for name in variables()}
    outputs |= {"SiteUrl": "https://site.example.test", "SigningKey": "bench"}
    chosen = {name: os.environ[name] for name in CHOICES if os.environ.get(name)}
    return (
        config.environment(stage, outputs)
        | config.own_environment(policies.API, stage, outputs)
        | chosen
        | {
            "PATH": os.environ.get("PATH", ""),
            "AWS_REGION": _REGION,
            "AWS_DEFAULT_REGION": _REGION,
            "AWS_ACCESS_KEY_ID": "bench",
            "AWS_SECRET_ACCESS_KEY": "bench",
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
            "AWS_LAMBDA_FUNCTION_NAME": "api_handler",
            "AWS_XRAY_DAEMON_ADDRESS": f"127.0.0.1:{port}",
            "_X_AMZN_TRACE_ID": "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1",
            "LAMBDA_TASK_ROOT": str(task_root),
            "PYTHONDONTWRITEBYTECODE": "1",
        }
    )


def _output(name: str) -> str:
    if name in _TABLES:
        return _TABLES[name]
    if name == "USER_POOL_ARN":
        return f"arn:aws:cognito-idp:{_REGION}:123456789012:userpool/{_REGION}_bench"
    if name.endswith("STREAM_ARN"):
        return f"arn:aws:dynamodb:{_REGION}:123456789012:table/bench/stream/1"
    if name.endswith(("JOBS_ARN", "ANNOUNCEMENTS_ARN")):
        return f"arn:aws:sqs:{_REGION}:123456789012:bench-{name.removesuffix('_ARN').lower()}"
    return f"bench-{name.lower().replace('_', '-')}"


def ask(process: "subprocess.Popen[str]", asked: dict[str, Any], calls: int = 1) -> dict[str, Any]:
    """Let a started contestant handle an event some times."""
    assert process.stdin is not None  # noqa: S101 - asked for above
    process.stdin.write(json.dumps({"event": asked, "calls": calls}) + "\n")
    process.stdin.flush()
    return answered(process)


def answered(process: "subprocess.Popen[str]") -> dict[str, Any]:
    """What a contestant says next.

    Raises:
        BenchError: it has ended.
    """
    assert process.stdout is not None  # noqa: S101 - asked for above
    line = process.stdout.readline()
    if not line:
        raise BenchError("A contestant ended before it answered; what it said of it is above.")
    said: dict[str, Any] = json.loads(line)
    return said

"""The package alone does what the application does with its libraries whole."""

import itertools
import json
import os
import platform
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from chalicelib.blog.languages import LANGUAGES
from infra import policies
from infra.deploy.config import environment
from infra.deploy.one_stack.references import placeholders
from infra.deploy.package import LARGEST_BYTES, LeanPackager
from infra.deploy.stage import ROOT
from tests.package.building import STAGE

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
# Runs a script with one folder more to import from, before all others.
FROM = """
import runpy, sys
sys.path.insert(0, sys.argv.pop(1))
del sys.argv[0]
sys.dont_write_bytecode, sys.stdout = True, sys.stderr
runpy.run_path(sys.argv[0], run_name="__main__")
"""
INSIDE = Path(__file__).with_name("inside.py")
_MACHINES = {"x86_64": "x86_64", "AMD64": "x86_64", "aarch64": "arm64", "arm64": "arm64"}


@pytest.fixture(scope="module")
def package() -> Path:
    """The zip for this machine and this Python, of a stage with everything on."""
    packager = LeanPackager(_MACHINES[platform.machine()], STAGE.requirements, any_python=True)
    return Path(packager.create_deployment_package(str(ROOT), "python{}.{}".format(*sys.version_info)))


@pytest.fixture(scope="module")
def unpacked(package: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package as Lambda has it: nobody may write there."""
    folder = tmp_path_factory.mktemp("task")
    with zipfile.ZipFile(package) as archive:
        archive.extractall(folder)
    for path in folder.rglob("*"):
        path.chmod(0o555 if path.is_dir() else 0o444)
    return folder


class _Empty(BaseHTTPRequestHandler):
    """A DynamoDB in whose tables there is nothing."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        body = b'{"Items":[],"Count":0,"ScannedCount":0}'
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nobody reads it."""


class _Keys(BaseHTTPRequestHandler):
    """Lambda's address for credentials, as a function with SnapStart has it; they last for a minute."""

    given = itertools.count(1)

    def do_GET(self) -> None:
        expires = (datetime.now(UTC) + timedelta(minutes=1)).isoformat()
        keys = {"AccessKeyId": f"key{next(self.given)}", "SecretAccessKey": "s", "Token": "t", "Expiration": expires}
        is_known = self.headers["Authorization"] == "a token"
        self.send_response(200 if is_known else 403)
        self.end_headers()
        self.wfile.write(json.dumps(keys).encode())

    def log_message(self, *_: object) -> None:
        """Nobody reads it."""


@pytest.fixture(scope="module")
def variables() -> Iterator[dict[str, str]]:
    """What a stage tells its functions; DynamoDB is here, and empty."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Empty) as server:
        threading.Thread(target=server.serve_forever).start()
        outputs = {name: f"arn:aws:none:::{name}/stream/none" for name in placeholders(STAGE)}
        told = environment(STAGE, outputs | {"SiteUrl": "https://todo.example.com"})
        yield told | {
            "SIGNING_KEY": "a key",
            "PATH": os.environ["PATH"],
            "AWS_REGION": "eu-north-1",
            "AWS_DEFAULT_REGION": "eu-north-1",
            "AWS_ACCESS_KEY_ID": "zip",
            "AWS_SECRET_ACCESS_KEY": "zip",
            "AWS_ENDPOINT_URL_DYNAMODB": f"http://127.0.0.1:{server.server_port}",
        }
        server.shutdown()


def answer(question: str, variables: dict[str, str], *command: str) -> Any:
    """What a process says, whose folder and libraries are those of the command."""
    done = subprocess.run(
        [*command, question], env=variables, cwd="/", capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def within(unpacked: Path, question: str, variables: dict[str, str]) -> Any:
    """The package's answer, with nothing else to import but Python's own library."""
    python = sys._base_executable  # type: ignore[attr-defined]
    return answer(question, variables, python, "-I", "-S", "-c", FROM, str(unpacked), str(INSIDE))


def whole(question: str, variables: dict[str, str]) -> Any:
    """The answer of the code here, with the libraries as they were installed."""
    return answer(question, variables, sys.executable, "-c", FROM, str(ROOT), str(INSIDE))


@pytest.mark.parametrize(
    "question", ["prose", "photos", "mails", "pages", "addresses", "clients", "requests", "handlers"]
)
def test_it_does_what_the_libraries_do_whole(unpacked: Path, variables: dict[str, str], question: str) -> None:
    found = within(unpacked, question, variables)
    assert found == whole(question, variables)
    assert found


def test_it_highlights_every_language_as_the_whole_pygments_does(unpacked: Path, variables: dict[str, str]) -> None:
    found = within(unpacked, "highlighted", variables)
    assert found == whole("highlighted", variables)
    plain = {language for language, html in found.items() if "<span" not in html}
    assert plain == {"abap", "nonsense", "text"}
    assert {*found} - {"abap", "nonsense"} == LANGUAGES


def test_every_function_answers(unpacked: Path, variables: dict[str, str]) -> None:
    answers = within(unpacked, "handlers", variables)
    assert {name.replace("_", "-") for name in answers if "/" not in name} == {*policies.FUNCTIONS} - {policies.API}
    assert answers["/health"] == [200, '{"status":"ok","stage":"prod"}']
    assert answers["/posts"] == [200, '{"items":[],"next":null}']


@pytest.mark.parametrize("tracing", ["lean", "sdk"])
@pytest.mark.parametrize("transport", ["lean", "botocore"])
def test_it_answers_the_same_whoever_is_told_and_asked(
    unpacked: Path, variables: dict[str, str], tracing: str, transport: str
) -> None:
    in_lambda = {
        "LAMBDA_TASK_ROOT": str(unpacked),
        "_X_AMZN_TRACE_ID": "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1",
        # Nobody is there, as nobody need be.
        "AWS_XRAY_DAEMON_ADDRESS": "127.0.0.1:9",
    }
    chosen = {**variables, **in_lambda, "TRACING": tracing, "STORE_TRANSPORT": transport}
    assert within(unpacked, "handlers", chosen) == within(unpacked, "handlers", variables)


def test_it_imports_from_itself_alone(unpacked: Path, variables: dict[str, str]) -> None:
    files = [Path(file) for file in within(unpacked, "imported", variables)]
    assert all(file.is_relative_to(unpacked) for file in files)
    dependencies = [
        file for file in files if file.relative_to(unpacked).parts[0] not in ("app.py", "chalice", "chalicelib")
    ]
    assert {file.suffix for file in dependencies} == {".pyc", ".so"}
    assert len(files) > 300


def test_it_trusts_amazons_roots_alone(unpacked: Path, variables: dict[str, str]) -> None:
    amazon = [f"Amazon Root CA {number}" for number in range(1, 5)]
    starfield = "Starfield Services Root Certificate Authority - G2"
    assert within(unpacked, "trusted", variables) == [*amazon, starfield]


def test_every_way_to_aws_goes_by_them(unpacked: Path, variables: dict[str, str]) -> None:
    assert set(within(unpacked, "bundles", variables)) == {str(unpacked / "amazon-roots.pem")}


def test_one_setting_returns_to_everybodys_roots(unpacked: Path, variables: dict[str, str]) -> None:
    without = {name: value for name, value in variables.items() if name != "CA_BUNDLE"}
    assert len(within(unpacked, "trusted", without)) > 100


def test_with_snapstart_credentials_come_from_lambdas_address_and_are_renewed(
    unpacked: Path, variables: dict[str, str]
) -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Keys) as server:
        threading.Thread(target=server.serve_forever).start()
        address = {
            "AWS_LAMBDA_INITIALIZATION_TYPE": "snap-start",
            "AWS_CONTAINER_CREDENTIALS_FULL_URI": f"http://127.0.0.1:{server.server_port}/v1/credentials",
            "AWS_CONTAINER_AUTHORIZATION_TOKEN": "a token",
        }
        told = {name: value for name, value in variables.items() if not name.startswith("AWS_") or "REGION" in name}
        first, second = within(unpacked, "keys", told | address)
        server.shutdown()
    assert first[0].startswith("key")
    assert int(first[0].removeprefix("key")) < int(second[0].removeprefix("key"))
    assert first[1:] == second[1:] == ["s", "t"]


def test_a_traceback_names_the_files_and_lines_of_dependencies(unpacked: Path, variables: dict[str, str]) -> None:
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); import botocore.session as b; b.get_session().create_client('x')"
    )
    python = sys._base_executable  # type: ignore[attr-defined]
    done = subprocess.run([python, "-I", "-S", "-c", code, str(unpacked)], capture_output=True, text=True, check=False)
    assert 'File "/var/task/botocore/session.py", line ' in done.stderr
    assert "in create_client" in done.stderr


def test_daxs_client_is_there_where_a_stage_has_dax(unpacked: Path) -> None:
    assert (unpacked / "amazondax" / "AmazonDaxClient.pyc").exists()
    code = "import sys; sys.path.insert(0, sys.argv[1]); import amazondax"
    python = sys._base_executable  # type: ignore[attr-defined]
    subprocess.run([python, "-I", "-S", "-c", code, str(unpacked)], check=True)


def test_it_is_no_larger_than_agreed(package: Path) -> None:
    assert package.stat().st_size <= LARGEST_BYTES == 8 * 1024 * 1024

"""Faults: parts that are killed, code that is saved, ports that are taken, and a start after each.

The tests share one laptop cloud and come in the order of its life.
"""

import os
import signal
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from tests.support.laptop import PASSWORD, Laptop, Person, until
from tests.support.terminal import Terminal, alive, everything_listed

WRITERS = 8


@pytest.fixture(scope="module")
def terminal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Terminal]:
    with Terminal.brought_up(tmp_path_factory.mktemp("faults") / "local") as terminal:
        yield terminal


@pytest.fixture
def cloud(terminal: Terminal) -> Iterator[Laptop]:
    until(terminal.everything_answers, 60)
    with ExitStack() as opened:
        yield terminal.laptop(opened)


@pytest.fixture
def writer(cloud: Laptop) -> Person:
    return cloud.person("writer")


def test_a_saved_handler_is_live_without_a_restart_by_hand(terminal: Terminal, cloud: Laptop) -> None:
    # given what the API says of itself
    assert httpx.get(f"{cloud.layout.api}/health").json()["status"] == "ok"
    # when the file that says so is saved with other words
    routes = cloud.layout.project / "chalicelib" / "meta" / "routes.py"
    routes.write_text(routes.read_text().replace('Health("ok"', 'Health("very well"'))
    # then the API soon says it otherwise
    until(lambda: said(cloud) == "very well", 30)


def test_saved_code_that_does_not_run_is_told_and_mended_code_is_live(terminal: Terminal, cloud: Laptop) -> None:
    routes = cloud.layout.project / "chalicelib" / "meta" / "routes.py"
    good = routes.read_text()
    routes.write_text(good + "\nthis is no Python\n")
    log = cloud.layout.logs / "supervisor.log"
    until(lambda: "The API ended at once" in log.read_text(), 60)
    routes.write_text(good.replace('"very well"', '"mended"'))
    until(lambda: said(cloud) == "mended", 60)


def said(cloud: Laptop) -> str | None:
    try:
        return str(httpx.get(f"{cloud.layout.api}/health", timeout=5).json()["status"])
    except (httpx.TransportError, ValueError):
        return None


def test_an_api_that_is_killed_is_started_again(terminal: Terminal, cloud: Laptop, writer: Person) -> None:
    todo_id = writer.api.post("/todos", json={"title": "before"}).json()["id"]
    pid = terminal.parts()["API"]
    os.kill(pid, signal.SIGKILL)
    until(lambda: terminal.parts().get("API", pid) != pid and terminal.everything_answers(), 60)
    assert writer.api.get(f"/todos/{todo_id}").json()["title"] == "before"


@pytest.mark.parametrize("part", ["site", "functions"])
def test_any_other_part_that_is_killed_is_started_again(terminal: Terminal, cloud: Laptop, part: str) -> None:
    pid = terminal.parts()[part]
    os.kill(pid, signal.SIGKILL)
    # a killed process may still count as alive for a moment, and the edge answers from its cache without the site
    until(lambda: terminal.parts().get(part, pid) != pid, 60)
    until(lambda: alive(terminal.parts()[part]) and terminal.everything_answers(), 60)


def test_no_acknowledged_write_is_lost_when_the_engine_is_killed(
    terminal: Terminal, cloud: Laptop, writer: Person
) -> None:
    # given writers who note what was acknowledged, and what was not
    acknowledged: list[str] = []
    refused: list[httpx.Response] = []
    enough = threading.Event()

    def write() -> None:
        with cloud.client(writer.tokens["IdToken"]) as api:
            while not enough.is_set():
                answer = api.post("/todos", json={"title": "kept"})
                if answer.status_code == 201:
                    acknowledged.append(answer.json()["id"])
                else:
                    refused.append(answer)

    writers = [threading.Thread(target=write) for _ in range(WRITERS)]
    for each in writers:
        each.start()
    until(lambda: len(acknowledged) >= 50, 60)
    # when the engine is killed in the middle of it
    os.kill(terminal.parts()["engine"], signal.SIGKILL)
    until(lambda: refused, 60)
    before = len(acknowledged)
    until(lambda: len(acknowledged) >= before + 50, 120)
    enough.set()
    for each in writers:
        each.join(60)
    # then whoever was not answered was told to come back
    assert {answer.status_code for answer in refused} == {503}
    assert {answer.json()["type"] for answer in refused} == {"urn:problem-type:unavailable"}
    assert all(int(answer.headers["Retry-After"]) >= 1 for answer in refused)
    assert all("access-control-allow-origin" in answer.headers for answer in refused)
    # and everything that was acknowledged is there
    there = {todo["id"] for todo in everything_listed(writer.api, "/todos")}
    assert set(acknowledged) <= there


def test_after_the_supervisor_is_killed_the_next_start_needs_no_cleaning(
    terminal: Terminal, cloud: Laptop, writer: Person
) -> None:
    # given parts that go on without their supervisor
    todo_id = writer.api.post("/todos", json={"title": "before"}).json()["id"]
    left = terminal.parts()
    terminal.kill_supervisor()
    assert sorted(left) == ["API", "edge", "engine", "functions", "site"]
    assert all(map(alive, left.values()))
    # when somebody starts again
    done = terminal.command("up")
    # then what was left is ended, and everything is there
    assert done.returncode == 0, done.stdout + done.stderr
    assert "ended what a crash had left running" in done.stdout
    assert not any(map(alive, left.values()))
    assert terminal.everything_answers()
    assert writer.api.get(f"/todos/{todo_id}").status_code == 200


def test_the_mailbox_outlives_the_engine(terminal: Terminal, cloud: Laptop) -> None:
    # given a mail
    attributes = [{"Name": "email", "Value": "keeper@example.com"}]
    cloud.public("cognito-idp").sign_up(
        ClientId=cloud.urls["user_pool_client_id"],
        Username="keeper@example.com",
        Password=PASSWORD,
        UserAttributes=attributes,
    )
    code = cloud.code_sent_to("keeper@example.com")
    # when everything is taken down and brought up again
    assert terminal.command("down").returncode == 0
    assert terminal.nothing_runs()
    assert terminal.command("up").returncode == 0
    # then it is still in the mailbox
    assert cloud.code_sent_to("keeper@example.com") == code


def test_without_a_supervisor_down_ends_what_is_left(terminal: Terminal, cloud: Laptop) -> None:
    left = terminal.parts()
    terminal.kill_supervisor()
    assert terminal.command("down").returncode == 0
    assert not any(map(alive, left.values()))


# --- starts that do not succeed, each in a folder of its own


@pytest.fixture
def other(tmp_path: Path) -> Iterator[Terminal]:
    terminal = Terminal.open(tmp_path / "local")
    yield terminal
    terminal.clean()


@pytest.mark.parametrize("variable", ["SITE_PORT", "API_PORT", "AWS_PORT", "DIRECT_PORT"])
@pytest.mark.parametrize("command", ["run", "up"])
def test_a_taken_port_is_one_clear_sentence(other: Terminal, command: str, variable: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = other.command(command, **{variable: str(port)})
    assert done.returncode == 1
    assert done.stderr.strip().splitlines()[-1] == (
        f"Port {port} is taken: stop what listens there, or set {variable}."
    )
    assert "Traceback" not in done.stdout + done.stderr
    assert other.nothing_runs()


def test_a_start_that_is_taken_down_leaves_nothing_running(other: Terminal) -> None:
    # given a start that has come as far as its first part
    with other.begin("run") as starting:
        until(other.parts, 60)
        parts = other.parts()
        # when somebody takes it down
        assert other.command("down").returncode == 0
        starting.communicate(timeout=60)
    # then nothing of it is left
    assert not any(map(alive, parts.values()))
    assert other.nothing_runs()


@pytest.mark.parametrize("ctrl_c", [signal.SIG_DFL, signal.SIG_IGN], ids=["in the foreground", "in the background"])
def test_an_interrupted_start_leaves_nothing_running(other: Terminal, ctrl_c: signal.Handlers) -> None:
    with other.begin("run", ctrl_c=ctrl_c) as starting:
        until(other.parts, 60)
        os.killpg(starting.pid, signal.SIGINT)
        out, err = starting.communicate(timeout=60)
    assert (starting.returncode, "Traceback" in out + err) == (0, False)
    assert other.nothing_runs()


def test_an_engine_that_cannot_start_tells_its_last_words(other: Terminal, tmp_path: Path) -> None:
    broken = tmp_path / "python"
    broken.write_text("#!/bin/sh\necho the engine has a headache\nexit 1\n")
    broken.chmod(0o755)
    done = other.command("run", ENGINE_PYTHON=str(broken))
    assert done.returncode == 1
    assert done.stderr.startswith("The AWS engine ended at once: the engine has a headache (see ")
    assert isinstance(done, subprocess.CompletedProcess)

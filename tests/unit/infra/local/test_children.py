"""Child processes: started, waited for, ended with all that they started, and found again after a crash."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from infra.local import children
from infra.local.children import Child, ChildError, check_port_is_free, end_left_over, free_port, last_line, remember

SLEEP = [sys.executable, "-S", "-c", "import time; print('up', flush=True); time.sleep(60)"]
Make = Callable[..., Child]


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Make]:
    """Make children, and end those that a test leaves running."""
    made: list[Child] = []

    def child(code: str = "import time; time.sleep(60)", ready: Callable[[], bool] = lambda: True) -> Child:
        command = [sys.executable, "-S", "-c", code]
        made.append(Child("part", command, {"PART": "tea"}, tmp_path, tmp_path / "logs" / "part.log", ready))
        return made[-1]

    yield child
    for each in made:
        each.stop()


def gone(pid: int) -> bool:
    return children._identity(pid) == ""


def says(child: Child, text: str) -> bool:
    return child.log.exists() and text in child.log.read_text()


def wait_for(ask: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not ask():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_child_runs_in_its_folder_with_its_environment_and_logs_what_it_says(make: Make, tmp_path: Path) -> None:
    child = make("import os, sys; print(os.getcwd(), os.environ['PART'], os.environ['PATH'] != '', file=sys.stderr)")
    child.start()
    assert child.process is not None
    child.process.wait(20)
    assert last_line(child.log) == f"{tmp_path} tea True"


def test_a_log_goes_on_where_it_was(make: Make) -> None:
    child = make("print('once more')")
    for _ in range(2):
        child.start()
        assert child.process is not None
        child.process.wait(20)
    assert child.log.read_text() == "once more\n" * 2


def test_a_child_is_ready_when_it_says_so(make: Make) -> None:
    child = make("print('up', flush=True); import time; time.sleep(60)")
    child.ready = lambda: says(child, "up")
    child.start()
    child.wait_until_ready(20)
    assert not child.ended()


def test_a_child_that_ends_at_once_tells_its_last_words(make: Make) -> None:
    child = make("import sys; sys.exit('the table is not laid')", ready=lambda: False)
    child.start()
    with pytest.raises(ChildError, match=r"The part ended at once: the table is not laid \(see .*part.log\)"):
        child.wait_until_ready(20)
    assert child.ended()


def test_a_child_that_never_answers_is_given_up(make: Make) -> None:
    child = make(ready=lambda: False)
    child.start()
    with pytest.raises(ChildError, match=r"The part did not answer within 0 s \(see .*part.log\)"):
        child.wait_until_ready(0)


def test_a_child_that_was_never_started_has_ended_and_can_be_stopped(make: Make) -> None:
    child = make()
    assert child.ended()
    child.stop()


def test_stopping_ends_what_the_child_started_too(make: Make) -> None:
    child = make(
        "import subprocess, sys, time\n"
        "grandchild = subprocess.Popen([sys.executable, '-S', '-c', 'import time; time.sleep(60)'])\n"
        "print(grandchild.pid, flush=True)\n"
        "time.sleep(60)"
    )
    child.start()
    wait_for(lambda: says(child, "\n"))
    grandchild = int(child.log.read_text())
    child.stop()
    assert child.process is None
    wait_for(lambda: gone(grandchild))


def test_a_child_that_will_not_end_is_ended(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    # given a part that takes no notice, and little patience
    monkeypatch.setattr(children, "STOP_SECONDS", 0.2)
    child = make("import signal, time; signal.signal(15, signal.SIG_IGN); print('deaf', flush=True); time.sleep(60)")
    child.start()
    wait_for(lambda: says(child, "deaf"))
    assert child.process is not None
    pid = child.process.pid
    child.stop()
    assert gone(pid)


def test_a_child_that_has_ended_can_be_stopped(make: Make) -> None:
    child = make("pass")
    child.start()
    wait_for(child.ended)
    child.stop()
    assert child.process is None


# --- after a crash


@pytest.fixture
def left_over(tmp_path: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """A process in a session of its own, as a crashed supervisor leaves it."""
    with subprocess.Popen(SLEEP, stdout=subprocess.PIPE, start_new_session=True) as process:
        assert process.stdout is not None
        process.stdout.readline()
        yield process
        process.kill()


def note(path: Path, process: "subprocess.Popen[bytes]") -> None:
    child = Child("part", SLEEP, {}, path.parent, path.parent / "log", lambda: True, process)
    remember(path, [child, Child("never started", SLEEP, {}, path.parent, path.parent / "log", lambda: True)])


def test_what_a_crash_left_running_is_ended(left_over: "subprocess.Popen[bytes]", tmp_path: Path) -> None:
    noted = tmp_path / "children.json"
    note(noted, left_over)
    assert end_left_over(noted) == 1
    assert left_over.wait(20) == -signal.SIGTERM
    assert not noted.exists()
    assert end_left_over(noted) == 0


def test_what_a_crash_left_running_is_found_from_any_terminal(
    left_over: "subprocess.Popen[bytes]", tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given a note made in one terminal
    note(tmp_path / "children.json", left_over)
    # when the next start is in another: narrower, in another language and time zone
    for name, value in {"COLUMNS": "20", "LC_ALL": "de_DE.UTF-8", "TZ": "Asia/Tokyo"}.items():
        monkeypatch.setenv(name, value)
    assert end_left_over(tmp_path / "children.json") == 1


def test_a_process_that_only_has_the_pid_is_left_alone(left_over: "subprocess.Popen[bytes]", tmp_path: Path) -> None:
    # given a note whose pid now belongs to another process: another start, or another command
    noted = tmp_path / "children.json"
    note(noted, left_over)
    identity = json.loads(noted.read_text())[str(left_over.pid)]
    for other in (identity.replace("20", "19", 1), identity + " --more", "", identity.upper()):
        noted.write_text(json.dumps({str(left_over.pid): other}))
        assert end_left_over(noted) == 0
    assert left_over.poll() is None


def test_a_left_over_process_that_will_not_end_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(children, "STOP_SECONDS", 0.3)
    deaf = [
        sys.executable,
        "-S",
        "-c",
        "import signal, time; signal.signal(15, signal.SIG_IGN); print(); time.sleep(60)",
    ]
    deaf[3] = deaf[3].replace("print()", "print(flush=True)")
    with subprocess.Popen(deaf, stdout=subprocess.PIPE, start_new_session=True) as process:
        assert process.stdout is not None
        process.stdout.readline()
        note(tmp_path / "children.json", process)
        assert end_left_over(tmp_path / "children.json") == 1
        assert process.wait(20) == -signal.SIGKILL


@pytest.mark.parametrize("content", [None, "", "{", '{"4194304": "gone long ago"}', "{}"])
def test_no_note_or_one_that_makes_no_sense_ends_nothing(tmp_path: Path, content: str | None) -> None:
    noted = tmp_path / "children.json"
    if content is not None:
        noted.write_text(content)
    assert end_left_over(noted) == 0


def test_a_process_that_is_over_is_nobody(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-S", "-c", "pass"]) as process:
        # Nobody has waited for it yet: a zombie.
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        assert gone(process.pid)


def test_an_end_between_looking_and_signalling_is_fine(tmp_path: Path) -> None:
    children._signal_group(4_194_304, signal.SIGTERM)


@pytest.mark.parametrize(("said", "last"), [("a\nb\n\n", "b"), ("", "it said nothing"), (None, "it said nothing")])
def test_the_last_words_are_the_last_line(tmp_path: Path, said: str | None, last: str) -> None:
    if said is not None:
        (tmp_path / "log").write_text(said)
    assert last_line(tmp_path / "log") == last


# --- ports


@pytest.mark.enable_socket
def test_a_taken_port_is_named_with_its_variable() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ChildError, match=f"Port {port} is taken: stop what listens there, or set API_PORT."):
            check_port_is_free(port, "API_PORT")


@pytest.mark.enable_socket
def test_a_port_that_everybody_can_reach_is_taken_too() -> None:
    with socket.create_server(("", 0)) as taken, pytest.raises(ChildError):
        check_port_is_free(taken.getsockname()[1], "API_PORT")


@pytest.mark.enable_socket
def test_a_free_port_is_free_again_and_again() -> None:
    port = free_port()
    for _ in range(2):
        check_port_is_free(port, "API_PORT")

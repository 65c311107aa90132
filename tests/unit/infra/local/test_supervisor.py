"""The supervisor: one at a time, what it keeps up, and what it says."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from infra.local import supervisor as module
from infra.local.children import ChildError
from infra.local.layout import Layout
from infra.local.supervisor import AlreadyRunningError, Supervisor, forget_state, only_one, running_pid


@dataclass
class Part:
    """A hand-written child that ends when told to."""

    name: str
    log: list[str]
    alive: list[bool] = field(default_factory=list)
    broken: bool = False
    process: None = None
    answers: list[bool] = field(default_factory=list)

    def ready(self) -> bool:
        return self.answers.pop(0) if self.answers else True

    def ended(self) -> bool:
        return not (self.alive.pop(0) if self.alive else True)

    def start(self) -> None:
        self.log.append(f"start {self.name}")

    def stop(self) -> None:
        self.log.append(f"stop {self.name}")

    def wait_until_ready(self, _: float, unless: Callable[[], bool] = lambda: False) -> None:
        if unless():
            raise ChildError(f"The {self.name} cannot start: another part has stopped.")
        if self.broken:
            raise ChildError(f"The {self.name} ended at once: a typing error")


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    return Layout(tmp_path / "local", tmp_path / "project", 1, 2, 3)


@pytest.fixture
def log() -> list[str]:
    """What was said and done, in order."""
    return []


@pytest.fixture
def supervisor(layout: Layout, log: list[str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Supervisor]:
    """A supervisor that watches a folder of the test's own and rests but a moment."""
    monkeypatch.setattr(module, "RESTART_PAUSE_SECONDS", 0.0)
    monkeypatch.setattr(module, "LOOK_SECONDS", 0.01)
    monkeypatch.setattr(module, "PROBE_SECONDS", 0.0)
    (layout.project / "chalicelib").mkdir(parents=True)
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield Supervisor(layout, layout.project, say=lambda text: log.append(text.strip()))
    for number, handler in before.items():
        signal.signal(number, handler)


def keep_until(supervisor: Supervisor, rounds: list[Callable[[], object]]) -> None:
    """Run `keep`; do one thing a round, and end after the last."""

    class Clock(Part):
        def ended(self) -> bool:
            if rounds:
                rounds.pop(0)()
            else:
                os.kill(os.getpid(), signal.SIGTERM)
            return False

    supervisor.children.append(Clock("clock", []))  # type: ignore[arg-type]
    supervisor.keep()


def test_its_folder_has_keys_of_its_own(supervisor: Supervisor, layout: Layout) -> None:
    assert layout.keys.exists()
    assert Supervisor(layout, layout.project).keys == supervisor.keys


def test_a_part_that_dies_is_started_again(supervisor: Supervisor, log: list[str]) -> None:
    supervisor.children.append(Part("API", log, alive=[True, False, True]))  # type: ignore[arg-type]
    keep_until(supervisor, [lambda: None] * 3)
    assert log == ["stop API", "start API", "API started again: it had stopped"]


def test_an_api_that_runs_and_does_not_answer_is_started_again(supervisor: Supervisor, log: list[str]) -> None:
    hanging = Part("API", log, alive=[True] * 9, answers=[True] + [False] * module.PROBES)
    supervisor.children.append(hanging)  # type: ignore[arg-type]
    keep_until(supervisor, [lambda: None] * 8)
    assert log == ["stop API", "start API", "API started again: it did not answer"]


def test_an_api_that_answers_late_now_and_then_is_left_alone(supervisor: Supervisor, log: list[str]) -> None:
    late = [*([False] * (module.PROBES - 1)), True] * 2
    supervisor.children.append(Part("API", log, alive=[True] * 12, answers=late))  # type: ignore[arg-type]
    keep_until(supervisor, [lambda: None] * 11)
    assert log == []


def test_the_api_starts_again_when_its_code_is_saved(supervisor: Supervisor, layout: Layout, log: list[str]) -> None:
    supervisor.children += [Part("API", log), Part("site", log)]  # type: ignore[list-item]
    saved = layout.project / "chalicelib" / "routes.py"
    keep_until(supervisor, [lambda: None, lambda: saved.write_text("x = 1"), lambda: None])
    assert log == ["stop API", "start API", "API started again: its code was saved"]


def test_code_that_does_not_run_is_told_and_tried_again(supervisor: Supervisor, log: list[str]) -> None:
    supervisor.children.append(Part("API", log, alive=[False, False, True], broken=True))  # type: ignore[arg-type]
    keep_until(supervisor, [lambda: None] * 2)
    assert log == ["stop API", "start API", "The API ended at once: a typing error"] * 2


def test_a_part_that_waits_for_one_that_has_stopped_does_not_keep_it_from_being_started(
    supervisor: Supervisor, log: list[str]
) -> None:
    # given functions that stop, and an engine that stops while they are started again
    engine = Part("AWS engine", log, alive=[True, False, False, True])
    supervisor.children += [engine, Part("functions", log, alive=[False, True])]  # type: ignore[list-item]
    # when the supervisor looks, then both are started again
    keep_until(supervisor, [lambda: None] * 2)
    assert log == [
        *("stop functions", "start functions", "The functions cannot start: another part has stopped."),
        *("stop AWS engine", "start AWS engine", "AWS engine started again: it had stopped"),
    ]


def test_everything_is_taken_down_the_engine_last(supervisor: Supervisor, layout: Layout, log: list[str]) -> None:
    supervisor.children += [Part(name, log) for name in ("AWS engine", "API", "site")]  # type: ignore[misc]
    layout.urls.write_text("{}")
    supervisor.stop()
    assert log == ["stop site", "stop API", "stop AWS engine"]
    assert (supervisor.children, layout.urls.exists()) == ([], False)


# --- one at a time

HOLD = """
import sys, time
from pathlib import Path
from infra.local.layout import Layout
from infra.local.supervisor import only_one
with only_one(Layout(Path(sys.argv[1]), Path(), 1, 2, 3)):
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def holder(layout: Layout) -> Iterator["subprocess.Popen[str]"]:
    """Another process that holds the installation."""
    command = [sys.executable, "-c", HOLD, str(layout.folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


def test_an_installation_is_held_by_one(layout: Layout, holder: "subprocess.Popen[str]") -> None:
    assert running_pid(layout) == holder.pid
    with pytest.raises(AlreadyRunningError, match="`make down` stops it"), only_one(layout):
        pass


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_the_hold_goes_with_the_process_whatever_ends_it(
    layout: Layout, holder: "subprocess.Popen[str]", number: signal.Signals
) -> None:
    holder.send_signal(number)
    holder.wait(20)
    assert running_pid(layout) is None
    with only_one(layout):
        assert layout.lock.read_text() == str(os.getpid())


def test_nobody_holds_what_was_never_there(layout: Layout) -> None:
    assert running_pid(layout) is None
    assert not layout.folder.exists()


def test_one_who_has_the_lock_but_not_yet_said_who_they_are_is_waited_for(layout: Layout) -> None:
    # given a holder that is between taking the lock and writing its pid
    with only_one(layout):
        layout.lock.write_text("")
        # then nobody is told of a process 0, whose signals would go to themselves
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(module.time, "sleep", lambda _: layout.lock.write_text("4711"))
            assert running_pid(layout) == 4711


def test_forgetting_removes_everything_and_may_be_done_twice(layout: Layout) -> None:
    layout.engine_state.mkdir(parents=True)
    for _ in range(2):
        forget_state(layout)
    assert not layout.folder.exists()

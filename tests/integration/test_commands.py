"""`up`, `down`, `reset` and `logs`, as the Makefile calls them."""

import os
import signal
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from infra.local.demo import DEMO_USERS
from tests.support.laptop import until
from tests.support.terminal import Terminal


@pytest.fixture(scope="module")
def terminal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Terminal]:
    terminal = Terminal.open(tmp_path_factory.mktemp("commands") / "local")
    yield terminal
    terminal.clean()


def test_the_life_of_a_laptop_cloud(terminal: Terminal) -> None:
    layout = terminal.layout
    # `up` returns when every part answers, and says where
    done = terminal.command("up")
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    assert terminal.everything_answers()
    for told in (layout.site, layout.mailbox, f"{layout.site_api}/openapi.json", *(user.email for user in DEMO_USERS)):
        assert told in done.stdout
    assert layout.keys.stat().st_mode & 0o077 == 0

    # `up` again says the same and starts nothing
    parts = terminal.parts()
    again = terminal.command("up")
    assert again.returncode == 0
    assert layout.site in again.stdout
    assert terminal.parts() == parts
    # and `run` beside it is refused
    beside = terminal.command("run")
    assert (beside.returncode, beside.stderr) == (1, "The laptop cloud is running already: `make down` stops it.\n")

    # `logs` follows what every part says, until Ctrl-C
    with terminal.begin("logs") as following:
        assert following.stdout is not None
        told = [following.stdout.readline() for _ in range(3)]
        os.killpg(following.pid, signal.SIGINT)
        _, errors = following.communicate(timeout=30)
    assert any("==>" in line for line in told)
    assert (following.returncode, "Traceback" in errors) == (0, False)

    # `down` ends all of it and keeps the state
    with ExitStack() as opened:
        ines = DEMO_USERS[0]
        cloud = terminal.laptop(opened)
        api = cloud.client(cloud.sign_in(ines.email, ines.password)["IdToken"])
        todo_id = api.post("/todos", json={"title": "kept"}).json()["id"]
        assert terminal.command("down").returncode == 0
        assert terminal.nothing_runs()
        assert not layout.urls.exists()
        assert terminal.command("up").returncode == 0
        api = cloud.client(cloud.sign_in(ines.email, ines.password)["IdToken"])
        assert api.get(f"/todos/{todo_id}").json()["title"] == "kept"

    # `reset` ends all of it and forgets the state
    assert terminal.command("reset").returncode == 0
    until(terminal.nothing_runs)
    assert not layout.folder.exists()

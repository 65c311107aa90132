"""A snapshot of a started function: nothing in it may be the same in two environments that is theirs alone."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[[str], Any]
# Stands for what Lambda's runtime has: it calls each hook in each environment.
RUNTIME = "hooks = []\ndef register_after_restore(function, *given):\n    hooks.append(lambda: function(*given))\n"
# What two environments of one snapshot say: the same memory, and none of what Python sees to when it forks by itself.
COPIES = """
import app, ctypes, json, os, random, snapshot_restore_py

def ids_and_pauses():
    from chalicelib.observe.subsegments import urandom
    from chalicelib.store import lean
    from ulid import ULID
    from uuid import uuid4
    return [urandom(8).hex(), str(ULID()), str(uuid4())], [lean._jitter(1, 1), random.random()]

def copy(restore):
    reading, writing = os.pipe()
    if not ctypes.PyDLL(None).fork():
        for hook in snapshot_restore_py.hooks if restore else ():
            hook()
        os.write(writing, json.dumps(ids_and_pauses()).encode())
        os._exit(0)
    # A child that fails ends the pipe instead of being waited for.
    os.close(writing)
    os.wait()
    return json.loads(os.read(reading, 10_000))

"""


@pytest.fixture
def snapshot(tmp_path: Path) -> Run:
    """Runs code in a process of its own, as Lambda would before it takes a snapshot."""

    def run(code: str) -> Any:
        (tmp_path / "snapshot_restore_py.py").write_text(RUNTIME)
        variables = {"AWS_LAMBDA_INITIALIZATION_TYPE": "snap-start", "STORE_TRANSPORT": "lean"}
        # Without it nobody tells X-Ray of anything.
        variables |= {"TRACING": "lean", "LAMBDA_TASK_ROOT": str(tmp_path)}
        paths = os.pathsep.join([str(tmp_path), *filter(None, sys.path)])
        environment = {**os.environ, **variables, "PYTHONPATH": paths}
        done = subprocess.run(
            [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return run


def test_two_environments_of_one_snapshot_have_ids_and_pauses_of_their_own(snapshot: Run) -> None:
    one, other = snapshot(f"{COPIES}print(json.dumps([copy(True), copy(True)]))")
    assert not {*one[0], *one[1]} & {*other[0], *other[1]}


def test_without_the_hook_pauses_would_be_the_same_and_ids_would_not(snapshot: Run) -> None:
    one, other = snapshot(f"{COPIES}print(json.dumps([copy(False), copy(False)]))")
    assert not set(one[0]) & set(other[0])
    assert one[1] == other[1]


def test_a_snapshot_has_no_connection_and_no_credentials(snapshot: Run) -> None:
    watched = """
import gc, json, socket, sys
seen = set()
sys.addaudithook(lambda event, _: seen.add(event))
import app
gc.unfreeze()
known = gc.get_objects()
from botocore.credentials import Credentials
open_sockets = [each for each in known if isinstance(each, socket.socket) and each.fileno() != -1]
credentials = [each for each in known if isinstance(each, Credentials)]
print(json.dumps([open_sockets, credentials, sorted(seen & {"socket.connect", "socket.sendto", "socket.getaddrinfo"})]))
"""
    assert snapshot(watched) == [[], [], []]


def test_the_way_to_credentials_is_in_the_snapshot(snapshot: Run) -> None:
    assert snapshot("import app, sys; print('true' if 'botocore.credentials' in sys.modules else 'false')") is True


def test_a_start_without_snapshots_takes_nothing_along() -> None:
    said = "import app, sys; print('botocore.session' in sys.modules)"
    environment = {**os.environ, "STORE_TRANSPORT": "lean"}
    done = subprocess.run([sys.executable, "-c", said], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"

"""A function's start: what the API does not need is not imported, and what comes later finds the real thing."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

# Each by itself takes longer than PynamoDB, or belongs to functions that are called less often.
HEAVY = {
    *("aws_xray_sdk", "boto3", "botocore.client", "botocore.session", "botocore.httpsession", "urllib3"),
    *("dateutil", "email", "http.client", "jinja2", "markdown_it", "nh3", "PIL", "pygments", "ulid", "xml"),
    *("ast", "calendar", "inspect", "ipaddress", "locale"),
}

Run = Callable[..., Any]


@pytest.fixture
def started() -> Run:
    def run(code: str, first: str = "", **variables: str) -> Any:
        """What `code` says, in JSON, in a process of its own that has imported the application."""
        start = f"import json, sys\n{first}\nbefore = set(sys.modules)\nimport app\n"
        command = [sys.executable, "-c", start + code]
        environment = {**os.environ, "STORE_TRANSPORT": "lean", **variables}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return run


def test_the_application_starts_without_what_the_api_does_not_need(started: Run) -> None:
    # On Pythons before 3.13 msgspec has these already.
    own = "('ast', 'inspect', 'ipaddress', 'urllib', 'urllib.parse')"
    forget = f"import msgspec\nfor name in {own}:\n    sys.modules.pop(name, None)"
    assert HEAVY & set(started("print(json.dumps(sorted(set(sys.modules) - before)))", forget)) == set()


def test_the_application_starts_without_what_msgspec_brings_for_schemas_and_other_formats(started: Run) -> None:
    brought = "{'msgspec.inspect', 'msgspec.toml', 'msgspec.yaml', 'typing_extensions'}"
    assert started(f"print(json.dumps(sorted({brought} & set(sys.modules))))") == []
    asked = started("""
import msgspec
from msgspec.inspect import IntType, type_info
print(json.dumps([type_info(int) == IntType(), msgspec.inspect.type_info(str).__class__.__name__]))
""")
    assert asked == [True, "StrType"]


def test_the_transport_is_there_before_the_first_request(started: Run) -> None:
    assert started("print(json.dumps('chalicelib.store.lean' in sys.modules))") is True


@pytest.mark.parametrize(("tracing", "there"), [("lean", True), ("sdk", False), ("off", False)])
def test_the_emitter_is_there_before_the_first_request_and_the_sdk_never(
    started: Run, tracing: str, *, there: bool
) -> None:
    modules = "('chalicelib.observe.emitter', 'aws_xray_sdk')"
    code = f"print(json.dumps([name in sys.modules for name in {modules}]))"
    assert started(code, TRACING=tracing, LAMBDA_TASK_ROOT="/var/task") == [there, False]


def test_whoever_imports_botocore_afterwards_gets_all_of_it(started: Run) -> None:
    made = """
import boto3, botocore.client, botocore.session
from pynamodb.connection import Connection
client = boto3.client("dynamodb", region_name="eu-north-1")
own = Connection("eu-north-1").client
print(json.dumps([isinstance(each, botocore.client.BaseClient) for each in (client, own)]))
"""
    assert started(made) == [True, True]


def test_errors_of_the_stand_ins_time_are_botocores(started: Run) -> None:
    same = """
import botocore.client, botocore.exceptions, pynamodb.connection.base as base
print(json.dumps(base.ClientError is botocore.exceptions.ClientError is botocore.client.ClientError))
"""
    assert started(same) is True


def test_a_stand_in_that_is_asked_for_more_asks_the_module_itself(started: Run) -> None:
    more = """
import dataclasses, datetime, urllib.parse
from pynamodb.attributes import TTLAttribute
@dataclasses.dataclass
class Point:
    x: int
moment = TTLAttribute().serialize(datetime.datetime(1970, 1, 1, 0, 0, 9, tzinfo=datetime.UTC))
import calendar, inspect
host = urllib.parse.urlsplit("http://[::1]:8000/").hostname
same_file = inspect.getfile(inspect) == inspect.__file__
print(json.dumps([Point.__doc__, moment, host, same_file, calendar.timegm((1970, 1, 1, 0, 0, 0))]))
"""
    assert started(more) == ["Point(x: int)", "9", "::1", True, 0]


def test_a_module_that_somebody_has_stays_as_it_is(started: Run) -> None:
    first = "import calendar, inspect\nhad = calendar, inspect"
    same = "import calendar, inspect\nprint(json.dumps([had[0] is calendar, had[1] is inspect]))"
    assert started(same, first) == [True, True]


COLLECTIONS = "sum(each['collections'] for each in gc.get_stats())"


@pytest.mark.parametrize("transport", ["lean", "botocore"])
def test_no_garbage_is_looked_for_meanwhile(started: Run, transport: str) -> None:
    first = f"import gc\nbegun = {COLLECTIONS}"
    assert started(f"print(json.dumps({COLLECTIONS} - begun))", first, STORE_TRANSPORT=transport) <= 8


@pytest.mark.parametrize("transport", ["lean", "botocore"])
def test_garbage_is_collected_once_all_is_imported(started: Run, transport: str) -> None:
    found = started("import gc; print(json.dumps([gc.isenabled(), gc.get_freeze_count()]))", STORE_TRANSPORT=transport)
    assert found[0] is True
    assert found[1] > 10_000

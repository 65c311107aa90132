"""What a contestant is told: what a deployed stage tells the function of the API, and nothing that flatters it."""

from pathlib import Path

import pytest

from benchmarks.contestants import CHOICES, environment
from chalicelib.settings import read
from infra import policies
from infra.deploy.config import own_environment
from infra.deploy.stage import Stage


@pytest.fixture(autouse=True)
def _nothing_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in CHOICES:
        monkeypatch.delenv(name, raising=False)


def test_it_is_what_a_stage_with_its_defaults_says() -> None:
    told = environment(4711, Path("/var/task"))
    deployed = own_environment(policies.API, Stage("bench", "eu-north-1", "blog@example.test"), {"SigningKey": "bench"})
    assert deployed.items() <= told.items()
    assert read(told).tracing == "lean"


def test_a_run_may_choose_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STORE_TRANSPORT", "botocore")
    assert environment(4711, Path("/var/task"))["STORE_TRANSPORT"] == "botocore"


def test_lambda_is_where_it_runs_and_the_stub_is_what_it_asks() -> None:
    told = environment(4711, Path("/var/task"))
    assert told["LAMBDA_TASK_ROOT"] == "/var/task"
    assert (told["AWS_ENDPOINT_URL"], told["AWS_XRAY_DAEMON_ADDRESS"]) == ("http://127.0.0.1:4711", "127.0.0.1:4711")

"""Chalice's commands in a fresh clone: each works, or says in one sentence what to run. Git sees nothing of it."""

import json
import shutil
from collections.abc import Iterator

import httpx
import pytest

from infra import policies, setup
from infra.local.children import free_port
from infra.local.engine_process import engine_python
from tests.chalice_cli.conftest import Clone
from tests.chalice_cli.people import forged, sign_in
from tests.rehearsal.staging import until

DEPLOY_FIRST = "Error: The stage dev has no values in this folder yet: run make deploy STAGE=dev, then this again."


@pytest.mark.parametrize("command", [["deploy"], ["delete"], ["deploy", "--stage", "dev"], ["dev", "plan"]])
def test_what_needs_a_deployed_stage_says_what_to_run(clone: Clone, command: list[str]) -> None:
    assert clone.chalice(*command).sentence == DEPLOY_FIRST


@pytest.mark.parametrize(
    ("command", "says"),
    [
        (["local", "--port", "0"], "run make up, then this again. For a stage on AWS: make deploy STAGE=dev."),
        (["local", "--port", "0", "--stage", "local"], "run make up, then this again."),
        (["local", "--port", "0", "--stage", "local", "--no-autoreload"], "run make up, then this again."),
        (["deploy", "--stage", "mine"], 'add "mine": {"environment_variables": {"STAGE": "mine"}} to the stages'),
        (["url"], "Could not find a record of a Rest API in chalice stage: 'dev'"),
        (["invoke", "--name", "api_handler"], "could not find a lambda function named api_handler."),
    ],
)
def test_so_do_the_others(clone: Clone, command: list[str], says: str) -> None:
    assert says in clone.chalice(*command).sentence


def test_what_chalice_finds_of_a_policy_is_empty(clone: Clone) -> None:
    assert json.loads(clone.chalice("gen-policy").output)["Statement"] == []


def test_a_package_can_be_made_before_there_is_an_account(clone: Clone) -> None:
    done = clone.chalice("package", "out")
    assert done.status == 0, done
    assert "make package STAGE=dev" in done.errors
    template = json.loads((clone.folder / "out" / "sam.json").read_text())
    made = [each for each in template["Resources"].values() if each["Type"] == "AWS::Serverless::Function"]
    assert len(made) == len(policies.FUNCTIONS)
    assert (clone.folder / "out" / "deployment.zip").stat().st_size < 50 * 1024 * 1024
    assert clone.git("status", "--porcelain") == ""


@pytest.fixture(scope="module")
def laptop(clone: Clone) -> Iterator[Clone]:
    """The clone while `make up` runs, in a shell that is signed in to AWS."""
    setup.frontend()
    shutil.copytree(setup.FRONTEND / "dist", clone.folder / "frontend" / "dist")
    ports = {name: str(free_port()) for name in ("SITE_PORT", "API_PORT", "AWS_PORT", "DIRECT_PORT")}
    foreign = {"AWS_SESSION_TOKEN": "x", "AWS_REGION": "eu-west-1"}
    started = clone.with_shell({**ports, "ENGINE_PYTHON": str(engine_python())})
    up = started.python("-m", "infra.local", "up")
    assert up.status == 0, up
    yield clone.with_shell({**ports, **foreign})
    started.python("-m", "infra.local", "down")


def test_chalice_local_serves_beside_make_up_and_verifies_tokens(laptop: Clone) -> None:
    values = json.loads((laptop.folder / ".chalice" / "stages" / "local.json").read_text())
    genuine = sign_in(values["config"]["environment_variables"])
    with laptop.serving() as address:
        until(lambda: _answers(address))
        assert httpx.get(f"{address}/todos").status_code == 401
        assert httpx.get(f"{address}/todos", headers={"Authorization": forged(genuine)}).status_code == 401
        assert httpx.get(f"{address}/todos", headers={"Authorization": genuine}).json()["items"]
    assert laptop.git("status", "--porcelain") == ""


def test_a_port_that_is_taken_is_said_with_the_next_one(laptop: Clone) -> None:
    port = int(laptop.shell["API_PORT"])
    said = laptop.chalice("local", "--port", str(port), "--no-autoreload").errors
    assert (
        said.splitlines()[-1] == f"Error: Port {port} is taken, by `make up` perhaps: chalice local --port {port + 1}"
    )


def test_chalice_local_after_make_down_says_to_run_make_up(laptop: Clone) -> None:
    down = laptop.python("-m", "infra.local", "down")
    assert down.status == 0, down
    said = laptop.chalice("local", "--port", "0", "--stage", "local").sentence
    assert said.endswith("run make up, then this again.")


def _answers(address: str) -> bool:
    try:
        return httpx.get(f"{address}/health").status_code == 200
    except httpx.TransportError:
        return False

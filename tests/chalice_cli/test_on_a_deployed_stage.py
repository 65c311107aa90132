"""Chalice's commands on a stage that `make deploy` has made: they keep what they do not know of."""

import json
from typing import Any

import boto3
import httpx
import pytest

from infra import policies
from infra.deploy.destroy import words_for_data
from infra.deploy.stage import API_STAGE, Stage
from infra.local.engine_process import REGION, EngineProcess
from tests.chalice_cli.conftest import Clone, make_deploy
from tests.chalice_cli.people import forged
from tests.rehearsal.staging import until
from tests.support.tokens import Pool

IN_REGION = {"AWS_DEFAULT_REGION": REGION}
SCHEDULED = {
    "version": "0",
    "id": "1",
    "detail-type": "Scheduled Event",
    "source": "aws.events",
    "account": "000000000000",
    "time": "2026-01-01T00:00:00Z",
    "region": REGION,
    "resources": [],
    "detail": {},
}
# What of a function differs after every deploy.
OF_THE_DEPLOY = {"CodeSha256", "CodeSize", "LastModified", "RevisionId", "ResponseMetadata"}


@pytest.fixture
def aws(engine: EngineProcess) -> Any:
    keys = {"aws_access_key_id": engine.access_key, "aws_secret_access_key": engine.secret_key}
    return boto3.Session(region_name=REGION, **keys)


@pytest.fixture
def gateway(aws: Any, engine: EngineProcess) -> Any:
    client = aws.client("apigateway", endpoint_url=engine.url)
    yield client
    client.close()


@pytest.fixture
def functions(aws: Any, engine: EngineProcess) -> Any:
    client = aws.client("lambda", endpoint_url=engine.url)
    yield client
    client.close()


def posts(engine: EngineProcess, gateway: Any) -> int:
    """The status of a public route of the deployed API, asked as CloudFront asks."""
    [api] = [each["id"] for each in gateway.get_rest_apis()["items"] if each["name"] == "mytodolist-dev"]
    [key] = [each["value"] for each in gateway.get_api_keys(includeValues=True)["items"] if "site" in each["name"]]
    url = f"{engine.url}/_aws/execute-api/{api}/{API_STAGE}/posts"
    return httpx.get(url, headers={"x-api-key": key}, timeout=60).status_code


def told(functions: Any) -> dict[str, dict[str, Any]]:
    """The settings of every function, without what differs after every deploy."""
    names = [policies.lambda_name(function, "dev") for function in policies.FUNCTIONS]
    found = {name: functions.get_function_configuration(FunctionName=name) for name in names}
    return {name: {key: one[key] for key in one.keys() - OF_THE_DEPLOY} for name, one in found.items()}


def test_the_api_answers_after_a_plain_chalice_deploy(
    deployed: Clone, engine: EngineProcess, gateway: Any, functions: Any
) -> None:
    before = told(functions)
    assert (posts(engine, gateway), deployed.git("status", "--porcelain")) == (200, "")
    done = deployed.chalice("deploy", "--stage", "dev")
    assert done.status == 0, done
    assert posts(engine, gateway) == 200
    assert told(functions) == before
    assert deployed.git("status", "--porcelain") == ""


@pytest.mark.parametrize(
    ("command", "text", "says"),
    [
        (["url"], "", ".execute-api.us-east-1."),
        (["logs"], "", ""),
        (["package", "out"], "", "deployment package"),
        (["invoke", "--name", "sweep-mail"], json.dumps(SCHEDULED), ""),
    ],
)
def test_so_do_the_commands_that_only_look(deployed: Clone, command: list[str], text: str, says: str) -> None:
    shell = {**deployed.shell, **IN_REGION}
    done = deployed.with_shell(shell).chalice(*command, "--stage", "dev", text=text)
    assert done.status == 0, done
    assert says in done.output


def test_chalice_local_on_a_deployed_stage_verifies_tokens_too(deployed: Clone) -> None:
    environment = json.loads((deployed.folder / ".chalice" / "stages" / "dev.json").read_text())["config"]
    pool = environment["environment_variables"]["USER_POOL_ARN"].rpartition("/")[2]
    client = environment["environment_variables"]["USER_POOL_CLIENT_ID"]
    genuine = Pool("key", issuer=f"https://cognito-idp.{REGION}.amazonaws.com/{pool}", client=client).token()
    with deployed.serving("--stage", "dev") as address:
        until(lambda: _status(f"{address}/posts") == 200)
        assert httpx.get(f"{address}/todos", headers={"Authorization": forged(genuine)}).status_code == 401


def test_make_deploy_makes_again_what_chalice_delete_took(deployed: Clone, engine: EngineProcess, gateway: Any) -> None:
    assert deployed.chalice("delete").status == 0
    make_deploy(deployed)
    assert posts(engine, gateway) == 200


def test_make_destroy_leaves_nothing_after_chalice_delete(deployed: Clone, gateway: Any) -> None:
    assert deployed.chalice("delete").status == 0
    words = words_for_data(Stage("dev", REGION, "blog@example.com"))
    done = deployed.python("-m", "infra.deploy", "destroy", "dev", words)
    assert done.status == 0, done
    assert (
        gateway.get_usage_plans()["items"] == gateway.get_api_keys()["items"] == gateway.get_rest_apis()["items"] == []
    )


def _status(url: str) -> int:
    try:
        return httpx.get(url, timeout=30).status_code
    except httpx.TransportError:
        return 0

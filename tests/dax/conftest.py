"""The blog's own models and services, through the real client and the local DAX, over the local engine."""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from typing import Any

import boto3
import pytest
from botocore.config import Config

from chalicelib.store.client import new_lean_client
from chalicelib.store.dax import Breaker, DaxFirst
from chalicelib.store.dax_cluster import DaxCluster
from infra.local.dax.process import DaxProcess
from infra.local.engine_process import EngineProcess
from tests.support.seam import dynamodb_behind
from tests.support.tables import declared_tables
from tests.unit.conftest import ENVIRONMENT

POSTS, TAGS = ENVIRONMENT["POSTS_TABLE"], ENVIRONMENT["POST_TAGS_TABLE"]
TABLES = {POSTS, TAGS}


@pytest.fixture(scope="session")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The engine, as SDKs find it."""
    with EngineProcess(tmp_path_factory.mktemp("engine")) as engine:
        found = {
            "AWS_ENDPOINT_URL": engine.url,
            "AWS_ACCESS_KEY_ID": engine.access_key,
            "AWS_SECRET_ACCESS_KEY": engine.secret_key,
            "AWS_REGION": ENVIRONMENT["AWS_REGION"],
            "AWS_DEFAULT_REGION": ENVIRONMENT["AWS_REGION"],
        }
        os.environ.update(found)
        yield found


@pytest.fixture(scope="session")
def dynamodb(environment: dict[str, str]) -> Iterator[Any]:
    """A client that looks at what is really stored, in the tables of the templates."""
    client = boto3.client("dynamodb", config=Config(max_pool_connections=50))
    for table in declared_tables("test"):
        client.create_table(**table)
    yield client
    client.close()


@pytest.fixture
def start_dax(environment: dict[str, str]) -> Iterator[Callable[..., DaxProcess]]:
    """Start a local DAX of the test's own."""
    with ExitStack() as started:
        yield lambda **options: started.enter_context(DaxProcess(environment, **options))


@pytest.fixture(scope="session")
def shared_dax(environment: dict[str, str]) -> Iterator[DaxProcess]:
    with DaxProcess(environment) as dax:
        yield dax


@dataclass
class Route:
    """How requests reach DynamoDB: `dax` for what the cluster did, `first` for the client under test."""

    dax: DaxProcess
    first: Any
    cluster: Any


@pytest.fixture
def through(dynamodb: Any) -> Iterator[Callable[..., Route]]:
    """Put a DAX before DynamoDB, behind all models."""
    with ExitStack() as opened:

        def put(dax: DaxProcess, *, pause_seconds: float = 0.5) -> Route:
            cluster = DaxCluster(dax.endpoint, ENVIRONMENT["AWS_REGION"])
            opened.callback(cluster.close)
            direct = opened.enter_context(closing(new_lean_client(ENVIRONMENT["AWS_REGION"])))
            first = DaxFirst(direct, cluster, TABLES, Breaker(pause_seconds))
            opened.enter_context(dynamodb_behind(lambda _: first))
            return Route(dax, first, cluster)

        yield put


@pytest.fixture
def route(through: Callable[..., Route], shared_dax: DaxProcess) -> Route:
    """The usual way: a healthy cluster."""
    return through(shared_dax)

"""A stage's stacks on a local engine, without a release: what the verbs have to cope with, in seconds."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from infra.deploy.aws import Aws, connect
from infra.deploy.parts import UNKNOWN, parts
from infra.deploy.stacks import apply
from infra.deploy.stage import Stage
from infra.local.engine_process import REGION, EngineProcess
from tests.support.engine_as_aws import engine_as_aws

STAGE = Stage("dev", REGION, "blog@example.com", alarm_email="alarms@example.com", backups=True, monthly_budget=5)
MakeStacks = Callable[..., None]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.allow_hosts(["127.0.0.1"]))


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EngineProcess]:
    """An engine, and an environment in which it is AWS."""
    folder = tmp_path_factory.mktemp("engine")
    with engine_as_aws(folder) as (engine, _):
        yield engine


@pytest.fixture
def aws(engine: EngineProcess) -> Aws:
    """The engine's account, with nothing in it."""
    engine.reset()
    return connect(STAGE)


@pytest.fixture
def make_stacks(aws: Aws) -> MakeStacks:
    """Make the stacks of a stage, as far as a deploy that breaks off before `until` has come."""

    def make(stage: Stage = STAGE, until: str = "") -> None:
        outputs: dict[str, str] = {}
        for part in parts(stage):
            if part.concern == until:
                return
            stack = part.stack(stage, outputs)
            assert UNKNOWN not in stack.parameters.values()
            outputs |= apply(aws.client("cloudformation", part.region), stack, poll_seconds=aws.poll_seconds)

    return make

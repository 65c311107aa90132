"""Engines for the tests: one shared by most, and fresh ones for tests that restart or break theirs."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from engine_support import SITE, Aws, MakeEngine, unique

from infra.local.engine_process import EngineProcess


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.allow_hosts(["127.0.0.1"]))


@pytest.fixture(scope="session")
def shared_engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EngineProcess]:
    with EngineProcess(tmp_path_factory.mktemp("engine"), origins=[SITE]) as engine:
        yield engine


@pytest.fixture(scope="session")
def every_minute(shared_engine: EngineProcess) -> str:
    """The URL of a queue that hears from two rules each minute."""
    aws = Aws(shared_engine)
    sqs, events = aws.client("sqs"), aws.client("events")
    url = str(sqs.create_queue(QueueName=unique("minutes"))["QueueUrl"])
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    for expression in ("rate(1 minute)", "cron(* * * * ? *)"):
        rule = unique("minutely")
        events.put_rule(Name=rule, ScheduleExpression=expression)
        events.put_targets(Rule=rule, Targets=[{"Id": "1", "Arn": arn, "Input": json.dumps(expression)}])
    return url


@pytest.fixture
def engine(shared_engine: EngineProcess, every_minute: str) -> EngineProcess:
    """An engine other tests use too: name resources with `unique`."""
    return shared_engine


@pytest.fixture
def aws(engine: EngineProcess) -> Aws:
    return Aws(engine)


@pytest.fixture
def make_engine(tmp_path: Path) -> Iterator[MakeEngine]:
    """Start engines of one's own; all share `tmp_path / "state"` unless told otherwise."""
    made: list[EngineProcess] = []

    def make(state: Path | None = None, **options: Any) -> EngineProcess:
        engine = EngineProcess(state or tmp_path / "state", origins=[SITE], **options).start()
        made.append(engine)
        return engine

    yield make
    for engine in made:
        if engine.running:
            engine.stop()
    shutil.rmtree(tmp_path, ignore_errors=True)

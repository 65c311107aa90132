"""The lean transport and botocore's own client: the same operations on tables of their own, the same outcomes."""

import itertools
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import botocore.session
import pytest
from botocore import exceptions
from botocore.config import Config
from engine_support import Aws, make_table
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from chalicelib.store.client import ApiCaller
from chalicelib.store.lean import Keys, LeanClient
from infra.local.engine_process import REGION, EngineProcess
from tests.support.operations import KEYS, TABLE, Request, items, operations

Value = Any


@pytest.fixture(scope="module")
def stock(shared_engine: EngineProcess) -> Iterator[Any]:
    keys = Aws(shared_engine).keys
    config = Config(parameter_validation=False, retries={"total_max_attempts": 3, "mode": "standard"})
    session = botocore.session.get_session()
    made = session.create_client("dynamodb", REGION, endpoint_url=shared_engine.url, config=config, **keys)
    with closing(made) as client:
        yield client


@pytest.fixture(scope="module")
def lean(shared_engine: EngineProcess) -> Iterator[LeanClient]:
    keys = Keys(shared_engine.access_key, shared_engine.secret_key, "")
    made = LeanClient(
        REGION, connect_timeout=1, read_timeout=60, attempts=3, endpoint=shared_engine.url, keys=lambda: keys
    )
    with closing(made) as client:
        yield client


def renamed(value: Value, old: str, new: str) -> Value:
    """The same value with a table's name in its texts changed."""
    if isinstance(value, str):
        return value.replace(old, new)
    if isinstance(value, dict):
        return {renamed(key, old, new): renamed(each, old, new) for key, each in value.items()}
    return [renamed(each, old, new) for each in value] if isinstance(value, list) else value


def outcome(client: ApiCaller, table: str, operation: str, request: Request) -> Value:
    """What a call gives or how it is refused, without what differs from one request to the next."""
    try:
        answer = client._make_api_call(operation, renamed(request, TABLE, table))
    except exceptions.ClientError as error:
        # The class itself is one that each client of botocore's makes for itself.
        answer = {"refused": str(error), "operation": error.operation_name, **error.response}
    # Some errors' models say their message a second time.
    answer = {name: each for name, each in answer.items() if name.lower() != "message"}
    metadata = dict(answer.pop("ResponseMetadata"))
    metadata["RequestId"] = len(metadata["RequestId"])
    metadata["HTTPHeaders"] = sorted(metadata["HTTPHeaders"])
    return renamed({**answer, "metadata": metadata}, table, TABLE)


def pages(client: ApiCaller, table: str, operation: str, request: Request) -> list[Value]:
    """All pages of what is asked for, each begun where the one before has ended."""
    found = [outcome(client, table, operation, request)]
    while "LastEvaluatedKey" in found[-1]:
        found.append(outcome(client, table, operation, {**request, "ExclusiveStartKey": found[-1]["LastEvaluatedKey"]}))
    return found


# A shorter example would be found slowly: each attempt is a dozen requests and two tables.
@settings(max_examples=100, phases=[Phase.generate])
@given(content=st.lists(items(), min_size=2, max_size=6), sequence=st.lists(operations(), min_size=4, max_size=14))
def test_whatever_is_asked_both_answer_the_same(
    shared_engine: EngineProcess,
    stock: ApiCaller,
    lean: LeanClient,
    content: list[Request],
    sequence: list[tuple[str, Request]],
) -> None:
    # given a table for each, with the same content
    aws = Aws(shared_engine)
    by_stock, by_lean = make_table(aws, **KEYS), make_table(aws, **KEYS)
    for table, item in itertools.product((by_stock, by_lean), content):
        outcome(stock, table, "PutItem", {"TableName": TABLE, "Item": item})
    # when both do the same, then both hear the same of it, page by page
    for operation, request in sequence:
        assert pages(lean, by_lean, operation, request) == pages(stock, by_stock, operation, request)
    # and leave the same behind, whoever looks
    everything = pages(stock, by_stock, "Scan", {"TableName": TABLE})
    assert pages(stock, by_lean, "Scan", {"TableName": TABLE}) == everything
    assert pages(lean, by_stock, "Scan", {"TableName": TABLE}) == everything
    for table in (by_stock, by_lean):
        aws.client("dynamodb").delete_table(TableName=table)

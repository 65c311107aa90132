"""DynamoDB streams feed functions as on AWS.

AWS: a mapping gathers a batch for a while, invokes, and retries, splits, skips and reports as its settings say; the
position moves only past what was handled; mappings do not wait for each other.
https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html
https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-params.html

The emulator: ignores retries, splitting, partial responses and the batching window; one failing record blocks its
stream for ever, and every mapping waits for every other.

Here: each mapping works through its batch in a thread of its own, by the rules of `stream_batches`. There is one
shard a table.
"""

import functools
import threading
import time
from collections.abc import Sequence
from typing import Any

from ministack.core.arn import parse_arn
from ministack.core.concurrency import esm_wake
from ministack.core.responses import new_uuid, request_scope
from ministack.services import dynamodb, lambda_svc

from infra.local.engine.gaps import destinations
from infra.local.engine.stream_batches import Limits, Placed, Reason, Result, Shard, work_through

TARGETS = (
    "ministack.core.arn:parse_arn",
    "ministack.core.concurrency:esm_wake",
    "ministack.core.responses:request_scope(account_id, region)",
    "ministack.services.dynamodb:_tables",
    "ministack.services.dynamodb:stream_end_position(table_name)",
    "ministack.services.dynamodb:stream_records_since(table_name, position, limit)",
    "ministack.services.dynamodb:stream_start_position(table_name)",
    "ministack.services.lambda_svc:_apply_filter_criteria(records, esm)",
    "ministack.services.lambda_svc:_create_esm(data)",
    "ministack.services.lambda_svc:_dynamodb_stream_positions",
    "ministack.services.lambda_svc:_dynamodb_stream_table_from_arn_spec(spec)",
    "ministack.services.lambda_svc:_esms",
    "ministack.services.lambda_svc:_execute_function(func, event)",
    "ministack.services.lambda_svc:_get_func_record_for_qualifier",
    "ministack.services.lambda_svc:_iter_all_esms",
    "ministack.services.lambda_svc:_poll_dynamodb_streams",
)
_SHARD = "shardId-00000000000000000000-00000000"
_BATCH_SIZE = 100
_DEFAULTS: dict[str, Any] = {
    "BatchSize": _BATCH_SIZE,
    "BisectBatchOnFunctionError": False,
    "DestinationConfig": {"OnFailure": {}},
    "MaximumRecordAgeInSeconds": -1,
    "MaximumRetryAttempts": -1,
    "ParallelizationFactor": 1,
}

Mapping = dict[str, Any]
_busy: set[str] = set()
_busy_lock = threading.Lock()


def apply() -> None:
    lambda_svc._create_esm = _with_defaults(lambda_svc._create_esm)
    lambda_svc._poll_dynamodb_streams = poll


def _with_defaults(original: Any) -> Any:
    @functools.wraps(original)
    def create(data: dict[str, Any]) -> Any:
        stream = ":dynamodb:" in str(data.get("EventSourceArn"))
        return original({**_DEFAULTS, **data} if stream else data)

    return create


def poll() -> bool:
    """Give every mapping with something to read, and nothing in hand, a thread. Never waits."""
    for account, region, mapping in lambda_svc._iter_all_esms():
        with request_scope(account, region):
            if mapping["UUID"] not in _busy and _readable(mapping):
                with _busy_lock:
                    _busy.add(mapping["UUID"])
                name = f"stream-{mapping['FunctionName']}"
                threading.Thread(target=_run, args=(account, region, mapping), daemon=True, name=name).start()
    return False


def _run(account: str, region: str, mapping: Mapping) -> None:
    try:
        with request_scope(account, region):
            _one_batch(mapping)
    finally:
        with _busy_lock:
            _busy.discard(mapping["UUID"])
        esm_wake.set()


def _readable(mapping: Mapping) -> str | None:
    """The table to read from, if the mapping is on and there is something after its position."""
    table_name = _table(mapping)
    if table_name is None or not _alive(mapping):
        return None
    return table_name if dynamodb.stream_end_position(table_name) > _position(mapping, table_name) else None


def _table(mapping: Mapping) -> str | None:
    """The table whose newest stream the mapping reads."""
    arn = mapping.get("EventSourceArn", "")
    if ":dynamodb:" not in arn:
        return None
    found = lambda_svc._dynamodb_stream_table_from_arn_spec(parse_arn(arn))
    table = dynamodb._tables.get(found[0]) if found else None
    return str(found[0]) if table and table.get("LatestStreamArn") == arn else None


def _alive(mapping: Mapping) -> bool:
    """Still the mapping of that id, switched on, with a function to call."""
    current = lambda_svc._esms.get(mapping["UUID"])
    return current is mapping and bool(mapping.get("Enabled", True)) and _function(mapping) is not None


def _function(mapping: Mapping) -> dict[str, Any] | None:
    record: dict[str, Any] | None = lambda_svc._get_func_record_for_qualifier(
        mapping["FunctionName"], mapping.get("Qualifier")
    )[0]
    return record


def _position(mapping: Mapping, table_name: str) -> int:
    """Where the mapping reads on; records that expired meanwhile are skipped."""
    start = int(dynamodb.stream_start_position(table_name))
    positions = lambda_svc._dynamodb_stream_positions
    if mapping["UUID"] not in positions:
        latest = mapping.get("StartingPosition", "LATEST") == "LATEST"
        positions[mapping["UUID"]] = dynamodb.stream_end_position(table_name) if latest else start
    return max(int(positions[mapping["UUID"]]), start)


def _one_batch(mapping: Mapping) -> None:
    table_name = _readable(mapping)
    if table_name is None:
        return
    position, records = _gather(mapping, table_name)
    end = position + len(records)
    wanted = {id(record) for record in lambda_svc._apply_filter_criteria(records, mapping)}
    placed = [Placed(position + n, record) for n, record in enumerate(records) if id(record) in wanted]

    def commit(to: int) -> None:
        if mapping["UUID"] in lambda_svc._dynamodb_stream_positions:
            lambda_svc._dynamodb_stream_positions[mapping["UUID"]] = to

    shard = Shard(
        invoke=lambda batch: _invoke(mapping, batch),
        commit=commit,
        give_up=lambda batch, reason, attempts, result: _report(mapping, batch, reason, attempts, result),
        pause=time.sleep,
        stopped=lambda: not _alive(mapping) or _table(mapping) != table_name,
        now=time.time,
    )
    work_through(placed, _limits(mapping), shard)
    if not shard.stopped():
        commit(end)


def _gather(mapping: Mapping, table_name: str) -> tuple[int, list[dict[str, Any]]]:
    """Up to a batch of records; a batch that is not full waits for the batching window."""
    position = _position(mapping, table_name)
    size = int(mapping.get("BatchSize") or _BATCH_SIZE)
    until = time.monotonic() + float(mapping.get("MaximumBatchingWindowInSeconds") or 0)
    while True:
        records: list[dict[str, Any]] = dynamodb.stream_records_since(table_name, position, size)
        if len(records) >= size or time.monotonic() >= until or not _alive(mapping):
            return position, records
        time.sleep(0.05)


def _limits(mapping: Mapping) -> Limits:
    def limit(name: str) -> int | None:
        value = int(mapping.get(name, -1))
        return None if value < 0 else value

    return Limits(
        retries=limit("MaximumRetryAttempts"),
        age_seconds=limit("MaximumRecordAgeInSeconds"),
        bisect=bool(mapping.get("BisectBatchOnFunctionError")),
        partial="ReportBatchItemFailures" in (mapping.get("FunctionResponseTypes") or []),
    )


def _invoke(mapping: Mapping, batch: Sequence[Placed]) -> Result:
    function = _function(mapping)
    if function is None:
        return Result("throttled")
    answer = lambda_svc._execute_function(function, {"Records": [placed.record for placed in batch]})
    if answer.get("throttle"):
        return Result("throttled", answer.get("body"))
    failed = bool(answer.get("error"))
    mapping["LastProcessingResult"] = "PROBLEM: Function call failed" if failed else "OK"
    return Result("failed" if failed else "ok", answer.get("body"))


def _report(mapping: Mapping, batch: Sequence[Placed], reason: Reason, attempts: int, result: Result) -> None:
    """Send the failure destination where the records were; the records themselves are not included."""
    target = ((mapping.get("DestinationConfig") or {}).get("OnFailure") or {}).get("Destination")
    if not target:
        return
    first, last = batch[0].record["dynamodb"], batch[-1].record["dynamodb"]
    response: dict[str, Any] = {"statusCode": 200, "executedVersion": mapping.get("Qualifier") or "$LATEST"}
    if result.verdict == "failed":
        response["functionError"] = "Unhandled"
    record = {
        "requestContext": {
            "requestId": new_uuid(),
            "functionArn": mapping["FunctionArn"],
            "condition": reason,
            "approximateInvokeCount": attempts,
        },
        "responseContext": response,
        "version": "1.0",
        "timestamp": _iso(time.time()),
        "DDBStreamBatchInfo": {
            "shardId": _SHARD,
            "startSequenceNumber": first["SequenceNumber"],
            "endSequenceNumber": last["SequenceNumber"],
            "approximateArrivalOfFirstRecord": _iso(first["ApproximateCreationDateTime"]),
            "approximateArrivalOfLastRecord": _iso(last["ApproximateCreationDateTime"]),
            "batchSize": len(batch),
            "streamArn": mapping["EventSourceArn"],
        },
    }
    destinations.send(target, record, subject="Lambda event source mapping failure")


def _iso(timestamp: float) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(timestamp))

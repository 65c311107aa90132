"""Before anything is measured: all contestants answer alike, ask DynamoDB for the same, and are traced."""

import subprocess
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from benchmarks.contestants import BenchError, ask
from benchmarks.scenarios import ALL, WARM, WRITES, Event, Scenario
from benchmarks.servers import seen

Process = subprocess.Popen[str]

WARMING = 20
# What each makes up for itself in a new item; where the ids are part of another value, its end.
_OWN = {"todo_id", "live_id", "created_at", "updated_at", "fingerprint", "created_item", "expires_at"}


def check(warm: Mapping[str, Process], port: int) -> None:
    """Refuse to compare what does not do the same.

    Raises:
        BenchError: a contestant answers or writes otherwise than ours, asks DynamoDB more often than once, or is not
            traced.
    """
    for scenario in ALL:
        same_answers(scenario, warm)
    for scenario in WARM:
        told = {name: _told(process, scenario, port) for name, process in warm.items()}
        for name, each in told.items():
            if each["requests"] != {scenario.operation: 1}:
                raise BenchError(f"{scenario.name}: {name} asked {each['requests']}, not once {scenario.operation}.")
        if scenario in WRITES:
            same_items(scenario, {name: puts(each["last"][scenario.operation]) for name, each in told.items()})
        missing = untraced(scenario.operation, {name: each["segments"] for name, each in told.items()})
        if missing:
            raise BenchError(
                f"{scenario.name}: {', '.join(missing)} did not tell X-Ray of the request and its {scenario.operation}."
            )


def same_answers(scenario: Scenario, warm: Mapping[str, Process]) -> None:
    """Refuse to compare what answers differently.

    Raises:
        BenchError: a contestant answers something else than ours.
    """
    said: dict[str, dict[str, Any]] = {}
    for name, process in warm.items():
        said[name] = ask(process, scenario.event, WARMING)
        if scenario.again:
            said[name] = ask(process, scenario.event_after(said[name]["headers"]), WARMING)
    ours = scenario.same(said["ours"]["body"])
    for name, answer in said.items():
        if answer["status"] != scenario.status or scenario.same(answer["body"]) != ours:
            raise BenchError(f"{scenario.name}: {name} answers {answer['status']} {answer['body'][:300]}")


def prepared(warm: Mapping[str, Process]) -> dict[tuple[str, str], Event]:
    """The event of each contestant and scenario: one that asks again knows the ETag of its contestant."""
    return {
        (name, scenario.name): scenario.event_after(ask(process, scenario.event)["headers"])
        for name, process in warm.items()
        for scenario in WARM
    }


def _told(process: Process, scenario: Scenario, port: int) -> dict[str, Any]:
    event = scenario.event_after(ask(process, scenario.event)["headers"])
    seen(port)
    ask(process, event)
    return seen(port)


def puts(request: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """The puts of a request by table: one, or those of a transaction."""
    each = [part["Put"] for part in request["TransactItems"]] if "TransactItems" in request else [request]
    return {put["TableName"]: put for put in each}


def same_items(scenario: Scenario, written: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> None:
    """Refuse to compare what writes differently.

    Raises:
        BenchError: an item has something else than ours but ids and times, or is put without a condition.
    """
    wanted = _comparable(written["ours"])
    for name, each in written.items():
        if _comparable(each) != wanted:
            raise BenchError(f"{scenario.name}: {name} puts {each}, ours {written['ours']}.")


def _comparable(written: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    return {
        table: (
            bool(put.get("ConditionExpression")),
            {name: _shape(name, value, put["Item"]) for name, value in put["Item"].items()},
        )
        for table, put in written.items()
    }


def _shape(name: str, value: Mapping[str, Any], item: Mapping[str, Mapping[str, Any]]) -> object:
    ((kind, held),) = value.items()
    if name in _OWN:
        return kind, len(held)
    todo_id = item.get("todo_id", {}).get("S", "")
    return (kind, held.replace(todo_id, "")) if kind == "S" and todo_id else (kind, held)


def untraced(operation: str, segments: Mapping[str, Iterable[Mapping[str, Any]]]) -> list[str]:
    """Who did not tell X-Ray of both the request and its one call of DynamoDB."""
    return [name for name, sent in segments.items() if not _tells_all(operation, with_subsegments(sent))]


def _tells_all(operation: str, sent: Sequence[Mapping[str, Any]]) -> bool:
    whole = [each for each in sent if _is_whole(each)]
    calls = [each["aws"].get("operation") for each in whole if each.get("namespace") == "aws"]
    return calls.count(operation) == 1 and any(each.get("namespace") != "aws" for each in whole)


def with_subsegments(sent: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Segments and all that is in them."""
    found: list[Mapping[str, Any]] = []
    for segment in sent:
        found += [segment, *with_subsegments(segment.get("subsegments", ()))]
    return found


def _is_whole(segment: Mapping[str, Any]) -> bool:
    return all(segment.get(name) for name in ("id", "trace_id", "start_time", "end_time"))

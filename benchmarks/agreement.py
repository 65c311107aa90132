"""Before anything is measured: all contestants answer alike, ask DynamoDB for the same, and are traced."""

import subprocess
from collections.abc import Iterable, Mapping
from typing import Any

from benchmarks.contestants import BenchError, ask
from benchmarks.scenarios import ALL, GET, POST, WARM, Event, Scenario
from benchmarks.servers import seen

Process = subprocess.Popen[str]

WARMING = 20
# What each makes up for itself in a new item; where the ids are part of another value, its end.
_OWN = {"todo_id", "live_id", "created_at", "updated_at"}


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
        if scenario is POST:
            same_items({name: each["last"]["PutItem"] for name, each in told.items()})
        if scenario is GET:
            missing = untraced({name: each["segments"] for name, each in told.items()})
            if missing:
                raise BenchError(f"{scenario.name}: {', '.join(missing)} told X-Ray nothing of its GetItem.")


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


def same_items(puts: Mapping[str, Mapping[str, Any]]) -> None:
    """Refuse to compare what writes differently.

    Raises:
        BenchError: an item has something else than ours but ids and times, or is put without a condition.
    """
    wanted = _comparable(puts["ours"]["Item"])
    for name, put in puts.items():
        if _comparable(put["Item"]) != wanted or "ConditionExpression" not in put:
            raise BenchError(f"{POST.name}: {name} puts {put}, ours {puts['ours']}.")


def _comparable(item: Mapping[str, Any]) -> dict[str, Any]:
    todo_id = item["todo_id"]["S"]
    return {name: len(value["S"]) if name in _OWN else _without(value, todo_id) for name, value in item.items()}


def _without(value: Mapping[str, Any], todo_id: str) -> Mapping[str, Any]:
    return {"S": value["S"].replace(todo_id, "")} if "S" in value else value


def untraced(segments: Mapping[str, Iterable[Mapping[str, Any]]]) -> list[str]:
    """Who did not tell X-Ray of the one GetItem of a GET."""
    return [name for name, sent in segments.items() if not any(map(_is_of_a_get, _with_subsegments(sent)))]


def _with_subsegments(sent: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    found: list[Mapping[str, Any]] = []
    for segment in sent:
        found += [segment, *_with_subsegments(segment.get("subsegments", ()))]
    return found


def _is_of_a_get(segment: Mapping[str, Any]) -> bool:
    about = segment.get("aws", {})
    whole = all(segment.get(name) for name in ("id", "trace_id", "start_time", "end_time"))
    return whole and segment.get("namespace") == "aws" and about.get("operation") == "GetItem"

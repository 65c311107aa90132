"""Logs: one JSON line a request, by its route; errors by their places and never by their text."""

import json
import logging
import sys
from io import StringIO
from typing import Any

from chalicelib.observe import logs


def lines(text: StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.getvalue().splitlines()]


def test_a_request_is_a_line_by_its_route(logged: StringIO) -> None:
    logs.request("GET", "/todos/{todo_id}", 200, 0.01234)
    assert lines(logged) == [
        {
            "level": "INFO",
            "message": "request",
            "method": "GET",
            "route": "/todos/{todo_id}",
            "status": 200,
            "ms": 12.3,
        }
    ]


def test_a_failure_is_told_by_its_kind_and_places_and_not_by_its_text(logged: StringIO) -> None:
    def spill(secret: str) -> None:
        raise ValueError(f"cannot make sense of {secret}")

    try:
        spill("ada@example.com")
    except ValueError as error:
        logs.failure("unhandled error", error)
    (line,) = lines(logged)
    assert (line["level"], line["message"], line["error"]) == ("ERROR", "unhandled error", "ValueError")
    assert [place.rpartition(" ")[2] for place in line["at"]] == [
        "test_a_failure_is_told_by_its_kind_and_places_and_not_by_its_text",
        "spill",
    ]
    assert "ada@example.com" not in logged.getvalue()


def test_a_line_without_fields_is_a_line_all_the_same(logged: StringIO) -> None:
    logging.getLogger("chalicelib").warning("line\nwith \x1b a break")
    assert lines(logged) == [{"level": "WARNING", "message": "line\nwith \x1b a break"}]
    assert logged.getvalue().count("\n") == 1


def test_configuring_again_changes_nothing() -> None:
    log = logging.getLogger("chalicelib")
    before = list(log.handlers)
    logs.configure(logging.DEBUG)
    assert (log.handlers, log.level, log.propagate) == (before, logging.INFO, False)


def test_lines_go_where_lambda_picks_them_up() -> None:
    log = logging.getLogger("chalicelib")
    before, log.handlers = log.handlers, []
    try:
        logs.configure()
        (handler,) = log.handlers
        assert isinstance(handler, logging.StreamHandler)
        assert handler.stream is sys.stdout
    finally:
        log.handlers = before

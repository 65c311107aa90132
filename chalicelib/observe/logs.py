"""One JSON line a request. No body, no token, no address, no identifier of a person ever enters a line."""

import logging
import sys
import traceback

import msgspec

_log = logging.getLogger("chalicelib")


class _JsonLine(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        fields = {"level": record.levelname, "message": record.getMessage(), **getattr(record, "fields", {})}
        return msgspec.json.encode(fields).decode()


def configure(level: int = logging.INFO) -> None:
    """Write lines to standard output, where Lambda picks them up; calling it again changes nothing."""
    if _log.handlers:
        return
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(_JsonLine())
    _log.addHandler(handler)
    _log.setLevel(level)
    _log.propagate = False


def request(method: str, route: str, status: int, seconds: float) -> None:
    """Log one answered request, by its route and never by its path."""
    _log.info(
        "request",
        extra={"fields": {"method": method, "route": route, "status": status, "ms": round(seconds * 1000, 1)}},
    )


def failure(message: str, error: Exception) -> None:
    """Log an error with the places it passed, but without its text: that may hold what a person typed."""
    places = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(error.__traceback__)]
    _log.error(message, extra={"fields": {"error": type(error).__name__, "at": places}})

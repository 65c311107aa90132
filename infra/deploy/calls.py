"""Notes every AWS call of a session, so that a rehearsal can tell what a deploy does.

Botocore checks each request against the service's own model before this hears of it: what is noted was valid.
https://docs.aws.amazon.com/boto3/latest/guide/events.html
"""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any


def note(session: Any, path: Path) -> None:  # noqa: ANN401 - a botocore session
    """Append a line a call to `path`: the service, the operation, and the status that came back."""

    def answered(http_response: Any, model: Any, **_: Any) -> None:  # noqa: ANN401 - botocore's event
        line = {
            "service": str(model.service_model.service_name),
            "operation": str(model.name),
            "status": int(http_response.status_code),
        }
        # One write, so that processes that note to the same file do not mix their lines.
        descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(descriptor, json.dumps(line).encode() + b"\n")
        finally:
            os.close(descriptor)

    session.register("after-call", answered)


def read(path: Path) -> list[Mapping[str, Any]]:
    """The calls noted so far, in order."""
    if not path.exists():
        return []
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]

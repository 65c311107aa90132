"""What `/_local/*` does with the emulator: health, the mails it sent, and a clean slate."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from ministack import app as emulator
from ministack.services import ses

from infra.local.engine.settings import MINISTACK_VERSION

TARGETS = (
    "ministack.app:_get_reset_lock",
    "ministack.app:_reset_all_state",
    "ministack.services.ses:_sent_emails",
)


class EngineAdmin:
    """The `Admin` of the running engine; `save` returns when the state of now is on disk."""

    def __init__(self, save: Callable[[], Awaitable[None]]) -> None:
        self._save = save

    def health(self) -> dict[str, object]:
        return {"status": "ready", "engine": f"ministack {MINISTACK_VERSION}"}

    def mail(self) -> list[dict[str, object]]:
        """Every sent mail, oldest first."""
        records = [record for entries in ses._sent_emails._data.values() for record in entries]  # noqa: SLF001
        return [_message(record) for record in sorted(records, key=lambda record: record["Timestamp"])]

    async def reset(self) -> None:
        async with emulator._get_reset_lock():  # noqa: SLF001
            await asyncio.to_thread(emulator._reset_all_state)  # noqa: SLF001
        # What was forgotten must not come back after a crash.
        await self._save()


def _message(record: dict[str, Any]) -> dict[str, object]:
    return {
        "id": record["MessageId"],
        "from": record["Source"],
        "to": record.get("To", []),
        "cc": record.get("CC", []),
        "bcc": record.get("BCC", []),
        "subject": record.get("RenderedSubject") or record.get("Subject", ""),
        "text": record.get("RenderedBodyText") or record.get("BodyText", ""),
        "html": record.get("RenderedBodyHtml") or record.get("BodyHtml"),
        "sent_at": record["Timestamp"],
    }

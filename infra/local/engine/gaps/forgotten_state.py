"""State the emulator does not save at all: sent mail and temporary credentials.

AWS: a mail that was sent stays sent, and temporary credentials work until they expire.
https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html

The emulator: forgets both with its process.

Here: they are part of the services' state and come back with it.
"""

import copy
import time
from typing import Any

from ministack.services import ses, sts

TARGETS = (
    "ministack.services.ses:_sent_emails",
    "ministack.services.ses:get_state",
    "ministack.services.ses:load_persisted_state(data)",
    "ministack.services.sts:_sessions",
    "ministack.services.sts:get_state",
    "ministack.services.sts:load_persisted_state(data)",
)


def apply() -> None:
    ses_state, ses_load, sts_load = ses.get_state, ses.load_persisted_state, sts.load_persisted_state

    def get_ses_state() -> dict[str, Any]:
        return {**ses_state(), "sent_emails": copy.deepcopy(ses._sent_emails)}

    def load_ses_state(data: dict[str, Any]) -> None:
        ses_load(data)
        ses._sent_emails.update(data.get("sent_emails", {}))

    def get_sts_state() -> dict[str, Any]:
        now = time.time()
        live = {key: session for key, session in sts._sessions.items() if session.get("Expiration", 0) > now}
        return {"sessions": copy.deepcopy(live)}

    def load_sts_state(data: dict[str, Any]) -> None:
        sts_load(data)
        sts._sessions.update(data.get("sessions", {}))

    ses.get_state, ses.load_persisted_state = get_ses_state, load_ses_state
    sts.get_state, sts.load_persisted_state = get_sts_state, load_sts_state

"""State the emulator does not save at all: sent mail, temporary credentials, when schedules last fired.

AWS: a mail that was sent stays sent, temporary credentials work until they expire, and a schedule that fired has
fired, whatever restarts.
https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html

The emulator: leaves them out, so that after a restart a one-time schedule fires again.

Here: they are part of the services' state and come back with it.
"""

import copy
import time
from typing import Any

from ministack.services import eventbridge, scheduler, ses, sts

TARGETS = (
    "ministack.services.eventbridge:_rule_last_fired",
    "ministack.services.eventbridge:get_state",
    "ministack.services.eventbridge:load_persisted_state(data)",
    "ministack.services.scheduler:_schedule_last_fired",
    "ministack.services.scheduler:get_state",
    "ministack.services.scheduler:load_persisted_state(data)",
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
    _remember_firing(eventbridge, eventbridge._rule_last_fired)
    _remember_firing(scheduler, scheduler._schedule_last_fired)


def _remember_firing(service: Any, last_fired: dict[tuple[str, ...], float]) -> None:
    get_state, load = service.get_state, service.load_persisted_state

    def get_with_firing() -> dict[str, Any]:
        return {**get_state(), "last_fired": [[list(key), fired] for key, fired in list(last_fired.items())]}

    def load_with_firing(data: dict[str, Any]) -> None:
        load(data)
        last_fired.update({tuple(key): fired for key, fired in data.get("last_fired", [])})

    service.get_state, service.load_persisted_state = get_with_firing, load_with_firing

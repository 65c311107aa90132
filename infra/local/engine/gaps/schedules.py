"""Schedules fire when they are due, and once.

AWS: a rule or schedule fires within its minute, and what has fired has fired.
https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html

The emulator: looks every ten seconds, and forgets with its process what has fired, so that a one-time schedule fires
again after a restart.

Here: it looks every second and remembers. Time zones of schedules are not looked at: times are UTC.
"""

from typing import Any

from ministack.services import eventbridge, scheduler

TARGETS = (
    "ministack.services.eventbridge:_SCHEDULER_TICK_INTERVAL",
    "ministack.services.eventbridge:_rule_last_fired",
    "ministack.services.eventbridge:get_state",
    "ministack.services.eventbridge:load_persisted_state(data)",
    "ministack.services.scheduler:_SCHEDULE_TICK_INTERVAL",
    "ministack.services.scheduler:_schedule_last_fired",
    "ministack.services.scheduler:get_state",
    "ministack.services.scheduler:load_persisted_state(data)",
)
_SECONDS_BETWEEN_LOOKS = 1


def apply() -> None:
    eventbridge._SCHEDULER_TICK_INTERVAL = _SECONDS_BETWEEN_LOOKS
    scheduler._SCHEDULE_TICK_INTERVAL = _SECONDS_BETWEEN_LOOKS
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

"""Puts the engine together once the environment is ready: check, fill the gaps, guard."""

from collections.abc import Callable

from infra.local.engine import admin, gaps, lifecycle
from infra.local.engine.guard import App, Guard, admin_token
from infra.local.engine.settings import Settings
from infra.local.engine.targets import check_targets


def build(settings: Settings, on_ready: Callable[[], None]) -> App:
    for module in (admin, lifecycle, *gaps.SHARED, *gaps.ALL):
        check_targets(module.__name__.rpartition(".")[2], module.TARGETS)
    for module in gaps.ALL:
        module.apply()
    emulator = lifecycle.Lifecycle(settings, on_ready)
    return Guard(
        emulator,
        admin.EngineAdmin(emulator.save),
        origins=settings.origins,
        token=admin_token(settings.secret_key),
    )

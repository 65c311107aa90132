"""The emulator's start and stop: load what was saved, save while running, leave nothing behind."""

import asyncio
from collections.abc import Callable

from ministack import app as emulator
from ministack.core import lambda_runtime
from ministack.core.persistence import _json_default as encode_special
from ministack.core.persistence import _json_object_hook as decode_special

from infra.local.engine import gaps
from infra.local.engine.gaps import dynamodb_durability
from infra.local.engine.generations import Generations
from infra.local.engine.guard import Message, Receive, Scope, Send
from infra.local.engine.journal import Journal
from infra.local.engine.settings import Settings
from infra.local.engine.snapshots import Snapshots, State

TARGETS = (
    "ministack.app:_build_persistence_save_dict",
    "ministack.app:_get_module(name)",
    "ministack.app:_load_persisted_state",
    "ministack.app:_state_map",
    "ministack.app:app(scope, receive, send)",
    "ministack.app:save_all",
    "ministack.core.lambda_runtime:reset",
    "ministack.core.persistence:_json_default",
    "ministack.core.persistence:_json_object_hook",
)
_JOURNALLED = frozenset({"dynamodb"})


class Lifecycle:
    """The ASGI application around the emulator: the same requests, our own loading and saving."""

    def __init__(self, settings: Settings, on_ready: Callable[[], None]) -> None:
        self._settings = settings
        self._on_ready = on_ready
        self._journal = Journal(settings.state / "journal", encode_special)
        self._snapshots = Snapshots(Generations(settings.state / "snapshots"), _sources, encode_special)
        self._stop = asyncio.Event()
        self._keeping: asyncio.Task[None] | None = None
        emulator._load_persisted_state = self._load  # noqa: SLF001
        emulator.save_all = _saved_elsewhere

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            try:
                await emulator.app(scope, receive, self._watching(send))
            except Exception as error:  # noqa: BLE001 - the server would go on without what was saved
                await send({"type": "lifespan.startup.failed", "message": f"{type(error).__name__}: {error}"})
            return
        try:
            await emulator.app(scope, receive, send)
        finally:
            self._snapshots.touch()

    async def save(self) -> None:
        """Put the state of now on disk."""
        await self._snapshots.save()

    def _load(self) -> None:
        """Called by the emulator when its event loop is ready and nothing is served yet."""
        dynamodb_durability.open_journal(self._journal)
        states = self._snapshots.load(decode_special)
        for name, module in emulator._state_map.items():  # noqa: SLF001
            if name in states:
                emulator._get_module(module).load_persisted_state(states[name])  # noqa: SLF001

    def _watching(self, send: Send) -> Send:
        async def watch(message: Message) -> None:
            if message["type"] == "lifespan.startup.complete":
                self._keeping = asyncio.create_task(self._keep())
                self._on_ready()
            elif message["type"] == "lifespan.shutdown.complete" and self._keeping is not None:
                lambda_runtime.reset()
                self._stop.set()
                await self._keeping
            await send(message)

        return watch

    async def _keep(self) -> None:
        beside = [module.background(self._stop) for module in gaps.ALL if hasattr(module, "background")]
        await asyncio.gather(self._snapshots.keep(self._settings.snapshot_seconds, self._stop), *beside)


def _sources() -> dict[str, Callable[[], State | None]]:
    sources = emulator._build_persistence_save_dict()  # noqa: SLF001
    return {name: get_state for name, get_state in sources.items() if name not in _JOURNALLED}


def _saved_elsewhere(services: object) -> None:
    """The emulator's own save on shutdown: `Snapshots` does it."""

"""`python -m infra.local.engine --port 4566 --state DIR`: start the local AWS engine. See docs/local-engine.md."""

import asyncio
import os
import shutil
import sys
import tempfile

from infra.local.engine import outbound, server, targets
from infra.local.engine.settings import (
    MINISTACK_VERSION,
    Settings,
    SettingsError,
    engine_environment,
    read_settings,
    replace_environment,
)
from infra.local.engine.state_lock import StateInUseError, lock_state


def main() -> int:
    try:
        settings = read_settings(sys.argv[1:], os.environ)
        listener = server.listen(settings.port)
        lock_state(settings.state)
        targets.check_version(MINISTACK_VERSION)
    except (SettingsError, server.PortTakenError, StateInUseError, targets.MissingTargetError) as error:
        print(error, file=sys.stderr)
        return 1
    port = listener.getsockname()[1]
    prepare(settings, port)
    # The emulator reads its settings while it is imported, so this comes after `prepare`.
    from infra.local.engine.wiring import build  # noqa: PLC0415

    try:
        asyncio.run(server.run(build(settings, lambda: print(f"ready http://127.0.0.1:{port}", flush=True)), listener))
    except (targets.MissingTargetError, server.StartError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def prepare(settings: Settings, port: int) -> None:
    """The environment, a clean folder for temporary files, and the ban on leaving this machine."""
    replace_environment(engine_environment(settings, port, os.environ))
    temporary = settings.state / "tmp"
    shutil.rmtree(temporary, ignore_errors=True)  # function folders of the last run, 50 MB each
    temporary.mkdir(parents=True)
    tempfile.tempdir = str(temporary)
    outbound.install()


sys.exit(main())

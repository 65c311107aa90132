"""One engine a state folder: two would overwrite each other's snapshots."""

import os
from pathlib import Path

_held: list[int] = []


class StateInUseError(Exception):
    """Another engine uses the folder."""


def lock_state(folder: Path) -> None:
    """Hold the folder until this process ends, however it ends."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        import fcntl  # noqa: PLC0415 - not on Windows, where the folder is not locked
    except ImportError:
        return
    descriptor = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(descriptor)
        message = f"Another engine is using {folder}."
        raise StateInUseError(message) from error
    _held.append(descriptor)

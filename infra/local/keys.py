"""The secrets of one installation: made up once, kept in a file that only its owner can read."""

import json
import os
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Keys:
    """The engine's root key, and the key that signs cursors and links."""

    access_key: str
    secret_key: str
    signing_key: str


def load_or_make(path: Path) -> Keys:
    """Return the installation's keys, made now if there are none."""
    try:
        return Keys(**json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        keys = Keys(f"LKIA{secrets.token_hex(8).upper()}", secrets.token_urlsafe(30), secrets.token_urlsafe(32))
    path.parent.mkdir(parents=True, exist_ok=True)
    write_privately(path, json.dumps(asdict(keys)))
    return keys


def write_privately(path: Path, text: str) -> None:
    """Write a file that only its owner can read, from its first byte on."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), "w", encoding="utf-8") as file:
        # It may have been there already, open to others.
        os.fchmod(file.fileno(), 0o600)
        file.truncate()
        file.write(text)

"""Snapshots on disk: a manifest names one file a service; the newest manifest and the one before are kept.

    manifest.json            the newest generation: {"services": {name: file}, "sizes": {file: bytes}}
    manifest.previous.json   the generation before, used when the newest is damaged
    <service>-<digest>.json  a service's state; an unchanged service keeps its file
    <digest>.bin             long byte strings, such as a function's code

Files are named by their content and put in place by rename, so a crash leaves the last whole generation.
"""

import hashlib
import json
import sys
from collections.abc import Mapping
from pathlib import Path

_MANIFEST = "manifest.json"
_PREVIOUS = "manifest.previous.json"
_DIGEST_LENGTH = 32


class DamagedStateError(Exception):
    """Neither generation can be read; the message says where they are."""


class Generations:
    """The folder of one engine's snapshots. Not thread safe: one writer at a time."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._current: dict[str, str] = {}

    def load(self) -> dict[str, str]:
        """The state of every service as text, from the newest whole generation; empty at the first start."""
        self._folder.mkdir(parents=True, exist_ok=True)
        newest, previous = self._folder / _MANIFEST, self._folder / _PREVIOUS
        if not newest.exists() and not previous.exists():
            return {}
        for path in (newest, previous):
            services = self._services(path)
            if services is not None:
                self._current = services
                return {name: (self._folder / file).read_text() for name, file in services.items()}
            if path.exists():
                print(f"engine: snapshot {path.name} is damaged; using an older one", file=sys.stderr, flush=True)
                path.unlink()  # so that the next rotation keeps the whole one
        message = f"The saved state in {self._folder} is damaged. Remove the folder to start afresh."
        raise DamagedStateError(message)

    def keep(self, data: bytes) -> str:
        """Store a long byte string once and return the name to find it by."""
        name = f"{_digest(data)}.bin"
        if not (self._folder / name).exists():
            self._put(name, data)
        return name

    def kept(self, name: str) -> bytes:
        return (self._folder / Path(name).name).read_bytes()

    def save(self, states: Mapping[str, str], kept: frozenset[str]) -> bool:
        """Make `states` the newest generation unless it already is; says whether anything was written."""
        services = dict(self._current)
        for name, text in states.items():
            data = text.encode()
            file = f"{name}-{_digest(data)}.json"
            if services.get(name) != file:
                self._put(file, data)
                services[name] = file
        if services == self._current:
            return False
        files = {*services.values(), *kept}
        sizes = {file: (self._folder / file).stat().st_size for file in sorted(files)}
        manifest = json.dumps({"services": services, "sizes": sizes}).encode()
        temporary = self._folder / f"{_MANIFEST}.tmp"
        temporary.write_bytes(manifest)
        newest = self._folder / _MANIFEST
        if newest.exists():
            newest.replace(self._folder / _PREVIOUS)
        temporary.replace(newest)
        self._current = services
        self._sweep()
        return True

    def _services(self, path: Path) -> dict[str, str] | None:
        """The files of a manifest if they are all there and whole."""
        try:
            manifest = json.loads(path.read_bytes())
            whole = all((self._folder / file).stat().st_size == size for file, size in manifest["sizes"].items())
            services: dict[str, str] = manifest["services"]
            for file in services.values():
                whole = whole and _digest((self._folder / file).read_bytes()) in file
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return None
        return services if whole else None

    def _put(self, name: str, data: bytes) -> None:
        temporary = self._folder / f"{name}.tmp"
        temporary.write_bytes(data)
        temporary.replace(self._folder / name)

    def _sweep(self) -> None:
        wanted = {_MANIFEST, _PREVIOUS}
        for path in (self._folder / _MANIFEST, self._folder / _PREVIOUS):
            if path.exists():
                wanted.update(json.loads(path.read_bytes())["sizes"])
        for path in self._folder.iterdir():
            if path.name not in wanted:
                path.unlink()


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:_DIGEST_LENGTH]

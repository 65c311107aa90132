"""botocore's descriptions of services: of those that functions call, at their newest, without the prose.

A client reads them when it is made, so what is left out here is also time at a cold start.
"""

import gzip
import json
import shutil
from collections.abc import Collection
from pathlib import Path
from typing import Any

# What clients read; paginators are few and small, examples and waiters nobody here asks for.
_NEEDED = ("service-2.", "endpoint-rule-set-1.", "paginators-1.")


def keep_descriptions(root: Path, services: Collection[str]) -> None:
    """Trim what the botocore in `root` knows of `services`, and of where services are."""
    data = root / "botocore" / "data"
    prefixes = {_keep_newest(data / service) for service in sorted(services)}
    endpoints = json.loads((data / "endpoints.json").read_text(encoding="utf-8"))
    for partition in endpoints["partitions"]:
        # A service that is not named is where the partition's rule says.
        partition["services"] = {name: at for name, at in partition["services"].items() if name in prefixes}
    _write(data / "endpoints.json", endpoints)


def _keep_newest(service: Path) -> str:
    """Trim one service; return how its endpoints are called."""
    *older, newest = sorted(folder for folder in service.iterdir() if folder.is_dir())
    for folder in older:
        shutil.rmtree(folder)
    for file in list(newest.iterdir()):
        if not file.name.startswith(_NEEDED):
            file.unlink()
        elif file.suffix == ".gz":
            # The package is compressed as a whole, and reading is quicker so.
            _write(file.with_suffix(""), _without_prose(json.loads(gzip.decompress(file.read_bytes()))))
            file.unlink()
    prefix: str = json.loads((newest / "service-2.json").read_text(encoding="utf-8"))["metadata"]["endpointPrefix"]
    return prefix


def _without_prose(value: Any) -> Any:  # noqa: ANN401 - whatever JSON holds
    if isinstance(value, dict):
        # Empty, not gone: botocore asks some for it. A member may be called so too, and is no text.
        said = {name: "" if name == "documentation" and isinstance(each, str) else each for name, each in value.items()}
        return {name: _without_prose(each) for name, each in said.items()}
    return [_without_prose(each) for each in value] if isinstance(value, list) else value


def _write(path: Path, content: Any) -> None:  # noqa: ANN401 - whatever JSON holds
    path.write_text(json.dumps(content, separators=(",", ":")), encoding="utf-8")

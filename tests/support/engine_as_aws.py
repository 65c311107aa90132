"""A local engine in the place of AWS, for this process and those that it starts."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from infra import shell
from infra.local.engine_process import EngineProcess


@contextmanager
def engine_as_aws(folder: Path) -> Iterator[tuple[EngineProcess, pytest.MonkeyPatch]]:
    """Run an engine, with its address and root keys in the environment; other keys may be patched over them."""
    with (
        pytest.MonkeyPatch.context() as patch,
        # Buckets, topics and queues take TLS alone.
        EngineProcess(folder, environment={"ENGINE_AS_TLS": "1"}) as engine,
    ):
        for name in [name for name in os.environ if name.startswith("AWS_") and name not in shell.NO_FILES]:
            patch.delenv(name)
        patch.setenv("AWS_ENDPOINT_URL", engine.url)
        patch.setenv("AWS_ACCESS_KEY_ID", engine.access_key)
        patch.setenv("AWS_SECRET_ACCESS_KEY", engine.secret_key)
        yield engine, patch

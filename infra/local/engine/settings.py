"""What one engine process was asked to be, and the environment the emulator reads from it."""

import argparse
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

MINISTACK_VERSION = "1.5.33"
REGION = "us-east-1"
ACCOUNT = "000000000000"

# Inherited settings that would send the engine, or the functions it runs, elsewhere.
_UNWANTED = ("AWS_", "MINISTACK_", "LOCALSTACK_", "LAMBDA_", "COGNITO_", "DOCKER_", "SERVICES", "EDGE_PORT", "PYTHON")


@dataclass(frozen=True)
class Settings:
    """`port` 0 asks the system for a free one; `origins` are the browser origins that may call the engine."""

    port: int
    state: Path
    origins: frozenset[str]
    snapshot_seconds: float
    access_key: str
    secret_key: str


class SettingsError(Exception):
    """The engine cannot start as asked; the message is one sentence for the terminal."""


def read_settings(arguments: Sequence[str], environment: Mapping[str, str]) -> Settings:
    parser = argparse.ArgumentParser(
        prog="python -m infra.local.engine", description="The local AWS engine: one process, loopback only."
    )
    parser.add_argument("--port", type=int, default=4566, help="port on 127.0.0.1; 0 takes any free one")
    parser.add_argument("--state", type=Path, required=True, help="folder that holds everything the engine keeps")
    parser.add_argument("--allow-origin", action="append", default=[], metavar="ORIGIN", help="may be repeated")
    parser.add_argument("--snapshot-seconds", type=float, default=2.0, help="how old a saved change may be")
    options = parser.parse_args(arguments)
    access_key = environment.get("AWS_ACCESS_KEY_ID", "")
    secret_key = environment.get("AWS_SECRET_ACCESS_KEY", "")
    check_root_key(access_key, secret_key)
    return Settings(
        port=options.port,
        state=options.state.resolve(),
        origins=frozenset(origin.rstrip("/") for origin in options.allow_origin),
        snapshot_seconds=options.snapshot_seconds,
        access_key=access_key,
        secret_key=secret_key,
    )


def check_root_key(access_key: str, secret_key: str) -> None:
    """Refuse keys that can be guessed: any page or program on this machine can try `test` or 000000000000."""
    if len(access_key) < 16 or access_key.isdigit() or not access_key.isalnum():
        raise SettingsError("AWS_ACCESS_KEY_ID must hold a random key of 16 or more letters and digits.")
    if len(secret_key) < 32:
        raise SettingsError("AWS_SECRET_ACCESS_KEY must hold a random secret of 32 or more characters.")


def engine_environment(settings: Settings, port: int, inherited: Mapping[str, str]) -> dict[str, str]:
    """The environment the emulator is imported with: nothing inherited may redirect or weaken it."""
    kept = {
        name: value
        for name, value in inherited.items()
        if not name.startswith(_UNWANTED) and not name.lower().endswith("_proxy")
    }
    temporary = settings.state / "tmp"
    return kept | {
        "AUTH": "true",
        "AWS_ACCESS_KEY_ID": settings.access_key,
        "AWS_SECRET_ACCESS_KEY": settings.secret_key,
        "BIND_HOST": "127.0.0.1",
        "DOCKER_HOST": f"unix://{temporary / 'no-docker.sock'}",
        "GATEWAY_PORT": str(port),
        "IOT_MTLS_ENABLED": "0",
        "LAMBDA_EXECUTOR": "local",
        "LOG_LEVEL": inherited.get("ENGINE_LOG_LEVEL", "WARNING"),
        "MINISTACK_ACCOUNT_ID": ACCOUNT,
        "MINISTACK_HOST": "127.0.0.1",
        "MINISTACK_REGION": REGION,
        "PERSIST_STATE": "1",
        "S3_DATA_DIR": str(settings.state / "s3"),
        "S3_PERSIST": "1",
        "SFTP_ENABLED": "0",
        "STATE_DIR": str(settings.state / "keys"),
        "TMPDIR": str(temporary),
    }


def replace_environment(environment: Mapping[str, str]) -> None:
    os.environ.clear()
    os.environ.update(environment)

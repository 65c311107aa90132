"""Everything read from the environment: once, typed, and with a clear error for what is missing."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache


class SettingsError(Exception):
    """The environment lacks something the application cannot guess."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The stage's settings, as `chalice` puts them into the function's environment."""

    stage: str
    region: str
    api_url: str
    allowed_origins: tuple[str, ...]
    user_pool_arn: str
    user_pool_client_id: str
    media_bucket: str
    todos_table: str
    media_table: str
    idempotency_table: str
    signing_key: bytes

    @property
    def is_local(self) -> bool:
        """Whether this is the laptop's stage."""
        return self.stage == "local"


def read(environment: Mapping[str, str]) -> Settings:
    """Build the settings from `environment`; raise `SettingsError` naming every variable that is missing."""
    missing: list[str] = []

    def required(name: str) -> str:
        value = environment.get(name, "").strip()
        if not value:
            missing.append(name)
        return value

    found = Settings(
        stage=required("STAGE"),
        region=environment.get("AWS_REGION") or environment.get("AWS_DEFAULT_REGION") or required("AWS_REGION"),
        api_url=required("API_URL").rstrip("/"),
        allowed_origins=tuple(required("ALLOWED_ORIGINS").split()),
        user_pool_arn=required("USER_POOL_ARN"),
        user_pool_client_id=required("USER_POOL_CLIENT_ID"),
        media_bucket=required("MEDIA_BUCKET"),
        todos_table=required("TODOS_TABLE"),
        media_table=required("MEDIA_TABLE"),
        idempotency_table=required("IDEMPOTENCY_TABLE"),
        signing_key=required("SIGNING_KEY").encode(),
    )
    if missing:
        raise SettingsError(f"The environment lacks {', '.join(missing)}.")
    return found


@cache
def settings() -> Settings:
    """Return the settings of this process."""
    return read(os.environ)

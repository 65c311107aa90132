"""Everything read from the environment: once, typed, and with a clear error for what is missing."""

import os
from collections.abc import Mapping
from functools import cache
from typing import Any

import msgspec


class SettingsError(Exception):
    """The environment lacks something the application cannot guess."""


class Settings(msgspec.Struct, frozen=True):
    """The stage's settings, each from the environment variable of its name in capitals.

    Those with a default are empty where the stage does without what they name.
    """

    stage: str
    aws_region: str
    api_url: str
    allowed_origins: tuple[str, ...]
    user_pool_arn: str
    user_pool_client_id: str
    media_bucket: str
    thumbnails_bucket: str
    site_bucket: str
    site_url: str
    todos_table: str
    media_table: str
    idempotency_table: str
    posts_table: str
    post_tags_table: str
    subscribers_table: str
    deliveries_table: str
    messages_table: str
    posts_stream_arn: str
    subscribers_stream_arn: str
    messages_stream_arn: str
    media_stream_arn: str
    todos_stream_arn: str
    thumbnail_jobs_arn: str
    mail_event_jobs_arn: str
    announcements_arn: str
    announcements_url: str
    new_subscriber_topic_arn: str
    owner_topic_arn: str
    mail_from: str
    mail_configuration_set: str
    # What signs links and cursors, for the functions that do; see chalicelib/signing.py.
    signing_key: str = ""
    # The API past CloudFront, the key it wants to see, and CloudFront's distribution: what keeps copies of answers.
    stage_cache_url: str = ""
    stage_cache_key: str = ""
    distribution_id: str = ""
    # The address that the feed's ids begin with, where it is not `site_url`; see docs/blog.md.
    feed_origin: str = ""
    # A DAX cluster's discovery address, dax://... or daxs://...
    dax_endpoint: str = ""
    # How DynamoDB is reached: empty or `lean` for chalicelib/store/lean.py, `botocore` for botocore's own client.
    store_transport: str = ""
    # What reads items: empty or `tables` for chalicelib/store/decoding.py, `pynamodb` for PynamoDB's own way.
    store_decoding: str = ""
    # When Lambda polls queues: empty or `always`, or `when_needed` for chalicelib/events/polling.py.
    queue_polling: str = ""
    # Who tells X-Ray of requests and calls: `lean` for chalicelib/observe/emitter.py, `sdk` for the X-Ray SDK,
    # `off` or empty for nobody.
    tracing: str = ""
    # The file of the package that holds the only certificate authorities to trust; see chalicelib/trust.py.
    ca_bundle: str = ""

    @property
    def is_local(self) -> bool:
        """Whether this is the laptop's stage."""
        return self.stage == "local"


_FIELDS, _DEFAULTS = Settings.__struct_fields__, Settings.__struct_defaults__


def variables() -> tuple[str, ...]:
    """The environment variables that must be there: each setting's name in capitals."""
    return tuple(name.upper() for name in _FIELDS[: -len(_DEFAULTS)])


def optional_variables() -> tuple[str, ...]:
    """The environment variables that may be there."""
    return tuple(name.upper() for name in _FIELDS[-len(_DEFAULTS) :])


def read(environment: Mapping[str, str]) -> Settings:
    """Build the settings from `environment`; raise `SettingsError` naming every variable that is missing."""
    # Lambda sets the one; whoever types `chalice deploy` has the other.
    given = {**environment, "AWS_REGION": environment.get("AWS_REGION") or environment.get("AWS_DEFAULT_REGION", "")}
    found = {name: given.get(name, "").strip() for name in variables() + optional_variables()}
    missing = [name for name in variables() if not found[name]]
    if missing:
        raise SettingsError(f"The environment lacks {', '.join(missing)}.")
    values: dict[str, Any] = {name.lower(): value for name, value in found.items()}
    values["api_url"] = values["api_url"].rstrip("/")
    values["site_url"] = values["site_url"].rstrip("/")
    values["feed_origin"] = values["feed_origin"].rstrip("/")
    values["stage_cache_url"] = values["stage_cache_url"].rstrip("/")
    values["allowed_origins"] = tuple(values["allowed_origins"].split())
    return Settings(**values)


@cache
def settings() -> Settings:
    """Return the settings of this process."""
    return read(os.environ)

"""Both transports to a server of a test's own, with time-outs that tests can wait for: in seconds."""

from typing import Any

import botocore.session
from botocore.config import Config
from botocore.loaders import create_loader

from chalicelib.store.lean import Keys, LeanClient

# It reads botocore's models once for all sessions.
MODELS = create_loader()


def lean(url: str, attempts: int = 1, read_timeout: float = 0.3) -> LeanClient:
    """The lean transport, which takes no pauses."""
    return LeanClient(
        "eu-north-1",
        connect_timeout=0.5,
        read_timeout=read_timeout,
        attempts=attempts,
        endpoint=url,
        keys=lambda: Keys("a", "s", ""),
        pause=lambda _: None,
    )


def stock(url: str) -> Any:
    """botocore's client, which tries once."""
    config = Config(connect_timeout=0.5, read_timeout=0.3, retries={"total_max_attempts": 1, "mode": "standard"})
    named = {"aws_access_key_id": "a", "aws_secret_access_key": "s", "endpoint_url": url, "config": config}
    session = botocore.session.get_session()
    session.register_component("data_loader", MODELS)
    return session.create_client("dynamodb", "eu-north-1", **named)

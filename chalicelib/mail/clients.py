"""The clients of the services that messages go out through: made when first needed, impatient, and never repeating.

A repetition of botocore's own would send twice what the ledger means to send once.
"""

from functools import cache
from typing import Any

from chalicelib.observe import traces

CONNECT_TIMEOUT_SECONDS = 2.0
READ_TIMEOUT_SECONDS = 5.0


@cache
def client(service: str) -> Any:  # noqa: ANN401 - botocore's clients are made at run time
    """Return this process's client of `service`."""
    import botocore.session  # noqa: PLC0415 - the functions that only read and write rows do without
    from botocore.config import Config  # noqa: PLC0415

    config = Config(
        connect_timeout=CONNECT_TIMEOUT_SECONDS,
        read_timeout=READ_TIMEOUT_SECONDS,
        retries={"total_max_attempts": 1, "mode": "standard"},
    )
    return traces.watch(botocore.session.get_session().create_client(service, config=config))

"""A function's code is kept for as long as any snapshot names it.

AWS: keeps it.

The emulator: writes each package beside its state every time the state is read, and removes those the newest state
no longer names, so that an older snapshot cannot be loaded.

Here: the packages stay in the state, and the snapshots keep them like any other long byte string.
"""

from typing import Any

from ministack.services import lambda_svc

TARGETS = (
    "ministack.services.lambda_svc:_externalize_code_zip(func, referenced)",
    "ministack.services.lambda_svc:_prune_orphan_code_blobs(referenced)",
)


def apply() -> None:
    lambda_svc._externalize_code_zip = lambda_svc._prune_orphan_code_blobs = _leave_it


def _leave_it(*_: Any) -> None:
    """The snapshot does it."""

"""Requests count as having come over TLS, where the engine was started to rehearse templates that demand it.

AWS: `aws:SecureTransport` is true of a request over TLS, and of one that a service makes to another.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-securetransport

The emulator: true for `X-Forwarded-Proto: https` alone, and for no delivery from service to service.

Here: with `ENGINE_AS_TLS=1` in the environment, true for all; else as the emulator has it. Only this machine can
reach the engine in either case.
"""

import os

from ministack.core import iam_evaluator as evaluator

TARGETS = (
    "ministack.core.iam_evaluator:_request_origin",
    "ministack.core.iam_evaluator:pin_request_origin(source_ip, secure_transport)",
)


def apply() -> None:
    if os.environ.get("ENGINE_AS_TLS") == "1":
        evaluator._request_origin = _OverTls(evaluator._request_origin)


class _OverTls:
    """The emulator's context variable, whose second part is always true."""

    def __init__(self, original: object) -> None:
        self._original = original

    def get(self) -> tuple[str, bool]:
        address, _ = self._original.get()  # type: ignore[attr-defined]
        return address, True

    def set(self, origin: tuple[str, bool]) -> None:
        self._original.set(origin)  # type: ignore[attr-defined]

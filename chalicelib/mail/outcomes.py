"""How an attempt to send can end, other than well.

SendError
├── RefusedForNow    nothing was sent, and the same may succeed later: throttled, paused, out of reach
├── RefusedForGood   nothing was sent, and nothing ever will be: the service does not take this one
└── OutcomeUnknown   nobody knows: the answer was lost, or the service failed on its side
"""

from collections.abc import Container

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
    NoCredentialsError,
    NoRegionError,
    ParamValidationError,
    ProxyConnectionError,
)

_NEVER_LEFT = (
    ConnectTimeoutError,
    EndpointConnectionError,
    NoCredentialsError,
    NoRegionError,
    ProxyConnectionError,
)
_REQUEST_TIMEOUT = 408


class SendError(Exception):
    """The base of what sending raises."""


class RefusedForNow(SendError):  # noqa: N818 - reads as what happened
    """Nothing was sent; the same may succeed later."""


class RefusedForGood(SendError):  # noqa: N818 - reads as what happened
    """Nothing was sent, and the same would be refused again."""


class OutcomeUnknown(SendError):  # noqa: N818 - reads as what happened
    """Whether it was sent is not known."""


def outcome_of(error: BotoCoreError | ClientError, for_good: Container[str]) -> SendError:
    """Say what an error of botocore's means; `for_good` are the codes that no repetition will change.

    A refusal that is about the account or its settings and not about this one message is one for now: nothing is
    lost while an operator mends them.
    """
    if isinstance(error, ParamValidationError):
        return RefusedForGood("ParamValidationError")
    if isinstance(error, ClientError):
        return _answered(error, for_good)
    name = type(error).__name__
    return RefusedForNow(name) if isinstance(error, _NEVER_LEFT) else OutcomeUnknown(name)


def _answered(error: ClientError, for_good: Container[str]) -> SendError:
    code = error.response.get("Error", {}).get("Code", "")
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    if status >= 500 or status == _REQUEST_TIMEOUT:
        return OutcomeUnknown(f"{status} {code}")
    return RefusedForGood(code) if code in for_good else RefusedForNow(code)

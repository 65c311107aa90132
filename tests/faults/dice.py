"""Faults at the calls that leave the process: refused, lost on the way, done but unanswered, and functions that die."""

import random
from collections import Counter
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any, TypeVar

from botocore.exceptions import ClientError, ReadTimeoutError

Result = TypeVar("Result")


class FunctionDied(BaseException):
    """The function was killed: nothing of it runs any more, no handler of errors either."""


class Fault(StrEnum):
    """What can go wrong with a call."""

    REFUSED = "refused"
    LOST = "lost on the way"
    UNANSWERED = "done, but unanswered"
    DIED_BEFORE = "died before"
    DIED_AFTER = "died after"


_WEIGHTS = {
    Fault.REFUSED: 30,
    Fault.LOST: 20,
    Fault.UNANSWERED: 30,
    Fault.DIED_BEFORE: 10,
    Fault.DIED_AFTER: 10,
}
_FAULTS, _CUMULATIVE = list(_WEIGHTS), [sum(list(_WEIGHTS.values())[: place + 1]) for place in range(len(_WEIGHTS))]


class Dice:
    """Decides by a seed which call goes wrong, and how."""

    def __init__(self, seed: int, rate: float) -> None:
        self.random = random.Random(seed)  # noqa: S311 - repeatable, no secret
        self.rate = rate
        self.calls: Counter[str] = Counter()
        self.faults: Counter[str] = Counter()

    def roll(self, service: str) -> Fault | None:
        self.calls[service] += 1
        if self.random.random() >= self.rate:
            return None
        self.faults[service] += 1
        return self.random.choices(_FAULTS, cum_weights=_CUMULATIVE)[0]

    def call(
        self,
        service: str,
        do: Callable[[], Result],
        refusal: Callable[[], Exception],
        silence: Callable[[], Exception],
    ) -> Result:
        """Call `do`, or fail it: `refusal` makes the error of an answer that says no, `silence` that of none."""
        fault = self.roll(service)
        if fault is None:
            return do()
        if fault is Fault.REFUSED:
            raise refusal()
        if fault is Fault.DIED_BEFORE:
            raise FunctionDied
        if fault is Fault.LOST:
            raise silence()
        do()
        if fault is Fault.DIED_AFTER:
            raise FunctionDied
        raise silence()


class FaultyDynamoDb:
    """DynamoDB behind a bad network."""

    def __init__(self, inner: Any, dice: Dice) -> None:
        self._inner = inner
        self._dice = dice
        self.meta: Any = None
        self._request_signer: Any = None
        # Called after each write that was done, as a worker that stops for a while would be.
        self.after_write: Callable[[str, Mapping[str, Any]], None] = lambda *_: None

    def _make_api_call(self, operation_name: str, operation_kwargs: Mapping[str, Any]) -> dict[str, Any]:
        def do() -> dict[str, Any]:
            answer: dict[str, Any] = self._inner._make_api_call(operation_name, operation_kwargs)
            self.after_write(operation_name, operation_kwargs)
            return answer

        return self._dice.call("DynamoDB", do, lambda: throttled("ThrottlingException", status=400), silent)


def throttled(code: str, message: str = "Slow down", status: int = 429) -> ClientError:
    """What botocore raises when a service has had enough."""
    response: Any = {
        "Error": {"Code": code, "Message": message},
        "ResponseMetadata": {"HTTPStatusCode": status, "RequestId": "request"},
    }
    return ClientError(response, "AnyOperation")


def silent() -> ReadTimeoutError:
    """What botocore raises when an answer does not come."""
    return ReadTimeoutError(endpoint_url="https://service")

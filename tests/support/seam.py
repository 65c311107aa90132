"""Hand-written stand-ins for botocore's client, put in at the one seam that every model is reached through."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

from botocore.exceptions import ClientError

from chalicelib.store.client import ApiCaller, shared_client

Arguments = Mapping[str, Any]
Answer = Mapping[str, Any] | Exception


class Around:
    """A client around another one; what it does beside passing calls on is its subclass's affair."""

    def __init__(self, inner: ApiCaller) -> None:
        self.inner = inner
        self.meta = inner.meta
        self._request_signer = inner._request_signer

    def _make_api_call(self, operation_name: str, operation_kwargs: Arguments) -> dict[str, Any]:
        return self.inner._make_api_call(operation_name, operation_kwargs)


class Recorder(Around):
    """Remembers every call: its operation and its arguments."""

    def __init__(self, inner: ApiCaller) -> None:
        super().__init__(inner)
        self.calls: list[tuple[str, Arguments]] = []

    @property
    def operations(self) -> list[str]:
        return [operation for operation, _ in self.calls]

    def _make_api_call(self, operation_name: str, operation_kwargs: Arguments) -> dict[str, Any]:
        self.calls.append((operation_name, operation_kwargs))
        return super()._make_api_call(operation_name, operation_kwargs)


class Meanwhile(Around):
    """Does something of its own before a call of an operation, as another caller might; calls start at 0."""

    def __init__(self, inner: ApiCaller, operation: str, action: Callable[[], object], call: int = 0) -> None:
        super().__init__(inner)
        self._operation, self._calls_left = operation, call
        self._action: Callable[[], object] | None = action

    def _make_api_call(self, operation_name: str, operation_kwargs: Arguments) -> dict[str, Any]:
        action = self._action
        if action is not None and operation_name == self._operation:
            self._calls_left -= 1
            if self._calls_left < 0:
                self._action = None
                action()
        return super()._make_api_call(operation_name, operation_kwargs)


class FailingFrom(Around):
    """Fails from its call with the given number on; numbers start at 0."""

    def __init__(self, inner: ApiCaller, number: int, error: Exception) -> None:
        super().__init__(inner)
        self._good_ones_left = number
        self._error = error

    def _make_api_call(self, operation_name: str, operation_kwargs: Arguments) -> dict[str, Any]:
        self._good_ones_left -= 1
        if self._good_ones_left < 0:
            raise self._error
        return super()._make_api_call(operation_name, operation_kwargs)


class AnswerLost(Around):
    """Lets an operation reach the database and loses the first answer: it was done, and nobody knows."""

    def __init__(self, inner: ApiCaller, operation: str, error: Exception) -> None:
        super().__init__(inner)
        self._operation = operation
        self._error: Exception | None = error

    def _make_api_call(self, operation_name: str, operation_kwargs: Arguments) -> dict[str, Any]:
        answer = super()._make_api_call(operation_name, operation_kwargs)
        if operation_name == self._operation and self._error is not None:
            error, self._error = self._error, None
            raise error
        return answer


class Retried(AnswerLost):
    """Loses the answer of a PutItem and does it again, as botocore's own retry does."""

    def __init__(self, inner: ApiCaller) -> None:
        super().__init__(inner, "PutItem", refusal("InternalServerError", status=500))

    def _make_api_call(self, operation_name: str, operation_kwargs: Arguments) -> dict[str, Any]:
        try:
            return super()._make_api_call(operation_name, operation_kwargs)
        except Exception:  # noqa: BLE001 - whatever it was, once more
            return super()._make_api_call(operation_name, operation_kwargs)


class Scripted:
    """Gives the answers it was made with, one a call, the last one for ever; an exception is raised."""

    def __init__(self, *answers: Answer) -> None:
        self._answers = answers
        self.calls: list[tuple[str, Arguments]] = []
        self.meta: Any = None
        self._request_signer: Any = None

    def _make_api_call(self, operation_name: str, operation_kwargs: Arguments) -> dict[str, Any]:
        answer = self._answers[min(len(self.calls), len(self._answers) - 1)]
        self.calls.append((operation_name, operation_kwargs))
        if isinstance(answer, Exception):
            raise answer
        return dict(answer)


Stand = TypeVar("Stand", bound=ApiCaller)


@contextmanager
def dynamodb_behind(make: Callable[[ApiCaller], Stand]) -> Iterator[Stand]:
    """Put `make(the client that is there)` behind all models for a while."""
    shared = shared_client()
    before = shared._inner
    stand_in = make(before)
    shared._inner = stand_in
    try:
        yield stand_in
    finally:
        shared._inner = before


def refusal(code: str, *, status: int = 400, reasons: Sequence[str] = (), item: Any = None) -> ClientError:
    """The error that botocore raises when DynamoDB refuses with `code`."""
    response: dict[str, Any] = {
        "Error": {"Code": code, "Message": f"{code}, says DynamoDB"},
        "ResponseMetadata": {"HTTPStatusCode": status, "RequestId": "request"},
    }
    if reasons:
        response["CancellationReasons"] = [{"Code": reason, "Message": reason} for reason in reasons]
    if item is not None:
        response["Item"] = item
    return ClientError(response, "AnyOperation")  # type: ignore[arg-type]

"""A DAX cluster through Amazon's own client, which is imported here, when it is first needed, and nowhere else.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/DAX.client.run-application-python.html
"""

import ssl
import threading
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

from botocore.config import Config
from botocore.exceptions import ClientError

from chalicelib.store.dax import Answer, DaxTrouble, Request
from chalicelib.store.dax_decoding import decode_quicker

CONNECT_TIMEOUT_SECONDS = 0.3
READ_TIMEOUT_SECONDS = 0.8
EXPRESSIONS_KEPT = 512

_METHODS = {
    "GetItem": "get_item",
    "BatchGetItem": "batch_get_item",
    "Query": "query",
    "PutItem": "put_item",
    "UpdateItem": "update_item",
    "DeleteItem": "delete_item",
    "BatchWriteItem": "batch_write_item",
    "TransactWriteItems": "transact_write_items",
}
# DynamoDB's answers carry codes that begin with a 4; the client's own refusals say that a request makes no sense.
_ANSWERED = 4
_SENSELESS = "ValidationException"
_DYNAMODBS_NAME = {
    "InternalServerErrorException": "InternalServerError",
    "RequestLimitExceededException": "RequestLimitExceeded",
}


class DaxCluster:
    """One cluster at a `dax://` or `daxs://` address; connects when it is first asked."""

    def __init__(self, endpoint: str, region: str, read_timeout: float = READ_TIMEOUT_SECONDS) -> None:
        self._endpoint = endpoint
        self._region = region
        self._read_timeout = read_timeout
        self._client: Any = None
        self._lock = threading.Lock()

    def ask(self, operation: str, request: Request) -> Answer:
        """Answer as DynamoDB would.

        Raises:
            ClientError: DynamoDB's refusal, as botocore words it.
            DaxTrouble: there was no answer.
        """
        try:
            client = self._connected()
        except Exception as error:  # whatever is wrong with the cluster or its address, DynamoDB can still answer
            raise DaxTrouble(type(error).__name__, sent=False) from error
        try:
            answer: Answer = getattr(client, _METHODS[operation])(**request)
        except Exception as error:  # and whatever the client trips over
            refusal = as_botocore(error, operation)
            if refusal is None:
                raise DaxTrouble(type(error).__name__, sent=_may_have_been_sent(error)) from error
            raise refusal from error
        return answer

    def close(self) -> None:
        """End the connections and the client's threads."""
        with self._lock:
            if self._client is not None:
                self._client.close()
                self._client = None

    def _connected(self) -> Any:  # noqa: ANN401 - the client has no types
        with self._lock:
            if self._client is None:
                from amazondax import AmazonDaxClient  # noqa: PLC0415 - 400 ms that only DAX's users pay

                memoise_expressions()
                decode_quicker()
                self._client = AmazonDaxClient(
                    endpoint_url=self._endpoint,
                    region_name=self._region,
                    config=Config(
                        connect_timeout=CONNECT_TIMEOUT_SECONDS,
                        read_timeout=self._read_timeout,
                        # It would repeat writes blindly, and even conditions that did not hold.
                        retries={"max_attempts": 0},
                    ),
                )
            return self._client


def as_botocore(error: Exception, operation: str) -> ClientError | None:
    """DynamoDB's refusal as botocore raises it; None if the error is no answer of DynamoDB's."""
    # A certificate that is not trusted hides behind what looks like a refusal.
    if not isinstance(error, ClientError) or isinstance(error.__context__, ssl.SSLError):
        return None
    code, codes = error.response.get("Error", {}).get("Code"), getattr(error, "codes", None)
    # Where DynamoDB knows one error, the client's table may hold a pair.
    code = code[0] if isinstance(code, tuple) else code
    if not code or (codes[0] != _ANSWERED if codes else code != _SENSELESS):
        return None
    response: dict[str, Any] = {
        "Error": {"Code": _DYNAMODBS_NAME.get(code, code), "Message": error.response["Error"].get("Message", "")},
        "ResponseMetadata": {"HTTPStatusCode": 400, **error.response.get("ResponseMetadata", {})},
    }
    reasons = getattr(error, "cancellation_reasons", None)
    if reasons:
        response["CancellationReasons"] = cancellation_reasons(reasons)
    return ClientError(response, operation)  # type: ignore[arg-type]


def cancellation_reasons(told: Sequence[Any]) -> list[Mapping[str, Any]]:
    """Read what the client hands on unread: code, message and item of each part in a row.

    The item lacks its key and the names of its attributes, so it is left out.
    """
    reasons: list[Mapping[str, Any]] = []
    for code, message in zip(told[::3], told[1::3], strict=True):
        known = code if code and code.upper() != "NONE" else "None"
        reasons.append({"Code": known, **({"Message": message} if message else {})})
    return reasons


def _may_have_been_sent(error: Exception) -> bool:
    return not (isinstance(error, ConnectionRefusedError) or getattr(error, "code", None) == "NoRouteException")


@cache
def memoise_expressions() -> None:
    """Parse each expression once: parsing is most of what a query costs, and PynamoDB's repeat word for word."""
    from amazondax import DynamoDbExpressionParser as parser  # noqa: N813, PLC0415 - as above

    for name in ("parse_condition", "parse_projection", "parse_update"):
        setattr(parser, name, _parsed_once(getattr(parser, name)))


def _parsed_once(parse: Callable[[str, object], object]) -> Callable[[str, object], object]:
    trees: dict[str, object] = {}

    def parsed(text: str, listener: object) -> object:
        tree = trees.get(text)
        if tree is None:
            if len(trees) >= EXPRESSIONS_KEPT:
                trees.clear()
            tree = trees[text] = parse(text, listener)
        return tree

    return parsed

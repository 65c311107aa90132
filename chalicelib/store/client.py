"""The one DynamoDB client that every model shares, at the one seam that PynamoDB calls.

PynamoDB's `Connection` uses nothing of a botocore client but `_make_api_call`, `_request_signer` and `meta`,
so whatever offers these three can stand behind the models.
"""

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, Protocol, cast

from botocore.exceptions import BotoCoreError, ClientError, ParamValidationError

from chalicelib.observe import traces
from chalicelib.settings import Settings, settings
from chalicelib.store import transport
from chalicelib.store.errors import Unavailable

if TYPE_CHECKING:
    from chalicelib.store.lean import LeanClient

CONNECT_TIMEOUT_SECONDS = 1.0
READ_TIMEOUT_SECONDS = 3.0
TOTAL_ATTEMPTS = 3

_BUSY_CODES = {
    "InternalServerError",
    "LimitExceededException",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "RequestTimeout",
    "ServiceUnavailable",
    "ThrottlingException",
    "TransactionInProgressException",
}
_BUSY_REASONS = {"ProvisionedThroughputExceeded", "ThrottlingError", "TransactionConflict"}


class ApiCaller(Protocol):
    """What PynamoDB needs of a client."""

    meta: Any
    _request_signer: Any

    def _make_api_call(self, operation_name: str, operation_kwargs: Mapping[str, Any]) -> dict[str, Any]: ...


class SteadyClient:
    """A client that turns every sign of an unavailable DynamoDB into `Unavailable`."""

    def __init__(self, inner: ApiCaller) -> None:
        self._inner = inner
        self.meta = inner.meta
        self._request_signer = inner._request_signer  # noqa: SLF001 - the seam

    def _make_api_call(self, operation_name: str, operation_kwargs: Mapping[str, Any]) -> dict[str, Any]:
        try:
            return self._inner._make_api_call(operation_name, operation_kwargs)  # noqa: SLF001 - the seam
        except ParamValidationError:
            raise
        except BotoCoreError as error:
            raise Unavailable(f"{operation_name}: {type(error).__name__}") from error
        except ClientError as error:
            if is_busy(error):
                raise Unavailable(f"{operation_name}: {error.response['Error']['Code']}") from error
            raise


def is_busy(error: ClientError) -> bool:
    """Whether DynamoDB refused for want of capacity, so that the same call may succeed later."""
    details: Mapping[str, Any] = error.response
    if details.get("Error", {}).get("Code") in _BUSY_CODES:
        return True
    if details.get("ResponseMetadata", {}).get("HTTPStatusCode", 0) >= 500:
        return True
    reasons = {reason.get("Code") for reason in details.get("CancellationReasons", [])}
    return bool(reasons & _BUSY_REASONS) and "ConditionalCheckFailed" not in reasons


def new_botocore_client() -> ApiCaller:
    """Build botocore's own client with short time-outs and its standard retries."""
    import botocore.session  # noqa: PLC0415 - only where it is chosen
    from botocore.config import Config  # noqa: PLC0415

    config = Config(
        connect_timeout=CONNECT_TIMEOUT_SECONDS,
        read_timeout=READ_TIMEOUT_SECONDS,
        retries={"total_max_attempts": TOTAL_ATTEMPTS, "mode": "standard"},
        parameter_validation=False,
        max_pool_connections=50,
    )
    return cast("ApiCaller", botocore.session.get_session().create_client("dynamodb", config=config))


def new_lean_client(region: str) -> "LeanClient":
    """Build the lean transport with the same time-outs and repetitions."""
    from chalicelib.store.lean import LeanClient  # noqa: PLC0415 - only where it is chosen

    return LeanClient(
        region,
        connect_timeout=CONNECT_TIMEOUT_SECONDS,
        read_timeout=READ_TIMEOUT_SECONDS,
        attempts=TOTAL_ATTEMPTS,
    )


@cache
def shared_client() -> SteadyClient:
    """Return this process's client: one session and one connection pool for all models."""
    given = settings()
    dynamodb = new_lean_client(given.aws_region) if transport.is_lean(given) else new_botocore_client()
    return SteadyClient(_through_dax(traces.watch(dynamodb, "dynamodb"), given))


def _through_dax(dynamodb: ApiCaller, given: Settings) -> ApiCaller:
    """Put DAX before DynamoDB for the blog's tables: everybody reads them, and only the API writes them."""
    if not given.dax_endpoint:
        return dynamodb
    from chalicelib.store.dax import DaxFirst  # noqa: PLC0415 - only where DAX is on
    from chalicelib.store.dax_cluster import DaxCluster  # noqa: PLC0415

    cluster = traces.watch(DaxCluster(given.dax_endpoint, given.aws_region), "dax", "ask")
    return DaxFirst(dynamodb, cluster, {given.posts_table, given.post_tags_table})

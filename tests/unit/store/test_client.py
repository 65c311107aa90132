"""The shared client: whatever says that DynamoDB cannot answer now becomes `Unavailable`, and nothing else does."""

import pytest
from botocore import exceptions
from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.store import client
from chalicelib.store.client import SteadyClient, new_botocore_client, shared_client
from chalicelib.store.errors import Unavailable
from tests.support.seam import Scripted, refusal

BUSY = ["ProvisionedThroughputExceeded", "ThrottlingError", "TransactionConflict"]

URL = "https://dynamodb.example"
BOTOCORE_ERRORS: list[BotoCoreError] = [
    exceptions.EndpointConnectionError(endpoint_url=URL),
    exceptions.ConnectTimeoutError(endpoint_url=URL),
    exceptions.ReadTimeoutError(endpoint_url=URL),
    exceptions.ConnectionClosedError(endpoint_url=URL),
    exceptions.SSLError(endpoint_url=URL, error="handshake"),
    exceptions.ProxyConnectionError(proxy_url=URL),
    exceptions.HTTPClientError(error="broken"),
    exceptions.ResponseStreamingError(error="broken"),
    exceptions.NoCredentialsError(),
    exceptions.CredentialRetrievalError(provider="lambda", error_msg="late"),
    exceptions.IncompleteReadError(actual_bytes=1, expected_bytes=2),
]
BUSY_REFUSALS = [
    refusal("ProvisionedThroughputExceededException"),
    refusal("ThrottlingException"),
    refusal("RequestLimitExceeded"),
    refusal("LimitExceededException"),
    refusal("TransactionInProgressException"),
    refusal("InternalServerError", status=500),
    refusal("ServiceUnavailable", status=503),
    refusal("SomethingNew", status=502),
    *(refusal("TransactionCanceledException", reasons=["None", reason]) for reason in BUSY),
]
OTHER_REFUSALS = [
    refusal("ConditionalCheckFailedException"),
    refusal("ValidationException"),
    refusal("ResourceNotFoundException"),
    refusal("AccessDeniedException"),
    refusal("TransactionCanceledException", reasons=["ConditionalCheckFailed", "None"]),
    refusal("TransactionCanceledException", reasons=["TransactionConflict", "ConditionalCheckFailed"]),
    refusal("TransactionCanceledException", reasons=["None", "ItemCollectionSizeLimitExceeded"]),
    refusal("TransactionCanceledException"),
]


def call(answer: Exception) -> None:
    SteadyClient(Scripted(answer))._make_api_call("GetItem", {"TableName": "t"})


@pytest.mark.parametrize("error", BOTOCORE_ERRORS, ids=lambda error: type(error).__name__)
def test_every_failure_to_get_an_answer_is_unavailable(error: BotoCoreError) -> None:
    with pytest.raises(Unavailable, match=f"GetItem: {type(error).__name__}") as raised:
        call(error)
    assert raised.value.__cause__ is error
    assert raised.value.retry_after_seconds == 1


@pytest.mark.parametrize("error", BUSY_REFUSALS, ids=str)
def test_every_sign_of_want_of_capacity_is_unavailable(error: ClientError) -> None:
    with pytest.raises(Unavailable, match=error.response["Error"]["Code"]):
        call(error)


@pytest.mark.parametrize("error", OTHER_REFUSALS, ids=str)
def test_any_other_refusal_stays_what_it_is(error: ClientError) -> None:
    with pytest.raises(ClientError) as raised:
        call(error)
    assert raised.value is error


def test_a_request_of_ours_that_makes_no_sense_is_our_fault_and_no_outage() -> None:
    error = exceptions.ParamValidationError(report="Missing parameter")
    with pytest.raises(exceptions.ParamValidationError):
        call(error)


def test_the_message_says_what_failed_and_never_with_which_key() -> None:
    told = SteadyClient(Scripted(refusal("ThrottlingException")))
    with pytest.raises(Unavailable) as raised:
        told._make_api_call("PutItem", {"Item": {"title": {"S": "a secret of ada's"}}})
    assert str(raised.value) == "PutItem: ThrottlingException"


def test_an_answer_passes_unchanged() -> None:
    inner = Scripted({"Item": {"a": {"S": "1"}}})
    assert SteadyClient(inner)._make_api_call("GetItem", {"Key": "k"}) == {"Item": {"a": {"S": "1"}}}
    assert inner.calls == [("GetItem", {"Key": "k"})]


def test_botocores_own_client_gives_up_soon() -> None:
    config = new_botocore_client().meta.config
    assert (config.connect_timeout, config.read_timeout) == (1.0, 3.0)
    assert config.retries == {"total_max_attempts": client.TOTAL_ATTEMPTS, "mode": "standard"}


def test_a_process_has_one_client() -> None:
    assert shared_client() is shared_client()

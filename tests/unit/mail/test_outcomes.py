"""What an error of botocore's says about whether a message went out."""

import pytest
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    NoCredentialsError,
    ParamValidationError,
    ReadTimeoutError,
)

from chalicelib.mail.outcomes import OutcomeUnknown, RefusedForGood, RefusedForNow, SendError, outcome_of

URL = "https://email.eu-north-1.amazonaws.com"


def answered(code: str, status: int) -> ClientError:
    return ClientError(
        {"Error": {"Code": code, "Message": "no"}, "ResponseMetadata": {"HTTPStatusCode": status}},  # type: ignore[arg-type]
        "SendEmail",
    )


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (answered("TooManyRequestsException", 429), RefusedForNow),
        (answered("ThrottlingException", 400), RefusedForNow),
        (answered("LimitExceededException", 400), RefusedForNow),
        (answered("SendingPausedException", 400), RefusedForNow),
        (answered("AccountSuspendedException", 400), RefusedForNow),
        (answered("MailFromDomainNotVerifiedException", 400), RefusedForNow),
        (answered("NotFoundException", 404), RefusedForNow),
        (answered("AccessDeniedException", 403), RefusedForNow),
        (answered("ExpiredTokenException", 403), RefusedForNow),
        (answered("MessageRejected", 400), RefusedForGood),
        (answered("InternalServiceErrorException", 500), OutcomeUnknown),
        (answered("MessageRejected", 503), OutcomeUnknown),
        (answered("", 504), OutcomeUnknown),
        (answered("RequestTimeoutException", 408), OutcomeUnknown),
        (ClientError({}, "SendEmail"), RefusedForNow),
        (ParamValidationError(report="no"), RefusedForGood),
        (ConnectTimeoutError(endpoint_url=URL), RefusedForNow),
        (EndpointConnectionError(endpoint_url=URL), RefusedForNow),
        (NoCredentialsError(), RefusedForNow),
        (ReadTimeoutError(endpoint_url=URL), OutcomeUnknown),
        (ConnectionClosedError(endpoint_url=URL), OutcomeUnknown),
        (BotoCoreError(), OutcomeUnknown),
    ],
)
def test_only_what_certainly_was_not_sent_counts_as_refused(
    error: BotoCoreError | ClientError, kind: type[SendError]
) -> None:
    assert type(outcome_of(error, {"MessageRejected"})) is kind


def test_a_reason_holds_no_address() -> None:
    error = answered("MessageRejected", 400)
    error.args = ("Email address is not verified: ada@example.com",)
    assert str(outcome_of(error, {"MessageRejected"})) == "MessageRejected"

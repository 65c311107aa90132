"""Notes what the application asks of AWS, as IAM is asked: an action on a resource, with what a policy may look at."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import unquote, urlsplit

from botocore.client import BaseClient
from botocore.exceptions import ClientError

from infra import policies
from infra.simulate import Request
from tests.templates.reading import ACCOUNT, REGION

STAGE, API, DISTRIBUTION = "test", "a1b2c3", "E1TEST"
_IN_TRANSACTIONS = {
    "Put": "PutItem",
    "Update": "UpdateItem",
    "Delete": "DeleteItem",
    "ConditionCheck": "ConditionCheckItem",
}
_ON_OBJECTS = {
    "GetObject": "GetObject",
    "HeadObject": "GetObject",
    "PutObject": "PutObject",
    "DeleteObject": "DeleteObject",
}

Asked = tuple[str, str, Mapping[str, str]]


class Recorder:
    """What each function asked for while it ran."""

    def __init__(self) -> None:
        self.requests: dict[str, set[Request]] = {name: set() for name in policies.FUNCTIONS}
        self._running: str | None = None

    @contextmanager
    def running(self, function: str | None) -> Iterator[None]:
        """Note calls as the function's; None notes nothing for a while."""
        before, self._running = self._running, function
        try:
            yield
        finally:
            self._running = before

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Hear every client of botocore's."""
        call = BaseClient._make_api_call

        def heard(client: Any, operation: str, arguments: Mapping[str, Any]) -> Any:
            missing = False
            try:
                return call(client, operation, arguments)
            except ClientError as error:
                missing = error.response["Error"].get("Code") in ("404", "NoSuchKey")
                raise
            finally:
                if self._running is not None:
                    self._note(
                        self._running, client.meta.service_model.service_name, operation, arguments, missing=missing
                    )

        BaseClient._make_api_call = heard
        try:
            yield
        finally:
            BaseClient._make_api_call = call

    def refreshed(self, url: str, headers: Mapping[str, str]) -> int:
        """Stand in for a stage cache, and note who had an answer refreshed."""
        assert headers["Cache-Control"] == "max-age=0"
        assert "/execute-api/aws4_request" in headers["Authorization"]
        asked = ("execute-api:InvalidateCache", f"arn:aws:execute-api:{REGION}:{ACCOUNT}:{API}{_route(url)}", {})
        if self._running is not None:
            self._note_all(self._running, [asked])
        return 200

    def _note(
        self, function: str, service: str, operation: str, arguments: Mapping[str, Any], *, missing: bool
    ) -> None:
        asked = list(_READERS[service](operation, arguments))
        if missing:
            # Whoever may not list a bucket is told "forbidden" where there is nothing.
            asked.append(("s3:ListBucket", _bucket(arguments["Bucket"]), {}))
        self._note_all(function, asked)

    def _note_all(self, function: str, asked: list[Asked]) -> None:
        who = f"arn:aws:sts::{ACCOUNT}:assumed-role/mytodolist-{STAGE}-{function}/run"
        self.requests[function] |= {_Hashable(who, *each) for each in asked}


class _Hashable(Request):
    def __hash__(self) -> int:
        return hash((self.principal, self.action, self.resource, tuple(sorted(self.context.items()))))


def _dynamodb(operation: str, arguments: Mapping[str, Any]) -> Iterator[Asked]:
    if operation == "TransactWriteItems":
        for part in arguments["TransactItems"]:
            (kind, details), *_ = part.items()
            yield f"dynamodb:{_IN_TRANSACTIONS[kind]}", _table(details["TableName"]), {}
        return
    index = f"/index/{arguments['IndexName']}" if "IndexName" in arguments else ""
    yield f"dynamodb:{operation}", f"{_table(arguments['TableName'])}{index}", {}


def _s3(operation: str, arguments: Mapping[str, Any]) -> Iterator[Asked]:
    bucket = _bucket(arguments["Bucket"])
    if operation == "ListObjectsV2":
        yield "s3:ListBucket", bucket, {"s3:prefix": arguments["Prefix"]}
    elif operation == "CopyObject":
        # botocore has made it text by now.
        source, _, key = unquote(arguments["CopySource"]).partition("/")
        yield "s3:GetObject", f"{_bucket(source)}/{key}", {}
        yield "s3:PutObject", f"{bucket}/{arguments['Key']}", {}
    else:
        yield f"s3:{_ON_OBJECTS[operation]}", f"{bucket}/{arguments['Key']}", {}
        if "IfMatch" in arguments:
            # A condition on what an object holds is a read of it.
            yield "s3:GetObject", f"{bucket}/{arguments['Key']}", {}


def _sqs(operation: str, arguments: Mapping[str, Any]) -> Iterator[Asked]:
    name = arguments.get("QueueName") or arguments["QueueUrl"].rpartition("/")[2]
    yield f"sqs:{operation.removesuffix('Batch')}", f"arn:aws:sqs:{REGION}:{ACCOUNT}:{name}", {}


def _sns(operation: str, arguments: Mapping[str, Any]) -> Iterator[Asked]:
    yield f"sns:{operation}", arguments["TopicArn"], {}


def _sesv2(operation: str, arguments: Mapping[str, Any]) -> Iterator[Asked]:
    assert (operation, list(arguments["Content"])) == ("SendEmail", ["Raw"])
    address = arguments["FromEmailAddress"].rpartition("<")[2].rstrip(">")
    # In the sandbox, and wherever the account has verified a recipient, SES asks for the recipients' identities too.
    identities = [address, *arguments["Destination"]["ToAddresses"]]
    resources = [f"identity/{each}" for each in identities]
    for resource in (*resources, f"configuration-set/{arguments['ConfigurationSetName']}"):
        # SES asks for the one or the other, as the mail's content is raw or not.
        for action in ("ses:SendEmail", "ses:SendRawEmail"):
            yield action, f"arn:aws:ses:{REGION}:{ACCOUNT}:{resource}", {"ses:FromAddress": address}


def _cloudfront(operation: str, arguments: Mapping[str, Any]) -> Iterator[Asked]:
    yield f"cloudfront:{operation}", f"arn:aws:cloudfront::{ACCOUNT}:distribution/{arguments['DistributionId']}", {}


def _route(url: str) -> str:
    stage, _, path = urlsplit(url).path.strip("/").partition("/")
    return f"/{stage}/GET/{path}"


def _table(name: str) -> str:
    return f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{name}"


def _bucket(name: str) -> str:
    # The unit tests' buckets have no account in their names.
    return f"arn:aws:s3:::{name}-{ACCOUNT}"


_READERS = {"dynamodb": _dynamodb, "s3": _s3, "sqs": _sqs, "sns": _sns, "sesv2": _sesv2, "cloudfront": _cloudfront}

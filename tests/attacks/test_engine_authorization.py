"""Every operation of every service that the engine serves, by every caller: what is not allowed is refused."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import urlencode

import pytest

from tests.attacks.conftest import MINE, PASSWORD, THEIRS, Laptop
from tests.attacks.requests import FORM, Answer, Asked, Caller, Wire, every_operation, operation

# What AWS answers to a request that is not authenticated, not authorised, or not an operation.
REFUSALS = {
    "AccessDenied",
    "AccessDeniedException",
    "AuthFailure",
    "AuthorizationError",
    "InvalidAction",
    "InvalidArgument",
    "InvalidRequest",
    "InvalidSignatureException",
    "MethodNotAllowed",
    "MissingAuthenticationToken",
    "MissingAuthenticationTokenException",
    "MissingParameter",
    "NotImplemented",
    "SerializationException",
    "UnauthorizedOperation",
    "UnknownOperationException",
    "UnrecognizedClientException",
}
# Every caller with keys may ask who it is. https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
WHO_AM_I = "GetCallerIdentity"
# Temporary keys get no new ones. https://docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html
SESSION = "GetSessionToken"
# The links in SNS's mails, which name a subscription by a token or by its ARN.
LINKS = ("ConfirmSubscription", "Unsubscribe")
# It makes a secret up, which belongs to no user until a token or a session says whose it is.
MAKES_A_SECRET = "AssociateSoftwareToken"
IDP = "AWSCognitoIdentityProviderService"


def code_of(answer: Answer) -> str:
    """The error code, in the shape that the services' protocols have."""
    if answer.text.lstrip().startswith("<"):
        found = re.search(r"<Code>([^<]+)</Code>", answer.text)
        return found[1] if found else ""
    try:
        parsed = json.loads(answer.body)
    except ValueError:
        # CBOR: the code is text in it.
        return next((code for code in REFUSALS if f"__type{chr(0x60 + len(code))}{code}" in answer.text), "")
    return str(parsed.get("__type", "")).rpartition("#")[2] if isinstance(parsed, dict) else ""


def is_refused(asked: Asked, answer: Answer) -> bool:
    if not 400 <= answer.status <= 501 or answer.status == 500:
        return False
    # CloudWatch Logs looks at an ARN before it asks for the permission on it.
    is_no_arn = asked.service.model == "logs" and code_of(answer) == "ValidationException"
    return asked.method == "HEAD" or code_of(answer) in REFUSALS or is_no_arn


def is_public(asked: Asked) -> bool:
    model = asked.service.operations.get(asked.operation)
    return (model is not None and model.auth_type == "none") or asked.operation in LINKS


@pytest.mark.parametrize("who", ["without_keys", "person", "function"])
def test_every_operation_is_refused_to_who_has_no_permission(
    who: str, laptop: Laptop, wire: Wire, request: pytest.FixtureRequest
) -> None:
    # Given a caller
    caller: Caller = request.getfixturevalue(who)
    passed = []
    # When it asks for every operation in every protocol
    for asked in every_operation():
        if is_public(asked) or (caller.keys is not None and asked.operation in (WHO_AM_I, SESSION)):
            continue
        answer = wire.send(caller, asked)
        if not is_refused(asked, answer):
            passed.append((asked.service.model, asked.operation, answer.status, answer.text[:90]))
    # Then all are refused
    assert passed == []


def test_operations_that_need_no_key_do_nothing_without_a_proof(
    laptop: Laptop, wire: Wire, without_keys: Caller
) -> None:
    taken = []
    for asked in every_operation():
        if is_public(asked) and asked.operation not in (*LINKS, MAKES_A_SECRET):
            answer = wire.send(without_keys, asked)
            if not 400 <= answer.status < 500:
                taken.append((asked.operation, answer.status, answer.text[:90]))
    assert taken == []


def test_what_is_allowed_is_answered(laptop: Laptop, wire: Wire, person: Caller, function: Caller) -> None:
    # Given what the person and the function have permission for
    own = query_of(MINE, MINE)
    row = operation("dynamodb", "GetItem", {"TableName": MINE, "Key": {"pk": {"S": THEIRS}}})
    # Then it is answered
    assert "of mine" in wire.send(person, own).text
    assert "of theirs" in wire.send(function, row).text
    assert wire.send(person, operation("sts", WHO_AM_I)).status == 200


def query_of(table: str, partition: str) -> Asked:
    values = {":pk": {"S": partition}}
    asked = {"TableName": table, "KeyConditionExpression": "pk = :pk", "ExpressionAttributeValues": values}
    return operation("dynamodb", "Query", asked)


def _all_rows() -> Iterator[Asked]:
    """Requests for rows that are not the person's."""
    statement = "SELECT * FROM mine"
    other = {"pk": {"S": THEIRS}}
    yield operation("dynamodb", "Scan", {"TableName": MINE})
    yield query_of(MINE, THEIRS)
    yield query_of(THEIRS, MINE)
    yield operation("dynamodb", "GetItem", {"TableName": MINE, "Key": other})
    yield operation("dynamodb", "ExecuteStatement", {"Statement": statement})
    yield operation("dynamodb", "ExecuteStatement", {"Statement": statement, "TableName": MINE, "Key": {"pk": MINE}})
    yield operation(
        "dynamodb", "BatchExecuteStatement", {"Statements": [{"Statement": "SELECT * FROM mine WHERE pk = 'theirs'"}]}
    )
    yield operation("dynamodb", "ExecuteTransaction", {"TransactStatements": [{"Statement": statement}]})
    yield operation("dynamodb", "TransactGetItems", {"TransactItems": [{"Get": {"TableName": MINE, "Key": other}}]})
    yield operation("dynamodb", "BatchGetItem", {"RequestItems": {MINE: {"Keys": [other]}}})
    yield operation("dynamodb", "BatchGetItem", {"TableName": MINE, "RequestItems": {THEIRS: {"Keys": [other]}}})
    for condition in ("pk = :pk OR pk = :other", ":pk = pk OR pk = :other", "pk IN (:pk, :other)", "pk <> :pk"):
        values = {":pk": {"S": MINE}, ":other": {"S": THEIRS}}
        asked = {"TableName": MINE, "KeyConditionExpression": condition, "ExpressionAttributeValues": values}
        yield operation("dynamodb", "Query", asked)
    legacy = {"pk": {"ComparisonOperator": "EQ", "AttributeValueList": [{"S": THEIRS}]}}
    yield replace(
        query_of(MINE, MINE),
        body=json.dumps({**json.loads(query_of(MINE, MINE).body), "KeyConditions": legacy}).encode(),
    )


@pytest.mark.parametrize("asked", [*_all_rows()], ids=lambda asked: f"{asked.operation} {asked.body[:60]!r}")
def test_a_person_reads_no_row_of_another(asked: Asked, laptop: Laptop, wire: Wire, person: Caller) -> None:
    for disguised in (
        asked,
        asked.with_query(("Action", "Query")),
        asked.with_headers(X_Amz_Target="DynamoDB_20120810.Query"),
        asked.with_headers(X_Amz_Target=f"{asked.headers['X-Amz-Target']}, DynamoDB_20120810.Query"),
        asked.with_headers(X_Amz_Target=f"DynamoDB_20120810.Query, {asked.headers['X-Amz-Target']}"),
        asked.with_headers(Content_Type=FORM),
        replace(asked, path="/mine"),
    ):
        answer = wire.send(person, disguised)
        assert "of theirs" not in answer.text
        assert answer.status >= 400 or asked.operation == "Query", answer.text


@pytest.mark.parametrize(
    ("query", "headers"),
    [
        ((), {}),
        ((("Action", "InitiateAuth"),), {}),
        ((("Action", "InitiateAuth"), ("Action", "AdminSetUserPassword")), {}),
        ((("action", "InitiateAuth"),), {}),
        ((), {"Content-Type": FORM}),
        ((), {"X-Amz-Target": f"{IDP}.InitiateAuth, {IDP}.AdminSetUserPassword"}),
        ((), {"X-Amz-Target": f"{IDP}.InitiateAuth.AdminSetUserPassword"}),
        ((), {"X-Amz-Target": "AWSCognitoIdentityService.AdminSetUserPassword"}),
        ((("X-Amz-Algorithm", "AWS4-HMAC-SHA256"),), {}),
        ((), {"Authorization": "Bearer x"}),
    ],
)  # fmt: skip
def test_without_a_key_no_password_is_set(
    query: tuple[tuple[str, str], ...], headers: dict[str, str], laptop: Laptop, wire: Wire, without_keys: Caller
) -> None:
    # Given a request that sets the victim's password and says elsewhere that it is a sign-in
    body = {"UserPoolId": laptop.pool, "Username": THEIRS, "Password": "Stolen-and-1nk", "Permanent": True}
    asked = operation("cognito-idp", "AdminSetUserPassword", body).with_query(*query)
    # When it is sent without a key
    answer = wire.send(without_keys, replace(asked, headers={**asked.headers, **headers}))
    # Then it is refused, and the password is the old one
    assert answer.status >= 400
    signed_in = laptop.anyone("cognito-idp").initiate_auth(
        ClientId=laptop.client_id,
        AuthFlow="USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": THEIRS, "PASSWORD": PASSWORD},
    )
    assert "AuthenticationResult" in signed_in


def test_a_target_sent_twice_is_refused(laptop: Laptop, wire: Wire, person: Caller) -> None:
    # Given a signed request for the own rows
    asked = query_of(MINE, MINE)
    headers = person.signed(asked, wire.port)
    # When a second target goes with it, in another case
    answer = wire.raw("POST", "/", {**headers, "x-amz-TARGET": "DynamoDB_20120810.Scan"}, asked.body)
    # Then it is refused
    assert answer.status >= 400
    assert "of theirs" not in answer.text


@pytest.mark.parametrize("kind", ["InvokeAsync", "Invoke", "InvokeWithResponseStream"])
def test_a_person_runs_no_function(kind: str, laptop: Laptop, wire: Wire, person: Caller, without_keys: Caller) -> None:
    asked = operation("lambda", kind)
    for caller in (person, without_keys):
        answer = wire.send(caller, replace(asked, body=b"{}"))
        assert answer.status == 403, answer.text


def _objects() -> Iterator[Asked]:
    """Requests for an object that is not the person's, or for what is the bucket's owner's."""
    s3 = operation("s3", "GetObject").service
    own = f"/attacked/users/{MINE}/one"
    for query in ((), (("acl", ""),), (("tagging", ""),), (("versionId", "null"),), (("attributes", ""),)):
        yield Asked(s3, "GetObject", "GET", "/attacked/private/one", query)
    for name in ("policy", "acl", "cors", "versioning", "lifecycle", "uploads", "versions", "location", "session"):
        yield Asked(s3, name, "GET", "/attacked", ((name, ""),))
        yield Asked(s3, name, "PUT", "/attacked", ((name, ""),))
        yield Asked(s3, name, "PUT", own, ((name, ""), ("acl", "")))
    yield Asked(s3, "ListObjectsV2", "GET", "/attacked", (("list-type", "2"), ("prefix", f"users/{MINE}/")))
    yield Asked(s3, "CopyObject", "PUT", own, headers={"x-amz-copy-source": "/attacked/private/one"})
    yield Asked(s3, "CopyObject", "PUT", own, headers={"x-amz-copy-source": "attacked/private%2Fone"})
    yield Asked(s3, "CopyObject", "PUT", own, headers={"x-amz-copy-source": "/attacked/private/one?versionId=null"})
    yield Asked(s3, "PutObject", "PUT", f"/attacked//users/{MINE}/one")
    yield Asked(s3, "PutObject", "PUT", f"//attacked/users/{MINE}/one")
    yield Asked(
        s3, "PostObject", "POST", "/attacked", headers={"Content-Type": FORM}, body=urlencode({"key": "x"}).encode()
    )
    yield Asked(
        s3,
        "DeleteObjects",
        "POST",
        "/attacked",
        (("delete", ""),),
        body=b"<Delete><Object><Key>private/one</Key></Object></Delete>",
    )


@pytest.mark.parametrize("asked", [*_objects()], ids=lambda asked: f"{asked.method} {asked.target} {asked.headers}")
def test_a_person_reaches_no_object_of_another(asked: Asked, laptop: Laptop, wire: Wire, person: Caller) -> None:
    answer = wire.send(person, asked)
    assert answer.status >= 400, answer.text
    assert "of theirs" not in answer.text


@pytest.mark.parametrize(
    "path",
    ["/_ministack/reset", "/_ministack/config", "/_localstack/state/reset", "/_aws/lambda-url/x/", "/_aws/ses",
     "/health",
     "/_aws/sns/sms-messages", "/_alb/x/", "/iceberg/v1/config", "/v20180820/accesspoint", "/Execute", "/v2/_catalog",
     "/latest/meta-data/iam/security-credentials", "/oauth2/token", "/WriteGetObjectResponse", "/graphql",
     "/key-value-stores/x", "/v4/0123456789/task", "/restapis/x/live/_user_request_/", "/_ministack/eks-auth/x",
     "/v1/chat/completions", "/position-estimate", "/2025-09-09/microvms"],
)  # fmt: skip
def test_paths_of_the_emulator_alone_are_closed(path: str, laptop: Laptop, wire: Wire, person: Caller) -> None:
    for caller in (Caller("no key"), person):
        for method in ("GET", "POST", "PUT"):
            answer = wire.send(caller, replace(operation("lambda", "Invoke"), method=method, path=path))
            assert 400 <= answer.status < 500, (method, answer.text)

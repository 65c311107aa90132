"""A request names one operation, or none: what is authorised is what runs. No engine is needed to show it."""

import json
import sys
import types
from collections.abc import Callable, Collection, Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qs, urlencode

import pytest

from infra.local.engine.calls import Call, RefusedCallError, Request, name_call, naming, services
from infra.local.engine.calls.s3 import operation_at, subresources
from infra.local.engine.calls.services import SERVICES
from tests.attacks.requests import FORM, JSON, REGION, Asked, every_operation, operation

SERVICES_BY_SCOPE = {service.scope: service for service in SERVICES}
DECOYS = (operation("cognito-idp", "InitiateAuth"), operation("sts", "GetCallerIdentity"))
# Services of each protocol whose operations are named by target or action.
FEW = ("dynamodb", "dynamodbstreams", "cognito-idp", "sts", "sns", "cloudwatch")
# AWS's models give two names to one method and path.
ONE_PATH = {
    "GetBucketLifecycle": "GetBucketLifecycleConfiguration",
    "GetBucketNotification": "GetBucketNotificationConfiguration",
    "PutBucketLifecycle": "PutBucketLifecycleConfiguration",
    "PutBucketNotification": "PutBucketNotificationConfiguration",
    "ListDirectoryBuckets": "ListBuckets",
}


def authorization(scope: str) -> str:
    return (
        f"AWS4-HMAC-SHA256 Credential=AKIDEXAMPLEEXAMPLE/20260101/{REGION}/{scope}/aws4_request, "
        "SignedHeaders=host;x-amz-date, Signature=00"
    )


def named(asked: Asked, scope: str | None = None) -> Call | None:
    try:
        return name_call(asked.arrived(Authorization=authorization(scope or asked.service.scope)))
    except RefusedCallError:
        return None


def disguises(asked: Asked, decoy: Asked) -> Iterator[tuple[str, Asked]]:
    """The request for an operation with another operation's name in each place that names one."""
    decoy_target = decoy.headers.get("X-Amz-Target", f"DynamoDB_20120810.{decoy.operation}")
    action = ("Action", decoy.operation)
    yield "Action in the query", asked.with_query(action)
    yield "Action in the query, in small letters", asked.with_query(("action", decoy.operation))
    yield "another target", asked.with_headers(X_Amz_Target=decoy_target)
    yield "two targets", asked.with_headers(X_Amz_Target=f"{asked.headers.get('X-Amz-Target', '')}, {decoy_target}")
    yield "a form", replace(asked, headers={**asked.headers, "Content-Type": FORM}, body=urlencode([action]).encode())
    yield "JSON", asked.with_headers(Content_Type=JSON)
    yield "CBOR", asked.with_headers(Content_Type="application/cbor", smithy_protocol="rpc-v2-cbor")
    yield (
        "another path",
        replace(asked, path=decoy.path if decoy.path != "/" else "/2015-03-31/functions/x/invocations"),
    )
    yield "a doubled slash", replace(asked, path=f"/{asked.path}")
    yield "a dot segment", replace(asked, path=f"/x/..{asked.path}")
    yield "an encoded slash", replace(asked, path=asked.path.replace("/x", "/x%2Finvocations", 1) + "%2Fx")
    yield "the path of CBOR", replace(asked, path=f"/service/GraniteServiceVersion20100801/operation/{decoy.operation}")
    yield "a subresource", asked.with_query(("acl", ""), ("policy", ""))
    yield "another method", replace(asked, method="GET" if asked.method != "GET" else "POST")
    yield "a method override", asked.with_headers(X_HTTP_Method_Override=decoy.method)


def executed(call: Call) -> tuple[str, ...]:
    """Every operation that the call's parts still name, wherever the emulator looks."""
    form = call.body.decode("utf-8", "replace") if call.headers.get("content-type", "").startswith(FORM) else ""
    return (
        *([call.headers["x-amz-target"].rpartition(".")[2]] if "x-amz-target" in call.headers else []),
        *call.query.get("Action", []),
        *(parse_qs(form).get("Action", []) if call.service not in ("s3", "lambda", "apigateway") else []),
    )


def by_name(call: Call) -> bool:
    """Tell whether the service's operations are named by target or action, and not by method and path."""
    return all(each.protocol not in ("rest-json", "rest-xml") for each in SERVICES if each.engine == call.service)


def test_every_operation_is_named_as_aws_names_it() -> None:
    wrong = []
    for asked in every_operation():
        expected = ONE_PATH.get(asked.operation, asked.operation)
        proofs = dict.fromkeys(services.proofs(asked.service, asked.operation), "x")
        call = named(replace(asked, body=json.dumps(proofs).encode()) if proofs and asked.body == b"{}" else asked)
        found = call.operation if call else None
        if found != expected and not _is_unserved(asked):
            wrong.append((asked.service.model, asked.operation, found))
    assert wrong == []


def _is_unserved(asked: Asked) -> bool:
    """S3's operations that the engine does not have are refused with 501; one is of an endpoint of its own."""
    try:
        name_call(asked.arrived(Authorization=authorization(asked.service.scope)))
    except RefusedCallError as refusal:
        return asked.service.model == "s3" and refusal.code in ("NotImplemented", "MethodNotAllowed")
    return False


def contradictions(
    name: Callable[[Asked], Call | None], models: Collection[str] | None = None
) -> list[tuple[str, str, str]]:
    """Every disguise under which the call that is authorised is not the one that its parts name."""
    found = []
    for asked in every_operation():
        if asked.service.protocol.startswith("rest") or (models and asked.service.model not in models):
            continue
        for decoy in DECOYS:
            for how, disguised in disguises(asked, decoy):
                call = name(disguised)
                if call is not None and by_name(call) and any(each != call.operation for each in executed(call)):
                    found.append((asked.operation, decoy.operation, how))
    return found


def test_no_disguise_makes_one_operation_pass_for_another() -> None:
    assert contradictions(named) == []


@pytest.mark.parametrize(
    ("rule", "without"),
    [
        ('if request.raw_path not in ("/", "") or request.parameters or request.is_form:', "if False:"),
        ('if request.target or request.path not in ("/", ""):', "if False:"),
        (
            'if request.method == "POST" and (request.parameters or (request.body and not request.is_form)):',
            "if False:",
        ),
    ],
)
def test_each_rule_of_the_naming_is_needed(rule: str, without: str) -> None:
    # Given the naming without one of its rules, and with a call that carries what the request carried
    source = Path(naming.__file__).read_text(encoding="utf-8")
    assert rule in source
    mutant = types.ModuleType("naming_without_a_rule")
    sys.modules[mutant.__name__] = mutant
    changed = source.replace(rule, without)
    changed = changed.replace("headers, request.signature, body)", "headers, dict(request.query), body)")
    exec(compile(changed, mutant.__name__, "exec"), mutant.__dict__)  # noqa: S102 - our own source

    def name(asked: Asked) -> Call | None:
        try:
            call: Call = mutant.name_call(asked.arrived(Authorization=authorization(asked.service.scope)))
        except RefusedCallError:
            return None
        return call

    # When every disguise is tried
    found = contradictions(name, FEW)
    # Then some operation passes for another
    del sys.modules[mutant.__name__]
    assert found


@pytest.mark.parametrize(
    "scope", ["rds", "elasticmapreduce", "imds", "bedrock", "ecr", "iot-data", "organizations", "x"]
)
def test_a_service_that_the_engine_does_not_serve_is_refused(scope: str) -> None:
    assert named(operation("lambda", "Invoke"), scope) is None
    assert named(operation("dynamodb", "GetItem"), scope) is None


def test_what_is_signed_for_one_service_is_never_anothers() -> None:
    crossed = []
    for asked in [*every_operation()][::7]:
        for scope in SERVICES_BY_SCOPE:
            call = named(asked, scope)
            if call is not None and scope not in {each.scope for each in SERVICES if each.engine == call.service}:
                crossed.append((asked.operation, scope, call.service))
    assert crossed == []


@pytest.mark.parametrize(
    "path",
    [
        "/2015-03-31/functions/x/response-streaming-invocation",
        "/2021-11-15/functions/x/invocations",
        "/2014-11-13/functions/x/invocations",
        "/9999-01-01/functions/x/invocations",
        "/2015-03-31/functions/x%2Finvocations",
        "/2015-03-31/functions/../functions/x/invocations",
        "/2015-03-31//functions/x/invocations",
        "/2015-03-31/functions/x/invocations/y",
    ],
)
def test_a_path_that_no_model_has_names_nothing(path: str) -> None:
    assert named(replace(operation("lambda", "Invoke"), path=path)) is None


@pytest.mark.parametrize(
    ("operation_name", "action"),
    [("Invoke", "lambda:InvokeFunction"), ("InvokeWithResponseStream", "lambda:InvokeFunction"),
     ("InvokeAsync", "lambda:InvokeFunction"), ("GetFunction", "lambda:GetFunction")],
)  # fmt: skip
def test_every_way_to_run_a_function_asks_for_the_same_permission(operation_name: str, action: str) -> None:
    call = named(operation("lambda", operation_name))
    assert call is not None
    assert call.action == action


@pytest.mark.parametrize("first", sorted(subresources()))
def test_two_subresources_of_different_operations_are_refused(first: str) -> None:
    # Given a request with this subresource, and each other one
    for second in subresources() - {first}:
        for method in ("GET", "PUT", "POST", "DELETE"):
            for path in ("/bucket", "/bucket/key"):
                request = Request(method, path, path, {first: ["1"], second: ["1"]}, {"host": "localhost"})
                try:
                    found = operation_at(request, path)
                except RefusedCallError:
                    continue
                # Then what is named knows both of them
                assert _knows(found, first, second), (method, path, first, second, found)


def _knows(name: str, *parameters: str) -> bool:
    asked = operation("s3", name)
    shape = asked.service.operations[name].input_shape
    members = {str(member.serialization.get("name", "")) for member in shape.members.values()} if shape else set()
    return all(each in {*members, "x-id", *(constant for constant, _ in asked.query)} for each in parameters)


@pytest.mark.parametrize(
    "headers",
    [
        {"Authorization": "AWS AKIDEXAMPLE:c2lnbmF0dXJl"},
        {"Authorization": "AWS4-ECDSA-P256-SHA256 Credential=AKIDEXAMPLE/20260101/s3/aws4_request"},
        {"Authorization": authorization("s3").replace("/s3/", "/")},
        {"Authorization": "AWS4-HMAC-SHA256"},
    ],
)
def test_only_signature_version_4_is_taken(headers: dict[str, str]) -> None:
    with pytest.raises(RefusedCallError):
        name_call(operation("s3", "GetObject").arrived(**headers))


@pytest.mark.parametrize(
    "query",
    [
        (("X-Amz-Credential", "A/20260101/us-east-1/s3/aws4_request"), ("X-Amz-Signature", "0")),
        (("x-amz-credential", "A/20260101/us-east-1/s3/aws4_request"),),
        (("AWSAccessKeyId", "A"),),
    ],
)
def test_a_second_signature_is_refused(query: tuple[tuple[str, str], ...]) -> None:
    asked = operation("s3", "GetObject").with_query(*query)
    with pytest.raises(RefusedCallError):
        name_call(asked.arrived(Authorization=authorization("s3")))


def test_what_an_operation_does_not_have_is_left_out() -> None:
    # Given a batch that names a table of the caller's as a single read would, and another table as batches do
    body = {"TableName": "mine", "RequestItems": {"theirs": {"Keys": []}}}
    # When it is named
    batch = named(operation("dynamodb", "BatchGetItem", body))
    # Then the table that the operation does not read is not there for IAM either
    assert batch is not None
    assert batch.body == b'{"RequestItems": {"theirs": {"Keys": []}}}'

"""Name the one operation that a request asks for.

A request says which in several places: the scope of its credentials, its host, method, path and query, `X-Amz-Target`
and the `Action` of a form. Each protocol reads one of them. Here the others must be silent.
https://smithy.io/2.0/aws/protocols/index.html
"""

import re
from dataclasses import replace

from infra.local.engine.calls import rest, s3, s3_actions, services
from infra.local.engine.calls.bodies import form_of_members, json_of_members, plain_body
from infra.local.engine.calls.request import SIGNING, Call, RefusedCallError, Request
from infra.local.engine.calls.services import Service

_SCOPE = re.compile(r"[^/]+/\d{8}/[^/]+/([^/]+)/aws4_request")
_CREDENTIAL = re.compile(r"AWS4-HMAC-SHA256 (?:[^,]*,\s*)*Credential=([^,\s]+)")
_HOST = re.compile(r"(?:(?P<labels>.+)\.)?(?:localhost|127\.0\.0\.1)(?::\d+)?")
_API_LABELS = re.compile(r"[a-z0-9-]+\.execute-api(?:\.[a-z0-9-]+)?")
_BUCKET_LABELS = re.compile(r"(?P<bucket>[a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\.s3(?:\.[a-z0-9-]+)?)?")
_API_PATH = "/_aws/execute-api/"
_CBOR_PATH = re.compile(r"/service/(\w+)/operation/(\w+)")
_V2_MAIL = "/v2/email/"
_UNKNOWN = "UnknownOperationException"
_LOWER_SIGNING = frozenset(name.lower() for name in SIGNING)


def name_call(request: Request) -> Call:
    """Return the one call that a request makes.

    Raises:
        RefusedCallError: it names no operation that is known, or more than one, or it is signed in a way that AWS's
            current regions do not take.
    """
    labels = _labels(request)
    scope = _scope(request)
    is_api = request.path.startswith(_API_PATH) or _API_LABELS.fullmatch(labels) is not None
    if is_api or scope == "execute-api":
        if not is_api or scope not in ("", "execute-api"):
            raise RefusedCallError("json", "InvalidSignatureException", "Credential should be scoped to: execute-api.")
        query = {name: list(values) for name, values in request.query.items()}
        return Call("execute-api", "Invoke", "execute-api:Invoke", dict(request.headers), query, request.body)
    _check_signing(request)
    service = _service(request, scope)
    if labels and service.model != "s3":
        raise RefusedCallError(_protocol(service), "InvalidAction", "This host name is a bucket's.")
    if service.model == "s3":
        return _s3_call(request, labels)
    if service.model == "cloudwatch":
        return _cloudwatch_call(service, request)
    if service.protocol == "json":
        return _json_call(service, request)
    if service.protocol in ("query", "ec2"):
        return _query_call(service, request)
    return _rest_call(service, request)


def bucket_of(host: str) -> str:
    """Return the bucket that a host name names, or nothing."""
    found = _HOST.fullmatch(host.strip().lower())
    bucket = _BUCKET_LABELS.fullmatch(found["labels"] or "") if found else None
    return bucket["bucket"] if bucket and bucket["bucket"] != "s3" else ""


def _labels(request: Request) -> str:
    """What the host name has before this machine's name."""
    found = _HOST.fullmatch(request.headers.get("host", "").strip().lower())
    if found is None:
        raise RefusedCallError("json", "AccessDeniedException", "The engine answers only to loopback host names.", 403)
    labels = found["labels"] or ""
    return "" if labels == "s3" else labels


def _scope(request: Request) -> str:
    """The service that the request is signed for; nothing if it is not signed."""
    credential = ""
    authorization = request.headers.get("authorization", "")
    if authorization.startswith("AWS4-HMAC-SHA256"):
        found = _CREDENTIAL.match(authorization)
        credential = found[1] if found else "?"
    elif "X-Amz-Credential" in request.query:
        credential = request.query["X-Amz-Credential"][0]
    scope = _SCOPE.fullmatch(credential)
    return scope[1] if scope else ("?" if credential else "")


def _check_signing(request: Request) -> None:
    authorization = request.headers.get("authorization", "")
    is_presigned = any(name in request.query for name in SIGNING)
    protocol = "rest-xml" if _looks_like_s3(request) else "json"
    spellings = [name for name in request.query if name.lower() in _LOWER_SIGNING and name not in SIGNING]
    if authorization and is_presigned:
        message = (
            "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter or the Authorization header"
        )
        raise RefusedCallError(protocol, "InvalidArgument", f"{message} should be specified")
    if spellings or any(len(request.query[name]) != 1 for name in SIGNING & request.query.keys()):
        raise RefusedCallError(
            protocol, "InvalidRequest", "The parameters that sign a request are misspelled or repeated."
        )
    if authorization.startswith(("AWS ", "AWS4-ECDSA")) or "AWSAccessKeyId" in request.query:
        message = "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256."
        raise RefusedCallError(protocol, "InvalidRequest", message)


def _looks_like_s3(request: Request) -> bool:
    return not request.target and not request.is_form and request.path != "/"


def _service(request: Request, scope: str) -> Service:
    if scope:
        return _of_scope(request, scope)
    if request.target:
        service = services.of_target(request.target.partition(".")[0])
        if service is None:
            raise RefusedCallError("json", _UNKNOWN, "There is no such operation.", 404)
        return service
    if request.path == "/" and (request.is_form or "Action" in request.query):
        service = services.of_action(_action(request))
        if service is None:
            message = "The action or operation requested is invalid."
            raise RefusedCallError("query", "InvalidAction", message)
        return service
    if request.path.startswith("/service/"):
        return services.of_scope("monitoring")[0]
    # What is not signed is refused by each of these: the guess is for the form of the answer.
    rests = (each for each in services.SERVICES if each.protocol == "rest-json")
    return next((each for each in rests if rest.operation_at(each, request)), s3.S3)


def _of_scope(request: Request, scope: str) -> Service:
    found = services.of_scope(scope)
    if not found:
        message = f"Credential should be scoped to a service that this engine has, not {scope!r}."
        raise RefusedCallError("json", "InvalidSignatureException", message, 403)
    if scope == "ses":
        return found[1] if request.path.startswith(_V2_MAIL) else found[0]
    if len(found) == 1:
        return found[0]
    asked = services.of_target(request.target.partition(".")[0])
    if asked not in found:
        raise RefusedCallError("json", _UNKNOWN, "There is no such operation.", 404)
    return asked


def _protocol(service: Service) -> str:
    protocol = service.protocol
    return "query" if protocol == "ec2" else "json" if protocol in ("rest-json", "smithy-rpc-v2-cbor") else protocol


def _json_call(service: Service, request: Request) -> Call:
    prefix, _, operation = request.target.partition(".")
    if prefix != service.target_prefix or operation not in service.operations or request.method != "POST":
        raise RefusedCallError("json", _UNKNOWN, "There is no such operation.", 404)
    if request.raw_path not in ("/", "") or request.parameters or request.is_form:
        message = f"{request.target} is named by its header alone: its path is /, its query empty and its body JSON."
        raise RefusedCallError("json", _UNKNOWN, message)
    body = plain_body("json", service.operations[operation], request)
    known = services.members(service, operation)
    return _call(service, operation, request, json_of_members(body, known, services.proofs(service, operation)))


def _query_call(service: Service, request: Request) -> Call:
    if request.target or request.path not in ("/", ""):
        raise RefusedCallError("query", "InvalidAction", "An operation of this service is named by Action alone.")
    operation = _action(request)
    if operation not in service.operations:
        raise RefusedCallError("query", "InvalidAction", f"Could not find operation {operation}")
    request = replace(request, body=plain_body("query", service.operations[operation], request))
    parameters = form_of_members(request, services.members(service, operation), everything=service.protocol == "ec2")
    if request.method == "GET":
        return replace(_call(service, operation, request, b""), query={**request.signature, **parameters.as_query()})
    return _call(service, operation, request, parameters.as_body())


def _action(request: Request) -> str:
    """The operation that a request of the query protocol names, in its body or, for a GET, in its query."""
    if request.method not in ("GET", "POST"):
        raise RefusedCallError("query", "InvalidAction", "This protocol knows GET and POST.", 405)
    if request.method == "POST" and (request.parameters or (request.body and not request.is_form)):
        raise RefusedCallError("query", "InvalidAction", "The parameters of a POST are a form in its body alone.")
    if request.method == "GET" and request.body:
        raise RefusedCallError("query", "InvalidAction", "The parameters of a GET are its query alone.")
    return form_of_members(request, frozenset(), everything=True).action


def _cloudwatch_call(service: Service, request: Request) -> Call:
    if request.target:
        call = _json_call(service, request)
        call.headers.pop("smithy-protocol", None)
        return call
    named = _CBOR_PATH.fullmatch(request.raw_path)
    if named is None:
        call = _query_call(service, request)
        call.headers.pop("smithy-protocol", None)
        return call
    is_cbor = "cbor" in request.headers.get("content-type", "") and request.method == "POST"
    if named[1] != service.target_prefix or named[2] not in service.operations or request.parameters or not is_cbor:
        raise RefusedCallError("json", _UNKNOWN, "There is no such operation.", 404)
    return _call(service, named[2], request, plain_body("json", service.operations[named[2]], request))


def _rest_call(service: Service, request: Request) -> Call:
    protocol = _protocol(service)
    operation = None if request.target else rest.operation_at(service, request)
    if operation is None:
        raise RefusedCallError(protocol, _UNKNOWN, "There is no operation at this method and path.", 404)
    call = _call(service, operation, request, plain_body(protocol, service.operations[operation], request))
    if service.model == "apigateway":
        call.action = f"apigateway:{request.method}"
    return replace(call, query={name: list(values) for name, values in request.query.items()})


def _s3_call(request: Request, labels: str) -> Call:
    bucket = bucket_of(request.headers.get("host", "")) if labels else ""
    if labels and not bucket:
        raise RefusedCallError("rest-xml", "InvalidBucketName", "The host name names no bucket.")
    if request.target:
        raise RefusedCallError("rest-xml", "InvalidRequest", "S3's operations are named by method and path alone.")
    operation = s3.operation_at(request, f"/{bucket}{request.path}" if bucket else request.path)
    action = s3_actions.action_of(operation, of_version="versionId" in request.query)
    if action is None:
        message = "A header you provided implies functionality that is not implemented."
        raise RefusedCallError("rest-xml", "NotImplemented", message, 501)
    query = {name: list(values) for name, values in request.query.items()}
    return Call("s3", operation, f"s3:{action}", dict(request.headers), query, request.body)


def _call(service: Service, operation: str, request: Request, body: bytes) -> Call:
    headers = dict(request.headers)
    if body is not request.body:
        headers["content-length"] = str(len(body))
        headers.pop("content-encoding", None)
    action = services.action_of(service, operation)
    return Call(service.engine, operation, action, headers, request.signature, body)

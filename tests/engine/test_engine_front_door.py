"""Who may call the engine: hosts, origins, keys, signatures and the administration."""

import json
import socket
import subprocess
import urllib.parse
from contextlib import closing
from http.client import HTTPConnection

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from engine_support import SITE, Aws, MakeEngine, http, refused, unique

from infra.local.engine_process import ROOT, EngineFailedError, EngineProcess

PREFLIGHT = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "x-amz-target,authorization"}
HOSTILE_ORIGINS = ["https://evil.example", "null", "http://127.0.0.1:8081", f"{SITE}.evil.example"]


def raw(engine: EngineProcess, method: str, path: str, headers: dict[str, str]) -> int:
    """A request with exactly these headers, `Host` included."""
    with closing(HTTPConnection("127.0.0.1", engine.port, timeout=10)) as connection:
        connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
        for name, value in headers.items():
            connection.putheader(name, value)
        connection.endheaders()
        with connection.getresponse() as response:
            return response.status


def signed(engine: EngineProcess, key: str, secret: str) -> dict[str, str]:
    headers = {"X-Amz-Target": "DynamoDB_20120810.ListTables", "Content-Type": "application/x-amz-json-1.0"}
    request = AWSRequest("POST", engine.url, data="{}", headers=headers)
    SigV4Auth(Credentials(key, secret), "dynamodb", "us-east-1").add_auth(request)
    return dict(request.headers)


def presigned(aws: Aws, bucket: str, key: str) -> str:
    return str(
        aws.client("s3").generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": key}, ExpiresIn=60)
    )


def test_only_loopback_is_bound(engine: EngineProcess) -> None:
    # Given the addresses of this machine other than 127.0.0.1
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # When another loopback address, which 0.0.0.0 would include, is tried
        probe.settimeout(5)
        outcome = probe.connect_ex(("127.0.0.2", engine.port))
    # Then nobody listens there
    assert outcome != 0


@pytest.mark.parametrize("host", ["evil.example", "evil.example:4566", "127.0.0.1.evil.example", "169.254.169.254", ""])
def test_a_foreign_host_name_is_refused(engine: EngineProcess, host: str) -> None:
    assert raw(engine, "GET", "/_local/health", {"Host": host}) == 403


@pytest.mark.parametrize("host", ["127.0.0.1:{port}", "localhost:{port}", "localhost", "bucket.localhost:{port}"])
def test_loopback_host_names_are_served(engine: EngineProcess, host: str) -> None:
    assert raw(engine, "GET", "/_local/health", {"Host": host.format(port=engine.port)}) == 200


def test_two_host_headers_are_refused(engine: EngineProcess) -> None:
    with socket.create_connection(("127.0.0.1", engine.port), timeout=10) as connection:
        connection.sendall(b"GET /_local/health HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n")
        status = connection.recv(64).split()[1]
    assert status in (b"400", b"403")


@pytest.mark.parametrize("origin", HOSTILE_ORIGINS)
def test_a_page_of_another_origin_cannot_call_even_with_the_right_signature(engine: EngineProcess, origin: str) -> None:
    # Given a request signed with the root key
    headers = signed(engine, engine.access_key, engine.secret_key)
    assert http("POST", engine.url, headers, b"{}").status == 200
    # When a page of a foreign origin sends it
    answer = http("POST", engine.url, {**headers, "Origin": origin}, b"{}")
    # Then it is refused, and the page may not read the answer
    assert answer.status == 403
    assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize("origin", HOSTILE_ORIGINS)
@pytest.mark.parametrize("path", ["/", "/2015-03-31/functions", "/some-bucket/key", "/_local/reset"])
def test_a_preflight_of_another_origin_is_refused(engine: EngineProcess, origin: str, path: str) -> None:
    answer = http("OPTIONS", engine.url + path, {**PREFLIGHT, "Origin": origin})
    assert answer.status == 403
    assert "access-control-allow-origin" not in answer.headers


def test_a_preflight_of_the_site_names_it_and_never_everyone(engine: EngineProcess) -> None:
    answer = http("OPTIONS", engine.url, {**PREFLIGHT, "Origin": SITE})
    assert answer.status == 200
    assert answer.headers["access-control-allow-origin"] == SITE
    assert answer.headers["access-control-allow-headers"] == PREFLIGHT["Access-Control-Request-Headers"]


def test_an_answer_to_a_program_has_no_cors_star(engine: EngineProcess) -> None:
    answer = http("POST", engine.url, signed(engine, engine.access_key, engine.secret_key), b"{}")
    assert answer.status == 200
    assert "access-control-allow-origin" not in answer.headers


def test_a_page_of_the_site_may_read_why_it_was_refused(engine: EngineProcess) -> None:
    headers = {**signed(engine, engine.access_key, "wrong"), "Origin": SITE}
    answer = http("POST", engine.url, headers, b"{}")
    assert answer.status in (400, 403)
    assert answer.headers["access-control-allow-origin"] == SITE


def test_websockets_are_refused(engine: EngineProcess) -> None:
    upgrade = {
        "Host": "localhost",
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    }
    assert raw(engine, "GET", "/_aws/execute-api/abcdef12/prod", upgrade) == 403


@pytest.mark.parametrize("key", ["test", "000000000000", "123456789012", "AKIAIOSFODNN7EXAMPLE"])
def test_well_known_and_unknown_keys_are_refused(engine: EngineProcess, key: str) -> None:
    for secret in ("test", engine.secret_key):
        stranger = Aws(engine, {"aws_access_key_id": key, "aws_secret_access_key": secret})
        assert refused(stranger.client("dynamodb").list_tables) == "UnrecognizedClientException"
        assert refused(stranger.client("lambda").list_functions) == "UnrecognizedClientException"
        assert refused(stranger.client("sts").get_caller_identity) == "InvalidClientTokenId"
        assert refused(stranger.client("s3").list_buckets) == "InvalidAccessKeyId"


def test_the_root_key_needs_its_secret(engine: EngineProcess, aws: Aws) -> None:
    impostor = Aws(engine, {"aws_access_key_id": engine.access_key, "aws_secret_access_key": "x" * 40})
    assert refused(impostor.client("sts").get_caller_identity) == "SignatureDoesNotMatch"
    assert refused(impostor.client("dynamodb").list_tables) == "InvalidSignatureException"
    assert refused(impostor.client("s3").list_buckets) == "SignatureDoesNotMatch"
    assert aws.client("sts").get_caller_identity()["Arn"].endswith(":root")


def test_a_signed_body_cannot_be_changed(engine: EngineProcess) -> None:
    headers = signed(engine, engine.access_key, engine.secret_key)
    assert http("POST", engine.url, headers, b'{"Limit": 1}').status == 400
    assert http("POST", engine.url, headers, b"{}").status == 200


@pytest.mark.parametrize(
    ("service", "operation"),
    [
        ("dynamodb", "list_tables"),
        ("lambda", "list_functions"),
        ("sqs", "list_queues"),
        ("sns", "list_topics"),
        ("s3", "list_buckets"),
        ("iam", "list_roles"),
        ("cloudformation", "list_stacks"),
        ("apigateway", "get_rest_apis"),
        ("sts", "get_caller_identity"),
        ("ses", "list_identities"),
        ("events", "list_rules"),
        ("logs", "describe_log_groups"),
        ("secretsmanager", "list_secrets"),
    ],
)
def test_signed_services_refuse_unsigned_calls(aws: Aws, service: str, operation: str) -> None:
    assert refused(getattr(aws.unsigned(service), operation)) in (
        "MissingAuthenticationToken",
        "MissingAuthenticationTokenException",
        "UnrecognizedClientException",
        "AccessDenied",
    )


def test_what_is_public_on_aws_stays_public(engine: EngineProcess, aws: Aws) -> None:
    # Given a user pool
    pool = aws.client("cognito-idp").create_user_pool(PoolName=unique("pool"))["UserPool"]["Id"]
    client = aws.client("cognito-idp").create_user_pool_client(UserPoolId=pool, ClientName="web")
    client_id = client["UserPoolClient"]["ClientId"]
    # When nobody signs
    keys = http("GET", f"{engine.url}/{pool}/.well-known/jwks.json")
    wrong = refused(lambda: aws.unsigned("cognito-idp").get_user(AccessToken="x"))
    code = refused(
        lambda: aws.unsigned("cognito-idp").confirm_sign_up(ClientId=client_id, Username="a", ConfirmationCode="1")
    )
    # Then the key set is served and public operations answer for themselves
    assert keys.status == 200
    assert keys.json["keys"]
    assert wrong == "NotAuthorizedException"
    assert code in ("UserNotFoundException", "ExpiredCodeException", "CodeMismatchException")
    assert http("GET", f"{engine.url}/_local/health").json["status"] == "ready"


def test_nobody_sees_a_bucket_unless_its_policy_says_so(aws: Aws) -> None:
    # Given a private bucket and one whose policy opens a prefix to everyone
    s3, nobody = aws.client("s3"), aws.unsigned("s3")
    private, public = unique("private"), unique("public")
    for bucket in (private, public):
        s3.create_bucket(Bucket=bucket)
        s3.put_object(Bucket=bucket, Key="open/a", Body=b"x")
        s3.put_object(Bucket=bucket, Key="closed/a", Body=b"x")
    s3.delete_public_access_block(Bucket=public)
    statement = {
        "Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{public}/open/*"
    }  # fmt: skip
    s3.put_bucket_policy(Bucket=public, Policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]}))
    # When nobody signs
    # Then only the opened objects can be read, and nothing can be listed, made or written
    assert nobody.get_object(Bucket=public, Key="open/a")["Body"].read() == b"x"
    for call in (
        lambda: nobody.get_object(Bucket=public, Key="closed/a"),
        lambda: nobody.get_object(Bucket=private, Key="open/a"),
        lambda: nobody.put_object(Bucket=public, Key="open/b", Body=b"x"),
        lambda: nobody.list_objects_v2(Bucket=public),
        lambda: nobody.create_bucket(Bucket=unique("anonymous")),
        nobody.list_buckets,
    ):
        assert refused(call) == "AccessDenied"


def test_presigned_urls_are_checked(engine: EngineProcess, aws: Aws) -> None:
    # Given an object and a presigned URL for it
    bucket = unique("presigned")
    s3 = aws.client("s3")
    s3.create_bucket(Bucket=bucket)
    s3.put_object(Bucket=bucket, Key="a", Body=b"mine")
    s3.put_object(Bucket=bucket, Key="b", Body=b"other")
    url = presigned(aws, bucket, "a")
    assert "X-Amz-Expires=60" in url
    assert http("GET", url).body == b"mine"
    # When anything in it is changed
    tampered = [
        url.replace(f"{bucket}/a", f"{bucket}/b"),
        url.replace("Expires=60", "Expires=600"),
        url[:-1] + ("0" if url[-1] != "0" else "1"),
    ]
    # Then it opens nothing
    assert [http("GET", changed).status for changed in tampered] == [403, 403, 403]
    assert http("PUT", url, body=b"x").status == 403
    impostor = Aws(engine, {"aws_access_key_id": engine.access_key, "aws_secret_access_key": "x" * 40})
    assert http("GET", presigned(impostor, bucket, "a")).status == 403
    assert http("GET", urllib.parse.urlsplit(url)._replace(query="").geturl()).status == 403


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/_ministack/reset"),
        ("POST", "/_ministack/config"),
        ("GET", "/_ministack/ses/messages"),
        ("GET", "/_ministack/sqs/messages"),
        ("GET", "/_ministack/health"),
        ("GET", "/_ministack/lambda-code/some-function"),
        ("POST", "/_ministack/rds/iam-auth"),
        ("GET", "/_localstack/health"),
        ("GET", "/login"),
        ("GET", "/logout"),
        ("GET", "/oauth2/authorize"),
        ("POST", "/oauth2/token"),
        ("POST", "/saml2/idpresponse"),
    ],
)
def test_the_emulators_own_pages_are_closed(engine: EngineProcess, method: str, path: str) -> None:
    assert http(method, engine.url + path, {"X-Engine-Token": engine.token}).status == 403


@pytest.mark.parametrize(("method", "path"), [("POST", "/_local/reset"), ("GET", "/_local/mail"), ("GET", "/_local/x")])
@pytest.mark.parametrize("token", [None, "", "0" * 64])
def test_our_administration_needs_the_token(engine: EngineProcess, method: str, path: str, token: str | None) -> None:
    headers = {} if token is None else {"X-Engine-Token": token}
    assert http(method, engine.url + path, headers).status == 403


def test_unknown_administration_is_not_found(engine: EngineProcess) -> None:
    assert http("GET", f"{engine.url}/_local/x", {"X-Engine-Token": engine.token}).status == 404


def test_a_page_that_knows_the_token_still_needs_an_allowed_origin(engine: EngineProcess) -> None:
    headers = {"X-Engine-Token": engine.token, "Origin": "https://evil.example"}
    assert http("POST", f"{engine.url}/_local/reset", headers).status == 403


def test_reset_leaves_nothing(make_engine: MakeEngine) -> None:
    # Given an engine with a table, an object and a parameter
    engine = make_engine()
    aws = Aws(engine)
    table = {"KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}]}
    definitions = [{"AttributeName": "pk", "AttributeType": "S"}]
    dynamodb, s3, ssm = aws.client("dynamodb"), aws.client("s3"), aws.client("ssm")
    dynamodb.create_table(TableName="todos", AttributeDefinitions=definitions, BillingMode="PAY_PER_REQUEST", **table)
    dynamodb.put_item(TableName="todos", Item={"pk": {"S": "1"}})
    s3.create_bucket(Bucket="pictures")
    s3.put_object(Bucket="pictures", Key="a", Body=b"x")
    ssm.put_parameter(Name="/p", Value="1", Type="String")
    # When it is reset, and again after a crash
    engine.reset()
    for _ in range(2):
        # Then nothing is there
        assert dynamodb.list_tables()["TableNames"] == []
        assert s3.list_buckets()["Buckets"] == []
        assert ssm.describe_parameters()["Parameters"] == []
        engine.kill()
        engine.start()


@pytest.mark.parametrize(
    ("key", "secret"),
    [("", "s" * 40), ("test", "s" * 40), ("000000000000", "s" * 40), ("1234567890123456", "s" * 40),
     ("LKIA0123456789ABCDEF", ""), ("LKIA0123456789ABCDEF", "test")],
)  # fmt: skip
def test_weak_root_keys_stop_the_start(make_engine: MakeEngine, key: str, secret: str) -> None:
    with pytest.raises(EngineFailedError, match=r"^AWS_(ACCESS_KEY_ID|SECRET_ACCESS_KEY) must hold a random "):
        make_engine(environment={"AWS_ACCESS_KEY_ID": key, "AWS_SECRET_ACCESS_KEY": secret})


def test_a_taken_port_is_one_sentence(engine: EngineProcess, make_engine: MakeEngine) -> None:
    with pytest.raises(EngineFailedError) as failed:
        make_engine(port=engine.port)
    assert str(failed.value) == f"Port {engine.port} on 127.0.0.1 cannot be used: Address already in use."


def test_two_engines_never_share_a_state_folder(make_engine: MakeEngine) -> None:
    first = make_engine()
    with pytest.raises(EngineFailedError) as failed:
        make_engine(first.state_dir)
    assert str(failed.value) == f"Another engine is using {first.state_dir}."


def test_a_stop_is_clean(make_engine: MakeEngine) -> None:
    engine = make_engine()
    assert engine.stop() == 0
    assert engine.log == ""


def test_help_tells_the_flags(engine: EngineProcess) -> None:
    command = [str(engine.python), "-m", "infra.local.engine", "--help"]
    shown = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    for flag in ("--port", "--state", "--allow-origin", "--snapshot-seconds"):
        assert flag in shown.stdout

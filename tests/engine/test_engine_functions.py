"""Deployed functions, functions from the working tree, asynchronous invocations and triggers."""

import json
import os
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from engine_support import Aws, MakeEngine, eventually, make_table, refused, saved, settled_snapshot, text, unique
from functions import FunctionHost, function_host, invoke, make_function, make_role
from people import PASSWORD, mailed_code, make_pool

from infra.local.engine import function_host as client


@pytest.fixture
def host() -> Iterator[FunctionHost]:
    with function_host() as running:
        yield running


def logs(aws: Aws, function: str) -> list[str]:
    found = aws.client("logs").filter_log_events(logGroupName=f"/aws/lambda/{function.rpartition(':')[2]}")
    return [event["message"] for event in found["events"]]


FAILING = """
import sys
runs = 0
def inner(event):
    raise KeyError(event["key"])
def handler(event, context):
    global runs
    runs += 1
    print("run", runs)
    if "key" in event:
        inner(event)
    if "set" in event:
        return {1, 2}
    return {"runs": runs, "arn": context.invoked_function_arn, "memory": context.memory_limit_in_mb,
            "id": context.aws_request_id, "name": context.function_name,
            "left": context.get_remaining_time_in_millis()}
"""


def test_an_exception_is_reported_by_its_class_and_leaves_the_environment_warm(aws: Aws) -> None:
    # Given a function that fails when asked to
    function = make_function(aws, FAILING, MemorySize=256)
    # When it fails
    failed = invoke(aws, function, {"key": "id"})
    # Then the error says what and where, and the next invocation finds the same process
    assert failed["FunctionError"] == "Unhandled"
    error = failed["Payload"]
    assert (error["errorType"], error["errorMessage"]) == ("KeyError", "'id'")
    assert [line.split(" in ")[1].split("\n")[0] for line in error["stackTrace"]] == ["handler", "inner"]
    unserialisable = invoke(aws, function, {"set": 1})["Payload"]
    assert unserialisable["errorType"] == "Runtime.MarshalError"
    well = invoke(aws, function, {})
    assert "FunctionError" not in well
    answer = well["Payload"]
    assert (answer["runs"], answer["arn"], answer["memory"]) == (3, function, 256)
    assert answer["id"]
    assert 0 < answer["left"] <= 10_000
    # And the log has what it printed, each invocation's own
    messages = logs(aws, function)
    assert [m for m in messages if m.startswith("run")] == ["run 1", "run 2", "run 3"]
    assert any("[ERROR] KeyError: 'id'" in message for message in messages)


@pytest.mark.parametrize(
    ("code", "kind", "message"),
    [
        ("import no_such_module", "Runtime.ImportModuleError",
         "Unable to import module 'app': No module named 'no_such_module'"),
        ("x = 1", "Runtime.HandlerNotFound", "Handler 'handler' missing on module 'app'"),
        ("raise ValueError('at import')", "ValueError", "at import"),
        ("import pydantic", "Runtime.ImportModuleError", "Unable to import module 'app': No module named 'pydantic'"),
        ("import infra", "Runtime.ImportModuleError", "Unable to import module 'app': No module named 'infra'"),
    ],
)  # fmt: skip
def test_a_function_that_cannot_start_says_why(aws: Aws, code: str, kind: str, message: str) -> None:
    error = invoke(aws, make_function(aws, code))["Payload"]
    assert (error["errorType"], error["errorMessage"]) == (kind, message)


def test_the_runtime_brings_boto3_and_the_functions_own_rights(aws: Aws) -> None:
    # Given a function whose role may read one table
    table, other = make_table(aws), make_table(aws)
    aws.client("dynamodb").put_item(TableName=table, Item={"pk": text("a")})
    code = """
import boto3, logging
logging.getLogger().setLevel("INFO")
def handler(event, context):
    logging.info("reading %s", event["table"])
    return boto3.client("dynamodb").get_item(TableName=event["table"], Key={"pk": {"S": "a"}})["Item"]
"""
    arn = f"arn:aws:dynamodb:us-east-1:000000000000:table/{table}"
    function = make_function(
        aws, code, Role=make_role(aws, {"Effect": "Allow", "Action": "dynamodb:GetItem", "Resource": arn})
    )
    # When it reads that one and another
    assert invoke(aws, function, {"table": table})["Payload"] == {"pk": text("a")}
    denied = invoke(aws, function, {"table": other})["Payload"]
    # Then only its own rights count, and its log has what it logged
    assert "AccessDeniedException" in denied["errorMessage"]
    assert any(message.endswith(f"reading {table}") for message in logs(aws, function))


def test_a_function_reaches_nothing_beyond_this_machine(aws: Aws) -> None:
    code = """
import socket
def handler(event, context):
    try:
        return socket.create_connection((event["host"], 80), 1).getpeername()
    except PermissionError as error:
        return str(error)
"""
    function = make_function(aws, code)
    for host in ("192.0.2.1", "example.com"):
        assert "reaches only this machine" in invoke(aws, function, {"host": host})["Payload"]


def test_a_slow_function_times_out_and_the_next_invocation_works(aws: Aws) -> None:
    code = "import time\ndef handler(event, context):\n    time.sleep(event)\n    return 'done'"
    function = make_function(aws, code, Timeout=1)
    assert invoke(aws, function, 30)["Payload"]["errorType"] == "Sandbox.Timedout"
    assert invoke(aws, function, 0)["Payload"] == "done"


def test_many_at_once_are_all_served(aws: Aws) -> None:
    function = make_function(
        aws, "import os, time\ndef handler(event, context):\n    time.sleep(0.05)\n    return os.getpid()"
    )
    answers: list[Any] = []
    threads = [threading.Thread(target=lambda: answers.append(invoke(aws, function)["Payload"])) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 20
    assert len(set(answers)) <= 4  # environments, not one an invocation
    assert all(isinstance(answer, int) for answer in answers)


def test_a_function_may_invoke_itself(aws: Aws) -> None:
    code = """
import boto3, json
def handler(event, context):
    if event == 0:
        return 0
    answer = boto3.client("lambda").invoke(FunctionName=context.function_name, Payload=json.dumps(event - 1))
    return json.load(answer["Payload"]) + 1
"""
    function = make_function(aws, code, Timeout=30)
    assert invoke(aws, function, 2)["Payload"] == 2


def test_saved_code_is_what_runs(make_engine: MakeEngine) -> None:
    # Given a deployed function
    engine = make_engine(snapshot_seconds=0.2)
    own = Aws(engine)
    function = make_function(own, f"# {os.urandom(100_000).hex()}\ndef handler(event, context): return 'kept'")
    settled_snapshot(engine)
    # When it crashes, twice, so that the code has been loaded and saved again
    for _ in range(2):
        engine.kill()
        engine.start()
        # Then the code is what it was
        assert invoke(own, function)["Payload"] == "kept"
        settled_snapshot(engine)


def test_a_hosted_function_is_called_with_everything_it_needs(aws: Aws, host: FunctionHost) -> None:
    # Given a function of the working tree
    function = host.function(aws, lambda event: {"hello": event["name"]}, MemorySize=512, Timeout=7)
    # When it is invoked
    answer = invoke(aws, function, {"name": "Ann"})
    # Then the host was asked, and its answer is the function's
    assert (answer["StatusCode"], answer["Payload"]) == (200, {"hello": "Ann"})
    ((name, call),) = [found for found in host.invocations if found[0] == function.rpartition(":")[2]]
    assert call["path"] == f"/functions/{name}/invocations"
    assert call["content-type"] == "application/json"
    assert (call["event"], call["function_arn"], call["memory_mb"]) == ({"name": "Ann"}, function, 512)
    assert call["request_id"]
    assert isinstance(call["deadline_ms"], int)
    assert f"{name} ran" in logs(aws, function)


def test_a_hosted_functions_error_is_a_function_error(aws: Aws, host: FunctionHost) -> None:
    def fail(event: Any) -> Any:
        raise ValueError(event)

    answer = invoke(aws, host.function(aws, fail), "bad")
    assert answer["FunctionError"] == "Unhandled"
    assert answer["Payload"] == {"errorType": "ValueError", "errorMessage": "bad", "stackTrace": []}


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (500, b"{}", "LocalFunctionHost.Failed"),
        (404, b'{"result": 1}', "LocalFunctionHost.Failed"),
        (200, b"not json", "LocalFunctionHost.BadAnswer"),
        (200, b"[]", "LocalFunctionHost.BadAnswer"),
        (200, b"{}", "LocalFunctionHost.BadAnswer"),
    ],
)
def test_a_host_that_answers_nonsense_is_a_function_error(
    aws: Aws, host: FunctionHost, status: int, body: bytes, kind: str
) -> None:
    function = host.function(aws, lambda event: event)
    host.raw[function.rpartition(":")[2]] = (status, body)
    answer = invoke(aws, function)
    assert (answer["FunctionError"], answer["Payload"]["errorType"]) == ("Unhandled", kind)


def test_a_slow_host_is_a_time_out(aws: Aws, host: FunctionHost) -> None:
    released = threading.Event()
    function = host.function(aws, lambda _: released.wait(20), Timeout=1)
    answer = invoke(aws, function)
    released.set()
    assert answer["Payload"]["errorType"] == "Sandbox.Timedout"
    assert answer["Payload"]["errorMessage"] == "Task timed out after 1.00 seconds"


def test_a_host_that_is_gone_is_a_function_error(aws: Aws) -> None:
    with function_host() as short_lived:
        function = short_lived.function(aws, lambda event: event)
    assert invoke(aws, function)["Payload"]["errorType"] == "LocalFunctionHost.Unreachable"


@pytest.mark.parametrize(
    "url",
    [
        "http://192.0.2.1:80",
        "http://example.com",
        "https://127.0.0.1:1",
        "file:///etc",
        "127.0.0.1:80",
        "http://127.0.0.1:x",
    ],
)
def test_only_loopback_hosts_are_called(aws: Aws, url: str) -> None:
    function = make_function(aws, Environment={"Variables": {client.VARIABLE: url}})
    assert invoke(aws, function)["Payload"]["errorType"] == "LocalFunctionHost.Refused"


def queue(aws: Aws, **attributes: str) -> tuple[str, str]:
    """A queue's URL and ARN."""
    sqs = aws.client("sqs")
    url = sqs.create_queue(QueueName=unique("queue"), Attributes=attributes)["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    return str(url), str(arn)


def messages(aws: Aws, url: str) -> list[dict[str, Any]]:
    found = aws.client("sqs").receive_message(
        QueueUrl=url, MaxNumberOfMessages=10, MessageAttributeNames=["All"], VisibilityTimeout=0
    )
    return list(found.get("Messages", []))


def one_message(aws: Aws, url: str) -> dict[str, Any]:
    return eventually(lambda: messages(aws, url))[0]


def test_an_asynchronous_failure_is_retried_twice_and_then_sent_to_the_destination(
    aws: Aws, host: FunctionHost
) -> None:
    # Given a function that always fails, with a failure destination
    def fail(event: Any) -> Any:
        raise ValueError(event["n"])

    function = host.function(aws, fail)
    url, arn = queue(aws)
    aws.client("lambda").put_function_event_invoke_config(
        FunctionName=function, MaximumRetryAttempts=2, DestinationConfig={"OnFailure": {"Destination": arn}}
    )
    # When it is invoked asynchronously
    accepted = aws.client("lambda").invoke(FunctionName=function, InvocationType="Event", Payload=b'{"n": 1}')
    assert accepted["StatusCode"] == 202
    # Then it ran three times, and the destination got the event and the error
    record = json.loads(one_message(aws, url)["Body"])
    assert host.events(function) == [{"n": 1}] * 3
    assert record["requestPayload"] == {"n": 1}
    assert record["requestContext"]["condition"] == "RetriesExhausted"
    assert record["requestContext"]["approximateInvokeCount"] == 3
    assert record["requestContext"]["functionArn"].startswith(function)
    assert record["responseContext"]["functionError"] == "Unhandled"
    assert record["responsePayload"]["errorType"] == "ValueError"


def test_a_dead_letter_queue_gets_the_event_itself(aws: Aws, host: FunctionHost) -> None:
    def fail(event: Any) -> Any:
        raise ValueError(event["n"])

    url, arn = queue(aws)
    function = host.function(aws, fail, DeadLetterConfig={"TargetArn": arn})
    aws.client("lambda").put_function_event_invoke_config(FunctionName=function, MaximumRetryAttempts=0)
    aws.client("lambda").invoke(FunctionName=function, InvocationType="Event", Payload=b'{"n": 1}')
    message = one_message(aws, url)
    assert json.loads(message["Body"]) == {"n": 1}
    attributes = {name: value["StringValue"] for name, value in message["MessageAttributes"].items()}
    assert (attributes["ErrorCode"], attributes["ErrorMessage"]) == ("200", "1")
    assert attributes["RequestID"]
    assert host.events(function) == [{"n": 1}]


def test_a_success_destination_gets_the_result(aws: Aws, host: FunctionHost) -> None:
    url, arn = queue(aws)
    function = host.function(aws, lambda event: event["n"] + 1)
    aws.client("lambda").put_function_event_invoke_config(
        FunctionName=function, DestinationConfig={"OnSuccess": {"Destination": arn}}
    )
    aws.client("lambda").invoke(FunctionName=function, InvocationType="Event", Payload=b'{"n": 1}')
    record = json.loads(one_message(aws, url)["Body"])
    assert (record["requestContext"]["condition"], record["responsePayload"]) == ("Success", 2)


def test_a_destination_may_be_another_function_or_gone(aws: Aws, host: FunctionHost) -> None:
    # Given a function whose success goes to another, and one whose success goes to nothing there is
    other = host.function(aws, lambda _: None)
    for destination in (other, f"{other}-gone", "arn:aws:sqs:us-east-1:000000000000:gone"):
        function = host.function(aws, lambda event: event["n"] + 1)
        aws.client("lambda").put_function_event_invoke_config(
            FunctionName=function, DestinationConfig={"OnSuccess": {"Destination": destination}}
        )
        aws.client("lambda").invoke(FunctionName=function, InvocationType="Event", Payload=b'{"n": 1}')
        eventually(lambda function=function: host.events(function))
    # Then the other is called with the record, once
    (record,) = eventually(lambda: host.events(other))
    assert (record["requestPayload"], record["responsePayload"]) == ({"n": 1}, 2)


def test_an_event_for_a_function_that_is_deleted_meanwhile_is_forgotten(aws: Aws, host: FunctionHost) -> None:
    # Given a function that is gone once its event has failed
    def fail(event: Any) -> Any:
        aws.client("lambda").delete_function(FunctionName=function)
        raise ValueError(event)

    function = host.function(aws, fail)
    aws.client("lambda").invoke(FunctionName=function, InvocationType="Event", Payload=b'"event"')
    eventually(lambda: host.events(function))

    # Then its retry is not kept for ever
    def forgotten() -> bool:
        settled_snapshot(aws.engine)
        waiting = json.loads(saved(aws.engine, "lambda") or '{"waiting_events": [{"arn": "?"}]}')["waiting_events"]
        return all(event["arn"] not in (function, "?") for event in waiting)

    eventually(forgotten)
    assert host.events(function) == ["event"]


def test_an_accepted_event_survives_a_crash(make_engine: MakeEngine, host: FunctionHost) -> None:
    # Given an event for a function that may not run for now, so that it waits
    engine = make_engine(snapshot_seconds=0.2)
    lambda_ = Aws(engine).client("lambda")
    function = host.function(Aws(engine), lambda event: event)
    lambda_.put_function_concurrency(FunctionName=function, ReservedConcurrentExecutions=0)
    lambda_.invoke(FunctionName=function, InvocationType="Event", Payload=b'"event"')
    settled_snapshot(engine)
    # When the engine crashes, and the function may run
    engine.kill()
    engine.start()
    assert host.events(function) == []
    lambda_.delete_function_concurrency(FunctionName=function)
    # Then the event is delivered after all
    eventually(lambda: host.events(function) == ["event"])


def test_confirming_a_sign_up_invokes_the_trigger(aws: Aws, host: FunctionHost) -> None:
    # Given a pool with a PostConfirmation function
    function = host.function(aws, lambda event: event)
    pool = make_pool(aws, AutoVerifiedAttributes=["email"], LambdaConfig={"PostConfirmation": function})
    public = aws.unsigned("cognito-idp")
    email = f"{unique('user')}@example.test"
    attributes = [{"Name": "email", "Value": email}]
    public.sign_up(ClientId=pool.client, Username="ann", Password=PASSWORD, UserAttributes=attributes)
    assert host.events(function) == []
    # When a user confirms, resets a password, and an administrator confirms another
    public.confirm_sign_up(
        ClientId=pool.client,
        Username="ann",
        ConfirmationCode=mailed_code(aws, email),
        ClientMetadata={"from": "the test"},
    )
    public.forgot_password(ClientId=pool.client, Username="ann")
    public.confirm_forgot_password(
        ClientId=pool.client, Username="ann", ConfirmationCode=mailed_code(aws, email), Password=f"{PASSWORD}2"
    )
    public.sign_up(ClientId=pool.client, Username="bob", Password=PASSWORD, UserAttributes=attributes)
    aws.client("cognito-idp").admin_confirm_sign_up(UserPoolId=pool.id, Username="bob")
    # Then it was invoked each time, with the user as AWS describes one
    events = host.events(function)
    assert [event["triggerSource"] for event in events] == [
        "PostConfirmation_ConfirmSignUp", "PostConfirmation_ConfirmForgotPassword", "PostConfirmation_ConfirmSignUp"
    ]  # fmt: skip
    first = events[0]
    assert (first["version"], first["region"], first["userPoolId"], first["userName"]) == (
        "1", "us-east-1", pool.id, "ann"
    )  # fmt: skip
    assert first["callerContext"]["clientId"] == pool.client
    user = first["request"]["userAttributes"]
    assert (user["email"], user["email_verified"], user["cognito:user_status"]) == (email, "true", "CONFIRMED")
    assert first["request"]["clientMetadata"] == {"from": "the test"}


def test_a_failing_trigger_is_told_and_the_user_stays_confirmed(aws: Aws, host: FunctionHost) -> None:
    def fail(event: Any) -> Any:
        message = f"no room for {event['userName']}"
        raise ValueError(message)

    function = host.function(aws, fail)
    pool = make_pool(aws, LambdaConfig={"PostConfirmation": function})
    public = aws.unsigned("cognito-idp")
    email = [{"Name": "email", "Value": "ann@example.test"}]
    public.sign_up(ClientId=pool.client, Username="ann", Password=PASSWORD, UserAttributes=email)
    admin = aws.client("cognito-idp")
    confirm = lambda: admin.admin_confirm_sign_up(UserPoolId=pool.id, Username="ann")  # noqa: E731
    assert refused(confirm) == "UserLambdaValidationException"
    assert admin.admin_get_user(UserPoolId=pool.id, Username="ann")["UserStatus"] == "CONFIRMED"
    # A trigger that does not exist fails the same way.
    aws.client("lambda").delete_function(FunctionName=function)
    assert refused(confirm) == "UserLambdaValidationException"


def test_an_automatic_confirmation_invokes_the_trigger_too(aws: Aws, host: FunctionHost) -> None:
    def confirm_at_once(event: Any) -> Any:
        event["response"] |= {"autoConfirmUser": True, "autoVerifyEmail": True}
        return event

    trigger = host.function(aws, lambda event: event)
    pool = make_pool(aws, LambdaConfig={"PreSignUp": host.function(aws, confirm_at_once), "PostConfirmation": trigger})
    email = [{"Name": "email", "Value": "ann@example.test"}]
    answer = aws.unsigned("cognito-idp").sign_up(
        ClientId=pool.client, Username="ann", Password=PASSWORD, UserAttributes=email
    )
    assert answer["UserConfirmed"] is True
    assert [event["userName"] for event in host.events(trigger)] == ["ann"]


def test_a_topics_mail_subscribers_get_its_messages(aws: Aws) -> None:
    # Given a topic with two subscribers by mail, one of whom wants only some messages
    sns = aws.client("sns")
    topic = sns.create_topic(Name=unique("topic"))["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="email", Endpoint="owner@example.test")
    sns.subscribe(
        TopicArn=topic,
        Protocol="email",
        Endpoint="picky@example.test",
        Attributes={"FilterPolicy": '{"kind": ["urgent"]}'},
    )
    # When messages are published, with and without a subject
    before = len(aws.engine.mail())
    kind = {"kind": {"DataType": "String", "StringValue": "urgent"}}
    sns.publish(TopicArn=topic, Subject="Contact", Message="Hello", MessageAttributes=kind)
    sns.publish(TopicArn=topic, Message="Again")
    # Then they are in the mailbox
    found = [(mail["to"], mail["subject"], mail["text"]) for mail in aws.engine.mail()[before:]]
    assert found == [
        (["owner@example.test"], "Contact", "Hello"),
        (["picky@example.test"], "Contact", "Hello"),
        (["owner@example.test"], "AWS Notification Message", "Again"),
    ]


def test_a_notification_to_a_foreign_address_goes_nowhere(aws: Aws) -> None:
    # Given a topic with a subscriber on the internet
    sns = aws.client("sns")
    topic = sns.create_topic(Name=unique("topic"))["TopicArn"]
    # When it is subscribed and published to
    sns.subscribe(TopicArn=topic, Protocol="http", Endpoint="http://192.0.2.77/hook")
    sns.publish(TopicArn=topic, Message="secret")
    # Then the engine tried, and was stopped
    eventually(lambda: "to '192.0.2.77': only this machine may be reached" in aws.engine.log)

"""Tells the engine which event functions the application has, and what calls each: streams, queues, schedules.

FUNCTION_HOST names where the engine finds them; STREAM_FAILURES_ARN is where records go whose tries are used up.
"""

import io
import json
import os
import zipfile
from typing import Any

import boto3
from chalice.app import Chalice

from infra import event_sources
from infra.event_settings import EVENT_SETTINGS, QueueSettings, StreamSettings

PREFIX = "mytodolist-local-"
ROLE = "mytodolist-local-functions"
TIMEOUT_SECONDS = 60
MEMORY_MB = 512
POLL_SECONDS = 0.1


def register(app: Chalice) -> None:
    """Bring the engine's functions, mappings and rules to what the application declares."""
    lambda_ = boto3.client("lambda")
    role = _role()
    mapped = {
        (mapping["FunctionArn"].rpartition(":")[2], mapping["EventSourceArn"]): mapping["UUID"]
        for mapping in lambda_.list_event_source_mappings()["EventSourceMappings"]
    }
    for source in app.event_sources:
        name = PREFIX + source.name
        arn = _function(lambda_, name, role)
        if hasattr(source, "stream_arn"):
            _map_stream(lambda_, name, source, mapped)
        elif hasattr(source, "queue_arn"):
            _map_queue(lambda_, name, source, mapped)
        else:
            _schedule(lambda_, name, arn, source)


def _function(lambda_: Any, name: str, role: str) -> str:  # noqa: ANN401 - boto3's client
    environment = {"Variables": {"LOCAL_FUNCTION_HOST": os.environ["FUNCTION_HOST"]}}
    try:
        found = lambda_.get_function_configuration(FunctionName=name)
    except lambda_.exceptions.ResourceNotFoundException:
        created = lambda_.create_function(
            FunctionName=name,
            Runtime="python3.13",
            Handler="app.handler",
            Role=role,
            Code={"ZipFile": _nothing()},
            Timeout=TIMEOUT_SECONDS,
            MemorySize=MEMORY_MB,
            Environment=environment,
        )
        return str(created["FunctionArn"])
    if found.get("Environment", {}).get("Variables") != environment["Variables"]:
        lambda_.update_function_configuration(FunctionName=name, Environment=environment)
    return str(found["FunctionArn"])


def _map_stream(lambda_: Any, name: str, source: Any, mapped: dict[tuple[str, str], str]) -> None:  # noqa: ANN401
    settings = EVENT_SETTINGS[source.name]
    if not isinstance(settings, StreamSettings):
        raise TypeError(f"{source.name} is fed by a stream and needs StreamSettings.")
    extras = settings.as_mapping(os.environ["STREAM_FAILURES_ARN"])
    uuid = mapped.get((name, source.stream_arn))
    if uuid is None:
        lambda_.create_event_source_mapping(
            FunctionName=name,
            EventSourceArn=source.stream_arn,
            StartingPosition=source.starting_position,
            BatchSize=source.batch_size,
            **extras,
        )
    else:
        _update(lambda_, uuid, {"BatchSize": source.batch_size, **extras})


def _map_queue(lambda_: Any, name: str, source: Any, mapped: dict[tuple[str, str], str]) -> None:  # noqa: ANN401
    settings = EVENT_SETTINGS[source.name]
    if not isinstance(settings, QueueSettings):
        raise TypeError(f"{source.name} is fed by a queue and needs QueueSettings.")
    uuid = mapped.get((name, source.queue_arn))
    if uuid is None:
        lambda_.create_event_source_mapping(
            FunctionName=name, EventSourceArn=source.queue_arn, BatchSize=source.batch_size, **settings.as_mapping()
        )
    else:
        _update(lambda_, uuid, {"BatchSize": source.batch_size, **settings.as_mapping()})


def _update(lambda_: Any, uuid: str, wanted: dict[str, Any]) -> None:  # noqa: ANN401
    event_sources.update(lambda_, uuid, wanted, poll_seconds=POLL_SECONDS)


def _schedule(lambda_: Any, name: str, arn: str, source: Any) -> None:  # noqa: ANN401
    events = boto3.client("events")
    expression = source.schedule_expression
    text = expression if isinstance(expression, str) else expression.to_string()
    rule = events.put_rule(Name=name, ScheduleExpression=text, State="ENABLED")["RuleArn"]
    events.put_targets(Rule=name, Targets=[{"Id": "function", "Arn": arn}])
    try:
        lambda_.add_permission(
            FunctionName=name,
            StatementId="schedule",
            Action="lambda:InvokeFunction",
            Principal="events.amazonaws.com",
            SourceArn=rule,
        )
    except lambda_.exceptions.ResourceConflictException:
        return


def _role() -> str:
    iam = boto3.client("iam")
    trust = {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
        ],
    }
    try:
        return str(iam.get_role(RoleName=ROLE)["Role"]["Arn"])
    except iam.exceptions.NoSuchEntityException:
        created = iam.create_role(RoleName=ROLE, AssumeRolePolicyDocument=json.dumps(trust))
        return str(created["Role"]["Arn"])


def _nothing() -> bytes:
    """A package that is never run: the working tree is."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("app.py", "")
    return packed.getvalue()

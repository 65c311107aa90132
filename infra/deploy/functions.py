"""The deployed functions: how their event sources treat failures, and the package they run.

https://docs.aws.amazon.com/lambda/latest/api/API_UpdateEventSourceMapping.html
"""

import time
from collections.abc import Iterator, Mapping
from typing import Any

from botocore.exceptions import WaiterError

from infra import event_sources, policies
from infra.deploy.aws import Aws
from infra.deploy.stage import Stage
from infra.event_settings import EVENT_SETTINGS, StreamSettings

_WAIT_SECONDS = 300


class FunctionError(Exception):
    """A function is not as a deploy has to find it; the message names it."""


def put_event_settings(aws: Aws, stage: Stage, outputs: Mapping[str, str]) -> None:
    """Tell every stream and queue how to treat failures; Chalice knows batch sizes alone.

    Chalice creates mappings and does not wait for them, so each is waited for here. The one stack needs no such
    wait: its template has the settings, and CloudFormation waits for what it creates.

    Raises:
        FunctionError: a function has no event source, or several, or one that does not become ready.
    """
    client = aws.client("lambda")
    for function, settings in EVENT_SETTINGS.items():
        name = policies.lambda_name(function, stage.name)
        mappings = client.list_event_source_mappings(FunctionName=name)["EventSourceMappings"]
        if len(mappings) != 1:
            raise FunctionError(
                f"{name} has {len(mappings)} event sources instead of one. A table that was made anew leaves the old "
                "one's behind: delete it, then run the command again."
            )
        wanted = (
            settings.as_mapping(outputs["StreamFailuresArn"])
            if isinstance(settings, StreamSettings)
            else settings.as_mapping()
        )
        try:
            event_sources.update(client, mappings[0]["UUID"], wanted, poll_seconds=aws.poll_seconds)
        except event_sources.EventSourceError as error:
            raise FunctionError(f"{name}: {error}") from error


def put_package(aws: Aws, stage: Stage, package: bytes, architecture: str) -> None:
    """Let every function run this package, which is made for this architecture.

    UpdateFunctionCode takes x86_64 where a request names no architecture, by its page:
    https://docs.aws.amazon.com/lambda/latest/api/API_UpdateFunctionCode.html
    Lambda refuses new code with ResourceConflictException while it creates or updates a function.
    https://docs.aws.amazon.com/lambda/latest/dg/functions-states.html

    Raises:
        FunctionError: a function is not ready for the package, or did not take it.
    """
    client = aws.client("lambda")
    for name in names(stage):
        _update_code(client, name, package, architecture, aws.poll_seconds)
    for name in names(stage):
        waiter = client.get_waiter("function_updated_v2")
        attempts = max(1, int(_WAIT_SECONDS / aws.poll_seconds))
        try:
            waiter.wait(FunctionName=name, WaiterConfig={"Delay": aws.poll_seconds, "MaxAttempts": attempts})
        except WaiterError as error:
            raise FunctionError(f"{name} did not take the package: {error}") from error


def _update_code(client: Any, name: str, package: bytes, architecture: str, poll_seconds: float) -> None:  # noqa: ANN401
    deadline = time.monotonic() + _WAIT_SECONDS
    while True:
        try:
            client.update_function_code(FunctionName=name, ZipFile=package, Architectures=[architecture])
        except client.exceptions.ResourceConflictException as error:
            if time.monotonic() >= deadline:
                raise FunctionError(f"{name} is not ready for the package: {error}") from error
            time.sleep(poll_seconds)
        else:
            return


def names(stage: Stage) -> Iterator[str]:
    """The functions' names in Lambda."""
    return (policies.lambda_name(function, stage.name) for function in policies.FUNCTIONS)

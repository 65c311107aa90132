"""The deployed functions: how their event sources treat failures, and the package they run.

https://docs.aws.amazon.com/lambda/latest/api/API_UpdateEventSourceMapping.html
"""

from collections.abc import Iterator, Mapping
from typing import Any

from botocore.exceptions import WaiterError

from infra import policies
from infra.deploy.aws import Aws
from infra.deploy.stage import Stage
from infra.event_settings import EVENT_SETTINGS, StreamSettings

_WAIT_SECONDS = 300


class FunctionError(Exception):
    """A function is not as a deploy has to find it; the message names it."""


def put_event_settings(aws: Aws, stage: Stage, outputs: Mapping[str, str]) -> None:
    """Tell every stream and queue how to treat failures; Chalice knows batch sizes alone.

    Raises:
        FunctionError: a function has no event source, or several.
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
        if differs(mappings[0], wanted):
            client.update_event_source_mapping(UUID=mappings[0]["UUID"], **wanted)


def differs(mapping: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    """Whether an event source is not what it should be."""
    return any(mapping.get(name) != value for name, value in wanted.items())


def put_package(aws: Aws, stage: Stage, package: bytes) -> None:
    """Let every function run this package."""
    client = aws.client("lambda")
    for name in names(stage):
        client.update_function_code(FunctionName=name, ZipFile=package)
    for name in names(stage):
        waiter = client.get_waiter("function_updated_v2")
        attempts = max(1, int(_WAIT_SECONDS / aws.poll_seconds))
        try:
            waiter.wait(FunctionName=name, WaiterConfig={"Delay": aws.poll_seconds, "MaxAttempts": attempts})
        except WaiterError as error:
            raise FunctionError(f"{name} did not take the package: {error}") from error


def names(stage: Stage) -> Iterator[str]:
    """The functions' names in Lambda."""
    return (policies.lambda_name(function, stage.name) for function in policies.FUNCTIONS)

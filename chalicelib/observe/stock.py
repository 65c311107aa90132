"""The X-Ray SDK, held to what may be told; imported where TRACING chooses it, and nowhere else.

https://docs.aws.amazon.com/xray/latest/devguide/xray-sdk-python.html
"""

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

from aws_xray_sdk.core import patch, xray_recorder
from aws_xray_sdk.core.emitters.udp_emitter import UDPEmitter
from aws_xray_sdk.ext.boto_utils import aws_meta_processor

from chalicelib.observe.subsegments import ASKED, TOLD, name_of


class DiscreetEmitter(UDPEmitter):  # type: ignore[misc] # the SDK has no types
    """Sends what the SDK has gathered, without keys of objects and rows and without messages of errors."""

    def send_entity(self, entity: Any) -> None:  # noqa: ANN401
        """Send a subsegment, and what is left in it."""
        _hush(entity)
        super().send_entity(entity)


class Stock:
    """Lets the SDK watch botocore's clients, and tells it of those that it does not know."""

    def __init__(self, region: str) -> None:
        self._region = region
        xray_recorder.configure(emitter=DiscreetEmitter())
        # Of PynamoDB's calls it would tell twice if it watched them too.
        patch(("botocore",))

    def begin(self, name: str, route: str) -> None:
        """A request begins."""
        xray_recorder.begin_subsegment(name)
        xray_recorder.put_annotation("route", route)

    def end(self, status: int) -> None:
        """The request has been answered."""
        subsegment = xray_recorder.current_subsegment()
        if subsegment is not None:
            subsegment.put_http_meta("status", status)
            xray_recorder.end_subsegment()

    def watch(self, client: Any, name: str, method: str) -> None:  # noqa: ANN401 - whatever calls a service
        """Tell of the client's calls, unless it is one of botocore's: those are watched already."""
        meta = getattr(client, "meta", SimpleNamespace(region_name=self._region))
        if hasattr(meta, "service_model"):
            return
        ask, instance = getattr(client, method), SimpleNamespace(meta=meta)

        def told(operation: str, request: Mapping[str, Any]) -> Any:  # noqa: ANN401
            return xray_recorder.record_subsegment(
                ask, instance, (operation, request), {}, name=name, namespace="aws", meta_processor=_describe
            )

        setattr(client, method, told)


def _describe(*, exception: BaseException | None, subsegment: Any, stack: Any, **call: Any) -> None:  # noqa: ANN401
    aws_meta_processor(exception=exception, subsegment=subsegment, stack=stack, **call)
    operation, request = call["args"]
    # The SDK knows DynamoDB's calls by the name of the service, and errors by classes that botocore makes up.
    for asked, told in ASKED.get(operation, {}).items():
        if asked in request:
            subsegment.aws.setdefault(told, request[asked])
    if exception is None:
        return
    if not subsegment.cause:
        subsegment.add_exception(exception, stack)
    for thrown in subsegment.cause["exceptions"]:
        thrown.type = name_of(exception)


def _hush(entity: Any) -> None:  # noqa: ANN401
    entity.aws = {name: value for name, value in entity.aws.items() if name in TOLD}
    if "table_names" in entity.aws:
        entity.aws["table_names"] = list(entity.aws["table_names"])
    # Of an error that was told of before there is only a reference.
    for thrown in entity.cause["exceptions"] if isinstance(entity.cause, dict) and entity.cause else ():
        thrown.message = None
    for each in entity.subsegments:
        _hush(each)

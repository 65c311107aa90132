"""A subsegment a request with the X-Ray SDK, as AWS's documentation shows; calls of DynamoDB are patched beside it."""

from functools import wraps

from aws_xray_sdk.core import xray_recorder
from common import TRACED


def traced(route):
    """Tell X-Ray of each request of a handler, by its name and its route."""

    def wrap(handler):
        if not TRACED:
            return handler

        @wraps(handler)
        def told(*arguments, **named):
            with xray_recorder.in_subsegment(handler.__name__) as subsegment:
                subsegment.put_annotation("route", route)
                return handler(*arguments, **named)

        return told

    return wrap

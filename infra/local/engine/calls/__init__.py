"""What a request asks for, read once: service, operation, IAM action, and what the operation is given.

`name_call` is the only place that decides it. The engine authorises the `Call` that it returns and runs the same one;
a request that does not name exactly one operation of a known service is refused.
"""

from infra.local.engine.calls.naming import name_call
from infra.local.engine.calls.request import Call, RefusedCallError, Request

__all__ = ["Call", "RefusedCallError", "Request", "name_call"]

"""SnapStart: a function is started once, and each of its environments goes on from a copy of that moment.

So what differs from copy to copy is made when it is first asked for: connections, clocks, credentials, and ids, which
are the system's random numbers. Python's own random numbers, for pauses, would come alike in every copy.
https://docs.aws.amazon.com/lambda/latest/dg/snapstart-uniqueness.html
https://docs.aws.amazon.com/lambda/latest/dg/snapstart-runtime-hooks-python.html
"""

import importlib
import os
import random
from contextlib import suppress

# Credentials then come from an address instead of the environment, and botocore fetches them; the rest is what the API
# imports late because most requests do without. A snapshot is taken with time to spare.
_TAKEN_ALONG = ("botocore.session", "botocore.client", "nh3")


def prepare() -> None:
    """Where a snapshot is about to be taken, take along what is slow to import, and see to what comes after it."""
    if os.environ.get("AWS_LAMBDA_INITIALIZATION_TYPE") != "snap-start":
        return
    for name in _TAKEN_ALONG:
        importlib.import_module(name)
    # Lambda's own. Where it is missing, pauses are alike, which is no reason not to start.
    with suppress(ModuleNotFoundError):
        importlib.import_module("snapshot_restore_py").register_after_restore(random.seed)

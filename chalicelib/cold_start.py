"""What makes a function's first moment short: app.py imports this before anything else, and calls `finish` at its end.

Nothing is collected meanwhile, since all that is made stays.
"""

import gc
import importlib

from chalicelib import snapshot, trust
from chalicelib.settings import settings
from chalicelib.store import stand_ins
from chalicelib.store.transport import is_lean


def finish() -> None:
    """Collect garbage again from now on, but never look at what is there now."""
    snapshot.prepare()
    gc.freeze()
    gc.enable()


gc.disable()
trust.trust(settings().ca_bundle)
if is_lean(settings()):
    stand_ins.import_pynamodb()
    # Lambda gives more processor to a function's start than to its first request.
    importlib.import_module("chalicelib.store.lean")
if settings().tracing == "lean":
    importlib.import_module("chalicelib.observe.emitter")

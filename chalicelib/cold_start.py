"""What makes a function's first moment short: app.py imports this before anything else, and calls `finish` at its end.

Nothing is collected meanwhile, since all that is made stays; what is imported and not used is left out.
"""

import gc
import importlib

from chalicelib import parts, snapshot


def finish() -> None:
    """Collect garbage again from now on, but never look at what is there now."""
    snapshot.prepare()
    gc.freeze()
    gc.enable()


def _import_slowest() -> None:
    from chalicelib import trust  # noqa: PLC0415 - with parts in place
    from chalicelib.settings import settings  # noqa: PLC0415
    from chalicelib.store import stand_ins  # noqa: PLC0415
    from chalicelib.store.transport import is_lean  # noqa: PLC0415

    trust.trust(settings().ca_bundle)
    if is_lean(settings()):
        stand_ins.import_pynamodb()
        # Lambda gives more processor to a function's start than to its first request.
        importlib.import_module("chalicelib.store.lean")
    if settings().tracing == "lean":
        importlib.import_module("chalicelib.observe.emitter")


gc.disable()
with parts.in_place():
    _import_slowest()

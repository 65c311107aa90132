"""Renders a photo in a process of its own, so that no file can take this one along.

That process has no keys in its environment, a limit to its memory and its processor time, and ends with its photo: a
file that exhausts, crashes or hangs a decoder is rejected like any other that cannot be read. What is not the photo's
fault, such as a failure to start, is an error here, so that the photo is tried again.
"""

import os
import signal
import subprocess
import sys
from pathlib import Path

import msgspec

from chalicelib.media.pictures import TOO_DEMANDING, Outcome, Rejected

_ROOT = Path(__file__).resolve().parents[2]
_KEPT_VARIABLES = ("PATH", "LD_LIBRARY_PATH")
# Nothing is imported from the working folder, and nobody reads warnings.
_FLAGS = ("-P", "-W", "ignore")
_outcomes = msgspec.msgpack.Decoder(Outcome)


class Limits(msgspec.Struct, frozen=True):
    """What one photo may take. An honest one of 25 million pixels takes 2 s of processor time and 190 MB."""

    cpu_seconds: int = 10
    wall_seconds: float = 45
    memory_bytes: int = 208 * 1024 * 1024


class RenderingFailed(Exception):  # noqa: N818 - reads as what happened
    """The renderer failed in a way that is not the photo's fault."""


LIMITS = Limits()


def render(photo: bytes, limits: Limits = LIMITS) -> Outcome:
    """Make the thumbnails of a photo, or say why not.

    Raises:
        RenderingFailed: the photo was not judged.
    """
    command = [sys.executable, *_FLAGS, "-m", "chalicelib.media.images"]
    command += [str(limits.cpu_seconds), str(limits.memory_bytes)]
    try:
        done = subprocess.run(
            command, input=photo, stdout=subprocess.PIPE, env=environment(), timeout=limits.wall_seconds, check=False
        )
    except subprocess.TimeoutExpired:
        return Rejected(TOO_DEMANDING)
    return judged(done.returncode, done.stdout)


def judged(status: int, answer: bytes) -> Outcome:
    """What the end of the renderer says of the photo.

    Raises:
        RenderingFailed: nothing.
    """
    # The system kills when the whole function is out of memory; every other signal is of the decoder's own making.
    if status < 0 and -status != signal.SIGKILL:
        return Rejected(TOO_DEMANDING)
    if status != 0:
        raise RenderingFailed(f"The renderer ended with {status}.")
    try:
        outcome: Outcome = _outcomes.decode(answer)
    except msgspec.MsgspecError as error:
        raise RenderingFailed("The renderer answered something else.") from error
    return outcome


def environment() -> dict[str, str]:
    """The renderer's environment: how to start, and nothing that is worth stealing."""
    kept = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}
    return kept | {"PYTHONPATH": os.pathsep.join([str(_ROOT), *filter(None, sys.path)]), "MALLOC_ARENA_MAX": "1"}

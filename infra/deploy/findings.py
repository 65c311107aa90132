"""What a question that is asked before a deploy answers: a sentence with the next step, and what it means."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum

from botocore.exceptions import ClientError

from infra.deploy.aws import Aws
from infra.deploy.inventory import Inventory
from infra.deploy.stage import Stage


class Weight(Enum):
    """What an answer means for a deploy."""

    STOP = "stop"
    NOTE = "note"
    UNKNOWN = "not known"


@dataclass(frozen=True, slots=True)
class Finding:
    """One answer."""

    weight: Weight
    sentence: str


Question = Callable[[Aws, Stage, Inventory], Iterator[Finding]]


def stop(sentence: str) -> Finding:
    """Return an answer that stops a deploy."""
    return Finding(Weight.STOP, sentence)


def note(sentence: str) -> Finding:
    """Return an answer that an operator should read, and that stops nothing."""
    return Finding(Weight.NOTE, sentence)


def unknown(question: str, error: Exception) -> Finding:
    """Return the answer of a question that AWS refuses or cannot answer."""
    reason = error.response["Error"]["Code"] if isinstance(error, ClientError) else type(error).__name__
    return Finding(Weight.UNKNOWN, f"{question}: AWS does not say ({reason}).")

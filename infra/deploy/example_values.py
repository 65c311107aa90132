"""Finds what a stage's file has kept of the examples: AWS would take a deploy of it for somebody else's."""

import re
from collections.abc import Iterator
from dataclasses import fields

from infra.deploy.stage import Stage, StageError

_EXAMPLES = (
    # Reserved for documentation: https://www.rfc-editor.org/rfc/rfc2606
    (re.compile(r"(^|[@./])example\.(com|net|org)\b"), "the example's domain"),
    (re.compile(r"certificate/0{8}-"), "the example's certificate"),
    (re.compile(r"\b(123456789012|111122223333)\b"), "the documentation's account"),
)


def example_values(stage: Stage) -> Iterator[str]:
    """Say of each setting that still has the example's value what to do with it."""
    for field in fields(stage):
        value = getattr(stage, field.name)
        for text in value if isinstance(value, tuple) else (value,):
            found = next((what for pattern, what in _EXAMPLES if isinstance(text, str) and pattern.search(text)), None)
            if found is not None:
                yield f"infra/stages/{stage.name}.yaml: {field.name} is {text}, {found}: write your own there."


def require_own_values(stage: Stage) -> None:
    """Raise StageError where a setting still has the example's value."""
    found = list(example_values(stage))
    if found:
        raise StageError("\n".join(found))

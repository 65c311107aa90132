"""The changes that no test can tell from the code, each with its reason: `explained.yaml`."""

import ast
from pathlib import Path

import yaml

from tests.mutation.functions import Change

PATH = Path(__file__).with_name("explained.yaml")


def reasons() -> dict[Change, str]:
    """Return the reason of each change that is explained."""
    entries = yaml.safe_load(PATH.read_text(encoding="utf-8")) or []
    return {
        Change(entry["path"], entry["function"], entry["before"], after): entry["because"]
        for entry in entries
        for after in entry["after"]
    }


def is_wording(change: Change) -> bool:
    """Whether the change is one of letters alone, in a sentence that people read."""
    before, after = (_strings(text) for text in (change.before, change.after))
    if before is None or after is None or len(before) != len(after):
        return False
    different = [(old, new) for old, new in zip(before, after, strict=True) if old != new]
    return (
        len(different) == 1
        and " " in different[0][0]
        and different[0][1].replace("XX", "").lower() in (different[0][0].lower())
    )


def _strings(text: str) -> list[str] | None:
    for attempt in (text, f"{text}\n    pass", f"try:\n    pass\n{text}\n    pass"):
        try:
            tree = ast.parse(attempt)
        except SyntaxError:
            continue
        return [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    return None

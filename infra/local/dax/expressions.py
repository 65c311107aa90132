"""Expressions as DAX's client sends them, parsed, and back to the text that DynamoDB takes.

On the wire an expression is `[1, tree, values]`. A tree is `[function, operand, ...]`; a path is `[18, name, ...]`,
with tagged numbers for indexes into lists; a value is `[17, its place in values]`.
"""

from collections.abc import Sequence
from typing import Any

from infra.local.dax.cbor import Decoder, Tagged
from infra.local.dax.values import Item, Value, from_cbor

_INFIX = {0: "=", 1: "<>", 2: "<", 3: ">=", 4: ">", 5: "<=", 6: "AND", 7: "OR", 25: "+", 26: "-"}
_ARITHMETIC = (25, 26)
_NOT, _BETWEEN, _IN, _VALUE, _PATH, _REMOVE = 8, 9, 10, 17, 18, 22
_FUNCTIONS = {
    11: "attribute_exists",
    12: "attribute_not_exists",
    13: "attribute_type",
    14: "begins_with",
    15: "contains",
    16: "size",
    23: "if_not_exists",
    24: "list_append",
}
_ACTIONS = {19: "SET", 20: "ADD", 21: "DELETE", 22: "REMOVE"}

Path = Sequence[str | int]


class Expressions:
    """The expressions of one request, which share their placeholders."""

    def __init__(self) -> None:
        self.texts: dict[str, str] = {}
        self.paths: list[Path] = []
        self._names: dict[str, str] = {}
        self._values: Item = {}

    def condition(self, name: str, data: bytes) -> None:
        """Take a condition, a key condition or a filter; `name` is the argument's."""
        tree, values = self._opened(data)
        text = self._text(tree, values)
        # A key condition must not stand in parentheses as a whole.
        self.texts[name] = text[1:-1] if text.startswith("(") and tree[0] in _INFIX else text

    def projection(self, data: bytes) -> None:
        """Take a projection: DynamoDB is asked for whole items, which the caches keep, and the paths are found here."""
        _, trees = Decoder.over(data).decode()
        self.paths = [[_step(step) for step in tree[1:]] for tree in trees]

    def update(self, data: bytes) -> None:
        """Take an update."""
        actions, values = self._opened(data)
        clauses: dict[str, list[str]] = {}
        for function, path, *operand in actions:
            text = self._path(path[1:])
            if operand:
                text += (" = " if _ACTIONS[function] == "SET" else " ") + self._text(operand[0], values)
            clauses.setdefault(_ACTIONS[function], []).append(text)
        self.texts["UpdateExpression"] = " ".join(f"{clause} {', '.join(texts)}" for clause, texts in clauses.items())

    def arguments(self) -> dict[str, Any]:
        """What DynamoDB is told."""
        named = {"ExpressionAttributeNames": self._names, "ExpressionAttributeValues": self._values}
        return {**self.texts, **{name: given for name, given in named.items() if given}}

    def _opened(self, data: bytes) -> tuple[Any, list[str]]:
        _, tree, values = Decoder.over(data).decode()
        return tree, [self._value(from_cbor(each)) for each in values]

    def _text(self, tree: Any, values: Sequence[str]) -> str:  # noqa: ANN401
        function, *operands = tree
        if function == _VALUE:
            return values[int(operands[0])]
        if function == _PATH:
            return self._path(operands)
        if function == _IN:
            operands = [operands[0], *operands[1]]
        return _written(function, [self._text(each, values) for each in operands])

    def _path(self, steps: Sequence[Any]) -> str:
        text = ""
        for step in map(_step, steps):
            text += f"[{step}]" if isinstance(step, int) else ("." if text else "") + self._name(step)
        return text

    def _name(self, name: str) -> str:
        known = {original: placeholder for placeholder, original in self._names.items()}
        if name not in known:
            self._names[f"#n{len(self._names)}"] = name
        return known.get(name, f"#n{len(self._names) - 1}")

    def _value(self, value: Value) -> str:
        placeholder = f":v{len(self._values)}"
        self._values[placeholder] = value
        return placeholder


def _written(function: int, texts: Sequence[str]) -> str:
    if function in _INFIX:
        text = f" {_INFIX[function]} ".join(texts)
        return text if function in _ARITHMETIC else f"({text})"
    if function == _NOT:
        return f"(NOT {texts[0]})"
    if function == _BETWEEN:
        return f"({texts[0]} BETWEEN {texts[1]} AND {texts[2]})"
    if function == _IN:
        return f"({texts[0]} IN ({', '.join(texts[1:])}))"
    return f"{_FUNCTIONS[function]}({', '.join(texts)})"


def _step(step: Any) -> str | int:  # noqa: ANN401
    return int(step.value) if isinstance(step, Tagged) else str(step)


def look_up(item: Item, path: Path) -> Value | None:
    """What stands at a path."""
    found: Value | None = {"M": item}
    for step in path:
        inside = {} if found is None else found.get("L" if isinstance(step, int) else "M", {})
        # A list by its places is a map too.
        found = (dict(enumerate(inside)) if isinstance(step, int) else inside).get(step)
    return found

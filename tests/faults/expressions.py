"""DynamoDB's condition and update expressions, as far as the application's models write them.

An expression is parsed once and kept as a function: PynamoDB numbers its placeholders in order, so the texts repeat.
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.OperatorsAndFunctions.html
"""

import operator
import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

Value = Mapping[str, Any]
Item = dict[str, Any]
Names = Mapping[str, str]
Values = Mapping[str, Value]
Condition = Callable[[Item, Names, Values], bool]
Operand = Callable[[Item, Names, Values], Value | None]
Update = Callable[[Item, Names, Values], Item]

_TOKEN = re.compile(r"\s*(<>|<=|>=|[=<>(),]|[#:]?\w+)")
_COMPARISONS: Mapping[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "<>": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_CLAUSES = ("SET", "REMOVE", "ADD")


@cache
def condition(text: str) -> Condition:
    """Parse a condition."""
    parser = _Parser(text)
    parsed = parser.either()
    parser.expect_end()
    return parsed


@cache
def update(text: str) -> Update:
    """Parse an update; the function returns the new item and leaves the old one as it is."""
    parser = _Parser(text)
    steps = []
    while not parser.at_end():
        clause = parser.next()
        assert clause in _CLAUSES, text
        steps.append(parser.step(clause))
        while parser.take(","):
            steps.append(parser.step(clause))

    def apply(old: Item, names: Names, values: Values) -> Item:
        new = dict(old)
        for step in steps:
            # The right-hand sides speak of the item as it was.
            step(old, new, names, values)
        return new

    return apply


class _Parser:
    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = _TOKEN.findall(text)
        self._place = 0

    def at_end(self) -> bool:
        return self._place == len(self._tokens)

    def expect_end(self) -> None:
        assert self.at_end(), self._text

    def next(self) -> str:
        self._place += 1
        return str(self._tokens[self._place - 1])

    def take(self, wanted: str) -> bool:
        if self.at_end() or self._tokens[self._place] != wanted:
            return False
        self._place += 1
        return True

    def either(self) -> Condition:
        parts = [self.both()]
        while self.take("OR"):
            parts.append(self.both())
        return parts[0] if len(parts) == 1 else lambda *about: any(part(*about) for part in parts)

    def both(self) -> Condition:
        parts = [self.single()]
        while self.take("AND"):
            parts.append(self.single())
        return parts[0] if len(parts) == 1 else lambda *about: all(part(*about) for part in parts)

    def single(self) -> Condition:
        if self.take("NOT"):
            inner = self.single()
            return lambda *about: not inner(*about)
        if self.take("("):
            inner = self.either()
            assert self.take(")"), self._text
            return inner
        for function, wanted in (("attribute_exists", True), ("attribute_not_exists", False)):
            if self.take(function):
                assert self.take("("), self._text
                path = self.operand()
                assert self.take(")"), self._text
                return _exists(path, wanted=wanted)
        return self.comparison()

    def comparison(self) -> Condition:
        left = self.operand()
        if self.take("IN"):
            assert self.take("("), self._text
            options = [self.operand()]
            while self.take(","):
                options.append(self.operand())
            assert self.take(")"), self._text
            return _is_one_of(left, options)
        return _compares(left, _COMPARISONS[self.next()], self.operand())

    def operand(self) -> Operand:
        name = self.next()
        if name == "if_not_exists":
            assert self.take("("), self._text
            path = self.operand()
            assert self.take(","), self._text
            otherwise = self.operand()
            assert self.take(")"), self._text
            return lambda *about: found if (found := path(*about)) is not None else otherwise(*about)
        if name.startswith(":"):
            return lambda _item, _names, values: values[name]
        assert name.startswith("#"), self._text
        return lambda item, names, _values: item.get(names[name])

    def step(self, clause: str) -> Callable[[Item, Item, Names, Values], None]:
        name = self.next()
        assert name.startswith("#"), self._text
        if clause == "REMOVE":
            return lambda _old, new, names, _values: _discard(new, names[name])
        if clause == "SET":
            assert self.take("="), self._text
            value = self.operand()
            return lambda old, new, names, values: new.__setitem__(names[name], value(old, names, values))
        amount = self.operand()
        return lambda old, new, names, values: _add(new, names[name], amount(old, names, values))


def _exists(path: Operand, *, wanted: bool) -> Condition:
    return lambda *about: (path(*about) is not None) == wanted


def _is_one_of(left: Operand, options: list[Operand]) -> Condition:
    def holds(*about: Any) -> bool:
        value = left(*about)
        return value is not None and any(value == option(*about) for option in options)

    return holds


def _compares(left: Operand, comparison: Callable[[Any, Any], bool], right: Operand) -> Condition:
    def holds(*about: Any) -> bool:
        one, other = left(*about), right(*about)
        if one is None or other is None:
            # An attribute that is not there differs from everything and compares with nothing.
            return comparison is operator.ne and one is not other
        return plain(one)[0] == plain(other)[0] and comparison(plain(one)[1], plain(other)[1])

    return holds


def plain(value: Value) -> tuple[str, Any]:
    """The type of a value, and what it compares by."""
    ((kind, inner),) = value.items()
    return kind, int(inner) if kind == "N" else inner


def _discard(item: Item, name: str) -> None:
    item.pop(name, None)


def _add(item: Item, name: str, amount: Value | None) -> None:
    assert amount is not None
    item[name] = {"N": str(int(item.get(name, {"N": "0"})["N"]) + int(amount["N"]))}

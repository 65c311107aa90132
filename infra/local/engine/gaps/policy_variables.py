"""`${aws:PrincipalTag/sub}` and its kind in policies.

AWS: variables in `Resource`, `NotResource` and condition values are replaced by the request's context keys; a
key that is absent leaves a text that matches nothing, unless a default follows; a value's own `*` and `?` are
no wildcards; `${*}`, `${?}`, `${$}` are the characters themselves; documents older than 2012-10-17 take all of
it literally.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html

The emulator: variables stay text, so one's own path is denied and a key that holds the text is allowed.

Here: a statement is expanded for the request before it is matched.
"""

import dataclasses
import functools
import json
import re
from typing import Any

from ministack.core import iam_evaluator as evaluator

TARGETS = (
    "ministack.core.iam_evaluator:ParsedStatement",
    "ministack.core.iam_evaluator:_CONDITION_OPS[stringequals]",
    "ministack.core.iam_evaluator:_CONDITION_OPS[stringnotequals]",
    "ministack.core.iam_evaluator:_CONDITION_OPS[stringequalsignorecase]",
    "ministack.core.iam_evaluator:_CONDITION_OPS[stringnotequalsignorecase]",
    "ministack.core.iam_evaluator:_first_match(ctx, stmts, effect)",
    "ministack.core.iam_evaluator:_fnmatch_compile(pattern, ignore_case)",
    "ministack.core.iam_evaluator:_resolve_condition_key(key, ctx)",
    "ministack.core.iam_evaluator:parse_policy_document(doc)",
)
_VARIABLE = re.compile(r"\$\{([^}]+)\}")
# Private-use characters stand for the wildcards' own characters, and for what matches nothing.
_LITERAL = {"*": "\ue000", "?": "\ue001", "$": "\ue002"}
_CHARACTERS = {mark: character for character, mark in _LITERAL.items()}
_NOTHING = "\ue003"
_NEVER = re.compile(r"(?!)")
_EXACT = ("stringequals", "stringnotequals", "stringequalsignorecase", "stringnotequalsignorecase")


def apply() -> None:
    evaluator.parse_policy_document = _literal_before_2012(evaluator.parse_policy_document)
    evaluator._first_match = _expanded(evaluator._first_match)
    evaluator._fnmatch_compile = _with_marks(evaluator._fnmatch_compile)
    for name in _EXACT:
        evaluator._CONDITION_OPS[name] = _exact(evaluator._CONDITION_OPS[name], negated="not" in name)


def _literal_before_2012(original: Any) -> Any:
    @functools.wraps(original)
    def parse_policy_document(document: Any) -> Any:
        statements = original(document)
        found = json.loads(document) if isinstance(document, str) and statements else document
        if not statements or found.get("Version") == "2012-10-17":
            return statements
        return [_map(statement, lambda text: text.replace("${", _LITERAL["$"] + "{")) for statement in statements]

    return parse_policy_document


def _expanded(original: Any) -> Any:
    @functools.wraps(original)
    def first_match(context: Any, statements: list[Any], effect: str) -> Any:
        return original(context, [_expand(s, context) for s in statements if s.effect == effect], effect)

    return first_match


def _expand(statement: Any, context: Any) -> Any:
    expanded = _map(statement, lambda text: _VARIABLE.sub(lambda found: _value(found[1], context), text))
    if expanded.effect == "Allow" and any(_NOTHING in resource for resource in expanded.not_resources):
        return dataclasses.replace(expanded, resources=[_NOTHING], not_resources=[])
    return expanded


def _value(inside: str, context: Any) -> str:
    if inside in _LITERAL:
        return _LITERAL[inside]
    name, _, default = inside.partition(",")
    value = evaluator._resolve_condition_key(name.strip(), context)
    if value is None or isinstance(value, list | tuple):
        if not default:
            return _NOTHING
        value = default.strip().strip("'")
    return "".join(_LITERAL.get(character, character) if character in "*?" else character for character in str(value))


def _map(statement: Any, change: Any) -> Any:
    """The statement with `change` made to every text that may hold a variable."""
    if "${" not in f"{statement.resources}{statement.not_resources}{statement.conditions}":
        return statement

    def each(value: Any) -> Any:
        if isinstance(value, list):
            return [each(one) for one in value]
        return change(value) if isinstance(value, str) else value

    return dataclasses.replace(
        statement,
        resources=each(statement.resources),
        not_resources=each(statement.not_resources),
        conditions={
            operator: {key: each(value) for key, value in keys.items()} if isinstance(keys, dict) else keys
            for operator, keys in statement.conditions.items()
        },
    )


def _with_marks(original: Any) -> Any:
    @functools.wraps(original)
    def compile_pattern(pattern: str, ignore_case: bool) -> re.Pattern[str]:  # noqa: FBT001 - the emulator's signature
        if _NOTHING in pattern:
            return _NEVER
        if not any(mark in pattern for mark in _CHARACTERS):
            return original(pattern, ignore_case)  # type: ignore[no-any-return]
        wild = {"*": ".*", "?": "."}
        text = "".join(wild.get(c) or re.escape(_CHARACTERS.get(c, c)) for c in pattern)
        return re.compile(f"^{text}$", re.IGNORECASE if ignore_case else 0)

    return compile_pattern


def _exact(original: Any, *, negated: bool) -> Any:
    def compare(actual: str, expected: str) -> bool:
        if _NOTHING in expected:
            return negated
        return bool(original(actual, "".join(_CHARACTERS.get(c, c) for c in expected)))

    return compare

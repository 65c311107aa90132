"""Checks a CloudFront function against what AWS documents of the runtime cloudfront-js-2.0.

The runtime has all of ECMAScript 5.1 and a list of later features. What this file does not list is refused, although
the runtime may take it: modules, getters and short object literals, for instance, which no function here needs.
https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/functions-javascript-runtime-20.html
https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cloudfront-limits.html#limits-functions
"""

import re
from collections.abc import Iterator

import tree_sitter_javascript
from tree_sitter import Language, Node, Parser

MOST_BYTES = 10 * 1024
MOST_COMMENT = 128
NAME = re.compile(r"[a-zA-Z0-9-_]{1,64}")
RUNTIME = "cloudfront-js-2.0"

_STATEMENTS = """
    break_statement catch_clause continue_statement do_statement else_clause empty_statement expression_statement
    finally_clause for_in_statement for_statement if_statement labeled_statement lexical_declaration return_statement
    statement_block statement_identifier switch_body switch_case switch_default switch_statement throw_statement
    try_statement variable_declaration variable_declarator while_statement
"""
_EXPRESSIONS = """
    arguments array assignment_expression augmented_assignment_expression await_expression binary_expression
    call_expression identifier member_expression new_expression object pair parenthesized_expression
    property_identifier sequence_expression subscript_expression ternary_expression unary_expression
    update_expression
"""
_FUNCTIONS = "arrow_function formal_parameters function_declaration function_expression rest_pattern"
_LITERALS = """
    escape_sequence false null number regex regex_flags regex_pattern string string_fragment template_string
    template_substitution this true undefined
"""
_LISTED = frozenset(f"program comment {_STATEMENTS} {_EXPRESSIONS} {_FUNCTIONS} {_LITERALS}".split())
_REFUSED_TOKENS = frozenset({"of", "??", "??=", "||=", "&&=", "?."})
# What every function has without declaring it; eval, Function, timers, requests and files are restricted.
_GLOBALS = """
    Array ArrayBuffer Boolean Buffer DataView Date Error EvalError Float32Array Float64Array Infinity InternalError
    Int16Array Int32Array Int8Array JSON Math NaN Number Object Promise RangeError ReferenceError RegExp String
    SyntaxError TextDecoder TextEncoder TypeError URIError Uint16Array Uint32Array Uint8Array Uint8ClampedArray
    arguments console decodeURI decodeURIComponent encodeURI encodeURIComponent isFinite isNaN parseFloat parseInt
"""
_BUFFER = frozenset({"alloc", "allocUnsafe", "byteLength", "compare", "concat", "from", "isBuffer", "isEncoding"})
_LOOK_BEHIND = re.compile(r"\(\?<[=!]")
_PARSER = Parser(Language(tree_sitter_javascript.language()))


def faults(code: str) -> list[str]:
    """Return why CloudFront may refuse the code: a sentence each, none where it is in order."""
    root = _PARSER.parse(code.encode()).root_node
    nodes = list(_nodes(root))
    found = [f"Line {_line(node)}: {fault}" for node in nodes for fault in _faults(node)]
    declared = {_text(node) for node in nodes if node.type == "identifier" and _declares(node)}
    used = {_text(node): node for node in nodes if node.type == "identifier"}
    found += [
        f"Line {_line(node)}: the runtime has no {name}."
        for name, node in sorted(used.items())
        if name not in declared.union(_GLOBALS.split())
    ]
    size = len(code.encode())
    if size > MOST_BYTES:
        found.append(f"The code has {size} bytes; CloudFront takes {MOST_BYTES}.")
    if not any(_is_handler(node) for node in root.children):
        found.append("The code declares no function handler(event).")
    return found


def _faults(node: Node) -> Iterator[str]:
    if node.type == "ERROR" or node.is_missing:
        yield "this is not JavaScript."
    elif (node.is_named and node.type not in _LISTED) or node.type in _REFUSED_TOKENS:
        yield f"{node.type.replace('_', ' ')} is not among the features that AWS lists."
    if node.type == "catch_clause" and node.child_by_field_name("parameter") is None:
        yield "catch needs a name for the error."
    if node.type == "regex_pattern" and _LOOK_BEHIND.search(_text(node)):
        yield "look-behind is not among the features that AWS lists."
    if node.type == "regex_flags" and not set(_text(node)) <= set("gim"):
        yield "a regular expression has the flags g, i and m."
    if node.type == "new_expression" and _text(node.child_by_field_name("constructor")) == "Buffer":
        yield "Buffer is no constructor; use Buffer.from or Buffer.alloc."
    if node.type == "member_expression" and _text(node.child_by_field_name("object")) == "Buffer":
        method = _text(node.child_by_field_name("property"))
        if method not in _BUFFER:
            yield f"Buffer has no {method}."


def _declares(node: Node) -> bool:
    parent = node.parent
    if parent is None:
        return False
    if parent.type in ("formal_parameters", "rest_pattern"):
        return True
    field = {
        "variable_declarator": "name",
        "function_declaration": "name",
        "function_expression": "name",
        "arrow_function": "parameter",
        "catch_clause": "parameter",
        "for_in_statement": "left",
    }.get(parent.type)
    return field is not None and parent.child_by_field_name(field) == node


def _is_handler(node: Node) -> bool:
    if node.type != "function_declaration" or _text(node.child_by_field_name("name")) != "handler":
        return False
    parameters = node.child_by_field_name("parameters")
    return parameters is not None and parameters.named_child_count == 1


def _nodes(node: Node) -> Iterator[Node]:
    yield node
    for child in node.children:
        yield from _nodes(child)


def _line(node: Node) -> int:
    return int(node.start_point[0]) + 1


def _text(node: Node | None) -> str:
    return "" if node is None or node.text is None else node.text.decode()

"""Operations that are named by method and path."""

import re
from dataclasses import dataclass
from functools import cache
from urllib.parse import parse_qsl, unquote

from infra.local.engine.calls.request import Request
from infra.local.engine.calls.services import Service

_LABEL = re.compile(r"\{(\w+)(\+?)\}")


@dataclass(frozen=True)
class Route:
    """An operation's method, path and constant parameters; `weight` is higher for the more specific route."""

    operation: str
    method: str
    pattern: re.Pattern[str]
    constants: tuple[tuple[str, str], ...]
    weight: int


def operation_at(service: Service, request: Request) -> str | None:
    """Return the operation that the request's method and path name, or None."""
    matching = (
        route
        for route in routes(service)
        if route.method == request.method
        and all(request.query.get(name) == [value] for name, value in route.constants)
        and (found := route.pattern.fullmatch(request.raw_path)) is not None
        and all(_is_one_segment(unquote(label)) for label in found.groups())
    )
    best = max(matching, key=lambda route: route.weight, default=None)
    return None if best is None else best.operation


@cache
def routes(service: Service) -> tuple[Route, ...]:
    """Return the routes of a service."""
    found = []
    for name, operation in service.operations.items():
        path, _, constants = str(operation.http["requestUri"]).partition("?")
        pieces = [each for each in path.split("/") if each]
        pattern = "".join(f"/{_piece(each)}" for each in pieces) or "/"
        fixed = tuple(parse_qsl(constants, keep_blank_values=True))
        weight = sum("{" not in each for each in pieces) + len(fixed)
        method = str(operation.http["method"])
        found.append(Route(name, method, re.compile(pattern + "/?"), fixed, weight))
    return tuple(found)


def _piece(text: str) -> str:
    """A path segment as a pattern: its labels, and the text around them as it is."""
    ends = [0, *(end for label in _LABEL.finditer(text) for end in label.span()), len(text)]
    literals = [re.escape(text[start:end]) for start, end in zip(ends[::2], ends[1::2], strict=True)]
    labels = [r"(.+)" if label[2] else r"([^/]+)" for label in _LABEL.finditer(text)]
    return "".join(literal + label for literal, label in zip(literals, [*labels, ""], strict=True))


def _is_one_segment(value: str) -> bool:
    """Tell whether the emulator, which reads the decoded path, sees one segment too. ARNs may have slashes."""
    return value not in (".", "..") and ("/" not in value or value.startswith("arn:"))

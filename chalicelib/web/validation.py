"""Turn what arrived into declared types, or say for every field what is wrong with it."""

from collections.abc import Mapping
from typing import Any, TypeVar, get_args

import msgspec

from chalicelib.web import problems
from chalicelib.web.problems import FieldError, Problem, ProblemType

_NOT_JSON = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
# Above it, floats are not exact integers.
_LARGEST_WHOLE = 2.0**53

Declared = TypeVar("Declared", bound=msgspec.Struct)


def decode_body(body: bytes, declared: type[Declared]) -> Declared:
    """Decode a JSON body.

    Raises:
        Problem: INVALID_JSON, or INVALID_BODY with one entry for each field that does not fit.
    """
    try:
        return msgspec.json.decode(body, type=declared)
    except msgspec.ValidationError as error:
        raw = _plain(body)
        whole = _whole(raw)
        if repr(whole) == repr(raw):
            raise _explained(problems.INVALID_BODY, raw, declared, error, strict=True) from error
    except _NOT_JSON as error:
        raise _no_json() from error
    try:
        return msgspec.convert(whole, type=declared)
    except msgspec.ValidationError as error:
        raise _explained(problems.INVALID_BODY, whole, declared, error, strict=True) from error


def decode_query(query: Mapping[str, list[str]], declared: type[Declared]) -> Declared:
    """Decode query parameters, each of which may come once.

    Raises:
        Problem: INVALID_QUERY with one entry for each parameter that does not fit.
    """
    repeated = tuple(FieldError(name, "Expected once") for name, values in query.items() if len(values) > 1)
    if repeated:
        raise Problem(problems.INVALID_QUERY, "A query parameter came more than once.", repeated)
    single = {name: values[0] for name, values in query.items()}
    try:
        return msgspec.convert(single, type=declared, strict=False)
    except msgspec.ValidationError as error:
        raise _explained(problems.INVALID_QUERY, single, declared, error, strict=False) from error


def as_cache_keys(query: Mapping[str, list[str]], declared: type[msgspec.Struct]) -> dict[str, list[str]]:
    """Return the parameters that tell a cache's copies apart: declared ones that are not empty, by their last value.

    API Gateway's stage cache looks at the last of several values, and at the parameters in its key alone.
    https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-caching.html
    """
    names = {field.encode_name for field in msgspec.structs.fields(declared)}
    return {name: values[-1:] for name, values in query.items() if name in names and values[-1]}


def _whole(value: object) -> object:
    # JSON Schema calls 3.0 an integer, and msgspec does not.
    if isinstance(value, float) and value.is_integer() and abs(value) < _LARGEST_WHOLE:
        return int(value)
    if isinstance(value, dict):
        return {name: _whole(each) for name, each in value.items()}
    return [_whole(each) for each in value] if isinstance(value, list) else value


def _plain(body: bytes) -> object:
    # The first misfit may stand before a place where the body stops being JSON.
    try:
        return msgspec.json.decode(body)
    except _NOT_JSON as error:
        raise _no_json() from error


def _no_json() -> Problem:
    return Problem(problems.INVALID_JSON, "The body must be one JSON object in UTF-8.")


def _explained(
    type_: ProblemType, raw: object, declared: type[Declared], error: msgspec.ValidationError, *, strict: bool
) -> Problem:
    errors = _field_errors(raw, declared, strict=strict) if isinstance(raw, dict) else ()
    # A rule across fields leaves each field right, so msgspec's own sentence is all there is.
    errors = errors or (FieldError("", _sentence(error)),)
    return Problem(type_, f"{len(errors)} field{'s do' if len(errors) > 1 else ' does'} not fit.", errors)


def _field_errors(raw: Mapping[str, Any], declared: type[Declared], *, strict: bool) -> tuple[FieldError, ...]:
    fields = {field.encode_name: field for field in msgspec.structs.fields(declared)}
    errors = [FieldError(name, "Unknown field") for name in raw if name not in fields]
    for name, field in fields.items():
        if name not in raw:
            if field.required:
                errors.append(FieldError(name, "Required"))
            continue
        try:
            msgspec.convert(raw[name], type=field.type, strict=strict)
        except msgspec.ValidationError as error:
            errors.append(FieldError(name, _sentence(error, field.type)))
    return tuple(errors)


def _sentence(error: msgspec.ValidationError, type_: object = None) -> str:
    sentence, _, place = str(error).partition(" - at `$")
    if "regex" not in sentence and "length" not in sentence:
        return sentence
    inner = get_args(getattr(type_, "__origin__", type_)) if place.startswith("[") else (type_,)
    return next(filter(None, map(_own_message, inner)), sentence)


def _own_message(type_: object) -> str | None:
    for metadata in getattr(type_, "__metadata__", ()):
        if isinstance(metadata, msgspec.Meta) and metadata.extra and "message" in metadata.extra:
            return str(metadata.extra["message"])
    for argument in get_args(type_):
        message = _own_message(argument)
        if message:
            return message
    return None

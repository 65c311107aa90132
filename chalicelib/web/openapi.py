"""The OpenAPI 3.1 document, generated from the endpoints and their types.

https://spec.openapis.org/oas/v3.1.1
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from chalicelib.web import problems
from chalicelib.web.endpoints import Endpoint, NoQuery
from chalicelib.web.http import JSON
from chalicelib.web.problems import ProblemBody, ProblemType

Schema = dict[str, Any]

_REFS = "#/components/schemas/{name}"
_TEXT: Schema = {"type": "string"}
_ENTITY_TAG: Schema = {"type": "string", "pattern": r'^"[\x21\x23-\x7e]{1,64}"$'}
_ANY_TAG = r'(W/)?"[\x21\x23-\x7e]*"'
# A list without a tag is a list too (RFC 9110, 5.6.1.2).
_ENTITY_TAGS: Schema = {"type": "string", "pattern": rf"^(\*|({_ANY_TAG}( *, *{_ANY_TAG})*)?)$"}
_KEY: Schema = {"type": "string", "minLength": 1, "maxLength": 255, "pattern": r"^[\x21-\x7e]+$"}

_RESPONSE_HEADERS: Mapping[str, str] = {
    "ETag": "The item's version, quoted.",
    "Idempotency-Replayed": "`true` where an earlier request with the same key had done it.",
    "Location": "Where the new item is.",
    "Retry-After": "Seconds to wait.",
}
_STATUS_TEXTS: Mapping[int, str] = {
    200: "Done.",
    201: "Created.",
    202: "Accepted.",
    204: "Done.",
    303: "The answer is elsewhere.",
    304: "Unchanged.",
}


def document(endpoints: Iterable[Endpoint], *, title: str, version: str, server: str) -> Schema:
    """Describe the endpoints."""
    declared = list(endpoints)
    paths: dict[str, Schema] = {}
    for endpoint in declared:
        paths.setdefault(endpoint.path, {})[endpoint.method.lower()] = _operation(endpoint)
    token = {"type": "apiKey", "in": "header", "name": "Authorization", "description": "A User Pool ID token"}
    return {
        "openapi": "3.1.0",
        "info": {"title": title, "version": version, "license": {"name": "MIT", "identifier": "MIT"}},
        "servers": [{"url": server}],
        "paths": paths,
        "components": {"schemas": _components(declared), "securitySchemes": {"idToken": token}},
    }


def refusals(endpoint: Endpoint) -> tuple[ProblemType, ...]:
    """Every problem the endpoint may answer with: its own, and those that follow from what it takes."""
    found = [problems.INVALID_QUERY, problems.BODY_TOO_LARGE, *endpoint.refuses]
    if endpoint.private:
        found.append(problems.UNAUTHORIZED)
    if endpoint.group is not None:
        found.append(problems.FORBIDDEN)
    if endpoint.body is not None:
        found += [problems.INVALID_JSON, problems.INVALID_BODY, problems.UNSUPPORTED_MEDIA_TYPE]
    if endpoint.takes_if_match or endpoint.takes_if_none_match or endpoint.takes_idempotency_key:
        found.append(problems.INVALID_HEADER)
    if endpoint.takes_idempotency_key:
        found.append(problems.IDEMPOTENCY_KEY_REUSED)
    found += [problems.TOO_MANY_REQUESTS, problems.INTERNAL_ERROR, problems.UNAVAILABLE, problems.TIMEOUT]
    return tuple(dict.fromkeys(found))


def _components(endpoints: list[Endpoint]) -> dict[str, Schema]:
    named = ((each.body, each.stale_answer, *each.returns.values()) for each in endpoints)
    structs = dict.fromkeys(type_ for types in named for type_ in types if isinstance(type_, type))
    _, components = msgspec.json.schema_components([*structs, ProblemBody], ref_template=_REFS)
    # msgspec tells types of one name apart by their module, which no reference of ours does.
    if shared := [name for name in components if "." in name]:
        raise ValueError(f"Types of one name: {', '.join(shared)}.")
    for struct in structs:
        # A rule across fields.
        components[struct.__name__] |= getattr(struct, "json_schema", {})
    return components


def _operation(endpoint: Endpoint) -> Schema:
    operation: Schema = {
        "operationId": endpoint.name,
        "summary": (endpoint.handler.__doc__ or "").strip().partition("\n")[0],
        "parameters": [
            *_path_parameters(endpoint),
            *_query_parameters(endpoint),
            *_header_parameters(endpoint),
        ],
        "responses": {**_answers(endpoint), **_problems(endpoint)},
        "security": [{"idToken": []}] if endpoint.private else [],
    }
    if endpoint.body is not None:
        operation["requestBody"] = {
            "required": not endpoint.body_optional,
            "content": {JSON: {"schema": _reference(endpoint.body)}},
        }
    return operation


def _path_parameters(endpoint: Endpoint) -> list[Schema]:
    names = re.findall(r"{(\w+)}", endpoint.path)
    return [{"name": name, "in": "path", "required": True, "schema": _TEXT} for name in names]


def _query_parameters(endpoint: Endpoint) -> list[Schema]:
    if endpoint.query is NoQuery:
        return []
    _, components = msgspec.json.schema_components([endpoint.query], ref_template=_REFS)
    schema = components[endpoint.query.__name__]
    required = set(schema.get("required", ()))
    # An empty parameter is ignored where caches answer, as their keys do.
    empty = {"allowEmptyValue": True} if endpoint.is_public else {}
    return [
        {"name": name, "in": "query", "required": name in required, **empty, "schema": _without_null(property_)}
        for name, property_ in schema["properties"].items()
    ]


def _without_null(schema: Schema) -> Schema:
    # A query parameter is absent or text; null exists only in the type.
    kept = [option for option in schema.get("anyOf", ()) if option != {"type": "null"}]
    if not kept:
        return schema
    return kept[0] if len(kept) == 1 else {"anyOf": kept}


def _header_parameters(endpoint: Endpoint) -> list[Schema]:
    taken = (
        (endpoint.takes_if_match, "If-Match", _ENTITY_TAG, "Write only if the item is at this version"),
        (
            endpoint.takes_if_none_match,
            "If-None-Match",
            _ENTITY_TAGS,
            "Answer 304 if the item has one of these tags, strong or weak; `*` is any",
        ),
        (
            endpoint.takes_idempotency_key,
            "Idempotency-Key",
            _KEY,
            "Names the request: repeated, it happens once",
        ),
    )
    return [
        {"name": name, "in": "header", "required": False, "schema": schema, "description": description}
        for takes, name, schema, description in taken
        if takes
    ]


def _answers(endpoint: Endpoint) -> dict[str, Schema]:
    answers: dict[str, Schema] = {}
    for status, type_ in endpoint.returns.items():
        answer: Schema = {"description": _STATUS_TEXTS[status]}
        if type_ is not None:
            schema = _reference(type_) if isinstance(type_, type) else dict(type_)
            answer["content"] = {endpoint.content_type: {"schema": schema}}
        if endpoint.response_headers:
            answer["headers"] = _headers(endpoint.response_headers)
        answers[str(status)] = answer
    return answers


def _problems(endpoint: Endpoint) -> dict[str, Schema]:
    answers: dict[str, Schema] = {}
    for problem in refusals(endpoint):
        answer = answers.setdefault(
            str(problem.status),
            {
                "description": "",
                "content": {problems.MEDIA_TYPE: {"schema": _problem_schema(endpoint, problem)}},
            },
        )
        answer["description"] = ", ".join(filter(None, [answer["description"], f"{problem.title} (`{problem.name}`)"]))
        if problem is problems.UNAVAILABLE:
            answer["headers"] = _headers(("Retry-After",))
    return dict(sorted(answers.items()))


def _problem_schema(endpoint: Endpoint, problem: ProblemType) -> Schema:
    body = _reference(ProblemBody)
    if problem is not problems.VERSION_MISMATCH or endpoint.stale_answer is None:
        return body
    current = {"properties": {"current": _reference(endpoint.stale_answer)}, "required": ["current"]}
    return {"allOf": [body, {"type": "object", **current}]}


def _headers(names: Iterable[str]) -> dict[str, Schema]:
    return {name: {"schema": _TEXT, "description": _RESPONSE_HEADERS[name]} for name in names}


def _reference(type_: type) -> Schema:
    return {"$ref": _REFS.format(name=type_.__name__)}

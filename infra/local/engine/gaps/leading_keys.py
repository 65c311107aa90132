"""`dynamodb:LeadingKeys`: policies that let a caller touch the own partition only.

AWS: the key holds every partition key value a request names, of the table or of the queried index; a Scan names
none, and `ForAllValues` is true of none, so a policy also needs `Null: {"dynamodb:LeadingKeys": "false"}`. PartiQL
is authorised as `PartiQLSelect`, `PartiQLInsert`, `PartiQLUpdate` and `PartiQLDelete` on the statement's table.
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html
https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazondynamodb.html

The emulator: the key is never there, so that `ForAllValues` lets every partition through; PartiQL is authorised by
the API operation's name on no table.

Here: both as on AWS. In a request that names several tables each is authorised by its own keys.
"""

import functools
import json
from typing import Any

from ministack.core import iam_actions
from ministack.core import iam_evaluator as evaluator
from ministack.services import dynamodb

TARGETS = (
    "ministack.core.iam_actions:_dynamodb_table_arn",
    "ministack.core.iam_actions:dynamodb_service_context(body)",
    "ministack.core.iam_actions:dynamodb_transaction_checks(iam_action, body, region, account_id)",
    "ministack.core.iam_evaluator:enforce(access_key_id, iam_action, service, region, resource_arn, service_context)",
    "ministack.services.dynamodb:_extract_key_val(attr)",
    "ministack.services.dynamodb:_extract_pk_from_condition(condition, attr_values, attr_names, pk_name)",
    "ministack.services.dynamodb:_extract_pk_from_key_conditions(key_conditions, pk_name)",
    "ministack.services.dynamodb:_normalize_table_name(value)",
    "ministack.services.dynamodb:_parse_partiql(statement, parameters)",
    "ministack.services.dynamodb:_resolve_index_keys(table, index_name)",
    "ministack.services.dynamodb:_tables",
)
_CONTEXT_KEY = "dynamodb:leadingkeys"
_PARTIQL = ("dynamodb:ExecuteStatement", "dynamodb:BatchExecuteStatement", "dynamodb:ExecuteTransaction")
_EXISTS = "EXISTS"

Keys = dict[str, list[str]]  # partition key values by table name


def apply() -> None:
    iam_actions.dynamodb_service_context = _with_keys(iam_actions.dynamodb_service_context)
    iam_actions.dynamodb_transaction_checks = _with_statements(iam_actions.dynamodb_transaction_checks)
    evaluator.enforce = _for_the_table(evaluator.enforce)


def _with_keys(original: Any) -> Any:
    @functools.wraps(original)
    def context(body: bytes) -> dict[str, Any]:
        return {**original(body), _CONTEXT_KEY: leading_keys(_read(body))}

    return context


def _for_the_table(original: Any) -> Any:
    @functools.wraps(original)
    def enforce(
        *request: Any, resource_arn: str = "*", service_context: dict[str, Any] | None = None, **rest: Any
    ) -> Any:
        if service_context and _CONTEXT_KEY in service_context:
            name = resource_arn.partition(":table/")[2].partition("/")[0]
            keys = service_context[_CONTEXT_KEY].get(name)
            others = {key: value for key, value in service_context.items() if key != _CONTEXT_KEY}
            service_context = {**others, _CONTEXT_KEY: keys} if keys else others
        return original(*request, resource_arn=resource_arn, service_context=service_context, **rest)

    return enforce


def _with_statements(original: Any) -> Any:
    @functools.wraps(original)
    def checks(action: str, body: bytes, region: str, account: str) -> list[tuple[str, str]]:
        if action not in _PARTIQL:
            found: list[tuple[str, str]] = original(action, body, region, account)
            return found
        return [
            (
                f"dynamodb:PartiQL{statement['op'].capitalize()}",
                iam_actions._dynamodb_table_arn(statement["table"], region, account)
                + (f"/index/{statement['index']}" if statement.get("index") else ""),
            )
            for statement in _statements(_read(body))
        ]

    return checks


def leading_keys(data: dict[str, Any]) -> Keys:
    """Every partition key value a request names, by table."""
    keys: Keys = {}
    for request in _requests(data):
        name = dynamodb._normalize_table_name(request["TableName"])
        table = dynamodb._tables.get(name)
        if table is not None:
            keys.setdefault(name, []).extend(_values(request, table))
    for statement in _statements(data):
        table = dynamodb._tables.get(statement["table"])
        if table is not None:
            keys.setdefault(statement["table"], []).extend(_statement_values(statement, table))
    return keys


def _requests(data: dict[str, Any]) -> list[dict[str, Any]]:
    """The single-item or query requests a request consists of, each with its `TableName`."""
    found = [data] if isinstance(data.get("TableName"), str) else []
    for table, batch in (data.get("RequestItems") or {}).items():
        for one in batch if isinstance(batch, list) else [batch]:
            wrapped = one.get("PutRequest") or one.get("DeleteRequest") or one
            found.append({**wrapped, "TableName": table})
    for operation in data.get("TransactItems") or []:
        found += [member for member in operation.values() if isinstance(member, dict) and "TableName" in member]
    return found


def _values(request: dict[str, Any], table: dict[str, Any]) -> list[str]:
    name = dynamodb._resolve_index_keys(table, request.get("IndexName"))[0]
    items = [request.get("Key"), request.get("Item"), *(request.get("Keys") or [])]
    values = [dynamodb._extract_key_val(item[name]) for item in items if isinstance(item, dict) and name in item]
    queried = dynamodb._extract_pk_from_condition(
        request.get("KeyConditionExpression"),
        request.get("ExpressionAttributeValues") or {},
        request.get("ExpressionAttributeNames") or {},
        name,
    ) or dynamodb._extract_pk_from_key_conditions(request.get("KeyConditions") or {}, name)
    return [*values, queried] if queried is not None else values


def _statements(data: dict[str, Any]) -> list[dict[str, Any]]:
    """The parsed PartiQL statements of a request; one that cannot be parsed is left to the operation to refuse."""
    asked = [data] if isinstance(data.get("Statement"), str) else []
    asked += [*(data.get("Statements") or []), *(data.get("TransactStatements") or [])]
    found: list[dict[str, Any]] = []
    for one in asked:
        try:
            parsed = dynamodb._parse_partiql(one.get("Statement"), one.get("Parameters") or [])
        except ValueError:  # the operation answers with it
            continue
        inner = {**parsed["select"], "op": "SELECT"} if parsed["op"] == _EXISTS else parsed
        found.append({**inner, "table": dynamodb._normalize_table_name(inner["table"])})
    return found


def _statement_values(statement: dict[str, Any], table: dict[str, Any]) -> list[str]:
    name = dynamodb._resolve_index_keys(table, statement.get("index"))[0]
    if name in (statement.get("item") or {}):
        return [dynamodb._extract_key_val(statement["item"][name])]
    for attribute, operator, value in statement["conditions"]:
        if attribute == name and operator in ("=", "IN"):
            return [dynamodb._extract_key_val(one) for one in (value if operator == "IN" else [value])]
    return []


def _read(body: bytes) -> dict[str, Any]:
    try:
        data = json.loads(body or b"{}")
    except (ValueError, UnicodeDecodeError):
        return {}
    return data if isinstance(data, dict) else {}

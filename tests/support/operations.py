"""DynamoDB's operations as models use them and misuse them: strategies of hypothesis, for tests that try many."""

from collections.abc import Callable, Mapping
from typing import Any

from hypothesis import strategies as st

Draw = Callable[[st.SearchStrategy[Any]], Any]
Request = dict[str, Any]

# Stands for whichever table a test asks, also in the tokens of transactions.
TABLE = "the-table"
KEYS: Request = {
    "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
    "AttributeDefinitions": [
        {"AttributeName": name, "AttributeType": kind}
        for name, kind in (("pk", "S"), ("sk", "B"), ("tag", "S"), ("rank", "N"))
    ],
    "GlobalSecondaryIndexes": [
        {
            "IndexName": "by-tag",
            "KeySchema": [{"AttributeName": "tag", "KeyType": "HASH"}, {"AttributeName": "rank", "KeyType": "RANGE"}],
            "Projection": {"ProjectionType": "ALL"},
        }
    ],
}
NUMBERS = [
    *("0", "-0", "1", "-17", "00.10", "1e3", "1E-130", "-1E-130", "9.9999999999999999999999999999999999999E+125"),
    "12345678901234567890123456789012345678",
]
WRONG = [
    *({"N": "1E+126"}, {"N": "123456789012345678901234567890123456789"}, {"N": ""}, {"N": "many"}, {"SS": []}),
    *({"NS": ["1", "1.0"]}, {"BS": [b"1", b"1"]}, {"M": {"": {"NULL": False}}}),
]
CONDITIONS = [
    *("attribute_exists(pk)", "attribute_not_exists(pk)", "#n = :v", "#n <> :v AND sk > :b", "contains(#n, :v)"),
    *("attribute_exists(tag)", "attribute_not_exists(#n)"),
]
WRONG_CONDITIONS = ["#n = ", "#n = :missing", "size(#n) > :v"]
UPDATES = [
    *("SET #n = :v", "SET #n = if_not_exists(#n, :v), title = :b REMOVE #l", "ADD visits :one, tags :set"),
    *("DELETE tags :set", "REMOVE #n, #r", "SET #n = :v, visits = if_not_exists(visits, :one)"),
]
WRONG_UPDATES = ["SET #n = #l", "SET pk = :v", "SET #n :v", "SET visits = absent + :one"]
QUERIES = [
    {"KeyConditionExpression": "pk = :ann"},
    {"KeyConditionExpression": "pk = :ann AND sk >= :b", "ScanIndexForward": False},
    {"KeyConditionExpression": "pk = :ann", "FilterExpression": "attribute_exists(tag)"},
    {"KeyConditionExpression": "tag = :x", "IndexName": "by-tag"},
    {"KeyConditionExpression": "tag = :x", "IndexName": "by-tag", "ConsistentRead": True},
    {"KeyConditionExpression": "tag = :x", "IndexName": "by-nothing"},
    {"KeyConditionExpression": "pk ="},
]


def text(value: str) -> Request:
    return {"S": value}


def number(value: object) -> Request:
    return {"N": str(value)}


def binary(value: bytes) -> Request:
    return {"B": value}


def _set_of(members: st.SearchStrategy[Any]) -> st.SearchStrategy[list[Any]]:
    return st.lists(members, min_size=1, max_size=3, unique=True)


def _now_and_then(rare: st.SearchStrategy[Any], usual: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.integers(0, 9).flatmap(lambda dice: usual if dice else rare)


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12) | st.sampled_from(["\u2028", '"B"', "𝄞"])
# Some look like a value's type to whoever reads the answer.
names = st.sampled_from(["title", "B", "BS", "NULL", "größe", "a.b"])
scalars: st.SearchStrategy[Request] = st.one_of(
    texts.map(text),
    st.sampled_from(NUMBERS).map(number),
    st.binary(max_size=9).map(binary),
    st.sampled_from([{"BOOL": True}, {"BOOL": False}, {"NULL": True}]),
    st.fixed_dictionaries({"SS": _set_of(texts)}),
    st.fixed_dictionaries({"NS": _set_of(st.integers().map(str))}),
    st.fixed_dictionaries({"BS": _set_of(st.binary(max_size=9))}),
)
right_values: st.SearchStrategy[Request] = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.fixed_dictionaries({"L": st.lists(inner, max_size=3)}),
        st.fixed_dictionaries({"M": st.dictionaries(names | texts, inner, max_size=3)}),
    ),
    max_leaves=6,
)
values = _now_and_then(st.sampled_from(WRONG), right_values)
keys = st.fixed_dictionaries(
    {"pk": st.sampled_from([text("ann"), text("bob")]), "sk": st.sampled_from([b"\0", b"b"]).map(binary)}
)
wrong_keys = st.sampled_from(
    [{"pk": text("ann")}, {"pk": text("a"), "sk": text("a")}, {"pk": text(""), "sk": text("")}]
)
capacity = {"ReturnConsumedCapacity": st.sampled_from(["TOTAL", "INDEXES"])}


@st.composite
def items(draw: Draw) -> Request:
    """An item whose key is right, in the index or not."""
    tags = st.just({"BS": [b"1", b"2"]})
    optional = {"tag": st.just(text("x")), "rank": st.integers(0, 3).map(number), "tags": tags}
    return {
        **draw(st.dictionaries(names, values, max_size=3)),
        **draw(st.fixed_dictionaries({}, optional=optional)),
        **draw(keys),
    }


@st.composite
def put(draw: Draw) -> Request:
    return _with_values(draw, {"TableName": TABLE, "Item": draw(items()), **_condition(draw)})


@st.composite
def update(draw: Draw) -> Request:
    how = draw(_now_and_then(st.sampled_from(WRONG_UPDATES), st.sampled_from(UPDATES)))
    return _with_values(draw, {"TableName": TABLE, "Key": draw(keys), "UpdateExpression": how, **_condition(draw)})


@st.composite
def delete(draw: Draw) -> Request:
    return _with_values(draw, {"TableName": TABLE, "Key": draw(keys), **_condition(draw)})


@st.composite
def check(draw: Draw) -> Request:
    condition = {"ConditionExpression": "attribute_exists(pk)", "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}
    return {"TableName": TABLE, "Key": draw(keys), **condition}


@st.composite
def get(draw: Draw) -> Request:
    optional = {"ConsistentRead": st.booleans(), "ProjectionExpression": st.sampled_from(["tag, title", "a b"])}
    named = {
        "TableName": _now_and_then(st.just("no-such-table"), st.just(TABLE)),
        "Key": _now_and_then(wrong_keys, keys),
    }
    return _drawn(draw, st.fixed_dictionaries(named, optional={**optional, **capacity}))


@st.composite
def query(draw: Draw) -> Request:
    optional = {"Limit": _now_and_then(st.just(0), st.integers(1, 3)), **capacity}
    asked = st.fixed_dictionaries({"TableName": st.just(TABLE)}, optional=optional)
    return _with_values(draw, {**draw(st.sampled_from(QUERIES)), **draw(asked)})


@st.composite
def transaction(draw: Draw) -> Request:
    part = st.one_of(
        put().map(lambda each: {"Put": each}),
        update().map(lambda each: {"Update": each}),
        delete().map(lambda each: {"Delete": each}),
        check().map(lambda each: {"ConditionCheck": each}),
    )
    token = st.sampled_from([f"1-{TABLE}", f"2-{TABLE}"])
    parts = {"TransactItems": _some(part)}
    return _drawn(draw, st.fixed_dictionaries(parts, optional={"ClientRequestToken": token}))


def _some(parts: st.SearchStrategy[Any]) -> st.SearchStrategy[list[Any]]:
    """Parts about different items, nearly always: two parts about the same one are refused."""
    different = st.lists(parts, min_size=1, max_size=3, unique_by=lambda part: str(_key(part)))
    return _now_and_then(st.lists(parts, max_size=3), different)


def _key(part: Any) -> Any:
    """The key of the item that a part of a batch or of a transaction is about."""
    while "pk" not in part:
        part = part.get("Key") or part.get("Item") or next(iter(part.values()))
    return part["pk"], part["sk"]


def _returning(write: st.SearchStrategy[Request], *what: str) -> st.SearchStrategy[Request]:
    shown = st.fixed_dictionaries({}, optional={"ReturnValues": st.sampled_from(what), **capacity})
    return st.builds(lambda request, more: {**request, **more}, write, shown)


def _in_batches(parts: st.SearchStrategy[Any]) -> st.SearchStrategy[Request]:
    return st.fixed_dictionaries({"RequestItems": st.fixed_dictionaries({TABLE: parts})}, optional=capacity)


_writes = st.one_of(
    items().map(lambda item: {"PutRequest": {"Item": item}}),
    keys.map(lambda key: {"DeleteRequest": {"Key": key}}),
)
OPERATIONS: Mapping[str, st.SearchStrategy[Request]] = {
    "PutItem": _returning(put(), "ALL_OLD", "NONE", "ALL_NEW"),
    "UpdateItem": _returning(update(), "ALL_OLD", "ALL_NEW", "UPDATED_OLD", "UPDATED_NEW"),
    "DeleteItem": _returning(delete(), "ALL_OLD"),
    "GetItem": get(),
    "Query": query(),
    "Scan": st.fixed_dictionaries({"TableName": st.just(TABLE)}, optional={"Limit": st.integers(1, 3), **capacity}),
    "BatchGetItem": _in_batches(st.fixed_dictionaries({"Keys": _some(keys)})),
    "BatchWriteItem": _in_batches(_some(_writes)),
    "TransactWriteItems": transaction(),
    "TransactGetItems": st.fixed_dictionaries(
        {"TransactItems": _some(keys.map(lambda key: {"Get": {"TableName": TABLE, "Key": key}}))}
    ),
}


@st.composite
def operations(draw: Draw) -> tuple[str, Request]:
    """An operation and its request: right, refused by a condition, or wrong."""
    name = draw(st.sampled_from(sorted(OPERATIONS)))
    return name, draw(OPERATIONS[name])


def _drawn(draw: Draw, strategy: st.SearchStrategy[Request]) -> Request:
    request: Request = draw(strategy)
    return request


def _condition(draw: Draw) -> Request:
    if draw(st.booleans()):
        return {}
    shown = draw(st.sampled_from(["ALL_OLD", "NONE"]))
    said = draw(_now_and_then(st.sampled_from(WRONG_CONDITIONS), st.sampled_from(CONDITIONS)))
    return {"ConditionExpression": said, "ReturnValuesOnConditionCheckFailure": shown}


def _with_values(draw: Draw, request: Request) -> Request:
    """Add the names and the values that the request's expressions use."""
    said = " ".join(text for name, text in request.items() if name.endswith("Expression"))
    named = {"#n": draw(names), "#l": "größe", "#r": "rank"}
    given = {":v": draw(values), ":b": binary(b"b"), ":one": number(1), ":set": {"BS": [b"2", b"3"]}}
    given |= {":ann": text("ann"), ":x": text("x")}
    used = {
        "ExpressionAttributeNames": {each: name for each, name in named.items() if each in said},
        "ExpressionAttributeValues": {each: value for each, value in given.items() if each in said},
    }
    return {**request, **{name: each for name, each in used.items() if each}}

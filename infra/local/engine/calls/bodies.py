"""Bodies with what the operation's input has, and nothing beside it: AWS ignores the rest, so nothing may read it."""

import json
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode

from botocore.model import OperationModel

from infra.local.engine.calls.request import RefusedCallError, Request

# PutMetricData, the only operation here whose model lets clients compress, takes 1 MB.
# https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html
MOST_INFLATED = 1024 * 1024
_MOST_PARAMETERS = 20_000
_ALWAYS = frozenset({"Action", "Version"})


@dataclass(frozen=True)
class Form:
    """The parameters of a request in the query protocol."""

    pairs: tuple[tuple[str, str], ...]

    @property
    def action(self) -> str:
        return next((value for name, value in self.pairs if name == "Action"), "")

    def as_body(self) -> bytes:
        return urlencode(self.pairs).encode()

    def as_query(self) -> dict[str, list[str]]:
        return {name: [value] for name, value in self.pairs}


def form_of_members(request: Request, members: frozenset[str], *, everything: bool) -> Form:
    """Return a request's parameters: those that are members, or everything.

    Raises:
        RefusedCallError: a parameter is given twice, or there are too many.
    """
    pairs: Iterable[tuple[str, str]]
    if request.method == "GET":
        pairs = [(name, value) for name, values in request.parameters.items() for value in values]
    else:
        try:
            text = request.body.decode("utf-8", "replace")
            pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=_MOST_PARAMETERS)
        except ValueError as error:
            raise RefusedCallError("query", "MalformedInput", "There are too many parameters.") from error
    found = tuple(pairs)
    if len({name for name, _ in found}) != len(found):
        raise RefusedCallError("query", "MalformedInput", "A parameter is given twice.")
    return Form(tuple(pair for pair in found if everything or pair[0].partition(".")[0] in members | _ALWAYS))


def json_of_members(body: bytes, members: frozenset[str], required: Iterable[str] = ()) -> bytes:
    """Return a JSON object without members that the operation does not have.

    Raises:
        RefusedCallError: it is no JSON object, or lacks a required member.
    """
    try:
        given = json.loads(body or b"{}")
    except (ValueError, RecursionError) as error:
        raise RefusedCallError("json", "SerializationException", "The body is not JSON.") from error
    if not isinstance(given, dict):
        raise RefusedCallError("json", "SerializationException", "The body is not a JSON object.")
    for name in required:
        if given.get(name) is None:
            message = f"1 validation error detected: Value null at '{name}' failed to satisfy constraint"
            raise RefusedCallError("json", "InvalidParameterException", f"{message}: Member must not be null")
    if given.keys() <= members:
        return body
    return json.dumps({name: value for name, value in given.items() if name in members}).encode()


def plain_body(protocol: str, operation: OperationModel, request: Request) -> bytes:
    """Return the body uncompressed. Only operations whose model says so may be compressed.

    Raises:
        RefusedCallError: it may not be compressed, it is damaged, or it would be larger than MOST_INFLATED.
    """
    encodings = {each.strip().lower() for each in request.headers.get("content-encoding", "").split(",")}
    coded = encodings - {"", "identity", "aws-chunked"}
    if not coded:
        return request.body
    allowed = (operation.request_compression or {}).get("encodings", ())
    if coded != {"gzip"} or "gzip" not in allowed:
        raise RefusedCallError(protocol, "SerializationException", "This operation takes no compressed body.")
    inflater = zlib.decompressobj(wbits=31)
    try:
        body = inflater.decompress(request.body, MOST_INFLATED + 1)
    except zlib.error as error:
        raise RefusedCallError(protocol, "SerializationException", "The body is no gzip.") from error
    if len(body) > MOST_INFLATED or not inflater.eof:
        message = f"The body has more than {MOST_INFLATED} bytes, or ends early."
        raise RefusedCallError(protocol, "RequestEntityTooLarge", message, 413)
    return body

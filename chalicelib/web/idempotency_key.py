"""The Idempotency-Key header.

https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/
"""

import re

from chalicelib.store.idempotency import Idempotent
from chalicelib.web import problems
from chalicelib.web.http import Request
from chalicelib.web.problems import FieldError, Problem

_KEY = re.compile(r"[\x21-\x7e]{1,255}")


def idempotent(request: Request, operation: str, *asked: object) -> Idempotent | None:
    """Name the request by its Idempotency-Key; None where it has none.

    Raises:
        Problem: INVALID_HEADER, where the key is not 1 to 255 visible ASCII characters.
    """
    key = request.headers.get("idempotency-key")
    if key is None:
        return None
    if not _KEY.fullmatch(key):
        wrong = FieldError("Idempotency-Key", "Expected 1 to 255 visible ASCII characters")
        raise Problem(problems.INVALID_HEADER, "Idempotency-Key does not fit.", (wrong,))
    return Idempotent.of(key, operation, *asked)

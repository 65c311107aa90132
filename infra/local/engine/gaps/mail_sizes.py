"""SES refuses mails with too many recipients, with tags that are too long, and mails that are too large.

AWS: a mail has 50 recipients at most, in `To`, `Cc` and `Bcc` together; a tag's name and value have 256 letters,
digits, `_` and `-` at most; a mail has 40 MB at most as it is sent.
https://docs.aws.amazon.com/ses/latest/dg/quotas.html
https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_MessageTag.html
https://github.com/localstack/localstack/issues/8588

The emulator: takes all of them.

Here: as on AWS, for `SendEmail` of the second version of the API.
"""

import functools
import json
from collections.abc import Mapping
from typing import Any

from ministack.core.responses import error_response_json
from ministack.services import ses_v2

from infra.local import mail_sizes

TARGETS = (
    "ministack.core.responses:error_response_json",
    "ministack.services.ses_v2:handle_request(method, path, headers, body, query_params)",
)
_SEND_EMAIL = ("POST", "/v2/email/outbound-emails")


def apply() -> None:
    ses_v2.handle_request = _within_limits(ses_v2.handle_request)


def _within_limits(original: Any) -> Any:
    @functools.wraps(original)
    async def handle(method: str, path: str, headers: Any, body: bytes, query: Any) -> Any:
        refusal = mail_sizes.refusal(_read(body)) if (method, path.rstrip("/")) == _SEND_EMAIL else None
        if refusal is not None:
            return error_response_json("BadRequestException", refusal, 400)
        return await original(method, path, headers, body, query)

    return handle


def _read(body: bytes) -> Mapping[str, Any]:
    try:
        read = json.loads(body or b"{}")
    except ValueError:
        return {}
    return read if isinstance(read, dict) else {}

"""Whoever sends a mail needs `ses:SendEmail` on the identity it comes from and on the configuration set it names.

AWS: both are the resources of the call, the identity is the address or else its domain, and policies can look at
`ses:FromAddress`.
https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsimpleemailservicev2.html

The emulator: takes the call for one on no resource, and knows no such condition.

Here: as on AWS, for `SendEmail` of the second version of the API.
"""

import functools
import json
from email.utils import parseaddr
from typing import Any

from ministack import app
from ministack.core.responses import get_account_id
from ministack.services import ses, ses_v2

TARGETS = (
    "ministack.app:_enforce_data_plane(service, iam_action, headers, query_params, request_id)",
    "ministack.app:_enforce_ses_v2(method, path, headers, body, query_params, request_id)",
    "ministack.app:extract_region",
    "ministack.core.responses:get_account_id",
    "ministack.services.ses:_identities",
    "ministack.services.ses_v2:_identities",
)
_SENDING = ("POST", "/v2/email/outbound-emails")


def apply() -> None:
    app._enforce_ses_v2 = _by_sender(app._enforce_ses_v2)


def _by_sender(original: Any) -> Any:
    @functools.wraps(original)
    def enforce(*request: Any) -> Any:
        method, path, headers, body, query, request_id = request
        if (method, path.rstrip("/")) != _SENDING:
            return original(*request)
        mail = _read(body)
        address = parseaddr(str(mail.get("FromEmailAddress") or ""))[1]
        where = f"arn:aws:ses:{app.extract_region(headers, query)}:{get_account_id()}"
        resources = [f"{where}:identity/{_identity(address)}"]
        if mail.get("ConfigurationSetName"):
            resources.append(f"{where}:configuration-set/{mail['ConfigurationSetName']}")
        for resource in resources:
            denied = app._enforce_data_plane(
                "sesv2",
                "ses:SendEmail",
                headers,
                query,
                request_id,
                resource_arn=resource,
                named_resource=resource,
                service_context={"ses:FromAddress": address},
            )
            if denied:
                return denied
        return None

    return enforce


def _read(body: bytes) -> dict[str, Any]:
    try:
        read = json.loads(body or b"{}")
    except ValueError:
        return {}
    return read if isinstance(read, dict) else {}


def _identity(address: str) -> str:
    """What SES verified of it."""
    domain = address.rpartition("@")[2]
    verified = {*ses._identities, *ses_v2._identities}
    return domain if address not in verified and domain in verified else address

"""A caller needs `ses:SendEmail` on every identity that a mail concerns, and on the configuration set that it names.

AWS: the sender's identity (the address, or else its domain) is a resource of the call. A recipient that is a verified
identity of the account is one too. While the account is in the sandbox every recipient is one. Policies can look at
`ses:FromAddress`.
https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsimpleemailservicev2.html
https://github.com/aws/aws-sdk-js/issues/3641

The emulator: takes the call for one on no resource, and knows no such condition.

Here: as on AWS, for `SendEmail` of the second version of the API. `PutAccountDetails` with `ProductionAccessEnabled`
puts the account in the sandbox and takes it out; the emulator itself then refuses recipients that are not verified.
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
    "ministack.services.ses:_production_access_enabled",
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
        identities = dict.fromkeys([_identity(address), *_recipients(mail)])
        resources = [f"{where}:identity/{identity}" for identity in identities]
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


def _recipients(mail: dict[str, Any]) -> list[str]:
    """The recipients' identities that the caller needs to be allowed."""
    destination = mail.get("Destination") or {}
    listed = [entry for kind in ("To", "Cc", "Bcc") for entry in destination.get(f"{kind}Addresses") or []]
    found = [_identity(parseaddr(str(entry))[1]) for entry in listed]
    return found if not ses._production_access_enabled() else [each for each in found if each in _verified()]


def _identity(address: str) -> str:
    """What SES verified of it."""
    domain = address.rpartition("@")[2]
    return domain if address not in _verified() and domain in _verified() else address


def _verified() -> set[str]:
    return {*ses._identities, *ses_v2._identities}

"""Which transport DynamoDB is reached by: chalicelib/store/lean.py, or botocore's client where only that one can."""

import os
from collections.abc import Mapping

from chalicelib.settings import Settings, SettingsError

TRANSPORTS = ("lean", "botocore")
# What the SDK is told by its environment and the lean transport does not do.
_PROXIES = {"HTTP_PROXY", "HTTPS_PROXY"}
_SWITCHES = {
    "AWS_ACCOUNT_ID_ENDPOINT_MODE": "required",
    "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true",
    "AWS_USE_DUALSTACK_ENDPOINT": "true",
    "AWS_USE_FIPS_ENDPOINT": "true",
}
# Their names of hosts do not end in amazonaws.com.
_ELSEWHERE = ("cn-", "eu-isoe-", "eusc-", "us-iso")


def is_lean(given: Settings, environment: Mapping[str, str] = os.environ) -> bool:
    """Whether the lean transport is wanted, as it is unless STORE_TRANSPORT says `botocore`, and can do what is asked.

    Raises:
        SettingsError: the setting names neither.
    """
    wanted = given.store_transport or "lean"
    if wanted not in TRANSPORTS:
        raise SettingsError(f"STORE_TRANSPORT is lean or botocore, not {wanted!r}.")
    return wanted == "lean" and not _needs_botocore(given.aws_region, environment)


def _needs_botocore(region: str, environment: Mapping[str, str]) -> bool:
    return (
        region.startswith(_ELSEWHERE)
        or any(environment.get(name, "").lower() == switched for name, switched in _SWITCHES.items())
        or any(environment.get(name) or environment.get(name.lower()) for name in _PROXIES)
    )

"""One root key, and its signature is checked like any other.

AWS: every signed request is verified with the secret of its key.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html

The emulator: an empty key, `test`, any 12 digits and the configured key are root, and no root signature is
verified, so that whoever reaches the port is root.

Here: root is the configured key alone, and its signature is verified.
"""

import functools
import hmac
import os
from typing import Any

from ministack.core import iam_evaluator as evaluator
from ministack.core.responses import get_account_id
from ministack.services import sts

TARGETS = (
    "ministack.core.iam_evaluator:is_root_access_key(access_key_id)",
    "ministack.core.iam_evaluator:_is_root_key(access_key_id)",
    "ministack.core.iam_evaluator:resolve_caller_identity(access_key_id)",
    "ministack.core.iam_evaluator:resolve_credential(access_key_id, account_id, session_token)",
    "ministack.core.responses:get_account_id",
    "ministack.services.sts:is_root_access_key",
)


def apply() -> None:
    evaluator.is_root_access_key = sts.is_root_access_key = _is_root
    # What this says yes to is let through unverified.
    evaluator._is_root_key = _never
    evaluator.resolve_caller_identity = _identity_of_root(evaluator.resolve_caller_identity)


def _is_root(access_key_id: str) -> bool:
    return hmac.compare_digest((access_key_id or "").encode(), os.environ["AWS_ACCESS_KEY_ID"].encode())


def _never(access_key_id: str) -> bool:  # noqa: ARG001 - the emulator passes the key
    return False


def _identity_of_root(original: Any) -> Any:
    @functools.wraps(original)
    def resolve_caller_identity(access_key_id: str) -> dict[str, Any] | None:
        if not _is_root(access_key_id):
            return original(access_key_id)  # type: ignore[no-any-return]
        account = get_account_id()
        return {
            "accessKey": access_key_id,
            "accountId": account,
            "userArn": f"arn:aws:iam::{account}:root",
            "userId": account,
            "principalOrgId": None,
            "session": None,
        }

    return resolve_caller_identity

"""A caller without a key is nobody.

AWS: operations that need no signature answer anyone; S3 objects answer anyone their bucket's policy allows; API
Gateway methods and function URLs decide by their own authorization type; everything else refuses.
https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-policy-language-overview.html

The emulator: a request without a key is evaluated as root, so that anyone can list and create buckets.

Here: nobody is root. What AWS leaves to the resource is left to it, and S3 needs an existing bucket for that.
"""

import functools
from typing import Any

from ministack.core import iam_evaluator as evaluator
from ministack.services import s3

TARGETS = (
    "ministack.core.iam_evaluator:enforce(access_key_id, iam_action, service, region, resource_arn, service_context)",
    "ministack.core.iam_evaluator:EvalResult",
    "ministack.core.iam_evaluator:_served_unsigned(service, iam_action)",
    "ministack.core.iam_evaluator:_signed_request",
    "ministack.services.s3:_bucket_owner_account(name)",
)
_DECIDED_BY_THE_RESOURCE = frozenset({"execute-api:Invoke", "lambda:InvokeFunctionUrl"})


def apply() -> None:
    evaluator.enforce = _without_root(evaluator.enforce)


def _without_root(original: Any) -> Any:
    @functools.wraps(original)
    def enforce(
        access_key_id: str, iam_action: str, service: str, region: str, resource_arn: str = "*", **context: Any
    ) -> Any:
        if access_key_id or evaluator._signed_request.get() is not None:
            return original(access_key_id, iam_action, service, region, resource_arn=resource_arn, **context)
        if iam_action in _DECIDED_BY_THE_RESOURCE or evaluator._served_unsigned(service, iam_action):
            return None
        if service == "s3":
            bucket = resource_arn.removeprefix("arn:aws:s3:::").partition("/")[0]
            known = s3._bucket_owner_account(bucket) is not None
            return None if known else evaluator.EvalResult("ImplicitDeny", principal_arn="anonymous")
        return original(access_key_id, iam_action, service, region, resource_arn=resource_arn, **context)

    return enforce

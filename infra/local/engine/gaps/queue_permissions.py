"""A batch of queue messages needs the permission of the single call.

AWS: `sqs:SendMessage`, `sqs:DeleteMessage` and `sqs:ChangeMessageVisibility` each cover the batch call of that name;
policies know no batch actions.
https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-api-permissions-reference.html

The emulator: asks for `sqs:SendMessageBatch` and the like, which no policy for AWS has.

Here: as on AWS.
"""

import functools
from typing import Any

from ministack.core import iam_actions

TARGETS = ("ministack.core.iam_actions:extract_iam_action(service, method, path, headers, body, query_params)",)
_PREFIX, _BATCH = "sqs:", "Batch"


def apply() -> None:
    iam_actions.extract_iam_action = _by_the_single_call(iam_actions.extract_iam_action)


def _by_the_single_call(original: Any) -> Any:
    @functools.wraps(original)
    def extract(*request: Any) -> str | None:
        action: str | None = original(*request)
        if action is not None and action.startswith(_PREFIX):
            return action.removesuffix(_BATCH)
        return action

    return extract

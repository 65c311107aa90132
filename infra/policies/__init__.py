"""The IAM policy of each function: a JSON file each, with exact names put in here.

The files list everything a function needs: Chalice is told to add nothing (`autogen_policy: false`). What it may do
only in a network of the owner's, through DAX, with a key of the owner's on the tables, or where copies of answers are
kept, is in files of its own.
https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from string import Template
from typing import Any

API = "api-handler"
FUNCTIONS = (
    API,
    "publish-pages",
    "mail-subscribers",
    "tell-owner",
    "follow-photos",
    "empty-trash",
    "make-thumbnails",
    "follow-mail",
    "announce-posts",
    "sweep-mail",
)
# It has old copies forgotten.
PAGES = "publish-pages"
# It turns the polling of queues on and off, where a stage wants that.
SWEEPER = "sweep-mail"
Policy = dict[str, Any]

_FOLDER = Path(__file__).parent
# A wildcard in a value would be one in the policy.
_SHAPES = {
    "stage": r"[a-z][a-z0-9]{1,11}",
    "account": r"[0-9]{12}",
    "region": r"[a-z]{2}(-[a-z]+)+-[0-9]",
    "partition": r"aws(-[a-z]+)*",
    "mail_from": r"[^@\s*?$]+@[a-z0-9.-]+",
    "api_id": r"[a-z0-9]+",
    "distribution_id": r"[A-Z0-9]+",
    "kms_key_arn": r"arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:key/[a-zA-Z0-9-]+",
}


class PolicyError(Exception):
    """A policy cannot be written with what was given; the message names what is missing or wrong."""


def lambda_name(function: str, stage: str) -> str:
    """What Chalice calls a function in Lambda."""
    return f"mytodolist-{stage}" if function == API else f"mytodolist-{stage}-{function}"


def render(
    function: str,
    stage: str,
    account: str,
    region: str,
    partition: str = "aws",
    *,
    mail_from: str | None = None,
    kms_key_arn: str | None = None,
    api_id: str | None = None,
    distribution_id: str | None = None,
    in_vpc: bool = False,
    through_dax: bool = False,
    polled_when_needed: bool = False,
) -> Policy:
    """Return the policy of `function`.

    Functions that send mail need `mail_from`. They may send from that address alone, but on every identity of the
    account: SES authorises a recipient's identity too where the account has verified it, and in the sandbox always.
    `api_id` is of an API with a stage cache, and `distribution_id` CloudFront's, where there are any.

    Raises:
        PolicyError: there is no such function, or a value is missing or not of its shape.
    """
    if function not in FUNCTIONS:
        raise PolicyError(f"There is no function {function}.")
    given = {
        "stage": stage,
        "account": account,
        "region": region,
        "partition": partition,
        "mail_from": mail_from,
        "kms_key_arn": kms_key_arn,
        "api_id": api_id,
        "distribution_id": distribution_id,
    }
    names = {name: value for name, value in given.items() if value is not None}
    for name, value in names.items():
        if re.fullmatch(_SHAPES[name], value) is None:
            raise PolicyError(f"{name} cannot be {value!r}.")
    names["function"] = lambda_name(function, stage)
    wanted = {
        "in-vpc": in_vpc,
        "through-dax": function == API and through_dax,
        "with-key": kms_key_arn,
        "with-stage-cache": function == PAGES and api_id,
        "with-distribution": function == PAGES and distribution_id,
        "when-polled": function == SWEEPER and polled_when_needed,
    }
    files = [function, *(file for file, reason in wanted.items() if reason)]
    statements = [statement for file in files for statement in _read(file)["Statement"]]
    try:
        filled = [_filled(statement, names) for statement in statements]
    except KeyError as missing:
        raise PolicyError(f"The policy of {function} needs {missing.args[0]}.") from missing
    return {"Version": "2012-10-17", "Statement": filled}


def _read(file: str) -> Policy:
    policy: Policy = json.loads((_FOLDER / f"{file}.json").read_text(encoding="utf-8"))
    return policy


def _filled(value: Any, names: Mapping[str, str]) -> Any:  # noqa: ANN401 - whatever JSON holds
    if isinstance(value, str):
        return Template(value).substitute(names)
    if isinstance(value, list):
        return [_filled(each, names) for each in value]
    return {name: _filled(each, names) for name, each in value.items()}

"""What IAM is asked about when a function is created, a rule is changed, or the tags of a table or a vault are read.

AWS: `lambda:CreateFunction` is asked on the function that is to be; the calls on a rule of the default event bus are
asked on `rule/NAME`; those that read the tags of a table or a backup vault, on the ARN that they name.
https://docs.aws.amazon.com/service-authorization/latest/reference/list_awslambda.html
https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoneventbridge.html

The emulator: asks about any resource, or about `rule/default/NAME`; so
a policy that names the resource refuses its own caller.

Here: as on AWS.
"""

import functools
import json
from typing import Any
from urllib.parse import unquote

from ministack.core import iam_actions

TARGETS = ("ministack.core.iam_actions:extract_resource_arn(service, method, path)",)
_FUNCTIONS = "/2015-03-31/functions"
_VAULTS = "/backup-vaults/"
_TAGS = "/tags/"
# Where each call on a rule names it.
_RULE_NAMES = ("Rule", "Name")


def apply() -> None:
    iam_actions.extract_resource_arn = _named(iam_actions.extract_resource_arn)


def _named(original: Any) -> Any:
    @functools.wraps(original)
    def extract(service: str, method: str, path: str, headers: Any, body: bytes, *where: Any) -> Any:
        found = original(service, method, path, headers, body, *where)
        region, account = where[-2:]
        if service == "lambda" and method == "POST" and path.rstrip("/") == _FUNCTIONS:
            name = _read(body).get("FunctionName")
            return f"arn:aws:lambda:{region}:{account}:function:{name}" if name else found
        if service == "backup" and path.startswith(_VAULTS):
            return f"arn:aws:backup:{region}:{account}:backup-vault:{path.removeprefix(_VAULTS).partition('/')[0]}"
        if service == "backup" and path.startswith(_TAGS):
            return unquote(path.removeprefix(_TAGS).rstrip("/"))
        if service == "dynamodb" and isinstance(_read(body).get("ResourceArn"), str):
            return _read(body)["ResourceArn"]
        if service == "events":
            return _of_a_rule(_read(body), region, account) or found
        return found

    return extract


def _of_a_rule(asked: dict[str, Any], region: str, account: str) -> str:
    if asked.get("EventBusName", "default") != "default":
        return ""
    if asked.get("ResourceARN"):
        return str(asked["ResourceARN"])
    name = next((asked[key] for key in _RULE_NAMES if isinstance(asked.get(key), str)), "")
    return f"arn:aws:events:{region}:{account}:rule/{name}" if name else ""


def _read(body: bytes) -> dict[str, Any]:
    try:
        read = json.loads(body or b"{}")
    except ValueError:
        return {}
    return read if isinstance(read, dict) else {}

"""What CloudFormation calls in the name of the caller to create, read, update and delete each resource type.

`handlers.json` beside this file has it for the types of our templates, so that a change of AWS's schemas is a change
that is read. `python -m infra.deploy.role.handlers` writes it anew from the schemas that cfn-lint has.
https://docs.aws.amazon.com/cloudformation-cli/latest/userguide/resource-type-schema.html#schema-properties-handlers
"""

import json
import sys
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from infra.deploy.role.resources import all_types
from infra.deploy.role.services import actions_like, cfn_lint_data
from infra.deploy.role.unused import is_unused

FILE = Path(__file__).with_name("handlers.json")
KINDS = ("create", "read", "update", "delete")
# Where AWS's documentation has what a schema lacks.
ADDED: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    # The schema is of the time before handlers.
    # https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/DAX.access-control.html
    "AWS::DAX::Cluster": {
        "create": (
            *("dax:CreateCluster", "dax:DescribeClusters", "dax:TagResource", "iam:PassRole", "iam:GetRole"),
            *("iam:CreateServiceLinkedRole", "ec2:DescribeSecurityGroups", "ec2:DescribeSubnets", "ec2:DescribeVpcs"),
        ),
        "read": ("dax:DescribeClusters", "dax:ListTags"),
        "update": ("dax:UpdateCluster", "dax:DescribeClusters", "dax:TagResource", "dax:UntagResource"),
        "delete": ("dax:DeleteCluster", "dax:DescribeClusters"),
    },
    # A stage's access log is a delivery that API Gateway asks CloudWatch Logs for.
    # https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-and-resource-policy.html
    "AWS::ApiGateway::Stage": {
        "create": ("logs:CreateLogDelivery", "logs:PutResourcePolicy", "logs:DescribeResourcePolicies"),
        "update": ("logs:CreateLogDelivery", "logs:UpdateLogDelivery", "logs:GetLogDelivery", "logs:ListLogDeliveries"),
        "delete": ("logs:DeleteLogDelivery",),
    },
}

Handlers = dict[str, list[str]]


def read() -> dict[str, Handlers]:
    """The actions by resource type and kind of handler, as they are kept."""
    kept: dict[str, Handlers] = json.loads(FILE.read_text(encoding="utf-8"))
    return kept


def actions_of(types: Iterable[str], kinds: Iterable[str] = KINDS) -> set[str]:
    """The actions that CloudFormation needs for these types."""
    kept = read()
    return {action for name in types for kind in kinds for action in kept[name].get(kind, ())}


def from_schemas(types: Iterable[str]) -> dict[str, Handlers]:
    """The same from AWS's schemas: without actions that IAM does not have, and without those of unused properties."""
    found: dict[str, Handlers] = {}
    for name in sorted(types):
        found[name] = {
            kind: sorted(action for action in declared(name, kind) if not is_unused(name, action)) for kind in KINDS
        }
    return found


def declared(name: str, kind: str) -> set[str]:
    """The actions that AWS declares for one kind of handler of a type, as far as IAM has them."""
    of_schema = _schema(name).get("handlers", {}).get(kind, {}).get("permissions", ())
    return {each for action in (*of_schema, *ADDED.get(name, {}).get(kind, ())) for each in actions_like(action)}


@cache
def _providers() -> Mapping[str, str]:
    read: Mapping[str, str] = json.loads((_schemas() / "providers" / "us-east-1.json").read_text(encoding="utf-8"))
    return read


def _schemas() -> Path:
    return cfn_lint_data() / "schemas"


def _schema(name: str) -> dict[str, Any]:
    file = _schemas() / "resources" / f"{_providers()[name]}.json"
    schema: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return schema


def as_text(handlers: Mapping[str, Handlers]) -> str:
    """The text of the kept file."""
    return json.dumps(handlers, indent=1, sort_keys=True) + "\n"


if __name__ == "__main__":
    FILE.write_text(as_text(from_schemas(all_types())), encoding="utf-8")
    sys.stdout.write(f"{FILE}\n")

"""Writes what the local engine needs of CloudFormation's provider schemas. `--check` only compares.

For each type of the templates whose name is unique in an account: the property that names it, and the other properties
that cannot change. cfn-lint ships the schemas; the engine runs without cfn-lint.
https://docs.aws.amazon.com/cloudformation-cli/latest/userguide/resource-type-schema.html
"""

import json
import re
import sys
from pathlib import Path
from typing import Any

from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER

TEMPLATES = Path(__file__).parent / "templates"
DOCUMENT = Path(__file__).parent / "local" / "engine" / "gaps" / "create_only.json"
COMMAND = "python -m infra.resource_schemas"
_REGION = "us-east-1"
_TYPE = re.compile(r"^ +Type: (AWS::\w+::\w+)$", re.MULTILINE)
# What a stage has that no template of infra/templates names: Chalice's and the one stack's.
_OTHER_TYPES = ("AWS::CodeDeploy::Application", "AWS::Events::Rule", "AWS::Lambda::Alias", "AWS::Lambda::Function")
# Names that hold a resource although the identifier is another, which AWS makes. API keys may share a name, but
# CloudFormation replaces none that has one.
# https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigateway-apikey.html
_UNIQUE_NAMES = {
    "AWS::ApiGateway::ApiKey": "Name",
    "AWS::Budgets::Budget": "Budget/BudgetName",
    "AWS::DAX::Cluster": "ClusterName",
    "AWS::Events::Rule": "Name",
    "AWS::IAM::ManagedPolicy": "ManagedPolicyName",
    "AWS::SecretsManager::Secret": "Name",
    "AWS::SNS::Topic": "TopicName",
    "AWS::SQS::Queue": "QueueName",
    "AWS::SES::Template": "Template/TemplateName",
    "AWS::WAFv2::WebACL": "Name",
    "AWS::XRay::Group": "GroupName",
    "AWS::XRay::SamplingRule": "SamplingRule/RuleName",
}


def types() -> list[str]:
    """Every resource type of a stage that has a schema."""
    named = {found for path in TEMPLATES.rglob("*.yaml") for found in _TYPE.findall(path.read_text(encoding="utf-8"))}
    return sorted(named | set(_OTHER_TYPES) | set(_UNIQUE_NAMES))


def create_only() -> dict[str, Any]:
    """The name of each type, and its other create-only properties, as paths below Properties."""
    found: dict[str, Any] = {}
    for kind in types():
        schema = dict(PROVIDER_SCHEMA_MANAGER.get_resource_schema(_REGION, kind).schema)
        name = _UNIQUE_NAMES.get(kind) or _name(schema)
        if name is not None:
            others = [path for path in _paths(schema, "createOnlyProperties") if path != name]
            found[kind] = {"name": name, "create_only": others}
    return found


def _name(schema: dict[str, Any]) -> str | None:
    """The identifier, where it is one property that a template sets and that is no reference to another resource."""
    identifier = _paths(schema, "primaryIdentifier")
    if len(identifier) != 1 or identifier[0] in _paths(schema, "readOnlyProperties"):
        return None
    [name] = identifier
    return name if name.endswith("Name") or name in ("EmailIdentity", "Id") else None


def _paths(schema: dict[str, Any], section: str) -> list[str]:
    return sorted(path.removeprefix("/properties/") for path in schema.get(section) or [])


def main(arguments: list[str]) -> int:
    """Write the document, or say whether the one that is there is out of date."""
    text = json.dumps(create_only(), indent=1) + "\n"
    if "--check" not in arguments:
        DOCUMENT.write_text(text, encoding="utf-8")
        return 0
    if DOCUMENT.read_text(encoding="utf-8") == text:
        return 0
    sys.stderr.write(f"{DOCUMENT.name} is out of date: run {COMMAND}.\n")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Creates the tables that infra/templates declare, so that models are tested against the real keys and indexes."""

from pathlib import Path
from typing import Any

from infra.checks.resolving import read, resolve

REGION = "eu-north-1"
TEMPLATES = Path(__file__).parents[2] / "infra" / "templates"
_CREATE_TABLE = (
    "TableName",
    "BillingMode",
    "AttributeDefinitions",
    "KeySchema",
    "LocalSecondaryIndexes",
    "GlobalSecondaryIndexes",
)


def declared_tables(stage: str) -> list[dict[str, Any]]:
    """What CreateTable takes, for each table in the data template."""
    resources = resolve(read(TEMPLATES / "data.yaml"), {"Stage": stage}, REGION)["Resources"]
    return [
        {name: resource["Properties"][name] for name in _CREATE_TABLE if name in resource["Properties"]}
        for resource in resources.values()
        if resource["Type"] in ("AWS::DynamoDB::Table", "AWS::DynamoDB::GlobalTable")
    ]

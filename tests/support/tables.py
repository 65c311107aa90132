"""Creates the tables that infra/templates declare, so that models are tested against the real keys and indexes."""

from pathlib import Path
from typing import Any

import cfnlint.decode

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
    template, problems = cfnlint.decode.decode(str(TEMPLATES / "data.yaml"))
    assert not problems, problems
    tables = []
    for resource in template["Resources"].values():
        if resource["Type"] in ("AWS::DynamoDB::Table", "AWS::DynamoDB::GlobalTable"):
            properties = resource["Properties"]
            table = {name: properties[name] for name in _CREATE_TABLE if name in properties}
            table["TableName"] = properties["TableName"]["Fn::Sub"].replace("${Stage}", stage)
            tables.append(table)
    return tables

"""A first deploy that fails leaves nothing whose name would block the next one.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-deletionpolicy.html
"""

from dataclasses import replace
from typing import Any

import pytest

from infra.deploy.one_stack.template import merge_template
from infra.deploy.stage import Stage
from tests.templates import reading

# A rollback keeps these two on purpose: they have no name of ours, and other APIs of the account use them.
KEPT_BY_A_ROLLBACK = {"ApiLogsRole", "ApiLogsSetting"}
Resources = dict[str, dict[str, Any]]


def kept_by_a_rollback(resources: Resources) -> set[str]:
    """The resources that stay when the operation that created them is rolled back."""
    return {name for name, resource in resources.items() if resource.get("DeletionPolicy") == "Retain"}


def deleted_by_a_replacement(resources: Resources) -> set[str]:
    """The resources that a stack's deletion keeps and an update may delete."""
    return {
        name
        for name, resource in resources.items()
        if str(resource.get("DeletionPolicy")).startswith("Retain") and resource.get("UpdateReplacePolicy") != "Retain"
    }


@pytest.mark.parametrize("name", reading.names())
def test_a_rollback_deletes_what_it_has_made(name: str) -> None:
    resources = reading.template(name)["Resources"]
    assert kept_by_a_rollback(resources) - KEPT_BY_A_ROLLBACK == set()
    assert deleted_by_a_replacement(resources) == set()


def test_a_rollback_of_the_one_stack_deletes_its_nested_stacks() -> None:
    stage = Stage(name="prod", region="eu-north-1", mail_from="blog@example.com", domain="example.com")
    resources = merge_template(stage)["Resources"]
    assert kept_by_a_rollback(resources) == set()
    assert deleted_by_a_replacement(resources) == set()
    assert "Data" in {name for name, one in resources.items() if one.get("DeletionPolicy") == "RetainExceptOnCreate"}


def test_a_nested_stack_that_is_switched_off_is_deleted_and_its_vault_stays() -> None:
    plain = Stage(name="prod", region="eu-north-1", mail_from="blog@example.com", domain="example.com")
    everything = replace(plain, dax_nodes=1, backups=True, alarms="all")
    # Given the nested stacks that a stage has by its settings, and those that it always has
    resources = merge_template(everything)["Resources"]
    stacks = {name: one["DeletionPolicy"] for name, one in resources.items() if "TemplateURL" in str(one)}
    least = merge_template(replace(plain, alarms="least"))["Resources"]
    # Then CloudFormation deletes the first when they are taken out, and keeps the others
    assert {name for name, policy in stacks.items() if policy == "Delete"} == stacks.keys() - least.keys()
    assert {"Cache", "Backup"} <= stacks.keys() - least.keys()
    # And what holds people's data in them stays
    assert reading.template("cloud/backup")["Resources"]["Vault"]["DeletionPolicy"] == "RetainExceptOnCreate"


def test_a_table_that_a_rollback_would_keep_is_found() -> None:
    data = reading.template("data")["Resources"]
    assert kept_by_a_rollback({**data, "Todos": {**data["Todos"], "DeletionPolicy": "Retain"}}) == {"Todos"}
    assert deleted_by_a_replacement({**data, "Todos": {**data["Todos"], "UpdateReplacePolicy": "Delete"}}) == {"Todos"}

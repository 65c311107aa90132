"""The plan: what a deploy would do, from what was found and nothing else."""

import dataclasses
from typing import Any

import pytest

from infra import policies
from infra.deploy.inventory import Inventory, StageStack
from infra.deploy.parts import UNKNOWN, parts
from infra.deploy.plan import CREATE, KEEP, LEAVE, REMOVE, REPAIR, UPDATE, WAIT, Found, plan
from infra.deploy.stage import GLOBAL_REGION, Stage, load

STAGE = Stage("dev", "eu-north-1", "blog@example.com")
OUTPUTS = {"SiteUrl": "https://d1.cloudfront.net", "ApiDomain": "abc.execute-api", "SiteApiKey": "key"}
FUNCTIONS = frozenset(policies.lambda_name(name, "dev") for name in policies.FUNCTIONS)


def deployed(**changed: Any) -> Found:
    wanted = [part.stack(STAGE, OUTPUTS) for part in parts(STAGE)]
    stacks = {stack.name: {"StackStatus": "CREATE_COMPLETE"} for stack in wanted}
    digests = {stack.name: stack.digest() for stack in wanted}
    return dataclasses.replace(Found(stacks, OUTPUTS, "abc", FUNCTIONS, digests), **changed)


def changes(found: Found, stage: Stage = STAGE) -> dict[str, str]:
    return {step.what: step.change for step in plan(stage, found)}


def test_an_empty_account_gets_everything() -> None:
    made = changes(Found({}, {}, None, frozenset()))
    assert {made[STAGE.stack(part.concern)] for part in parts(STAGE) if part.concern != "edge"} == {CREATE}
    assert (made["functions"], made["API"] if "API" in made else made["mytodolist-dev"]) == (CREATE, CREATE)


def test_nothing_new_keeps_every_stack() -> None:
    made = changes(deployed())
    assert {made[STAGE.stack(part.concern)] for part in parts(STAGE)} == {KEEP}
    assert made["functions"] == UPDATE


def test_a_setting_changes_the_stacks_it_is_given_to_and_no_others() -> None:
    made = changes(deployed(), dataclasses.replace(STAGE, log_days=90))
    assert [name for name, change in made.items() if change == UPDATE and name.startswith("mytodolist-")] == [
        "mytodolist-dev-edge",
        "mytodolist-dev-observability",
    ]


def test_a_stack_whose_making_failed_is_made_anew() -> None:
    found = deployed()
    stacks = {**found.stacks, "mytodolist-dev-data": {"StackStatus": "ROLLBACK_COMPLETE"}}
    assert changes(dataclasses.replace(found, stacks=stacks))["mytodolist-dev-data"] == REPAIR


def test_a_stack_that_cloudformation_is_changing_is_waited_for() -> None:
    found = deployed()
    stacks = {**found.stacks, "mytodolist-dev-data": {"StackStatus": "UPDATE_IN_PROGRESS"}}
    assert changes(dataclasses.replace(found, stacks=stacks))["mytodolist-dev-data"] == WAIT


def test_a_part_that_is_switched_off_is_removed_last() -> None:
    # given a stage with a firewall, whose file does not ask for one any more
    firewall = StageStack("mytodolist-dev-firewall", "firewall", "us-east-1", {"StackStatus": "CREATE_COMPLETE"})
    found = deployed(inventory=Inventory(parts=(firewall,)))
    # when a deploy is planned
    *_, last = plan(STAGE, found)
    # then it ends with the firewall's removal, when nothing uses it any more
    assert (last.change, last.what) == (REMOVE, "mytodolist-dev-firewall")
    # and a stage that asks for it keeps it
    assert REMOVE not in changes(found, dataclasses.replace(STAGE, firewall=True)).values()


def test_of_a_stage_that_is_one_stack_a_deploy_would_change_nothing() -> None:
    root = StageStack("mytodolist-dev", "", "eu-north-1", {"StackStatus": "UPDATE_COMPLETE"})
    [step] = plan(STAGE, deployed(inventory=Inventory(root)))
    assert (step.change, step.what) == (LEAVE, "mytodolist-dev")


def test_a_stage_is_told_that_this_way_has_no_snapstart() -> None:
    [said] = [step for step in plan(dataclasses.replace(STAGE, snapstart=True), deployed()) if step.what == "SnapStart"]
    assert (said.change, said.detail) == (LEAVE, "only the one stack has it: Chalice publishes no versions")
    assert "SnapStart" not in changes(deployed())


def test_a_plan_can_be_made_before_addresses_are_known() -> None:
    [media] = [part.stack(STAGE, {}) for part in parts(STAGE) if part.concern == "media"]
    assert media.parameters["AllowedOrigins"] == UNKNOWN


def test_a_new_api_with_a_cache_has_chalice_run_twice() -> None:
    cached = dataclasses.replace(STAGE, cache_size="0.5")
    nothing = Found({}, {}, None, frozenset())
    again = "functions that know the API"
    assert again in [step.what for step in plan(cached, nothing)]
    assert again not in [step.what for step in plan(cached, dataclasses.replace(nothing, api_id="abc"))]
    assert again not in [step.what for step in plan(STAGE, nothing)]


def test_a_plan_says_that_an_existing_mail_identity_is_only_used() -> None:
    nothing = Found({}, {}, None, frozenset())
    existing = dataclasses.replace(STAGE, mail_identity="existing", mail_domain="example.com")
    kept = [step for step in plan(existing, nothing) if step.what.startswith("mail identity")]
    assert [(step.change, step.what) for step in kept] == [("keep", "mail identity example.com")]
    assert not [step for step in plan(STAGE, nothing) if step.what.startswith("mail identity")]


def test_dax_is_there_before_who_calls_it_where_a_stage_has_it() -> None:
    with_dax = dataclasses.replace(STAGE, dax_nodes=1, dax_node_type="dax.r5.large")
    concerns = [part.concern for part in parts(with_dax)]
    assert concerns[concerns.index("data") + 1] == "cache"
    [cache] = [part.stack(with_dax, {}) for part in parts(with_dax) if part.concern == "cache"]
    assert cache.parameters.items() >= {"Stage": "dev", "Nodes": "1", "NodeType": "dax.r5.large"}.items()
    assert "cache" not in {part.concern for part in parts(STAGE)}


def test_another_kind_of_nodes_is_a_cluster_of_another_name() -> None:
    # CloudFormation replaces the cluster, and refuses to replace one that keeps its name.
    kinds = ("dax.t3.small", "dax.t3.medium", "dax.r5.large", "dax.r5.xlarge", "dax.r5.2xlarge", "dax.r7i.large")
    codes = set()
    for kind in kinds:
        stage = dataclasses.replace(load("prod"), dax_nodes=3, dax_node_type=kind)
        [cache] = [part.stack(stage, {}) for part in parts(stage) if part.concern == "cache"]
        codes.add(cache.parameters["NodeCode"])
    assert len(codes) == len(kinds)


def test_what_cloudfront_needs_in_one_region_is_made_there() -> None:
    elsewhere = {part.concern for part in parts(load("prod")) if part.region == GLOBAL_REGION}
    assert elsewhere == {"firewall", "edge-alarms", "edge-logs", "budget"}
    assert {part.concern for part in parts(STAGE) if part.region} == {"edge-alarms"}


@pytest.mark.parametrize("secret", ["key"])
def test_a_plan_says_no_secret(secret: str) -> None:
    said = " ".join(f"{step.what} {step.detail}" for step in plan(STAGE, deployed()))
    assert secret not in said.replace("keys", "")

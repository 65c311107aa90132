"""How a stage is deployed is found by the names of the account's stacks, and each command refuses the wrong one."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from infra.deploy.aws import Aws
from infra.deploy.inventory import Way, WayError, require_direct, require_one_stack, require_region, take_inventory
from infra.deploy.parts import EVERY_PART
from infra.deploy.stage import Stage

STAGE = Stage("dev", "eu-north-1", "blog@example.com")
DIRECT = [STAGE.stack(part.concern) for part in EVERY_PART if not part.region]
BESIDE = [STAGE.stack(concern) for concern in ("deploys", "firewall", "budget")]
NESTED = ["mytodolist-dev-Identity-1ABCDEF", "mytodolist-dev-Data-1GHIJKL"]
ROOT = "mytodolist-dev"


@dataclass(frozen=True)
class Account(Aws):
    """An account with these stacks, by their region; `bucket` is the region of the stage's bucket for deploys."""

    session: Any = None
    region: str = "eu-north-1"
    account: str = "123456789012"
    partition: str = "aws"
    endpoint: str = ""
    stacks: dict[str, Sequence[str]] = field(default_factory=dict)
    status: str = "CREATE_COMPLETE"
    bucket: str = ""

    def client(self, service: str, region: str = "") -> Any:
        return self if service == "s3" else Region(self.stacks.get(region or self.region, ()), self.status)

    def head_bucket(self, *, Bucket: str) -> dict[str, Any]:  # noqa: N803 - AWS's own names
        assert Bucket == "mytodolist-dev-deploys-123456789012"
        headers = {"x-amz-bucket-region": self.bucket} if self.bucket else {}
        status = 301 if self.bucket not in ("", self.region) else 200 if self.bucket else 404
        metadata = {"HTTPStatusCode": status, "HTTPHeaders": headers}
        if status != 200:
            raise ClientError({"Error": {"Code": str(status)}, "ResponseMetadata": metadata}, "HeadBucket")  # type: ignore[typeddict-item]
        return {"ResponseMetadata": metadata}


@dataclass
class Region:
    names: Sequence[str]
    status: str

    def get_paginator(self, operation: str) -> "Region":
        assert operation == "describe_stacks"
        return self

    def paginate(self) -> Iterator[dict[str, Any]]:
        for name in self.names:
            yield {"Stacks": [{"StackName": name, "StackStatus": self.status}]}


def account(*names: str, **more: Any) -> Account:
    return Account(stacks={"eu-north-1": names}, **more)


@pytest.mark.parametrize(
    ("names", "way"),
    [
        ([], Way.NOTHING),
        (["mytodolist-dev2", "mytodolist-dev2-data", "mytodolist", "another"], Way.NOTHING),
        (["mytodolist-dev-of-somebody-else"], Way.NOTHING),
        (BESIDE, Way.BESIDE),
        (DIRECT, Way.DIRECT),
        (["mytodolist-dev-deploys", "mytodolist-dev-logs"], Way.DIRECT),
        ([ROOT], Way.ONE_STACK),
        ([ROOT, *NESTED, *BESIDE], Way.ONE_STACK),
        # The one stack is gone, and its nested ones are not.
        (NESTED, Way.ONE_STACK),
        ([ROOT, *DIRECT], Way.BOTH),
    ],
)
def test_the_way_is_told_by_the_names(names: list[str], way: Way) -> None:
    assert take_inventory(account(*names), STAGE).way == way


def test_stacks_of_the_other_region_belong_to_the_stage() -> None:
    found = take_inventory(Account(stacks={"us-east-1": ["mytodolist-dev-firewall"]}), STAGE)
    assert [(each.concern, each.region) for each in found.parts] == [("firewall", "us-east-1")]


def test_a_stage_of_the_other_region_has_each_stack_once() -> None:
    there = Account(region="us-east-1", stacks={"us-east-1": ["mytodolist-dev-data"]})
    assert len(take_inventory(there, replace(STAGE, region="us-east-1")).parts) == 1


def test_parts_are_in_the_order_they_need_each_other_and_nested_ones_have_their_concern() -> None:
    found = take_inventory(account(*sorted(DIRECT, reverse=True)), STAGE)
    assert [each.name for each in found.parts] == DIRECT
    nested = take_inventory(account("mytodolist-dev-EdgeLogs-1", "mytodolist-dev-Data-1"), STAGE).nested
    assert [each.concern for each in nested] == ["data", "edge-logs"]


@pytest.mark.parametrize("status", ["DELETE_COMPLETE", "REVIEW_IN_PROGRESS"])
def test_what_was_deleted_or_never_made_is_not_there(status: str) -> None:
    assert take_inventory(account(*DIRECT, status=status), STAGE).way == Way.NOTHING


@pytest.mark.parametrize("setting", ["firewall", "backups", "edge_logs"])
def test_a_part_that_is_switched_off_is_seen_until_it_is_removed(setting: str) -> None:
    concern = {"backups": "backup"}.get(setting, setting.replace("_", "-"))
    found = take_inventory(account(STAGE.stack(concern), STAGE.stack("data")), STAGE)
    assert [each.concern for each in found.switched_off(STAGE)] == [concern]
    assert found.switched_off(replace(STAGE, **{setting: True})) == ()


@pytest.mark.parametrize("names", [[ROOT], NESTED, [ROOT, *DIRECT]])
def test_make_deploy_refuses_a_stage_that_is_one_stack(names: list[str]) -> None:
    with pytest.raises(WayError, match="make package STAGE=dev"):
        require_direct(STAGE, take_inventory(account(*names), STAGE))


@pytest.mark.parametrize("names", [DIRECT, [ROOT, *DIRECT]])
def test_one_stack_is_not_made_of_a_stage_that_make_deploy_has_made(names: list[str]) -> None:
    with pytest.raises(WayError, match="make deploy STAGE=dev"):
        require_one_stack(STAGE, take_inventory(account(*names), STAGE))


def test_both_ways_begin_with_nothing_or_with_what_is_beside() -> None:
    for names in ([], BESIDE):
        found = take_inventory(account(*names), STAGE)
        require_direct(STAGE, found)
        require_one_stack(STAGE, found)


def test_a_stage_whose_file_names_another_region_than_it_is_in_is_refused() -> None:
    with pytest.raises(WayError, match=r"The stage dev is in eu-west-1, and infra/stages/dev\.yaml says eu-north-1"):
        require_region(account(bucket="eu-west-1"), STAGE)
    require_region(account(bucket="eu-north-1"), STAGE)
    require_region(account(), STAGE)

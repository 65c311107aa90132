"""A stage for which the account has no room is refused before anything is made, with the command that asks for more."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from botocore import xform_name
from botocore.exceptions import ClientError
from botocore.session import get_session

from infra.deploy.aws import Aws
from infra.deploy.findings import Weight
from infra.deploy.inventory import Inventory, StageStack
from infra.deploy.parts import parts
from infra.deploy.quotas import QUOTAS, Quota, ask
from infra.deploy.role import calls
from infra.deploy.stage import Stage

STAGE = Stage("dev", "eu-west-1", "blog@mytodolist.dev")
MADE = Inventory(
    parts=tuple(
        StageStack(STAGE.stack(part.concern), part.concern, part.region or STAGE.region, {"StackStatus": "X"})
        for part in parts(STAGE)
    )
)


class NoSuchResourceError(ClientError):
    """What Service Quotas answers of a quota that it has only a default of."""


@dataclass
class Account:
    """An account in which every list has as many things as a test says, and every quota is as large as it says."""

    there: Mapping[str, int] = field(default_factory=dict)
    allowed: Mapping[str, int] = field(default_factory=dict)
    defaults: Mapping[str, int] = field(default_factory=dict)
    refused: str = ""
    asked: list[tuple[str, str]] = field(default_factory=list)

    def client(self, service: str, region_name: str, **_: object) -> "Client":
        return Client(self, service, region_name)


@dataclass
class Client:
    account: Account
    service: str
    region: str

    class exceptions:  # noqa: N801 - as boto3 calls it
        NoSuchResourceException = NoSuchResourceError

    def get_service_quota(self, ServiceCode: str, QuotaCode: str) -> dict[str, Any]:  # noqa: N803 - AWS's names
        self.account.asked.append((ServiceCode, self.region))
        if QuotaCode == self.account.refused:
            raise ClientError({"Error": {"Code": "AccessDeniedException"}}, "GetServiceQuota")
        if QuotaCode in self.account.defaults:
            raise NoSuchResourceError({"Error": {"Code": "NoSuchResourceException"}}, "GetServiceQuota")
        return {"Quota": {"Value": float(self.account.allowed.get(QuotaCode, 1000))}}

    def get_aws_default_service_quota(self, ServiceCode: str, QuotaCode: str) -> dict[str, Any]:  # noqa: N803
        assert ServiceCode
        return {"Quota": {"Value": float(self.account.defaults[QuotaCode])}}

    def can_paginate(self, operation: str) -> bool:
        return operation not in ("list_cache_policies", "list_response_headers_policies")

    def get_paginator(self, operation: str) -> "Client":
        return replace(self, service=operation)

    def paginate(self, **_: object) -> list[dict[str, Any]]:
        return [self._page(self.service)]

    def __getattr__(self, operation: str) -> Callable[..., dict[str, Any]]:
        def page(Marker: str = "", **_: object) -> dict[str, Any]:  # noqa: N803
            first = self._page(operation)
            listed = next(iter(first.values()))
            # Half of the things are on the second page.
            half = len(listed["Items"]) // 2
            items = listed["Items"][half:] if Marker else listed["Items"][:half]
            return {next(iter(first)): {"Items": items, **({} if Marker else {"NextMarker": "more"})}}

        return page

    def _page(self, operation: str) -> dict[str, Any]:
        quota = next(each for each in QUOTAS if each.operation == operation)
        *wrapped_in, items = quota.items.split(".")
        things: dict[str, Any] = {items: [{}] * self.account.there.get(quota.code, 0)}
        return {wrapped_in[0]: things} if wrapped_in else things


def stops(account: Account, stage: Stage = STAGE, inventory: Inventory | None = None) -> list[str]:
    found = list(ask(Aws(account, stage.region, "111111111111", "aws"), stage, inventory or Inventory()))
    assert all(each.weight == Weight.STOP for each in found)
    return [each.sentence for each in found]


def test_an_account_with_room_stops_nothing() -> None:
    assert stops(Account()) == []


CACHE_POLICIES = "L-7D134442"
MAKES = 3


@pytest.mark.parametrize(("there", "refused"), [(20 - MAKES - 1, False), (20 - MAKES, False), (20 - MAKES + 1, True)])
def test_cache_policies_are_refused_from_the_first_that_is_too_many(there: int, refused: bool) -> None:  # noqa: FBT001
    said = stops(Account(there={CACHE_POLICIES: there}, allowed={CACHE_POLICIES: 20}))
    assert bool(said) is refused


def test_the_sentence_has_the_command_that_asks_for_more() -> None:
    (said,) = stops(Account(there={CACHE_POLICIES: 20}, allowed={CACHE_POLICIES: 20}))
    assert said.startswith("The account may have 20 cache policies in us-east-1, has 20, and dev makes 3 more")
    assert "--service-code cloudfront --quota-code L-7D134442 --desired-value 23 --region us-east-1" in said


@pytest.mark.parametrize("quota", QUOTAS, ids=lambda quota: quota.name)
def test_each_quota_that_is_used_up_is_said(quota: Quota) -> None:
    stage = replace(STAGE, dax_nodes=1)
    assert any(f" {quota.name} " in line for line in stops(Account(allowed={quota.code: 0}), stage))


def test_a_quota_that_was_never_raised_is_aws_default() -> None:
    assert stops(Account(there={CACHE_POLICIES: 20}, defaults={CACHE_POLICIES: 20}))


def test_a_stage_that_is_whole_asks_nothing() -> None:
    account = Account(allowed=dict.fromkeys((quota.code for quota in QUOTAS), 0))
    assert stops(account, inventory=MADE) == []
    assert account.asked == []


def test_a_quota_that_aws_refuses_to_tell_is_said_and_the_others_are_asked() -> None:
    account = Account(refused=CACHE_POLICIES)
    (found,) = ask(Aws(account, STAGE.region, "111111111111", "aws"), STAGE, Inventory())
    assert found.weight == Weight.UNKNOWN
    assert found.sentence == "the quota of cache policies: AWS does not say (AccessDeniedException)."
    assert ("dynamodb", STAGE.region) in account.asked


@pytest.mark.parametrize("quota", QUOTAS, ids=lambda quota: quota.name)
def test_each_list_is_one_that_the_deploy_role_may_read(quota: Quota) -> None:
    model = get_session().get_service_model(quota.client)
    name = next(each for each in model.operation_names if xform_name(each) == quota.operation)
    assert f"{quota.client}:{name}" in calls.listed()
    *wrapped_in, items = quota.items.split(".")
    output: Any = model.operation_model(name).output_shape
    shape = output.members[wrapped_in[0]] if wrapped_in else output
    assert items in shape.members

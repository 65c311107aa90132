"""The stage is taken down: first with its data left, then with nothing left but what it says."""

import pytest

from infra.deploy.destroy import KEPT, DestroyError, destroy, words_for_data, words_for_protected
from infra.deploy.inventory import Inventory
from infra.deploy.leftovers import Leftovers, Thing
from infra.deploy.smoke import ask_api, ask_site, live
from tests.rehearsal.staging import Rehearsal


def take_down(rehearsal: Rehearsal, words: str) -> Leftovers:
    return destroy(rehearsal.aws, rehearsal.stage, words, rehearsal.project, rehearsal.said.append)


def is_of_the_account(thing: Thing) -> bool:
    """Whether every API of the account needs it."""
    return thing.kind == "role" and "-ApiLogsRole-" in thing.name


@pytest.mark.parametrize("words", ["", "yes", "delete all data of dev"])
def test_a_protected_stage_goes_by_the_right_words_alone(rehearsal: Rehearsal, words: str) -> None:
    before = rehearsal.look()
    with pytest.raises(DestroyError, match="WORDS="):
        take_down(rehearsal, words)
    assert rehearsal.look().stacks.keys() == before.stacks.keys()


def test_it_goes_and_its_data_stay(rehearsal: Rehearsal) -> None:
    left = take_down(rehearsal, words_for_protected(rehearsal.stage))
    found = rehearsal.look()
    assert [each.name for each in left.inventory.all] == [rehearsal.stage.stack(concern) for concern in KEPT]
    assert all(is_of_the_account(thing) for thing in left.loose)
    assert [each.name for each in left.inventory.all] == list(found.stacks)
    assert (found.api_id, found.functions) == (None, frozenset())
    post = rehearsal.client("dynamodb").get_item(
        TableName=found.outputs["PostsTable"], Key={"slug": {"S": "a-rehearsal"}}
    )
    assert post["Item"]["title"] == {"S": "A rehearsal"}


def test_it_comes_back_with_them(rehearsal: Rehearsal) -> None:
    outputs = rehearsal.deploy()
    found = rehearsal.look()
    assert found.api_id is not None
    where = live(rehearsal.aws, rehearsal.stage, outputs, found.api_id)
    assert len(ask_api(where)) >= 5
    assert len(ask_site(where)) >= 5
    assert [each["slug"] for each in rehearsal.api().get("/posts").json()["items"]] == ["a-rehearsal"]
    assert "<em>went</em>" in (rehearsal.page("/blog/a-rehearsal/") or "")


def test_by_the_words_for_it_nothing_is_left(rehearsal: Rehearsal) -> None:
    left = take_down(rehearsal, words_for_data(rehearsal.stage))
    assert left.inventory == Inventory()
    # The role may ask for everything; the emulator has no list of DAX clusters.
    assert [each for each in left.unasked if not each.startswith("dax ")] == []
    # API Gateway's role for logs is said, and is all there is.
    assert left.loose != ()
    assert all(is_of_the_account(thing) for thing in left.loose)
    found = rehearsal.look()
    assert (found.stacks, found.outputs, found.api_id, found.functions) == ({}, {}, None, frozenset())
    assert rehearsal.client("dynamodb").list_tables()["TableNames"] == []
    buckets = [each["Name"] for each in rehearsal.client("s3").list_buckets()["Buckets"]]
    # The releases of every stage of the account.
    assert [name for name in buckets if not name.startswith("mytodolist-artifacts-")] == []
    assert rehearsal.client("sqs").list_queues().get("QueueUrls", []) == []
    assert rehearsal.client("sns").list_topics()["Topics"] == []
    assert rehearsal.client("cognito-idp").list_user_pools(MaxResults=10)["UserPools"] == []
    assert rehearsal.client("secretsmanager").list_secrets()["SecretList"] == []
    assert rehearsal.client("apigateway").get_api_keys()["items"] == []
    assert rehearsal.client("apigateway").get_usage_plans()["items"] == []
    assert rehearsal.client("cloudfront").list_distributions()["DistributionList"].get("Items", []) == []
    groups = [each["logGroupName"] for each in rehearsal.client("logs").describe_log_groups()["logGroups"]]
    assert [group for group in groups if "mytodolist" in group] == []


def test_what_is_left_is_what_the_manual_says(rehearsal: Rehearsal) -> None:
    roles = [role["RoleName"] for role in rehearsal.client("iam").list_roles()["Roles"]]
    # API Gateway's role for logs belongs to every API of the account.
    assert {name.split("-")[3] for name in roles if name.startswith("mytodolist")} <= {"ApiLogsRole"}
    assert [name for name in roles if name.startswith("mytodolist-rehearsal") and "ApiLogsRole" not in name] == []

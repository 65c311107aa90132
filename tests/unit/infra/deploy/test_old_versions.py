"""Of each function the newest versions stay, and those that an alias uses; what nothing can call again is deleted."""

from dataclasses import dataclass, field
from typing import Any

from infra.deploy.aws import Aws
from infra.deploy.old_versions import KEPT_VERSIONS, delete_old_versions, old_versions
from infra.deploy.stage import Stage

STAGE = Stage("dev", "eu-north-1", "blog@example.com")


def versions(newest: int) -> list[str]:
    return ["$LATEST", *map(str, range(1, newest + 1))]


def test_as_many_as_are_kept_stay_and_one_more_goes() -> None:
    alias = [{"FunctionVersion": str(KEPT_VERSIONS)}]
    assert old_versions(versions(KEPT_VERSIONS - 1), []) == []
    assert old_versions(versions(KEPT_VERSIONS), alias) == []
    assert old_versions(versions(KEPT_VERSIONS + 1), alias) == ["1"]


def test_the_newest_are_so_by_number_and_not_as_texts() -> None:
    assert old_versions(versions(12), []) == ["7", "6", "5", "4", "3", "2", "1"]


def test_what_an_alias_uses_stays_however_old_it_is() -> None:
    aliases: list[dict[str, Any]] = [
        {"FunctionVersion": "2"},
        {"FunctionVersion": "9", "RoutingConfig": {"AdditionalVersionWeights": {"3": 0.1}}},
    ]
    assert old_versions(versions(9), aliases) == ["4", "1"]


@dataclass
class Lambda:
    """Lambda with the same versions of every function."""

    deleted: list[tuple[str, str]] = field(default_factory=list)

    def client(self, service: str, **_: object) -> "Lambda":
        assert service == "lambda"
        return self

    def get_paginator(self, operation: str) -> "Pages":
        if operation == "list_aliases":
            return Pages([{"Aliases": []}, {"Aliases": [{"Name": "live", "FunctionVersion": "1"}]}])
        assert operation == "list_versions_by_function"
        pages = (versions(3), map(str, range(4, 8)))
        return Pages([{"Versions": [{"Version": each} for each in page]} for page in pages])

    def delete_function(self, FunctionName: str, Qualifier: str) -> None:  # noqa: N803 - AWS's own names
        self.deleted.append((FunctionName, Qualifier))


@dataclass
class Pages:
    pages: list[dict[str, Any]]

    def paginate(self, FunctionName: str) -> list[dict[str, Any]]:  # noqa: N803
        assert FunctionName.startswith("mytodolist-dev")
        return self.pages


def test_every_function_of_the_stage_is_looked_through_page_by_page() -> None:
    account = Lambda()
    assert delete_old_versions(Aws(account, "eu-north-1", "123456789012", "aws"), STAGE) == len(account.deleted)
    assert ("mytodolist-dev", "2") in account.deleted
    assert ("mytodolist-dev-sweep-mail", "2") in account.deleted
    assert {version for _, version in account.deleted} == {"2"}

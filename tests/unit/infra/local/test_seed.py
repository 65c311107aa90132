"""Demo people are made once, however many others there are, and each with their own todos."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine

from chalicelib.todos import service
from infra.local import seed
from infra.local.demo import DEMO_USERS, DemoTodo


@dataclass
class Cognito:
    """A hand-written user pool that lists its people sixty at a time, as Cognito does."""

    people: list[str]
    made: list[tuple[str, Any]] = field(default_factory=list)

    def get_paginator(self, operation: str) -> "Cognito":
        assert operation == "list_users"
        return self

    def paginate(self, *, UserPoolId: str) -> Iterator[dict[str, Any]]:  # noqa: N803 - AWS's own names
        assert UserPoolId == "pool"
        for start in range(0, len(self.people), 60):
            emails = self.people[start : start + 60]
            yield {"Users": [{"Attributes": [{"Name": "email", "Value": email}]} for email in emails]}

    def admin_create_user(self, **asked: Any) -> dict[str, Any]:
        assert asked["Username"] not in self.people
        self.made.append(("user", asked["Username"]))
        return {"User": {"Attributes": [{"Name": "sub", "Value": f"sub-of-{asked['Username']}"}]}}

    def admin_set_user_password(self, **asked: Any) -> None:
        self.made.append(("password", asked["Password"]))

    def admin_add_user_to_group(self, **asked: Any) -> None:
        self.made.append(("group", asked["GroupName"]))


def test_people_on_every_page_are_found() -> None:
    people = [f"{number}@example.com" for number in range(130)]
    assert seed._emails(Cognito(people), "pool") == set(people)
    assert seed._emails(Cognito([]), "pool") == set()


def test_a_person_can_sign_in_and_belongs_to_their_groups() -> None:
    cognito = Cognito([])
    author = next(user for user in DEMO_USERS if user.groups)
    assert seed._create_person(cognito, "pool", author) == f"sub-of-{author.email}"
    assert cognito.made == [
        ("user", author.email),
        ("password", author.password),
        *(("group", group) for group in author.groups),
    ]


@pytest.mark.usefixtures("tables")
def test_todos_are_due_on_days_counted_from_today() -> None:
    with time_machine.travel(datetime(2026, 11, 21, 12, tzinfo=UTC), tick=False):
        seed._create_todos(
            "ines", [DemoTodo("late", due_in_days=-2), DemoTodo("some day", tags=("a",), completed=True)]
        )
    late, some_day = service.list_created("ines", None, 10, None).items
    assert (late.due_on, late.due_at) == ("2026-11-19", None)
    assert (some_day.title, some_day.completed, list(some_day.tags), some_day.due_on) == ("some day", True, ["a"], None)


def test_there_is_an_author_and_a_reader_and_neither_is_a_real_address() -> None:
    assert sorted(user.groups for user in DEMO_USERS) == [(), ("authors",)]
    assert all(user.email.endswith("@example.com") for user in DEMO_USERS)
    assert set(DEMO_USERS[0].public()) == {"email", "password", "groups"}

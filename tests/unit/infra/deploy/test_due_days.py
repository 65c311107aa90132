"""Moments that the list once stored for days become those days, by each deploy and start."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from infra.deploy import due_days
from infra.deploy.due_days import day_of, store_days
from tests.support.api import Api
from tests.support.seam import Meanwhile, Recorder, dynamodb_behind

IN_LOS_ANGELES = "2026-03-11T06:59:59.999Z"


def as_the_list_stored(day: date, zone: str) -> str:
    """The last moment of a day by the clock of a place, in UTC."""
    last = datetime.combine(day, time(23, 59, 59, 999_000), ZoneInfo(zone)).astimezone(UTC)
    return last.isoformat(timespec="milliseconds").replace("+00:00", "Z")


@pytest.mark.parametrize(
    "zone",
    [
        *("America/Nuuk", "Asia/Kathmandu", "Pacific/Auckland", "America/Los_Angeles", "Pacific/Apia"),
        *("America/New_York", "Pacific/Honolulu", "Asia/Tokyo", "Pacific/Chatham", "UTC"),
    ],
)
def test_every_day_of_a_year_is_found_again(zone: str) -> None:
    # given every day of 2026, so both days on which the clocks change
    days = [date(2026, 1, 1) + timedelta(days=number) for number in range(365)]
    # when their moments are read without knowing the place, then they are the same days
    assert [day_of(as_the_list_stored(day, zone)) for day in days] == days


@pytest.mark.parametrize(
    ("zone", "found"), [("Pacific/Kiritimati", date(2026, 3, 9)), ("Pacific/Pago_Pago", date(2026, 3, 11))]
)
def test_two_places_have_the_moments_of_larger_ones_and_get_their_days(zone: str, found: date) -> None:
    assert day_of(as_the_list_stored(date(2026, 3, 10), zone)) == found


@pytest.mark.parametrize(
    "due_at",
    [
        *("2026-03-11T06:59:59.000Z", "2026-03-11T06:59:00.999Z", "2026-03-11T06:58:59.999Z"),
        *("2026-03-11T14:30:00.000Z", "0001-01-01T06:59:59.999Z"),
    ],
)
def test_other_moments_end_no_day(due_at: str) -> None:
    assert day_of(due_at) is None


def test_a_stored_moment_becomes_its_day_once(ada: Api, capsys: pytest.CaptureFixture[str]) -> None:
    # given todos due at the end of a day, at a moment, and never; and a done one
    ends, moment, never, done = (
        ada.post("/todos", {"title": "a", "completed": completed, "due_at": due_at}).json()
        for completed, due_at in (
            (False, IN_LOS_ANGELES),
            (False, "2026-03-11T14:30:00.000Z"),
            (False, None),
            (True, IN_LOS_ANGELES),
        )
    )
    # when a deploy stores the days
    assert due_days.main() == 0
    # then the day is there instead of the moment, the version goes on, and the others are as they were
    for before in (ends, done):
        after = ada.get(f"/todos/{before['id']}").json()
        expected = before | {"due_on": "2026-03-10", "due_at": None, "version": 2, "updated_at": after["updated_at"]}
        assert after == expected
    assert [ada.get(f"/todos/{each['id']}").json() for each in (moment, never)] == [moment, never]
    assert [todo["id"] for todo in ada.get("/todos?sort=due").json()["items"]] == [ends["id"], moment["id"]]
    # and the next deploy writes nothing
    with dynamodb_behind(Recorder) as database:
        due_days.main()
    assert database.operations == ["Scan"]
    assert capsys.readouterr().out == "Due moments that became days: 2.\nDue moments that became days: 0.\n"


def test_every_page_of_the_index_is_read(ada: Api) -> None:
    # given more than the megabyte that DynamoDB reads at a time
    for number in range(16):
        ada.post("/todos", {"title": f"{number}", "notes": "\U0001f600" * 20_000, "due_at": IN_LOS_ANGELES})
    with dynamodb_behind(Recorder) as database:
        assert store_days() == 16
    assert database.operations.count("Scan") == 2


def test_what_a_person_changes_meanwhile_stays_until_the_next_run(ada: Api) -> None:
    # given a todo that a person renames after it was read and before it is written
    todo = ada.post("/todos", {"title": "a", "due_at": IN_LOS_ANGELES}).json()

    def rename() -> None:
        ada.patch(f"/todos/{todo['id']}", {"title": "b"})

    with dynamodb_behind(lambda inner: Meanwhile(inner, "UpdateItem", rename)):
        assert store_days() == 0
    kept = ada.get(f"/todos/{todo['id']}").json()
    assert (kept["title"], kept["due_at"], kept["version"]) == ("b", IN_LOS_ANGELES, 2)
    # when it runs again, then the todo has its day and the person's title
    assert store_days() == 1
    kept = ada.get(f"/todos/{todo['id']}").json()
    assert (kept["title"], kept["due_on"], kept["due_at"], kept["version"]) == ("b", "2026-03-10", None, 3)


def test_a_todo_in_the_trash_is_met_after_it_is_restored(ada: Api) -> None:
    todo = ada.post("/todos", {"title": "a", "due_at": IN_LOS_ANGELES}).json()
    ada.delete(f"/todos/{todo['id']}")
    assert store_days() == 0
    ada.post(f"/todos/{todo['id']}/restore")
    assert store_days() == 1


def test_a_write_of_a_page_that_was_open_before_is_met_by_the_next_run(ada: Api) -> None:
    # given a todo that has its day, and a page of before that stores a moment for another day
    todo = ada.post("/todos", {"title": "a", "due_on": "2026-03-10"}).json()
    ada.patch(f"/todos/{todo['id']}", {"due_at": as_the_list_stored(date(2026, 11, 1), "America/New_York")})
    assert store_days() == 1
    assert ada.get(f"/todos/{todo['id']}").json()["due_on"] == "2026-11-01"

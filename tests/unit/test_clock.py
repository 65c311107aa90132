"""Times are UTC text that sorts as text; identifiers sort by the time they were made."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from chalicelib import clock
from chalicelib.ids import is_id

moments = st.datetimes(
    min_value=datetime(1, 1, 2),  # noqa: DTZ001 - Hypothesis wants them naive
    max_value=datetime(9999, 12, 30),  # noqa: DTZ001
    timezones=st.sampled_from([UTC, timezone(timedelta(hours=14)), timezone(-timedelta(hours=12))]),
)


def test_a_moment_is_written_in_utc_with_milliseconds() -> None:
    berlin_summer = timezone(timedelta(hours=2))
    moment = datetime(2026, 7, 1, 9, 14, 3, 120_999, tzinfo=berlin_summer)
    assert clock.timestamp(moment) == "2026-07-01T07:14:03.120Z"


@given(moments, moments)
def test_text_sorts_as_time_does(one: datetime, other: datetime) -> None:
    earlier, later = sorted([one, other])
    assert clock.timestamp(earlier) <= clock.timestamp(later)


@given(moments)
def test_text_reads_back_as_the_same_moment(moment: datetime) -> None:
    read = datetime.fromisoformat(clock.timestamp(moment))
    assert timedelta(0) <= moment - read < timedelta(milliseconds=1)


@pytest.mark.parametrize(
    "moment",
    [
        datetime.max.replace(tzinfo=timezone(-timedelta(hours=1))),
        datetime.min.replace(tzinfo=timezone(timedelta(hours=1))),
    ],
)
def test_a_moment_outside_the_years_of_utc_is_refused(moment: datetime) -> None:
    with pytest.raises(ValueError, match="years 0001 to 9999"):
        clock.timestamp(moment)


def test_the_clock_is_utc_and_counts_whole_seconds() -> None:
    with time_machine.travel("2026-11-21T09:14:03.999Z", tick=False):
        assert clock.now() == datetime(2026, 11, 21, 9, 14, 3, 999_000, tzinfo=UTC)
        assert clock.epoch_seconds() == 1_795_252_443


def test_identifiers_sort_by_the_time_they_were_made() -> None:
    made = []
    for day in (1, 2, 3):
        with time_machine.travel(datetime(2026, 11, day, tzinfo=UTC)):
            made.append(clock.new_id())
    assert made == sorted(set(made))
    assert all(map(is_id, made))

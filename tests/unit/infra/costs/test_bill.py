"""Bills: what is sold has a price, and what is free is free once."""

import pytest

from infra.costs.bill import SOLD, beyond_free, price, together, total, usd
from infra.costs.model import prices


def test_a_bill_has_the_dearest_line_first() -> None:
    bill = {"mails": 1000, "dashboards": 1, "alarms": 0}
    assert list(usd(bill).items()) == [("dashboards", 3.0), ("mails", 0.1)]
    assert total(bill) == pytest.approx(3.1)


def test_what_is_rented_is_priced_by_the_hour_and_its_size() -> None:
    assert price("stage cache 0.5") == 0.02
    assert total({"DAX t3.small": 3 * 730}) == pytest.approx(87.6)


def test_bills_add_up_line_by_line() -> None:
    assert together([{"mails": 0.5}, {"mails": 1.5, "alarms": 1}]) == {"mails": 2.0, "alarms": 1}


def test_what_is_free_is_taken_off_and_no_more() -> None:
    assert beyond_free({"alarms": 24, "dashboards": 1, "secrets": 1}) == {"alarms": 14, "dashboards": 0, "secrets": 1}


def test_everything_sold_has_a_price_and_everything_free_is_sold() -> None:
    assert [line for line in SOLD if price(line) <= 0] == []
    assert set(prices()["free"]) <= set(SOLD)

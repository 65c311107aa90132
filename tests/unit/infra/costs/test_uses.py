"""Flows and months: their parts, what a stage's settings change, and the page that shows them."""

from dataclasses import replace
from pathlib import Path

import pytest

from infra.checks.resolving import read
from infra.costs.__main__ import main
from infra.costs.bill import beyond_free, total, usd
from infra.costs.flows import photo, publication, sign_up
from infra.costs.model import prices
from infra.costs.page import SHOWN, generated, replaced
from infra.costs.rest import at_rest
from infra.costs.routes import measured, per_million, routes
from infra.costs.uses import BUSY, SECONDS_A_MONTH, SMALL, Use, missing_pages, month, public_read
from infra.deploy.parts import TEMPLATES
from infra.deploy.stage import load

STARTS = ("API", "CloudFront", "log", "traces", "function", "read units")
PAGE = Path(__file__).parents[4] / "docs" / "costs.md"
SMALL_STAGE, DEV, PROD, BUSY_STAGE = (load(name) for name in SHOWN)


def test_a_month_without_any_use_is_a_month_at_rest() -> None:
    assert total(month(PROD, Use("none"))) == pytest.approx(total(at_rest(PROD)))


def test_a_small_user_pays_less_than_a_dollar_a_month() -> None:
    assert total(beyond_free(month(SMALL_STAGE, SMALL))) < 1.0


def test_a_publication_takes_a_mail_and_the_ledgers_writes_a_subscriber() -> None:
    nobody, many = publication(PROD, 0), publication(PROD, 1000)
    assert many["mails"] - nobody.get("mails", 0) == 1000
    # Four for the ledger and one for what SES tells.
    assert many["write units"] - nobody["write units"] == pytest.approx(1000 * 5)
    assert nobody["invalidated paths"] == measured()["steps"]["pages of a publication"]["paths"]


def test_a_sign_up_takes_two_mails_and_one_notice_by_mail_where_there_is_an_owner() -> None:
    assert (sign_up(PROD)["mails"], sign_up(PROD)["notices by mail"]) == (2, 1)
    assert "notices by mail" not in sign_up(DEV)


def test_thumbnails_take_the_memory_that_the_stage_gives_them() -> None:
    one, twice = (photo(replace(DEV, thumbnail_memory=memory))["function GB-seconds"] for memory in (1024, 2048))
    assert twice - one == pytest.approx(measured()["steps"]["thumbnails of a photo"]["ms"] / 1000)


def test_a_public_read_passes_only_places_without_a_copy() -> None:
    plain, cached = public_read(SMALL_STAGE), public_read(BUSY_STAGE)
    assert (plain["CloudFront requests"], plain["API requests"]) == (1, pytest.approx(0.05))
    assert cached["API requests"] == plain["API requests"]
    assert cached["functions"] == pytest.approx(plain["functions"] * 0.05)
    assert cached["read units"] == pytest.approx(plain["read units"] * 0.05 * 0.05)


def test_a_firewall_looks_at_every_read() -> None:
    assert public_read(PROD)["firewall requests"] == 1
    assert "firewall requests" not in public_read(BUSY_STAGE)


def test_copies_spare_a_busy_stage_more_than_the_stage_cache_costs_and_less_than_dax_does() -> None:
    with_both, bare = BUSY_STAGE, replace(BUSY_STAGE, cache_size="", dax_nodes=0)
    with_cache, with_dax = replace(bare, cache_size=BUSY_STAGE.cache_size), replace(bare, dax_nodes=3)
    costs = {stage: total(month(stage, BUSY)) for stage in (with_both, bare, with_cache, with_dax)}
    assert costs[with_cache] < costs[bare] < costs[with_dax]
    assert costs[with_cache] < costs[with_both]


def test_a_months_dearest_lines_are_first() -> None:
    costs = list(usd(month(BUSY_STAGE, BUSY)).values())
    assert costs == sorted(costs, reverse=True)


@pytest.mark.parametrize("table", generated(), ids=lambda table: table.partition("\n")[0])
def test_the_page_shows_what_the_model_says(table: str) -> None:
    assert table in PAGE.read_text(encoding="utf-8"), "python -m infra.costs page"


def test_a_table_replaces_the_one_with_its_first_line() -> None:
    page = "# Title\n\n| a |\n| old |\n\ntext\n\n| a |\n| older |\n"
    assert (
        replaced(page, ["| a |\n| new |", "| a |\n| newer |"])
        == "# Title\n\n| a |\n| new |\n\ntext\n\n| a |\n| newer |"
    )
    with pytest.raises(LookupError, match="no table"):
        replaced(page, ["| b |"])


def test_a_share_of_the_busy_requests_is_traced() -> None:
    few, many = (month(replace(DEV, traced_share=share), BUSY)["traces"] for share in (0.0, 1.0))
    # One a second is traced whatever the share.
    assert few == SECONDS_A_MONTH
    assert many > 10 * few


def test_the_page_explains_the_figures_of_its_tables() -> None:
    lines = usd(routes()["get_todo"].bill())
    of_read = {begin: 1e6 * sum(cost for line, cost in lines.items() if line.startswith(begin)) for begin in STARTS}
    page = PAGE.read_text(encoding="utf-8")
    for said in (
        f"**API Gateway, {of_read['API']:.2f} of {per_million('get_todo'):.2f}.**",
        f"**CloudFront, {of_read['CloudFront']:.2f}.**",
        f"**Logs and traces, {of_read['log'] + of_read['traces']:.2f}**",
        f"{of_read['traces']:.2f} for one trace in twenty",
        f"{of_read['log']:.2f} for {measured()['logged_kb']} KB of lines",
        f"The function is {of_read['function']:.2f}, the table {of_read['read units']:.2f}.",
        f"2.50 of {per_million('create_todo, due'):.2f}",
    ):
        assert said in page


def test_the_page_says_how_old_its_figures_are() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert f"prices of {prices()['as_of']}" in page
    assert f"measured on {measured()['as_of']}" in page


def test_the_terminal_shows_everything_or_one_stage(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0
    assert "`create_todo`, with a key" in capsys.readouterr().out
    assert main(["small"]) == 0
    shown = capsys.readouterr().out
    assert "| secrets | 0.40 |" in shown
    assert "10 visits a day" in shown


def test_the_terminal_says_what_is_wrong_in_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["nowhere"]) == 1
    assert "There is no nowhere.yaml" in capsys.readouterr().err
    assert main(["small", "busy"]) == 2


def test_a_page_that_does_not_exist_takes_a_run_of_its_function_at_its_memory() -> None:
    usual = measured()["missing pages"]
    bill = missing_pages(Use("pages alone", pages=1_000_000))
    assert bill["functions"] == 1_000_000 * usual["share"]
    assert usual["memory_mb"] == read(TEMPLATES / "edge.yaml")["Resources"]["NotFound"]["Properties"]["MemorySize"]

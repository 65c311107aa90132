"""Usage plans and throttles refuse who asks too much, and nobody else."""

from tests.rehearsal.staging import Rehearsal


def test_a_reader_past_their_plan_is_told_to_wait(rehearsal: Rehearsal) -> None:
    reader = rehearsal.api(key=rehearsal.key(1))
    answers = [reader.get("/posts") for _ in range(8)]
    statuses = [answer.status_code for answer in answers]
    assert statuses[0] == 200
    refused = next(answer for answer in answers if answer.status_code == 429)
    assert refused.headers["content-type"] == "application/problem+json"
    assert refused.json()["status"] == 429


def test_the_site_is_not_held_back_by_a_reader(rehearsal: Rehearsal) -> None:
    site = rehearsal.api()
    assert {site.get("/posts").status_code for _ in range(8)} == {200}

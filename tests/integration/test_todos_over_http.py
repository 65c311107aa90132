"""Todos over HTTP: real tokens, the real gateway, a database whose conditional writes are atomic."""

from concurrent.futures import ThreadPoolExecutor

import httpx

from tests.support.laptop import Laptop, Person

WRITERS = 50
WRITES = 10
REPLAYS = 100


def test_no_update_is_lost_among_fifty_writers(laptop: Laptop, ada: Person) -> None:
    # given one todo
    todo_id = ada.api.post("/todos", json={"title": "race"}).json()["id"]

    # when fifty writers change it, each with the version they saw last
    def write(writer: int) -> list[int]:
        statuses = []
        with laptop.client(ada.tokens["IdToken"]) as client:
            seen = 1
            for attempt in range(WRITES):
                notes = {"notes": f"{writer}.{attempt}"}
                answer = client.patch(f"/todos/{todo_id}", json=notes, headers={"If-Match": f'"{seen}"'})
                statuses.append(answer.status_code)
                current = answer.json() if answer.status_code == 200 else answer.json()["current"]
                seen = current["version"]
        return statuses

    with ThreadPoolExecutor(WRITERS) as pool:
        statuses = [status for each in pool.map(write, range(WRITERS)) for status in each]

    # then each success is one version, and everyone else was told who was first
    successes = statuses.count(200)
    assert ada.api.get(f"/todos/{todo_id}").json()["version"] == 1 + successes
    assert statuses.count(412) == WRITERS * WRITES - successes
    assert 0 < successes < WRITERS * WRITES


def test_a_hundred_replays_create_one_todo(laptop: Laptop, ada: Person) -> None:
    # given a hundred equal requests with one Idempotency-Key
    headers = {"Idempotency-Key": "the-same", "Authorization": ada.tokens["IdToken"]}

    def create(_: int) -> httpx.Response:
        return httpx.post(f"{laptop.layout.api}/todos", json={"title": "once"}, headers=headers, timeout=30)

    # when they arrive together
    with ThreadPoolExecutor(WRITERS) as pool:
        answers = list(pool.map(create, range(REPLAYS)))

    # then one of them created, and all have its answer
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.text for answer in answers}) == 1
    assert sum("idempotency-replayed" not in answer.headers for answer in answers) == 1
    assert len(ada.api.get("/todos").json()["items"]) == 1

    # and the key is taken for anything else
    other = ada.api.post("/todos", json={"title": "other"}, headers={"Idempotency-Key": "the-same"})
    assert other.status_code == 422
    assert other.json()["type"] == "urn:problem-type:idempotency-key-reused"

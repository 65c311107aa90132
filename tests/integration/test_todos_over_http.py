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


def test_a_long_list_comes_compressed_to_who_takes_gzip(laptop: Laptop, ada: Person) -> None:
    # given as many todos as a page holds
    titles = [f"Todo number {number}" for number in range(100)]
    with ThreadPoolExecutor(10) as pool:
        list(pool.map(lambda title: ada.api.post("/todos", json={"title": title}).raise_for_status(), titles))

    # when they are asked for as browsers do, through the edge, and without compression
    def ask(encoding: str) -> tuple[str, int, int]:
        headers = {"Authorization": ada.tokens["IdToken"], "Accept-Encoding": encoding}
        with httpx.stream("GET", f"{laptop.layout.site}/api/todos?limit=100", headers=headers) as answer:
            sent = sum(len(part) for part in answer.iter_raw())
            return answer.headers.get("content-encoding", "identity"), answer.status_code, sent

    packed, plain = ask("gzip, br"), ask("identity")

    # then the same list is a fraction as long
    assert packed[:2] == ("gzip", 200)
    assert plain[:2] == ("identity", 200)
    assert packed[2] < plain[2] / 4

"""Many at once, and too much at once."""

import socket
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from http.client import HTTPConnection

import pytest

from tests.support.laptop import Laptop, Person

AT_ONCE = 50
KIB, MIB = 1024, 1024 * 1024


def test_fifty_slow_requests_at_once_are_all_answered_in_full(laptop: Laptop, ada: Person) -> None:
    # given a list of which a page takes a while
    todos = 40
    for number in range(todos):
        assert ada.api.post("/todos", json={"title": str(number), "notes": "n" * 20_000}).status_code == 201

    # when fifty ask for it at the same time, each over a connection of their own
    def read(_: int) -> tuple[int, int]:
        with laptop.client(ada.tokens["IdToken"]) as client:
            answer = client.get("/todos?limit=100")
            return answer.status_code, len(answer.json()["items"])

    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = list(pool.map(read, range(AT_ONCE)))
    # then each gets all of it
    assert answers == [(200, todos)] * AT_ONCE


def test_fifty_writers_of_their_own_todos_are_all_answered(laptop: Laptop, ada: Person) -> None:
    def write(number: int) -> int:
        with laptop.client(ada.tokens["IdToken"]) as client:
            todo_id = client.post("/todos", json={"title": str(number)}).json()["id"]
            changed = client.patch(f"/todos/{todo_id}", json={"completed": True}, headers={"If-Match": '"1"'})
            return changed.status_code

    with ThreadPoolExecutor(AT_ONCE) as pool:
        assert list(pool.map(write, range(AT_ONCE))) == [200] * AT_ONCE
    done = ada.api.get("/todos?state=done&limit=100").json()["items"]
    assert sorted(int(todo["title"]) for todo in done) == list(range(AT_ONCE))


@pytest.mark.parametrize(
    ("size", "status"), [(256 * KIB, 400), (256 * KIB + 1, 413), (10 * MIB, 413), (10 * MIB + 1, 413)]
)
def test_a_body_has_a_size_and_one_that_is_too_large_is_told_so(ada: Person, size: int, status: int) -> None:
    # 256 KiB are read, and a title of that length refused for itself.
    body = b'{"title": "' + b"x" * (size - 13) + b'"}'
    assert len(body) == size
    for _ in range(5):
        answer = ada.api.post("/todos", content=body, headers={"Content-Type": "application/json"})
        assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
        assert answer.json()["type"].endswith("body-too-large" if status == 413 else "invalid-body")


def test_a_client_that_listens_only_when_it_has_said_all_hears_the_refusal_too(laptop: Laptop) -> None:
    with closing(HTTPConnection("127.0.0.1", laptop.layout.api_port, timeout=30)) as connection:
        connection.request("POST", "/todos", body=bytes(20 * MIB))
        answer = connection.getresponse()
        assert (answer.status, answer.getheader("Connection")) == (413, "close")


def test_a_connection_that_said_too_much_does_not_harm_the_next(laptop: Laptop, ada: Person) -> None:
    with laptop.client(ada.tokens["IdToken"]) as client:
        for _ in range(3):
            assert client.post("/todos", content=bytes(11 * MIB)).status_code == 413
            assert client.get("/todos").status_code == 200


def test_clients_that_do_not_finish_hold_up_nobody_else(laptop: Laptop, ada: Person) -> None:
    # given clients that each begin a request and say no more
    with ExitStack() as unfinished:
        for _ in range(AT_ONCE):
            connection = unfinished.enter_context(socket.create_connection(("127.0.0.1", laptop.layout.api_port)))
            connection.sendall(b"POST /todos HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{")
        # then others are answered all the same
        assert ada.api.get("/todos").status_code == 200

"""What listens on a laptop: each socket of its processes, found by asking the system, and asked as a stranger asks."""

import os
import socket
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from tests.support.laptop import Laptop

EVIL = "https://evil.example"
# The site's page, the health of the API and of the engine, and what runs functions.
PATHS = (
    "/",
    "/health",
    "/_local/health",
    "/functions/mytodolist-local-record-mail-event/invocations",
    "/2015-03-31/functions/x/invocations",
)
_LISTENS = "0A"


@dataclass(frozen=True, order=True)
class Listener:
    """A listening socket: the address in the system's own writing, and the port."""

    address: str
    port: int


def processes(root: int) -> Iterator[int]:
    """The process and all that it has started, directly or not."""
    children: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(stat.read_text().rpartition(")")[2].split()[1])
        except OSError:  # it has ended
            continue
        children.setdefault(parent, []).append(int(stat.parent.name))
    found = [root]
    while found:
        process = found.pop()
        yield process
        found += children.get(process, [])


def sockets(process: int) -> Iterator[str]:
    """The inodes of a process's sockets."""
    for descriptor in Path(f"/proc/{process}/fd").glob("*"):
        try:
            target = str(descriptor.readlink())
        except OSError:
            continue
        if target.startswith("socket:["):
            yield target[len("socket:[") : -1]


def listeners(root: int) -> list[Listener]:
    """Everything that a process and its children listen on. https://www.kernel.org/doc/html/latest/networking/proc_net_tcp.html"""
    owned = {inode for process in processes(root) for inode in sockets(process)}
    found = set()
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == _LISTENS and fields[9] in owned:
                address, _, port = fields[1].partition(":")
                found.add(Listener(address, int(port, 16)))
    return sorted(found)


@pytest.fixture(scope="module")
def found(laptop: Laptop) -> list[Listener]:
    return listeners(os.getpid())


def ask(listener: Listener, method: str, path: str, headers: Mapping[str, str]) -> httpx.Response | None:
    """The answer of a listener; None where it does not speak HTTP, or hangs up."""
    try:
        body = b"{}" if method == "POST" else None
        return httpx.request(
            method, f"http://127.0.0.1:{listener.port}{path}", headers=headers, content=body, timeout=10
        )
    except httpx.TransportError:
        return None


def test_all_of_it_listens_on_this_machine_alone(laptop: Laptop, found: list[Listener]) -> None:
    # The engine, the API, the edge, and what runs functions are among them.
    ports = {each.port for each in found}
    assert {laptop.layout.site_port, laptop.layout.api_port, laptop.layout.aws_port} < ports
    loopback = socket.inet_aton("127.0.0.1")[::-1].hex().upper()
    assert {each.address for each in found} == {loopback}


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_another_host_name_is_refused_by_all(method: str, path: str, found: list[Listener]) -> None:
    # Given a page whose own name leads to 127.0.0.1
    for listener in found:
        # When it asks for anything, then it is refused
        answer = ask(listener, method, path, {"Host": f"evil.example:{listener.port}", "Content-Type": "text/plain"})
        assert answer is None or 400 <= answer.status_code < 500, (listener, answer)


@pytest.mark.parametrize("path", PATHS)
def test_a_page_of_another_origin_changes_nothing_and_reads_nothing(path: str, found: list[Listener]) -> None:
    for listener in found:
        # When a page sends what needs no preflight, then nothing takes it
        headers = {"Origin": EVIL, "Content-Type": "text/plain"}
        sent = ask(listener, "POST", path, headers)
        assert sent is None or 400 <= sent.status_code < 500, (listener, sent)
        # And what it asks for is not let be read
        read = ask(listener, "GET", path, headers)
        assert read is None or read.headers.get("access-control-allow-origin") not in ("*", EVIL), (listener, read)


@pytest.mark.parametrize("path", PATHS[3:])
def test_without_its_secret_none_of_it_runs_a_function(path: str, found: list[Listener]) -> None:
    for listener in found:
        answer = ask(listener, "POST", path, {"Content-Type": "application/json"})
        assert answer is None or 400 <= answer.status_code < 500, (listener, answer)

"""One more port of this machine that leads to another, as `ssh -L` and development containers make them."""

import asyncio
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from threading import Thread

HOST = "127.0.0.1"


class ForwardedPort:
    """Passes connections on until it is told to stop."""

    def __init__(self, target: int) -> None:
        self._target = target
        self._connections: set[asyncio.Task[None]] = set()
        self._over = asyncio.Event()

    async def serve(self, listening: "Future[tuple[int, ForwardedPort]]") -> None:
        server = await asyncio.start_server(self._forward, HOST, 0)
        self._loop = asyncio.get_running_loop()
        listening.set_result((server.sockets[0].getsockname()[1], self))
        await self._over.wait()
        server.close()
        for connection in self._connections:
            connection.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._over.set)

    async def _forward(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._connections.add(task)
        far_reader, far_writer = await asyncio.open_connection(HOST, self._target)
        with suppress(asyncio.CancelledError):
            await asyncio.gather(_copy(reader, far_writer), _copy(far_reader, writer))
        for each in (writer, far_writer):
            each.close()
            with suppress(ConnectionError):
                await each.wait_closed()
        self._connections.discard(task)


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
    writer.close()


@contextmanager
def forwarded_port(target: int) -> Iterator[int]:
    """Listen on a free port, whose connections go to the port `target`; return that port."""
    listening: Future[tuple[int, ForwardedPort]] = Future()

    async def serve() -> None:
        await ForwardedPort(target).serve(listening)

    thread = Thread(target=asyncio.run, args=(serve(),))
    thread.start()
    port, forwarded = listening.result(10)
    try:
        yield port
    finally:
        forwarded.stop()
        thread.join()

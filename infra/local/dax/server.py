"""The wire: a greeting, then requests and answers one after the other, each connection in a thread of its own.

A request is `1, number, arguments...`; an answer begins with an empty array, or with the numbers of an error.
"""

import logging
import socket
import socketserver
import ssl
from collections.abc import Callable, Mapping
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError

from infra.local.dax import answers, cbor, reads, transactions, writes
from infra.local.dax.authorization import Authorization, Handshake
from infra.local.dax.cbor import Decoder, EndOfData
from infra.local.dax.node import Node
from infra.local.dax.transactions import Cancelled
from infra.local.dax.weather import Refuses, Weather

HOST = "127.0.0.1"
MAGIC = "J7yne5G"
_SERVICE = 1
_AUTHORIZE, _AUTHORIZE_FIELDS = 1489122155, 5
_LEADER = 1
_OVERLOADED = [2, 1, 51]

_log = logging.getLogger(__name__)

Operation = Callable[[Node, Decoder], bytes]


def _key_schema(node: Node, sent: Decoder) -> bytes:
    return cbor.encode({each.name: each.kind for each in node.catalogue.schema(sent.decode().decode())})


OPERATIONS: Mapping[int, Operation] = {
    263244906: reads.get,
    -697851100: reads.batch_get,
    -931250863: reads.query,
    -1875390620: reads.scan,
    -2106490455: writes.put,
    1425579023: writes.update,
    1013539361: writes.delete,
    116217951: writes.batch_write,
    1866287579: transactions.get,
    -1160037738: transactions.write,
    -742646399: _key_schema,
    670678385: lambda node, sent: cbor.encode(list(node.catalogue.names(sent.decode()))),
    -1230579644: lambda node, sent: cbor.encode(node.catalogue.number(tuple(sent.decode()))),
}
_ENDPOINTS = 455855874


class ProtocolError(Exception):
    """The other side does not speak DAX's protocol, or says what this one does not know."""


class Server(socketserver.ThreadingTCPServer):
    """Listens on 127.0.0.1; `certificate` is a file with a chain and its key, and makes it speak TLS."""

    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 128

    def __init__(
        self,
        node: Node,
        weather: Weather,
        authorization: Authorization,
        port: int = 0,
        certificate: Path | None = None,
    ) -> None:
        self.node = node
        self.authorization = authorization
        self.weather = weather
        self._tls: ssl.SSLContext | None = None
        if certificate is not None:
            self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self._tls.load_cert_chain(certificate)
        super().__init__((HOST, port), _Connection)

    @property
    def port(self) -> int:
        """The port it listens on."""
        return int(self.server_address[1])

    def greeted(self, connection: socket.socket) -> socket.socket:
        """Agree on TLS where it is spoken."""
        return connection if self._tls is None else self._tls.wrap_socket(connection, server_side=True)


class _Connection(socketserver.BaseRequestHandler):
    server: Server
    refusal: str | None = "The connection is not authorized."

    def handle(self) -> None:
        self.request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            connection = self.server.greeted(self.request)
            with connection, connection.makefile("rb") as incoming:
                sent = Decoder(lambda size: _exactly(incoming.read(size), size))
                _greeting(sent)
                while True:
                    self._one(connection, sent)
        except (EndOfData, OSError, Refuses):
            return
        except ProtocolError as error:
            _log.warning("%s", error)

    def _one(self, connection: socket.socket, sent: Decoder) -> None:
        service, number = sent.decode(), sent.decode()
        if service != _SERVICE:
            raise ProtocolError(f"There is no service {service}.")
        if number == _AUTHORIZE:
            # Success is not answered, and a refusal answers the next request.
            self.refusal = self.server.authorization.refusal(_handshake(sent))
            return
        if self.refusal is not None:
            connection.sendall(answers.not_authorized(self.refusal))
            raise ProtocolError(self.refusal)
        self.server.weather.before_work()
        answer = self._answer(number, sent)
        self.server.weather.before_answer()
        connection.sendall(answer)

    def _answer(self, number: int, sent: Decoder) -> bytes:
        node = self.server.node
        if number == _ENDPOINTS:
            return answers.SUCCESS + cbor.encode([_endpoint(self.server.port)])
        operation = OPERATIONS.get(number)
        if operation is None:
            raise ProtocolError(f"There is no request {number}.")
        try:
            return answers.SUCCESS + operation(node, sent)
        except Cancelled as cancelled:
            return answers.refusal(cancelled.refusal, cancelled.tables, node.catalogue)
        except ClientError as refusal:
            return answers.refusal(refusal, [], node.catalogue)
        except BotoCoreError as error:
            # DynamoDB does not answer: the client may try elsewhere.
            return cbor.encode(_OVERLOADED) + cbor.encode(type(error).__name__) + answers.NOTHING


def _greeting(sent: Decoder) -> None:
    magic, _, _, _, _ = (sent.decode() for _ in range(5))
    if magic != MAGIC:
        raise ProtocolError("Whoever called does not speak DAX's protocol.")


def _handshake(sent: Decoder) -> Handshake:
    """The key, the signature, what was signed, the session's token, and the client's name."""
    fields = [sent.decode() for _ in range(_AUTHORIZE_FIELDS)]
    texts = [each.decode("utf-8", "replace") if isinstance(each, bytes) else str(each or "") for each in fields]
    return Handshake(*texts[:4])


def _endpoint(port: int) -> dict[int, object]:
    """Node, host name, address, port, role, zone, session of the leader."""
    return {0: 1, 1: "localhost", 2: socket.inet_aton(HOST), 3: port, 4: _LEADER, 5: "local-1a", 6: 1}


def _exactly(data: bytes, size: int) -> bytes:
    if len(data) < size:
        raise EndOfData
    return data

"""JSON-RPC over WebSocket: each client has a session, a thread that reads, and a thread that writes.

Listens on this machine alone unless told otherwise, takes any origin (wallets run in browsers), and bounds what clients
may use: connections, message size, subscriptions, messages that wait. It knows no passwords: whoever reaches it may use
all of it.
"""

import http
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass
from errno import EADDRINUSE
from functools import partial

import structlog
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response
from websockets.sync.server import Server, ServerConnection
from websockets.sync.server import serve as serve_websockets

from aipchain.chain.node import Node
from aipchain.chain.rpc.errors import AddressUnusable, PortInUse
from aipchain.chain.rpc.outbox import MAX_BYTES, MAX_MESSAGES, Outbox
from aipchain.chain.rpc.session import Session

__all__ = ["DEFAULT_HOST", "DEFAULT_PORT", "RunningServer", "ServerLimits", "serve"]

DEFAULT_HOST = "127.0.0.1"
DEFAULT_PORT = 9944
_CLOSE_TIMEOUT_S = 1.0
_LAST_PORT = 65_535
_PING_INTERVAL_S = 30.0
_FINALITY_DELAY_S = 0.2
"""How long after `inBlock` a client hears `finalized`: polkadot.js drops `inBlock` if it still fetches that block."""

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class ServerLimits:
    """What clients may use; the numbers are Substrate's defaults where it has them."""

    connections: int = 100
    request_bytes: int = 15 * 1024 * 1024
    waiting_messages: int = MAX_MESSAGES
    waiting_bytes: int = MAX_BYTES


class RunningServer:
    """A server that listens until it is stopped; `host` and `port` are where."""

    def __init__(self, server: Server, host: str, port: int) -> None:
        self.host = host
        self.port = port
        self._server = server
        self._thread = threading.Thread(target=server.serve_forever, name=f"rpc-{port}", daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        """Where a client connects to."""
        return f"ws://[{self.host}]:{self.port}" if ":" in self.host else f"ws://{self.host}:{self.port}"

    def stop(self) -> None:
        """Close every connection and the port. Call it without the node's lock; a second call does nothing."""
        self._server.shutdown()
        self._thread.join()


def serve(
    node: Node, host: str = DEFAULT_HOST, port: int = DEFAULT_PORT, *, limits: ServerLimits | None = None
) -> RunningServer:
    """Serve the node's JSON-RPC on `host` and `port` (0: any free one).

    :raises PortInUse: another program listens there.
    :raises AddressUnusable: the address is not ours to listen on.
    """
    limits = limits or ServerLimits()
    listening = _listen(host, port)
    clients = threading.BoundedSemaphore(limits.connections)
    server = serve_websockets(
        _admitting(clients, lambda connection: _converse(node, connection, limits)),
        sock=listening,
        compression=None,
        max_size=limits.request_bytes,
        process_request=partial(_answer_health, node),
        ping_interval=_PING_INTERVAL_S,
        ping_timeout=None,  # clients that read only while they wait for an answer are slow with their pong
        close_timeout=_CLOSE_TIMEOUT_S,
    )
    return RunningServer(server, host, listening.getsockname()[1])


def _listen(host: str, port: int) -> socket.socket:
    if not 0 <= port <= _LAST_PORT:
        raise AddressUnusable(host, port, f"a port is a number from 0 to {_LAST_PORT}")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as error:
        if error.errno == EADDRINUSE:
            raise PortInUse(host, port) from error
        raise AddressUnusable(host, port, error.strerror or str(error)) from error


def _answer_health(node: Node, connection: ServerConnection, request: Request) -> Response | None:
    if request.headers.get("Upgrade") is not None:
        return None
    if request.path == "/health" and node.failure is not None:
        return connection.respond(http.HTTPStatus.SERVICE_UNAVAILABLE, "No more blocks; the log says why.\n")
    if request.path == "/health":
        return connection.respond(http.HTTPStatus.OK, '{"peers":0,"isSyncing":false,"shouldHavePeers":false}\n')
    return connection.respond(http.HTTPStatus.UPGRADE_REQUIRED, "JSON-RPC is served over WebSocket here.\n")


def _admitting(
    clients: threading.BoundedSemaphore, converse: Callable[[ServerConnection], None]
) -> Callable[[ServerConnection], None]:
    def handler(connection: ServerConnection) -> None:
        if not clients.acquire(blocking=False):
            connection.close(1013, "too many connections")
            return
        try:
            converse(connection)
        finally:
            clients.release()

    return handler


def _converse(node: Node, connection: ServerConnection, limits: ServerLimits) -> None:
    outbox = Outbox(
        max_messages=limits.waiting_messages,
        max_bytes=limits.waiting_bytes,
        overflowed=lambda: _let_go(connection),
    )
    session = Session(node, outbox.put, send_finality=lambda message: outbox.put(message, _FINALITY_DELAY_S))
    writer = threading.Thread(target=_write, args=(connection, outbox), name="rpc-writer", daemon=True)
    writer.start()
    try:
        for message in connection:
            if not outbox.wait_for_room():
                break
            session.handle(message if isinstance(message, str) else message.decode(errors="replace"))
    except ConnectionClosed:
        pass
    finally:
        session.close()
        outbox.close()
        writer.join()


def _write(connection: ServerConnection, outbox: Outbox) -> None:
    try:
        while (message := outbox.take()) is not None:
            connection.send(message)
    except (ConnectionClosed, OSError):
        outbox.close()


def _let_go(connection: ServerConnection) -> None:
    _log.warning("rpc_client_too_slow", client=str(connection.remote_address))
    try:
        connection.socket.shutdown(socket.SHUT_RDWR)  # never waits, and wakes both threads of the client
    except OSError:
        return

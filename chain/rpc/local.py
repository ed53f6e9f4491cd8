"""A conversation with the node inside the process: `SubstrateInterface(websocket=LocalTransport(node))`, no socket."""

from aipchain.chain.node import Node
from aipchain.chain.rpc.errors import NoMessage, SessionClosed
from aipchain.chain.rpc.outbox import Outbox
from aipchain.chain.rpc.session import Session

__all__ = ["LocalTransport"]

_PATIENCE_S = 60.0


class LocalTransport:
    """Looks like a WebSocket to a client: `send`, `recv`, `close`. One thread at a time uses it."""

    def __init__(self, node: Node, *, patience_s: float = _PATIENCE_S) -> None:
        self._outbox = Outbox()
        self._session = Session(node, self._outbox.put)
        self._patience_s = patience_s

    def send(self, message: str) -> None:
        """Hand a message to the node, which answers at once.

        :raises SessionClosed: it was closed.
        """
        if self._outbox.is_closed:
            raise SessionClosed
        self._session.handle(message)

    def recv(self) -> str:
        """Return the next message of the node, waiting for blocks that are made elsewhere.

        :raises NoMessage: none came within the patience given [s].
        :raises SessionClosed: it was closed, or more messages waited than it may hold.
        """
        message = self._outbox.take(self._patience_s)
        if message is None:
            raise SessionClosed if self._outbox.is_closed else NoMessage(self._patience_s)
        return message

    def close(self) -> None:
        """End the conversation and its subscriptions."""
        self._outbox.close()
        self._session.close()

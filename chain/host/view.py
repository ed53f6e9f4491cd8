"""The state after one block, for readers who stay while the chain goes on."""

from collections.abc import Callable
from threading import RLock

from aipchain.chain.host.history import HistoricState
from aipchain.chain.host.state import State

__all__ = ["StateView"]


class StateView:
    """Keeps answering for block `number`; `readable` gives its state at this moment: in memory, or from the store."""

    def __init__(self, number: int, lock: RLock, readable: Callable[[int], State | HistoricState]) -> None:
        self.number = number
        self._lock = lock
        self._readable = readable

    def get(self, key: bytes) -> bytes | None:
        """Return the value of `key`, or None."""
        with self._lock:
            return self._readable(self.number).get(key)

    def keys(self, prefix: bytes = b"", after: bytes | None = None, count: int | None = None) -> list[bytes]:
        """Return the keys with `prefix`, in order, above `after` when given, `count` at most."""
        with self._lock:
            return self._readable(self.number).keys(prefix, after, count)

    def child_get(self, child: bytes, key: bytes) -> bytes | None:
        """Return the value of `key` in a child trie, or None."""
        with self._lock:
            return self._readable(self.number).child_get(child, key)

    def child_keys(
        self, child: bytes, prefix: bytes = b"", after: bytes | None = None, count: int | None = None
    ) -> list[bytes]:
        """Return a child trie's keys with `prefix`, in order, above `after` when given, `count` at most."""
        with self._lock:
            return self._readable(self.number).child_keys(child, prefix, after, count)

"""The state after any block, read from the store: what a runtime call at an old block sees."""

from aipchain.chain.host.state import CHILD_PREFIX, State
from aipchain.chain.host.storage import TOP, ChainStore

__all__ = ["HistoricState", "keys_of", "state_after"]


class HistoricState:
    """The state after block `number`, each read a look into the store."""

    def __init__(self, store: ChainStore, number: int) -> None:
        self._store = store
        self._number = number

    def get(self, key: bytes) -> bytes | None:
        """Return the value of `key`, or None."""
        return self._store.value(key, self._number)

    def next_key(self, key: bytes) -> bytes | None:
        """Return the smallest key above `key`, or None."""
        return self._store.next_key(key, self._number)

    def child_get(self, child: bytes, key: bytes) -> bytes | None:
        """Return the value of `key` in a child trie, or None."""
        return self._store.value(key, self._number, child)

    def child_next_key(self, child: bytes, key: bytes) -> bytes | None:
        """Return the smallest key above `key` in a child trie, or None."""
        return self._store.next_key(key, self._number, child)

    def keys(self, prefix: bytes = b"", after: bytes | None = None, count: int | None = None) -> list[bytes]:
        """Return the keys with `prefix`, in order, above `after` when given, `count` at most."""
        return keys_of(self._store, self._number, prefix=prefix, after=after, count=count)

    def child_keys(
        self, child: bytes, prefix: bytes = b"", after: bytes | None = None, count: int | None = None
    ) -> list[bytes]:
        """Return a child trie's keys with `prefix`, in order, above `after` when given, `count` at most."""
        return keys_of(self._store, self._number, child, prefix=prefix, after=after, count=count)


def keys_of(
    store: ChainStore,
    number: int,
    child: bytes = TOP,
    *,
    prefix: bytes = b"",
    after: bytes | None = None,
    count: int | None = None,
) -> list[bytes]:
    """Return the keys with `prefix` that had a value after block `number`, above `after`, `count` at most."""
    found: list[bytes] = []
    if after is not None and after >= prefix:
        key = store.next_key(after, number, child)
    elif store.value(prefix, number, child) is not None:
        key = prefix
    else:
        key = store.next_key(prefix, number, child)
    while key is not None and key.startswith(prefix) and (count is None or len(found) < count):
        found.append(key)
        key = store.next_key(key, number, child)
    return found


def state_after(store: ChainStore, number: int, version: int = 1) -> State:
    """Rebuild the whole state after block `number` in memory."""
    top = {key: store.value(key, number) or b"" for key in keys_of(store, number)}
    children = {}
    for name in (key.removeprefix(CHILD_PREFIX) for key in top if key.startswith(CHILD_PREFIX)):
        children[name] = {key: store.value(key, number, name) or b"" for key in keys_of(store, number, name)}
    return State(top, children, version)

"""Pending changes on top of a state, in nested transactions.

Rules are those of sp-state-machine's externalities: which keys a limited removal visits and counts, how append treats a
value that is no vector, and that keys under `:child_storage:default:` are the host's own and not set by the runtime.
How one trie's changes are kept is in layer.py.
"""

from collections.abc import Callable

from aipchain.chain.host.layer import UNSET, Layer, Removal, plain
from aipchain.chain.host.state import CHILD_PREFIX, Changes, ReadState, RootedState, State

__all__ = ["Overlay", "Removal"]

_CHILD_SPACE = b":child_storage:"


class Overlay:
    """A state with changes on top that nobody else sees until they are drained.

    :param reads: answers what calls read, in the state's place: a recorder of the same state.
    """

    def __init__(self, state: ReadState, reads: ReadState | None = None) -> None:
        self.state = state
        self._reads = state if reads is None else reads
        self._top = Layer(0)
        self._children: dict[bytes, Layer] = {}
        self._offchain = Layer(0)
        self._depth = 0
        self._floor = 0

    def get(self, key: bytes) -> bytes | None:
        """Return the value of `key` as changed so far, or None."""
        value = self._top.pending.get(key, UNSET)
        if value is UNSET:
            return self._reads.get(key)
        return plain(value)

    def set(self, key: bytes, value: bytes | None) -> None:
        """Set `key`, or remove it with None; refused without effect for the roots of child tries."""
        if not key.startswith(_CHILD_SPACE):
            self._top.set(key, value)

    def append(self, key: bytes, item: bytes) -> None:
        """Append an encoded item to the vector at `key`; whatever is no vector is replaced by a new one."""
        self._top.append(key, item, self.get)

    def next_key(self, key: bytes) -> bytes | None:
        """Return the smallest key above `key` that holds a value, or None."""
        return self._top.next_key(key, self._reads.next_key)

    def clear_prefix(self, prefix: bytes, limit: int | None = None) -> Removal:
        """Remove every changed key with `prefix`, and keys of the state until `limit` of those were looked at."""
        if prefix.startswith(_CHILD_SPACE) or _CHILD_SPACE.startswith(prefix):
            return Removal(left=False, looked_at=0, removed=0)
        return self._top.clear(prefix, limit, self._reads.get, self._reads.next_key)

    def child_get(self, child: bytes, key: bytes) -> bytes | None:
        """Return the value of `key` in a child trie, or None."""
        layer = self._children.get(child)
        value = UNSET if layer is None else layer.settled(key)
        return self._reads.child_get(child, key) if value is UNSET else value

    def child_set(self, child: bytes, key: bytes, value: bytes | None) -> None:
        """Set `key` in a child trie, or remove it with None."""
        self._child(child).set(key, value)

    def child_next_key(self, child: bytes, key: bytes) -> bytes | None:
        """Return the smallest key above `key` that holds a value in a child trie, or None."""
        return self._child(child).next_key(key, lambda below: self._reads.child_next_key(child, below))

    def child_clear_prefix(self, child: bytes, prefix: bytes, limit: int | None = None) -> Removal:
        """Remove from a child trie as `clear_prefix` does from the top trie; the empty prefix is the whole trie."""
        return self._child(child).clear(
            prefix,
            limit,
            lambda key: self._reads.child_get(child, key),
            lambda key: self._reads.child_next_key(child, key),
        )

    def child_root(self, child: bytes) -> bytes:
        """Return the root of a child trie as changed so far, and note it in the top trie as the runtime may read it."""
        changes = self.changes().children.get(child, {})
        root = _rooted(self.state).child_root_after(child, changes)
        if changes:
            empty = self.child_next_key(child, b"") is None and self.child_get(child, b"") is None
            self._top.set(CHILD_PREFIX + child, None if empty else root)
        return root

    def root(self) -> bytes:
        """Return the state root as changed so far."""
        return _rooted(self.state).root_after(self.changes())

    def offchain_set(self, key: bytes, value: bytes | None) -> None:
        """Note a value for the node's own off-chain index, or with None its removal."""
        self._offchain.set(key, value)

    def start_transaction(self) -> None:
        """Open a nested transaction."""
        self._depth += 1
        for layer in self._layers():
            layer.journals.append({})

    def commit_transaction(self) -> None:
        """Close the innermost transaction and keep its changes."""
        self._close("commit")
        for layer in self._layers():
            layer.commit()

    def rollback_transaction(self) -> None:
        """Close the innermost transaction and undo its changes."""
        self._close("roll back")
        for layer in self._layers():
            layer.rollback()

    def enter_runtime(self) -> int:
        """Protect the open transactions from a runtime call; returns what `exit_runtime` needs."""
        outer, self._floor = self._floor, self._depth
        return outer

    def exit_runtime(self, outer: int) -> int:
        """Undo what the runtime left open; returns how many transactions that were."""
        left_open = self._depth - self._floor
        for _ in range(left_open):
            self.rollback_transaction()
        self._floor = outer
        return left_open

    def changes(self) -> Changes:
        """Return the changes that make a difference to the state; the overlay stays as it is."""
        children = {}
        for child, layer in self._children.items():
            below = layer.effective(lambda key, child=child: self.state.child_get(child, key))  # type: ignore[misc]
            if below:
                children[child] = below
        return Changes(self._top.effective(self.state.get), children)

    def written(self) -> Changes:
        """Return every change, also those that make no difference to the state."""
        return Changes(self._top.values(), {child: layer.values() for child, layer in self._children.items()})

    def offchain_changes(self) -> dict[bytes, bytes | None]:
        """Return what calls noted for the off-chain index."""
        return self._offchain.values()

    def drain(self) -> Changes:
        """Return the changes and forget them; all transactions must be closed."""
        if self._depth:
            raise RuntimeError(f"{self._depth} transactions are still open")
        changes = self.changes()
        self._top, self._children, self._offchain = Layer(0), {}, Layer(0)
        return changes

    def _child(self, child: bytes) -> Layer:
        layer = self._children.get(child)
        if layer is None:
            layer = self._children[child] = Layer(self._depth)
        return layer

    def _layers(self) -> list[Layer]:
        return [self._top, self._offchain, *self._children.values()]

    def _close(self, verb: str) -> None:
        if self._depth == self._floor:
            raise RuntimeError(f"there is no open transaction to {verb}")
        self._depth -= 1


def _rooted(state: ReadState) -> RootedState:
    """Return the state itself when it knows its root, else a copy that does."""
    return state if isinstance(state, RootedState) else _copied(state)


def _copied(state: ReadState) -> State:
    top = _entries(state.get, state.next_key)
    children = {}
    for name in (key.removeprefix(CHILD_PREFIX) for key in top if key.startswith(CHILD_PREFIX)):
        children[name] = _entries(
            lambda key, name=name: state.child_get(name, key),  # type: ignore[misc]
            lambda key, name=name: state.child_next_key(name, key),  # type: ignore[misc]
        )
    return State(top, children)


def _entries(get: Callable[[bytes], bytes | None], next_key: Callable[[bytes], bytes | None]) -> dict[bytes, bytes]:
    entries = {}
    key: bytes | None = b""
    while key is not None:
        value = get(key)
        if value is not None:
            entries[key] = value
        key = next_key(key)
    return entries

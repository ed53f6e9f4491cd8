"""Pending changes on top of a state, in nested transactions.

Rules are those of sp-state-machine's externalities: which keys a limited removal visits and counts, how append treats a
value that is no vector, and that keys under `:child_storage:default:` are the host's own and not set by the runtime.
Changes are kept in one map per trie plus, per open transaction, what to put back; so reading never walks layers.
"""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Final, TypeAlias

from aipchain.chain.host.scale import compact, read_compact
from aipchain.chain.host.state import CHILD_PREFIX, Changes, ReadState, RootedState, State

__all__ = ["Overlay", "Removal"]

_CHILD_SPACE = b":child_storage:"
_MAX_COUNT = (1 << 32) - 1
"""SCALE vectors of the runtime count their items in 32 bits."""


class _Unset(Enum):
    UNSET = 0


_UNSET: Final = _Unset.UNSET
"""Marks, in what to put back, a key that was not changed before."""


class _Growing:
    """A vector that the runtime appends to: `count` items whose encodings follow each other in `items`."""

    __slots__ = ("count", "items")

    def __init__(self, count: int, items: bytearray) -> None:
        self.count = count
        self.items = items

    def encoded(self) -> bytes:
        return compact(self.count) + self.items


_Pending: TypeAlias = bytes | _Growing | None
_Before: TypeAlias = bytes | tuple[_Growing, int, int] | _Unset | None


@dataclass(frozen=True, slots=True)
class Removal:
    """What a limited removal did: `looked_at` keys of the state count against the limit; `left`: some remain."""

    left: bool
    looked_at: int
    removed: int


class _Layer:
    """Changes to one trie, with what each open transaction must put back."""

    __slots__ = ("_order", "journals", "pending")

    def __init__(self, depth: int) -> None:
        self.pending: dict[bytes, _Pending] = {}
        self.journals: list[dict[bytes, _Before]] = [{} for _ in range(depth)]
        self._order: list[bytes] | None = None

    def set(self, key: bytes, value: bytes | None) -> None:
        if self.journals:
            self._remember(key)
        if self._order is not None and key not in self.pending:
            insort(self._order, key)
        self.pending[key] = value

    def settled(self, key: bytes) -> bytes | _Unset | None:
        """Return the pending value as plain bytes, `_UNSET` when the key has no change."""
        value = self.pending.get(key, _UNSET)
        return value.encoded() if type(value) is _Growing else value  # type: ignore[return-value]

    def append(self, key: bytes, item: bytes, current: Callable[[bytes], bytes | None]) -> None:
        growing = self.pending.get(key)
        if type(growing) is not _Growing:
            growing = _grown_from(current(key))
            self.set(key, None)
            self.pending[key] = growing
        elif self.journals:
            self._remember(key)
        growing.count += 1
        growing.items += item

    def after(self, key: bytes) -> bytes | None:
        """Return the smallest changed key above `key`, removals included."""
        order = self.order()
        at = bisect_right(order, key)
        return order[at] if at < len(order) else None

    def with_prefix(self, prefix: bytes) -> list[bytes]:
        order = self.order()
        found = []
        for at in range(bisect_left(order, prefix), len(order)):
            if not order[at].startswith(prefix):
                break
            found.append(order[at])
        return found

    def order(self) -> list[bytes]:
        if self._order is None:
            self._order = sorted(self.pending)
        return self._order

    def commit(self) -> None:
        inner = self.journals.pop()
        if self.journals:
            outer = self.journals[-1]
            for key, before in inner.items():
                outer.setdefault(key, before)

    def rollback(self) -> None:
        for key, before in self.journals.pop().items():
            if before is _UNSET:
                del self.pending[key]
                self._order = None
            elif type(before) is tuple:
                growing, count, length = before
                growing.count = count
                del growing.items[length:]
                self.pending[key] = growing
            else:
                self.pending[key] = before  # type: ignore[assignment]

    def _remember(self, key: bytes) -> None:
        journal = self.journals[-1]
        if key not in journal:
            before = self.pending.get(key, _UNSET)
            journal[key] = (before, before.count, len(before.items)) if type(before) is _Growing else before  # type: ignore[assignment]


class Overlay:
    """A state with changes on top that nobody else sees until they are drained."""

    def __init__(self, state: ReadState) -> None:
        self.state = state
        self._top = _Layer(0)
        self._children: dict[bytes, _Layer] = {}
        self._offchain = _Layer(0)
        self._depth = 0
        self._floor = 0

    def get(self, key: bytes) -> bytes | None:
        """Return the value of `key` as changed so far, or None."""
        value = self._top.pending.get(key, _UNSET)
        if value is _UNSET:
            return self.state.get(key)
        return _plain(value)

    def set(self, key: bytes, value: bytes | None) -> None:
        """Set `key`, or remove it with None; refused without effect for the roots of child tries."""
        if not key.startswith(_CHILD_SPACE):
            self._top.set(key, value)

    def append(self, key: bytes, item: bytes) -> None:
        """Append an encoded item to the vector at `key`; whatever is no vector is replaced by a new one."""
        self._top.append(key, item, self.get)

    def next_key(self, key: bytes) -> bytes | None:
        """Return the smallest key above `key` that holds a value, or None."""
        return _next(self._top, key, self.state.next_key)

    def clear_prefix(self, prefix: bytes, limit: int | None = None) -> Removal:
        """Remove every changed key with `prefix`, and keys of the state until `limit` of those were looked at."""
        if prefix.startswith(_CHILD_SPACE) or _CHILD_SPACE.startswith(prefix):
            return Removal(left=False, looked_at=0, removed=0)
        return _clear(self._top, prefix, limit, self.state.get, self.state.next_key)

    def child_get(self, child: bytes, key: bytes) -> bytes | None:
        """Return the value of `key` in a child trie, or None."""
        layer = self._children.get(child)
        value = _UNSET if layer is None else layer.settled(key)
        return self.state.child_get(child, key) if value is _UNSET else value

    def child_set(self, child: bytes, key: bytes, value: bytes | None) -> None:
        """Set `key` in a child trie, or remove it with None."""
        self._child(child).set(key, value)

    def child_next_key(self, child: bytes, key: bytes) -> bytes | None:
        """Return the smallest key above `key` that holds a value in a child trie, or None."""
        return _next(self._child(child), key, lambda below: self.state.child_next_key(child, below))

    def child_clear_prefix(self, child: bytes, prefix: bytes, limit: int | None = None) -> Removal:
        """Remove from a child trie as `clear_prefix` does from the top trie; the empty prefix is the whole trie."""
        return _clear(
            self._child(child),
            prefix,
            limit,
            lambda key: self.state.child_get(child, key),
            lambda key: self.state.child_next_key(child, key),
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
            below = _effective(layer, lambda key, child=child: self.state.child_get(child, key))  # type: ignore[misc]
            if below:
                children[child] = below
        return Changes(_effective(self._top, self.state.get), children)

    def offchain_changes(self) -> dict[bytes, bytes | None]:
        """Return what calls noted for the off-chain index."""
        return {key: _plain(value) for key, value in self._offchain.pending.items()}

    def drain(self) -> Changes:
        """Return the changes and forget them; all transactions must be closed."""
        if self._depth:
            raise RuntimeError(f"{self._depth} transactions are still open")
        changes = self.changes()
        self._top, self._children, self._offchain = _Layer(0), {}, _Layer(0)
        return changes

    def _child(self, child: bytes) -> _Layer:
        layer = self._children.get(child)
        if layer is None:
            layer = self._children[child] = _Layer(self._depth)
        return layer

    def _layers(self) -> list[_Layer]:
        return [self._top, self._offchain, *self._children.values()]

    def _close(self, verb: str) -> None:
        if self._depth == self._floor:
            raise RuntimeError(f"there is no open transaction to {verb}")
        self._depth -= 1


def _next(layer: _Layer, key: bytes, below: Callable[[bytes], bytes | None]) -> bytes | None:
    """Return the smallest key above `key` with a value; `below` walks the state."""
    while True:
        unchanged, changed = below(key), layer.after(key)
        if changed is None or (unchanged is not None and unchanged < changed):
            return unchanged
        if layer.pending[changed] is not None:
            return changed
        key = changed


def _clear(
    layer: _Layer,
    prefix: bytes,
    limit: int | None,
    get: Callable[[bytes], bytes | None],
    next_key: Callable[[bytes], bytes | None],
) -> Removal:
    removed = looked_at = 0
    for key in layer.with_prefix(prefix):
        if layer.pending[key] is not None:
            layer.set(key, None)
            removed += 1
    key_below = prefix if get(prefix) is not None else next_key(prefix)
    while key_below is not None and key_below.startswith(prefix):
        if looked_at == limit:
            return Removal(left=True, looked_at=looked_at, removed=removed)
        if layer.pending.get(key_below, _UNSET) is not None:
            layer.set(key_below, None)
            removed += 1
        looked_at += 1
        key_below = next_key(key_below)
    return Removal(left=False, looked_at=looked_at, removed=removed)


def _effective(layer: _Layer, get: Callable[[bytes], bytes | None]) -> dict[bytes, bytes | None]:
    plain = {key: _plain(value) for key, value in layer.pending.items()}
    return {key: value for key, value in plain.items() if get(key) != value}


def _plain(value: _Pending) -> bytes | None:
    return value.encoded() if type(value) is _Growing else value  # type: ignore[return-value]


def _grown_from(value: bytes | None) -> _Growing:
    """Take up an encoded vector for appending; anything else counts as an empty one."""
    try:
        count, start = read_compact(value or b"")
    except ValueError:
        return _Growing(0, bytearray())
    if count >= _MAX_COUNT or compact(count) != (value or b"")[:start]:
        return _Growing(0, bytearray())
    return _Growing(count, bytearray((value or b"")[start:]))


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

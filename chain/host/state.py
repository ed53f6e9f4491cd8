"""The chain state after one block: entries in key order, child tries, and the roots over them.

`ReadState` is all that running a call needs; `State` is the in-memory implementation that can also give roots and be
moved to the next block. A `State` looks immutable: `applied` returns another one, and only `consume=True`, for whoever
no longer needs the old one, lets the new state take over the old one's tables.
"""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

from aipchain.chain.host.trie import Trie

__all__ = ["CHILD_PREFIX", "Changes", "ReadState", "RootedState", "State"]

CHILD_PREFIX = b":child_storage:default:"
"""Key prefix in the top trie under which the root of each child trie stands."""

_MANY_NEW_KEYS = 64
"""From here on sorting the key list once is cheaper than inserting each key."""


@dataclass(frozen=True, slots=True)
class Changes:
    """What a block, or one call, does to the state; None removes a key."""

    top: dict[bytes, bytes | None] = field(default_factory=dict)
    children: dict[bytes, dict[bytes, bytes | None]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.top or self.children)


class ReadState(Protocol):
    """What a runtime call may read. Child tries are named without the `:child_storage:default:` prefix."""

    def get(self, key: bytes) -> bytes | None:
        """Return the value of `key`, or None."""

    def next_key(self, key: bytes) -> bytes | None:
        """Return the smallest key above `key`, or None."""

    def child_get(self, child: bytes, key: bytes) -> bytes | None:
        """Return the value of `key` in a child trie, or None."""

    def child_next_key(self, child: bytes, key: bytes) -> bytes | None:
        """Return the smallest key above `key` in a child trie, or None."""


@runtime_checkable
class RootedState(ReadState, Protocol):
    """A state that can also say what its root would be after changes."""

    def root_after(self, changes: Changes) -> bytes:
        """Return the state root with `changes` applied, 32 bytes."""

    def child_root_after(self, child: bytes, changes: Mapping[bytes, bytes | None]) -> bytes:
        """Return the root of one child trie with `changes` applied, 32 bytes."""


class _Table:
    """One trie's entries: a dict for reading, the keys in order for walking, the trie for roots."""

    __slots__ = ("entries", "keys", "trie")

    def __init__(self, entries: dict[bytes, bytes], keys: list[bytes], trie: Trie) -> None:
        self.entries = entries
        self.keys = keys
        self.trie = trie

    @classmethod
    def of(cls, entries: Mapping[bytes, bytes], version: int) -> "_Table":
        return cls(dict(entries), sorted(entries), Trie(entries, version))

    def copy(self) -> "_Table":
        return _Table(self.entries.copy(), self.keys.copy(), self.trie)

    def next_key(self, key: bytes) -> bytes | None:
        at = bisect_right(self.keys, key)
        return self.keys[at] if at < len(self.keys) else None

    def apply(self, changes: Mapping[bytes, bytes | None], trie: Trie) -> None:
        new, gone = [], []
        for key, value in changes.items():
            if value is None:
                if self.entries.pop(key, None) is not None:
                    gone.append(key)
                continue
            if key not in self.entries:
                new.append(key)
            self.entries[key] = value
        self._reindex(new, gone)
        self.trie = trie

    def _reindex(self, new: list[bytes], gone: list[bytes]) -> None:
        if len(gone) > _MANY_NEW_KEYS:
            self.keys = [key for key in self.keys if key in self.entries]
        else:
            for key in gone:
                del self.keys[bisect_left(self.keys, key)]
        if len(new) > _MANY_NEW_KEYS:
            self.keys += new
            self.keys.sort()
        else:
            for key in new:
                insort(self.keys, key)


class State:
    """All entries after one block, with the tries over them (layout V1 unless told otherwise)."""

    def __init__(
        self,
        entries: Mapping[bytes, bytes] | None = None,
        children: Mapping[bytes, Mapping[bytes, bytes]] | None = None,
        version: int = 1,
    ) -> None:
        """Build from plain entries and child tries; the child roots in the top trie are computed here."""
        self.version = version
        self._children = {name: _Table.of(table, version) for name, table in (children or {}).items() if table}
        top = {key: value for key, value in (entries or {}).items() if not key.startswith(CHILD_PREFIX)}
        top.update({CHILD_PREFIX + name: table.trie.root() for name, table in self._children.items()})
        self._top = _Table.of(top, version)
        self._planned: _Plan | None = None

    def get(self, key: bytes) -> bytes | None:
        """Return the value of `key`, or None."""
        return self._top.entries.get(key)

    def next_key(self, key: bytes) -> bytes | None:
        """Return the smallest key above `key`, or None."""
        return self._top.next_key(key)

    def keys(self, prefix: bytes = b"", after: bytes | None = None, count: int | None = None) -> list[bytes]:
        """Return the keys with `prefix`, in order, above `after` when given, `count` at most."""
        return _page(self._top.keys, prefix, after, count)

    def child_get(self, child: bytes, key: bytes) -> bytes | None:
        """Return the value of `key` in a child trie, or None."""
        table = self._children.get(child)
        return None if table is None else table.entries.get(key)

    def child_next_key(self, child: bytes, key: bytes) -> bytes | None:
        """Return the smallest key above `key` in a child trie, or None."""
        table = self._children.get(child)
        return None if table is None else table.next_key(key)

    def child_keys(
        self, child: bytes, prefix: bytes = b"", after: bytes | None = None, count: int | None = None
    ) -> list[bytes]:
        """Return a child trie's keys with `prefix`, in order, above `after` when given, `count` at most."""
        table = self._children.get(child)
        return [] if table is None else _page(table.keys, prefix, after, count)

    @property
    def trie(self) -> Trie:
        """The trie whose root is the state root."""
        return self._top.trie

    def child_trie(self, child: bytes) -> Trie:
        """Return one child trie, empty when there is none of that name."""
        table = self._children.get(child)
        return Trie(version=self.version) if table is None else table.trie

    def root(self) -> bytes:
        """Return the state root, 32 bytes."""
        return self._top.trie.root()

    def child_root(self, child: bytes) -> bytes:
        """Return the root of one child trie, 32 bytes."""
        return self.child_root_after(child, {})

    def root_after(self, changes: Changes) -> bytes:
        """Return the state root with `changes` applied, 32 bytes."""
        return self._plan(changes).trie.root()

    def child_root_after(self, child: bytes, changes: Mapping[bytes, bytes | None]) -> bytes:
        """Return the root of one child trie with `changes` applied, 32 bytes."""
        return self.child_trie(child).changed(changes).root()

    def applied(self, changes: Changes, *, consume: bool = False) -> "State":
        """Return the state after `changes`.

        :param consume: the new state may take over this state's tables; this state must not be used again.
        """
        plan = self._plan(changes)
        result = self if consume else self.copy()
        result._planned = None
        result._top.apply(plan.top, plan.trie)
        for child, trie in plan.children.items():
            table = result._children.setdefault(child, _Table({}, [], trie))
            table.apply(changes.children[child], trie)
            if not table.entries:
                del result._children[child]
        return result

    def copy(self) -> "State":
        """Return an independent state with the same content; tries are shared."""
        result = State(version=self.version)
        result._top = self._top.copy()
        result._children = {name: table.copy() for name, table in self._children.items()}
        return result

    def _plan(self, changes: Changes) -> "_Plan":
        """Compute the tries after `changes`; a block asks for its root and then applies the same changes."""
        if self._planned is None or self._planned.changes != changes:
            children = {child: self.child_trie(child).changed(below) for child, below in changes.children.items()}
            top = dict(changes.top)
            for child, trie in children.items():
                top[CHILD_PREFIX + child] = None if trie.empty else trie.root()
            copied = Changes(dict(changes.top), {child: dict(below) for child, below in changes.children.items()})
            self._planned = _Plan(copied, top, children, self._top.trie.changed(top))
        return self._planned


@dataclass(frozen=True, slots=True)
class _Plan:
    """Tries computed for `changes`; `top` is the changes to the top trie with the child roots merged in."""

    changes: Changes
    top: dict[bytes, bytes | None]
    children: dict[bytes, Trie]
    trie: Trie


def _page(keys: list[bytes], prefix: bytes, after: bytes | None, count: int | None) -> list[bytes]:
    start = bisect_left(keys, prefix)
    if after is not None and after >= prefix:
        start = bisect_right(keys, after)
    end = len(keys) if count is None else min(len(keys), start + count)
    page = keys[start:end]
    while page and not page[-1].startswith(prefix):
        page = page[: bisect_left(page, _past(prefix))]
    return page


def _past(prefix: bytes) -> bytes:
    """Return the smallest key above every key that starts with `prefix` (which is not all 0xff here)."""
    trimmed = prefix.rstrip(b"\xff")
    return trimmed[:-1] + bytes((trimmed[-1] + 1,))

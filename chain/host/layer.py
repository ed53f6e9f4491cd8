"""Changes to one trie, with what each open transaction must put back.

Changes are one map from key to pending value, so reading never walks transactions; each open transaction only notes
what its first change of a key replaced. A vector that is appended to grows in place, and is encoded when it is read.
"""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Final, TypeAlias

from aipchain.chain.host.scale import compact, read_compact

__all__ = ["UNSET", "Growing", "Layer", "Removal", "plain"]

Read: TypeAlias = Callable[[bytes], bytes | None]
"""Reads, or walks, the trie below: from a key to its value, or to the next key."""

_MAX_COUNT = (1 << 32) - 1
"""SCALE vectors of the runtime count their items in 32 bits."""


class Unset(Enum):
    """The type of `UNSET`."""

    UNSET = 0


UNSET: Final = Unset.UNSET
"""Marks, in what to put back, a key that was not changed before."""


class Growing:
    """A vector that the runtime appends to: `count` items whose encodings follow each other in `items`."""

    __slots__ = ("count", "items")

    def __init__(self, count: int, items: bytearray) -> None:
        self.count = count
        self.items = items

    def encoded(self) -> bytes:
        """Return the vector as the runtime reads it."""
        return compact(self.count) + self.items


_Pending: TypeAlias = bytes | Growing | None
_Before: TypeAlias = bytes | tuple[Growing, int, int] | Unset | None


@dataclass(frozen=True, slots=True)
class Removal:
    """What a limited removal did: `looked_at` keys of the state count against the limit; `left`: some remain."""

    left: bool
    looked_at: int
    removed: int


class Layer:
    """The pending changes of one trie; `depth` transactions are open over it."""

    __slots__ = ("_order", "journals", "pending")

    def __init__(self, depth: int) -> None:
        self.pending: dict[bytes, _Pending] = {}
        self.journals: list[dict[bytes, _Before]] = [{} for _ in range(depth)]
        self._order: list[bytes] | None = None

    def set(self, key: bytes, value: bytes | None) -> None:
        """Set `key`, or remove it with None."""
        if self.journals:
            self._remember(key)
        if self._order is not None and key not in self.pending:
            insort(self._order, key)
        self.pending[key] = value

    def settled(self, key: bytes) -> bytes | Unset | None:
        """Return the pending value as plain bytes, `UNSET` when the key has no change."""
        value = self.pending.get(key, UNSET)
        return value if value is UNSET else plain(value)

    def append(self, key: bytes, item: bytes, current: Read) -> None:
        """Append an encoded item to the vector at `key`, which `current` reads if it does not grow already."""
        growing = self.pending.get(key)
        if type(growing) is not Growing:
            growing = _grown_from(current(key))
            self.set(key, None)
            self.pending[key] = growing
        elif self.journals:
            self._remember(key)
        growing.count += 1
        growing.items += item

    def next_key(self, key: bytes, below: Read) -> bytes | None:
        """Return the smallest key above `key` with a value; `below` gives the next key of the unchanged trie."""
        while True:
            unchanged, changed = below(key), self._after(key)
            if changed is None or (unchanged is not None and unchanged < changed):
                return unchanged
            if self.pending[changed] is not None:
                return changed
            key = changed

    def clear(self, prefix: bytes, limit: int | None, get: Read, next_key: Read) -> Removal:
        """Remove every changed key with `prefix`, and unchanged ones until `limit` keys of the trie were looked at."""
        removed = looked_at = 0
        for key in self._with_prefix(prefix):
            if self.pending[key] is not None:
                self.set(key, None)
                removed += 1
        below = prefix if get(prefix) is not None else next_key(prefix)
        while below is not None and below.startswith(prefix):
            if looked_at == limit:
                return Removal(left=True, looked_at=looked_at, removed=removed)
            if self.pending.get(below, UNSET) is not None:
                self.set(below, None)
                removed += 1
            looked_at += 1
            below = next_key(below)
        return Removal(left=False, looked_at=looked_at, removed=removed)

    def effective(self, get: Read) -> dict[bytes, bytes | None]:
        """Return the changes that differ from the unchanged trie."""
        return {key: value for key, value in self.values().items() if get(key) != value}

    def values(self) -> dict[bytes, bytes | None]:
        """Return every change as plain bytes, None for a removal."""
        return {key: plain(value) for key, value in self.pending.items()}

    def commit(self) -> None:
        """Close the innermost transaction; what undoes it goes to the one around it."""
        inner = self.journals.pop()
        if self.journals:
            outer = self.journals[-1]
            for key, before in inner.items():
                outer.setdefault(key, before)

    def rollback(self) -> None:
        """Close the innermost transaction and put back what it changed."""
        for key, before in self.journals.pop().items():
            if before is UNSET:
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
            before = self.pending.get(key, UNSET)
            journal[key] = (before, before.count, len(before.items)) if type(before) is Growing else before  # type: ignore[assignment]

    def _after(self, key: bytes) -> bytes | None:
        order = self._ordered()
        at = bisect_right(order, key)
        return order[at] if at < len(order) else None

    def _with_prefix(self, prefix: bytes) -> list[bytes]:
        order, found = self._ordered(), []
        for at in range(bisect_left(order, prefix), len(order)):
            if not order[at].startswith(prefix):
                break
            found.append(order[at])
        return found

    def _ordered(self) -> list[bytes]:
        if self._order is None:
            self._order = sorted(self.pending)
        return self._order


def plain(value: _Pending) -> bytes | None:
    """Return a pending value as plain bytes."""
    return value.encoded() if isinstance(value, Growing) else value


def _grown_from(value: bytes | None) -> Growing:
    """Take up an encoded vector for appending; anything else counts as an empty one."""
    try:
        count, start = read_compact(value or b"")
    except ValueError:
        return Growing(0, bytearray())
    if count >= _MAX_COUNT or compact(count) != (value or b"")[:start]:
        return Growing(0, bytearray())
    return Growing(count, bytearray((value or b"")[start:]))

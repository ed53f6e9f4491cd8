"""The overlay against a model that copies everything at each transaction and knows no trick."""

from copy import deepcopy
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from aipchain.chain.host.overlay import Overlay
from aipchain.chain.host.scale import compact
from aipchain.chain.host.state import State

KEYS = st.lists(st.sampled_from(b"ab"), max_size=4).map(bytes)
VALUES = st.binary(max_size=2) | st.sampled_from([b"\x04a", b"\x08ab", b"w" * 40])
TRIES = st.sampled_from([None, b"c1", b"c2"])  # None is the top trie
Table = dict[bytes, bytes]


class OverlayAgainstCopies(RuleBasedStateMachine):
    """Plays calls on both and compares every answer."""

    @initialize(top=st.dictionaries(KEYS, VALUES, max_size=8), child=st.dictionaries(KEYS, VALUES, max_size=8))
    def start(self, top: Table, child: Table) -> None:
        """Begin over a state with one child trie."""
        self.state = State(top, {b"c1": child})
        self.overlay = Overlay(self.state)
        self.base: dict[bytes | None, Table] = {None: dict(top), b"c1": dict(child), b"c2": {}}
        self.now = deepcopy(self.base)
        self.touched: dict[bytes | None, set[bytes]] = {None: set(), b"c1": set(), b"c2": set()}
        self.saved: list[Any] = []

    def put(self, trie: bytes | None, key: bytes, value: bytes | None) -> None:
        """Change the model."""
        self.touched[trie].add(key)
        if value is None:
            self.now[trie].pop(key, None)
        else:
            self.now[trie][key] = value

    @rule(trie=TRIES, key=KEYS, value=st.none() | VALUES)
    def set(self, trie: bytes | None, key: bytes, value: bytes | None) -> None:
        """Set or remove one key."""
        if trie is None:
            self.overlay.set(key, value)
        else:
            self.overlay.child_set(trie, key, value)
        self.put(trie, key, value)

    @rule(key=KEYS, item=st.binary(min_size=1, max_size=1))
    def append(self, key: bytes, item: bytes) -> None:
        """Append one item; only values of one-byte items are vectors here."""
        old = self.now[None].get(key, b"")
        count = len(old) - 1
        is_vector = old and compact(count) == old[:1]
        if old and not is_vector and old[0] % 4 != 3 and old != b"w" * 40:
            return  # a vector of other items, or none: the unit tests have those
        self.overlay.append(key, item)
        self.put(None, key, compact(count + 1) + old[1:] + item if is_vector else b"\x04" + item)

    @rule(trie=TRIES, prefix=KEYS, limit=st.none() | st.integers(0, 4))
    def clear_prefix(self, trie: bytes | None, prefix: bytes, limit: int | None) -> None:
        """Remove by prefix: all changed keys, and keys of the state in order up to the limit."""
        if trie is None and not prefix:
            return  # refused for the top trie
        below = sorted(key for key in self.base[trie] if key.startswith(prefix))
        reached = below if limit is None else below[:limit]
        gone = {key for key in self.touched[trie] if key.startswith(prefix)} | set(reached)
        removed = len(gone & self.now[trie].keys())
        if trie is None:
            removal = self.overlay.clear_prefix(prefix, limit)
        else:
            removal = self.overlay.child_clear_prefix(trie, prefix, limit)
        for key in gone:
            self.put(trie, key, None)

        assert (removal.left, removal.looked_at, removal.removed) == (reached != below, len(reached), removed)

    @rule()
    def start_transaction(self) -> None:
        """Open a transaction: the model copies itself."""
        self.overlay.start_transaction()
        self.saved.append(deepcopy((self.now, self.touched)))

    @precondition(lambda self: self.saved)
    @rule()
    def commit(self) -> None:
        """Keep the changes."""
        self.overlay.commit_transaction()
        self.saved.pop()

    @precondition(lambda self: self.saved)
    @rule()
    def roll_back(self) -> None:
        """Undo the changes."""
        self.overlay.rollback_transaction()
        self.now, self.touched = self.saved.pop()

    @rule(trie=TRIES, key=KEYS)
    def read(self, trie: bytes | None, key: bytes) -> None:
        """Compare one value and the next key."""
        expected = min((other for other in self.now[trie] if other > key), default=None)
        if trie is None:
            assert self.overlay.get(key) == self.now[None].get(key)
            found = self.overlay.next_key(key)
            assert (None if found is None or found.startswith(b":") else found) == expected or key < b":"
        else:
            assert self.overlay.child_get(trie, key) == self.now[trie].get(key)
            assert self.overlay.child_next_key(trie, key) == expected

    @precondition(lambda self: not self.saved)
    @rule()
    def drain(self) -> None:
        """Make the changes a state, and go on over it."""
        root = self.overlay.root()
        self.state = self.state.applied(self.overlay.drain())
        self.overlay = Overlay(self.state)
        self.base = deepcopy(self.now)
        self.touched = {None: set(), b"c1": set(), b"c2": set()}
        assert self.state.root() == root

    @invariant()
    def contents_agree(self) -> None:
        """The whole content, read through the overlay, is the model's, and so is its root."""
        if not hasattr(self, "now"):
            return
        for trie in (b"c1", b"c2"):
            walked, key = {}, b""
            while key is not None:
                value = self.overlay.child_get(trie, key)
                if value is not None:
                    walked[key] = value
                key = self.overlay.child_next_key(trie, key)  # type: ignore[assignment]
            assert walked == self.now[trie]
        children = {name: self.now[name] for name in (b"c1", b"c2")}
        assert self.overlay.root() == State(self.now[None], children).root()


TestOverlay = OverlayAgainstCopies.TestCase
TestOverlay.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)

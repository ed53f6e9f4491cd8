"""The overlay's rules, one by one; tests/property plays random operations against a naive model."""

import pytest

from aipchain.chain.host.overlay import Overlay, Removal
from aipchain.chain.host.scale import compact
from aipchain.chain.host.state import CHILD_PREFIX, Changes, State
from aipchain.chain.host.trie import EMPTY_ROOT, Trie


@pytest.fixture
def overlay() -> Overlay:
    """Return an overlay over a small state with one child trie."""
    top = {b"a": b"1", b"b": b"2", b"b1": b"3", b"b2": b"4", b"c": b"5"}
    return Overlay(State(top, {b"child": {b"x": b"1", b"y": b"2"}}))


def test_changes_are_seen_above_the_state(overlay: Overlay) -> None:
    """What was set last counts; a removed key is gone although the state has it."""
    overlay.set(b"a", b"9")
    overlay.set(b"b", None)

    assert [overlay.get(key) for key in (b"a", b"b", b"c", b"z")] == [b"9", None, b"5", None]
    assert overlay.state.get(b"a") == b"1"


def test_next_key_walks_over_state_and_changes(overlay: Overlay) -> None:
    """New keys appear in order, removed ones do not."""
    overlay.set(b"aa", b"new")
    overlay.set(b"b1", None)
    overlay.set(b"zz", b"new")
    overlay.set(b"zzz", None)

    assert overlay.next_key(b"") == CHILD_PREFIX + b"child"
    assert [overlay.next_key(key) for key in (b"a", b"aa", b"b", b"c", b"zz")] == [b"aa", b"b", b"b2", b"zz", None]


def test_a_rolled_back_transaction_leaves_no_trace(overlay: Overlay) -> None:
    """Sets, removals, appends and child changes of the inner transaction are undone, the outer's stay."""
    overlay.start_transaction()
    overlay.set(b"a", b"outer")
    overlay.append(b"events", b"x")
    overlay.start_transaction()
    overlay.set(b"a", None)
    overlay.set(b"new", b"n")
    overlay.append(b"events", b"y")
    overlay.child_set(b"child", b"x", None)
    overlay.child_set(b"other", b"k", b"v")
    overlay.offchain_set(b"index", b"v")
    overlay.rollback_transaction()
    overlay.commit_transaction()

    assert overlay.drain() == Changes({b"a": b"outer", b"events": b"\x04x"}, {})
    assert overlay.offchain_changes() == {}


def test_a_committed_transaction_can_still_be_undone_by_its_outer(overlay: Overlay) -> None:
    """Committing hands the changes, and what undoes them, to the transaction around it."""
    overlay.append(b"events", b"w")
    overlay.start_transaction()
    overlay.append(b"events", b"x")
    overlay.start_transaction()
    overlay.append(b"events", b"y")
    overlay.set(b"a", None)
    overlay.commit_transaction()
    assert overlay.get(b"events") == b"\x0cwxy"
    overlay.rollback_transaction()

    assert overlay.drain() == Changes({b"events": b"\x04w"}, {})


@pytest.mark.parametrize("close", ["commit_transaction", "rollback_transaction"])
def test_there_must_be_a_transaction_to_close(overlay: Overlay, close: str) -> None:
    """Closing what was never opened is a fault of the caller."""
    with pytest.raises(RuntimeError, match="no open transaction"):
        getattr(overlay, close)()


def test_the_runtime_cannot_close_the_hosts_transactions(overlay: Overlay) -> None:
    """Inside a runtime call only the runtime's own transactions count; what it leaves open is undone."""
    overlay.start_transaction()
    overlay.set(b"a", b"host")
    outer = overlay.enter_runtime()
    with pytest.raises(RuntimeError, match="no open transaction"):
        overlay.rollback_transaction()
    overlay.start_transaction()
    overlay.set(b"a", b"runtime")

    assert overlay.exit_runtime(outer) == 1
    overlay.commit_transaction()
    assert overlay.drain() == Changes({b"a": b"host"}, {})


def test_draining_needs_all_transactions_closed(overlay: Overlay) -> None:
    """A half-done transaction never becomes state."""
    overlay.start_transaction()
    with pytest.raises(RuntimeError, match="1 transactions are still open"):
        overlay.drain()


def test_draining_gives_only_what_makes_a_difference(overlay: Overlay) -> None:
    """Setting a value to what it was, or a key that came and went, changes nothing; afterwards the overlay is clean."""
    overlay.set(b"a", b"1")
    overlay.set(b"temporary", b"t")
    overlay.set(b"temporary", None)
    overlay.child_set(b"child", b"x", b"1")
    overlay.set(b"c", b"6")

    assert overlay.drain() == Changes({b"c": b"6"}, {})
    assert not overlay.drain()


def test_append_counts_items_across_the_size_of_the_count() -> None:
    """The count at the front grows from one byte to two at 64 items."""
    overlay = Overlay(State({b"list": compact(62) + b"i" * 62}))
    for _ in range(3):
        overlay.append(b"list", b"j")

    assert overlay.get(b"list") == compact(65) + b"i" * 62 + b"jjj"


@pytest.mark.parametrize("value", [b"", b"\x01", b"\x01\x00", b"\xff" + bytes(67), b"\x03\xff\xff\xff\xff"])
def test_append_to_what_is_no_vector_starts_a_new_one(value: bytes) -> None:
    """A missing, cut short, wasteful or full count is replaced, as sp-state-machine does."""
    overlay = Overlay(State({b"list": value}))
    overlay.append(b"list", b"item")

    assert overlay.get(b"list") == b"\x04item"


def test_append_after_a_set_goes_on_from_the_set_value(overlay: Overlay) -> None:
    """Setting ends one run of appends and is what the next builds on."""
    overlay.append(b"list", b"a")
    overlay.set(b"list", b"\x08bc")
    overlay.append(b"list", b"d")

    assert overlay.get(b"list") == b"\x0cbcd"


def test_a_limited_removal_counts_keys_of_the_state_only(overlay: Overlay) -> None:
    """Changed keys go without counting; of the state's keys as many go as the limit says."""
    overlay.set(b"b0", b"new")
    overlay.set(b"b", None)

    assert overlay.clear_prefix(b"b", 2) == Removal(left=True, looked_at=2, removed=2)
    assert [overlay.get(key) for key in (b"b", b"b0", b"b1", b"b2", b"c")] == [None, None, None, b"4", b"5"]
    assert overlay.clear_prefix(b"b", 3) == Removal(left=False, looked_at=3, removed=1)
    assert overlay.clear_prefix(b"b") == Removal(left=False, looked_at=3, removed=0)


def test_a_limit_of_zero_removes_nothing_of_the_state(overlay: Overlay) -> None:
    """And tells that something is left."""
    assert overlay.clear_prefix(b"b", 0) == Removal(left=True, looked_at=0, removed=0)
    assert overlay.clear_prefix(b"nothing", 0) == Removal(left=False, looked_at=0, removed=0)


@pytest.mark.parametrize("prefix", [b"", b":child", b":child_storage:", b":child_storage:default:child"])
def test_child_roots_are_out_of_the_runtimes_reach(overlay: Overlay, prefix: bytes) -> None:
    """Neither a set nor a removal by prefix touches where the child roots stand."""
    overlay.set(CHILD_PREFIX + b"child", b"forged")

    assert overlay.clear_prefix(prefix) == Removal(left=False, looked_at=0, removed=0)
    assert not overlay.drain()


def test_child_tries_are_apart(overlay: Overlay) -> None:
    """The same key in the top trie, in one child and in another are three things."""
    overlay.child_set(b"child", b"a", b"in child")
    overlay.child_set(b"other", b"a", b"in other")

    assert (overlay.get(b"a"), overlay.child_get(b"child", b"a")) == (b"1", b"in child")
    assert overlay.child_get(b"other", b"a") == b"in other"
    assert overlay.child_next_key(b"child", b"a") == b"x"
    assert overlay.child_clear_prefix(b"child", b"", 1) == Removal(left=True, looked_at=1, removed=2)
    assert overlay.child_next_key(b"child", b"") == b"y"


def test_a_child_root_is_that_of_its_changed_content(overlay: Overlay) -> None:
    """Asking for it also shows it under the prefixed name, as the runtime may read there."""
    overlay.child_set(b"child", b"x", None)

    root = Trie({b"y": b"2"}).root()
    assert overlay.child_root(b"child") == root == overlay.get(CHILD_PREFIX + b"child")
    assert overlay.child_root(b"nowhere") == EMPTY_ROOT


def test_an_emptied_child_trie_leaves_the_top_trie(overlay: Overlay) -> None:
    """No root of nothing stays behind."""
    overlay.child_clear_prefix(b"child", b"")

    assert overlay.child_root(b"child") == EMPTY_ROOT
    assert overlay.get(CHILD_PREFIX + b"child") is None
    top = {b"a": b"1", b"b": b"2", b"b1": b"3", b"b2": b"4", b"c": b"5"}
    assert overlay.root() == Trie(top).root()


def test_the_root_of_the_overlay_is_that_of_the_next_state(overlay: Overlay) -> None:
    """The header's root, computed while changes are pending, is the root after they are applied."""
    overlay.set(b"z", b"v" * 50)
    overlay.set(b"a", None)
    overlay.child_set(b"child", b"new", b"n")
    root = overlay.root()
    state = overlay.state
    assert isinstance(state, State)

    assert state.applied(overlay.drain()).root() == root


def test_a_state_without_roots_is_copied_to_find_its_root(overlay: Overlay) -> None:
    """Any readable state will do: its entries are walked."""

    class Window:
        """Reads another state and knows nothing of roots."""

        get = overlay.state.get
        next_key = overlay.state.next_key
        child_get = overlay.state.child_get
        child_next_key = overlay.state.child_next_key

    other = Overlay(Window())
    for changed in (overlay, other):
        changed.set(b"a", b"changed")
        changed.child_set(b"child", b"z", b"new")

    assert other.root() == overlay.root()
    assert other.child_root(b"child") == overlay.child_root(b"child")

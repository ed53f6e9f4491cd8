"""The trie against published roots and encodings; tests/property has the independent oracle."""

import pytest

from aipchain.chain.host.state import CHILD_PREFIX, Changes, State
from aipchain.chain.host.trie import EMPTY_ROOT, Trie, blake2_256, ordered_root

LONG = b"v" * 33
SHORT = b"v" * 32


def root_node(entries: dict[bytes, bytes], version: int = 1) -> bytes:
    """Return the encoding of the root node."""
    trie = Trie(entries, version)
    return next(node for node in trie.proof_nodes() if blake2_256(node) == trie.root())


def test_the_empty_trie_has_the_published_root() -> None:
    """Every Substrate chain knows this root: blake2-256 of a single zero byte."""
    assert Trie().root().hex() == "03170a2e7597b7b7e3d84c05391d139a62b157e78786d8c082f29dcf4c111314"
    assert Trie().root() == ordered_root([], 1) == EMPTY_ROOT
    assert Trie().proof_nodes() == [b"\x00"]


def test_one_entry_is_a_leaf() -> None:
    """A leaf: kind 01 with 2 nibbles, the key, the value with its length (sp-trie, codec_trie_single_tuple)."""
    assert root_node({b"\xaa": b"\xbb"}).hex() == "42aa04bb"


def test_two_disjoint_keys_are_a_branch_of_inline_leaves() -> None:
    """A branch without value, its bitmap, and both leaves inline (sp-trie, codec_trie_two_tuples_disjoint_keys)."""
    node = root_node({b"\x48\x19": b"\xfe", b"\x13\x14": b"\xff"})

    assert node.hex() == "80" + "1200" + "14" + "43031404ff" + "14" + "43081904fe"


def test_a_branch_can_hold_a_value() -> None:
    """A key that is the start of another stands in the branch itself: kind 11, bitmap, value, child."""
    assert root_node({b"\x12": b"\xaa", b"\x12\x34": b"\xbb"}).hex() == "c212" + "0800" + "04aa" + "10" + "410404bb"


def test_a_partial_key_of_63_nibbles_and_more_goes_on_in_the_next_byte() -> None:
    """The six length bits are full at 63; what is over follows, 255 to a byte."""
    assert root_node({b"k" * 31: b""}).hex() == "7e" + "6b" * 31 + "00"
    assert root_node({b"k" * 32: b""}).hex() == "7f01" + "6b" * 32 + "00"
    assert root_node({b"k" * 159: b""}).hex() == "7fff00" + "6b" * 159 + "00"


def test_layout_v1_hashes_values_of_33_bytes_and_more() -> None:
    """32 bytes stay in the node under both layouts; from 33 on V1 keeps the hash, V0 the value."""
    assert root_node({b"\xaa": SHORT}, 1) == root_node({b"\xaa": SHORT}, 0)
    assert root_node({b"\xaa": LONG}, 1) == bytes((0b0010_0010, 0xAA)) + blake2_256(LONG)
    assert root_node({b"\xaa": LONG}, 0) == bytes((0b0100_0010, 0xAA, 33 << 2)) + LONG


def test_layout_v1_marks_a_branch_with_a_hashed_value() -> None:
    """Kind 0001 with four length bits."""
    assert root_node({b"\x12": LONG, b"\x12\x34": b"\xbb"})[:1] == bytes((0b0001_0010,))


def test_there_is_no_third_layout() -> None:
    """Only V0 and V1 exist."""
    with pytest.raises(ValueError, match="no trie layout V2"):
        Trie(version=2)


def test_changing_a_trie_leaves_the_old_one_as_it_was() -> None:
    """Tries share nodes, and none of them ever changes."""
    before = Trie({b"a": b"1", b"b": b"2", b"ab": b"3"})
    root = before.root()

    after = before.changed({b"a": None, b"ab": b"4", b"c": LONG})

    assert (before.get(b"a"), after.get(b"a"), after.get(b"ab"), after.get(b"c")) == (b"1", None, b"4", LONG)
    assert before.root() == root == Trie(dict(before.items())).root()
    assert after.root() == Trie(dict(after.items())).root() != root


def test_removing_what_was_inserted_gives_the_old_root() -> None:
    """A root depends on content only, not on history."""
    trie = Trie({b"abc": b"1", b"abd": b"2"})

    assert trie.insert(b"ab", b"3").insert(b"x", b"4").remove(b"ab").remove(b"x").root() == trie.root()
    assert trie.remove(b"abc").remove(b"abd").root() == EMPTY_ROOT
    assert trie.remove(b"nothing").root() == trie.root()


def test_the_proof_holds_hashed_values_and_every_node_of_32_bytes() -> None:
    """Whoever has the proof can walk from the root to each value."""
    nodes = Trie({b"\x11": LONG, b"\x22": b"x" * 31, b"\x33": b"y"}).proof_nodes()

    assert LONG in nodes
    assert any(b"x" * 31 in node and len(node) >= 32 for node in nodes)
    assert nodes == sorted(set(nodes))


def test_the_ordered_root_is_the_trie_over_compact_indexes() -> None:
    """Extrinsics are keyed by their compact-encoded position, which from 64 on has two bytes."""
    values = [bytes((n,)) * 40 for n in range(70)]
    entries = {bytes((n << 2,)) if n < 64 else bytes((n << 2 & 0xFF | 1, n >> 6)): values[n] for n in range(70)}

    assert ordered_root(values, 1) == Trie(entries, 1).root()
    assert ordered_root(values, 0) == Trie(entries, 0).root() != ordered_root(values, 1)


def test_the_state_puts_child_roots_into_the_top_trie() -> None:
    """A child trie counts for the state root through its own root under its prefixed name."""
    state = State({b"a": b"1"}, {b"child": {b"k": b"v"}})
    child_root = Trie({b"k": b"v"}).root()

    assert state.get(CHILD_PREFIX + b"child") == child_root == state.child_root(b"child")
    assert state.root() == Trie({b"a": b"1", CHILD_PREFIX + b"child": child_root}).root()
    assert state.applied(Changes({}, {b"child": {b"k": None}})).root() == Trie({b"a": b"1"}).root()


def test_applying_gives_the_root_that_was_foretold() -> None:
    """`root_after` and `applied` agree, and the old state stays usable unless it is consumed."""
    state = State({b"%d" % n: b"v%d" % n for n in range(200)})
    root = state.root()
    changes = Changes(
        {b"new%d" % n: LONG for n in range(100)} | {b"%d" % n: None for n in range(100)}, {b"c": {b"x": b"y"}}
    )

    foretold = state.root_after(changes)
    after = state.applied(changes)

    assert after.root() == foretold
    assert (state.root(), state.get(b"5"), state.child_get(b"c", b"x")) == (root, b"v5", None)
    assert after.keys(b"1") == [b"%d" % n for n in range(100, 200)]
    assert after.keys() == [*after.keys(b"1"), CHILD_PREFIX + b"c", *after.keys(b"new")] == sorted(after.keys())
    assert state.applied(changes, consume=True).root() == foretold


def test_keys_are_paged_in_order() -> None:
    """Prefix, start after, and count together give one page."""
    state = State(dict.fromkeys((b"a", b"b", b"b1", b"b2", b"b3", b"c", b"\xff", b"\xff\xff"), b""))

    assert state.keys(b"b") == [b"b", b"b1", b"b2", b"b3"]
    assert state.keys(b"b", after=b"b1", count=1) == [b"b2"]
    assert state.keys(b"b", after=b"a", count=2) == [b"b", b"b1"]
    assert state.keys(b"\xff") == [b"\xff", b"\xff\xff"]
    assert state.keys(b"x") == []
    assert len(state.keys()) == 8

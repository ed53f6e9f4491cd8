"""What is recorded of a trie, and its compact form, on tries small enough to write down."""

from aipchain.chain.host.state import CHILD_PREFIX, Changes, State
from aipchain.chain.host.trie import Trie, blake2_256
from aipchain.chain.pov.compact import compact_proof
from aipchain.chain.pov.recorder import Recorder
from aipchain.chain.pov.witness import Witness

LONG = b"v" * 40
"""A value that its node holds by its hash."""

SHORT = b"s" * 31
"""A value that its node holds, and that makes the node too long to stand inside its parent."""

FORK = {b"\x10": SHORT, b"\x20": SHORT + b"2", b"\x30": SHORT + b"3"}
PAIR = {b"\x11": SHORT, b"\x12": SHORT + b"2", b"\x33": SHORT}


def leaf(nibble: int, value: bytes) -> bytes:
    """Encode a leaf with one nibble of its key and a value below 64 bytes."""
    return bytes((0x41, nibble, len(value) << 2)) + value


def link(node: bytes) -> bytes:
    """Name a node by its hash."""
    return b"\x80" + blake2_256(node)


def proof_of_reading(entries: dict[bytes, bytes], *keys: bytes) -> list[bytes]:
    """Return the proof of reading these keys."""
    witness = Witness(Trie(entries))
    for key in keys:
        witness.read(key)
    return compact_proof(witness)


def test_the_proof_of_an_empty_trie_is_its_one_node() -> None:
    """Whatever is looked for."""
    assert proof_of_reading({}, b"key") == [b"\x00"]


def test_a_node_that_follows_leaves_an_empty_link() -> None:
    """The branch with the bits of three children, the read one's link empty; then that one."""
    proof = proof_of_reading(FORK, b"\x20")

    others = link(leaf(0, FORK[b"\x10"])), link(leaf(0, FORK[b"\x30"]))
    assert proof == [b"\x80" + b"\x0e\x00" + others[0] + b"\x00" + others[1], leaf(0, FORK[b"\x20"])]


def test_an_absent_key_is_proven_by_what_stands_there_instead() -> None:
    """Nothing below an empty slot, or the leaf beside the key."""
    assert len(proof_of_reading(FORK, b"\x40")) == 1
    assert proof_of_reading(FORK, b"\x21")[1:] == [leaf(0, FORK[b"\x20"])]


def test_a_long_value_stands_behind_its_marked_node_once_it_is_read() -> None:
    """Only looked up, the node holds the value's hash."""
    read, located = Witness(Trie({b"\xaa": LONG})), Witness(Trie({b"\xaa": LONG}))
    read.read(b"\xaa")
    located.locate(b"\xaa")

    assert compact_proof(read) == [b"\x01" + b"\x42\xaa\x00", LONG]
    assert compact_proof(located) == [b"\x22\xaa" + blake2_256(LONG)]


def test_a_value_that_two_keys_have_is_there_once() -> None:
    """The second node names it by its hash; and of two equal nodes, only the first is there."""
    proof = proof_of_reading({b"\x10": LONG, b"\x21": LONG, b"\x30": LONG}, b"\x10", b"\x21", b"\x30")

    assert proof.count(LONG) == 1
    assert proof[1:] == [b"\x01\x41\x00\x00", LONG, b"\x21\x01" + blake2_256(LONG)]


def proof_of_writing(changes: dict[bytes, bytes | None]) -> list[bytes]:
    """Return the proof of changing the pair and what stands beside it; without the top node, which is always there."""
    witness = Witness(Trie(PAIR))
    witness.write(changes)
    return compact_proof(witness)[1:]


def test_a_removal_that_joins_two_nodes_looks_at_both() -> None:
    """One of a pair is removed: the other is needed, to become one node with their branch."""
    first, second = b"\x40\x7c" + SHORT, b"\x40\x80" + SHORT + b"2"

    assert proof_of_writing({b"\x11": None}) == [b"\x80\x06\x00" + b"\x00\x00", first, second]
    assert proof_of_writing({b"\x11": b"new"}) == [b"\x80\x06\x00" + b"\x00" + link(second), first]
    assert proof_of_writing({b"\x13": None}) == [b"\x80\x06\x00" + link(first) + link(second)]


def test_a_branch_that_joins_and_comes_back_looks_at_both_too() -> None:
    """Writes count in key order: before the new key split them, the second of the pair was one with their branch."""
    assert proof_of_writing({b"\x11": None, b"\x13": b"new"}) == proof_of_writing({b"\x11": None})
    assert len(proof_of_writing({b"\x12": None, b"\x11": b"new"})) == len(proof_of_writing({b"\x12": None}))


def test_a_child_trie_follows_the_top_trie() -> None:
    """Reading from it also reads its root; what was not looked at is not there."""
    state = State({b"key": LONG}, {b"one": FORK, b"two": PAIR})
    recorder, top, child = Recorder(state), Witness(state.trie), Witness(state.child_trie(b"two"))

    assert recorder.child_get(b"two", b"\x33") == SHORT
    top.read(CHILD_PREFIX + b"two")
    child.read(b"\x33")
    assert recorder.proof() == [*compact_proof(top), *compact_proof(child)]


def test_a_write_to_a_child_trie_is_one_to_its_root_in_the_top_trie() -> None:
    """Also when nothing of the child trie is left, which removes its root."""
    state = State(PAIR, {b"one": {b"\x11": SHORT}})
    recorder, top = Recorder(state), Witness(state.trie)

    recorder.write(Changes({}, {b"one": {b"\x11": None}}))
    top.read(CHILD_PREFIX + b"one")
    top.write({CHILD_PREFIX + b"one": None})
    assert recorder.top.links == top.links


def test_the_next_key_is_looked_up_without_its_value() -> None:
    """The path to where the walk starts and the path to what it finds, None after the last."""
    state = State({b"\x10": LONG, b"\x20": LONG})
    recorder = Recorder(state)

    assert (recorder.next_key(b"\x10"), recorder.next_key(b"\x20")) == (b"\x20", None)
    assert recorder.top.values == set()
    assert len(recorder.proof()) == 2

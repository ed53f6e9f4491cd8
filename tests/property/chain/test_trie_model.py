"""The trie against the definition of its root, written down once more as one small recursion."""

from hashlib import blake2b

from hypothesis import given, settings
from hypothesis import strategies as st

from aipchain.chain.host.state import CHILD_PREFIX, Changes, State
from aipchain.chain.host.trie import Trie

Path = tuple[int, ...]

# Few nibbles and short keys make shared paths, values in branches and collapses likely.
KEYS = st.one_of(
    st.lists(st.sampled_from([0x00, 0x01, 0x10, 0x11, 0xFF]), max_size=4).map(bytes), st.binary(max_size=40)
)
VALUES = st.one_of(st.binary(max_size=3), st.sampled_from([31, 32, 33, 64, 70]).map(bytes))
TOP_KEYS = KEYS.filter(lambda key: not key.startswith(CHILD_PREFIX))
"""Keys a runtime may write itself; those of child roots belong to the host."""

ENTRIES = st.dictionaries(TOP_KEYS, VALUES, max_size=20)
CHANGES = st.dictionaries(TOP_KEYS, st.none() | VALUES, max_size=20)


def blake2(content: bytes) -> bytes:
    """Hash to 32 bytes."""
    return blake2b(content, digest_size=32).digest()


def length(n: int) -> bytes:
    """Encode a length below 2**14."""
    return bytes((n << 2,)) if n < 64 else (n << 2 | 1).to_bytes(2, "little")


def header(kind: str, nibbles: int) -> bytes:
    """Kind bits, then the count of nibbles in the bits left, then bytes of 255."""
    room = 2 ** (8 - len(kind)) - 1
    first = int(kind, 2) << (8 - len(kind)) | min(room, nibbles)
    rest = nibbles - room
    return bytes([first]) + (b"" if rest < 0 else b"\xff" * (rest // 255) + bytes([rest % 255]))


def encode(entries: dict[Path, bytes], version: int) -> bytes:
    """Encode the node that holds these entries, none of which may be missing."""
    paths = list(entries)
    shared = 0
    while all(len(path) > shared and path[shared] == paths[0][shared] for path in paths):
        shared += 1
    partial = paths[0][:shared]
    odd = len(partial) % 2
    packed = bytes(partial[:odd]) + bytes(16 * partial[i] + partial[i + 1] for i in range(odd, len(partial), 2))
    value = entries.get(partial)
    hashed = value is not None and version == 1 and len(value) >= 33
    below = {
        digit: {path[shared + 1 :]: kept for path, kept in entries.items() if path[shared : shared + 1] == (digit,)}
        for digit in range(16)
    }
    children = {digit: group for digit, group in below.items() if group}
    if not children:
        kind = "001" if hashed else "01"
    elif value is None:
        kind = "10"
    else:
        kind = "0001" if hashed else "11"
    content = header(kind, shared) + packed
    if children:
        content += sum(1 << digit for digit in children).to_bytes(2, "little")
    if value is not None:
        content += blake2(value) if hashed else length(len(value)) + value
    for digit in sorted(children):
        node = encode(children[digit], version)
        content += length(min(len(node), 32)) + (node if len(node) < 32 else blake2(node))
    return content


def root(entries: dict[bytes, bytes], version: int) -> bytes:
    """Return the root of a map."""
    if not entries:
        return blake2(b"\x00")
    paths = {tuple(int(digit, 16) for digit in key.hex()): value for key, value in entries.items()}
    return blake2(encode(paths, version))


@given(entries=ENTRIES, version=st.sampled_from([0, 1]))
def test_the_root_is_as_defined(entries: dict[bytes, bytes], version: int) -> None:
    """Any map has the root of the definition, and the trie gives back what was put in."""
    trie = Trie(entries, version)

    assert trie.root() == root(entries, version)
    assert dict(trie.items()) == entries == {key: trie.get(key) for key in entries}
    assert [key for key, _ in trie.items()] == sorted(entries)


@given(entries=ENTRIES, rounds=st.lists(CHANGES, max_size=4), version=st.sampled_from([0, 1]))
def test_changes_give_the_root_of_the_changed_map(
    entries: dict[bytes, bytes], rounds: list[dict[bytes, bytes | None]], version: int
) -> None:
    """Round after round, the root equals the definition's from scratch; earlier tries keep theirs."""
    trie, model = Trie(entries, version), dict(entries)
    history = [(trie, dict(model))]
    for changes in rounds:
        trie = trie.changed(changes)
        model = {key: value for key, value in (model | changes).items() if value is not None}
        history.append((trie, dict(model)))

    for past, expected in history:
        assert past.root() == root(expected, version)
        assert dict(past.items()) == expected


@settings(max_examples=50)
@given(entries=ENTRIES, rounds=st.lists(st.tuples(CHANGES, CHANGES, st.booleans()), max_size=4))
def test_a_state_and_its_root_agree_with_the_plain_maps(
    entries: dict[bytes, bytes], rounds: list[tuple[dict[bytes, bytes | None], dict[bytes, bytes | None], bool]]
) -> None:
    """Top and child tries, block after block, by copying or by taking over."""
    state, top, child = State(entries), dict(entries), dict[bytes, bytes]()
    for top_changes, child_changes, consume in rounds:
        changes = Changes(top_changes, {b"c": child_changes} if child_changes else {})
        foretold = state.root_after(changes)
        state = state.applied(changes, consume=consume)
        top = {key: value for key, value in (top | top_changes).items() if value is not None}
        child = {key: value for key, value in (child | child_changes).items() if value is not None}
        whole = top | ({CHILD_PREFIX + b"c": root(child, 1)} if child else {})

        assert state.root() == foretold == root(whole, 1)
        assert state.keys() == sorted(whole)
        assert state.child_keys(b"c") == sorted(child)
        assert [state.next_key(key) for key in sorted(whole)] == [*sorted(whole)[1:], None][: len(whole)]

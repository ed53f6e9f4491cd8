"""The base-16 Merkle trie whose root is the chain's state root.

Its nodes are immutable (trie_node.py), so a trie and the tries made from it share every subtree they have in common,
and a fork costs nothing.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import TypeAlias

from aipchain.chain.host.nibbles import DIGITS, INDEX, common_length
from aipchain.chain.host.scale import compact
from aipchain.chain.host.trie_node import HASH_BYTES, Node, blake2_256, encode, is_hashed

__all__ = ["EMPTY_ROOT", "Trie", "blake2_256", "ordered_root"]

_EMPTY_NODE = b"\x00"

EMPTY_ROOT = blake2_256(_EMPTY_NODE)
"""Root of a trie without entries."""

_Children: TypeAlias = list[Node | None]
_Change: TypeAlias = tuple[str, bytes | None]


class Trie:
    """An immutable map from byte keys to byte values with a Merkle root."""

    __slots__ = ("_node", "_root", "version")

    def __init__(self, entries: Mapping[bytes, bytes] | None = None, version: int = 1) -> None:
        if version not in (0, 1):
            raise ValueError(f"there is no trie layout V{version}, only V0 and V1")
        self.version = version
        self._node: Node | None = _merge(None, _sorted_changes(entries), 0) if entries else None
        self._root: bytes | None = None

    @property
    def node(self) -> Node | None:
        """The node at the top; its links, and those of all below it, are known once the root was asked for."""
        return self._node

    @property
    def empty(self) -> bool:
        """Whether the trie has no entry."""
        return self._node is None

    def get(self, key: bytes) -> bytes | None:
        """Return the value of `key`, or None."""
        path, node, at = key.hex(), self._node, 0
        while node is not None:
            if not path.startswith(node.partial, at):
                return None
            at += len(node.partial)
            if at == len(path):
                return node.value
            node = None if node.children is None else node.children[INDEX[path[at]]]
            at += 1
        return None

    def insert(self, key: bytes, value: bytes) -> "Trie":
        """Return this trie with `key` set."""
        return self.changed({key: value})

    def remove(self, key: bytes) -> "Trie":
        """Return this trie without `key`."""
        return self.changed({key: None})

    def changed(self, changes: Mapping[bytes, bytes | None]) -> "Trie":
        """Return this trie with every change applied; None removes a key."""
        if not changes:
            return self
        result = Trie(version=self.version)
        result._node = _merge(self._node, _sorted_changes(changes), 0)
        return result

    def items(self) -> Iterator[tuple[bytes, bytes]]:
        """Yield every entry in key order."""
        yield from _walk(self._node, "")

    def root(self) -> bytes:
        """Return the Merkle root, 32 bytes."""
        if self._root is None:
            self._root = EMPTY_ROOT if self._node is None else blake2_256(encode(self._node, self.version))
        return self._root

    def proof_nodes(self) -> list[bytes]:
        """Return every node and every hashed value, sorted: a proof of the whole trie."""
        if self._node is None:
            return [_EMPTY_NODE]
        nodes = {encode(self._node, self.version)}
        _collect(self._node, self.version, nodes)
        return sorted(nodes)


def ordered_root(values: Iterable[bytes], version: int) -> bytes:
    """Return the root of the trie that maps each value's compact-encoded index to the value."""
    return Trie({compact(index): value for index, value in enumerate(values)}, version).root()


def _sorted_changes(changes: Mapping[bytes, bytes | None]) -> list[_Change]:
    return sorted([(key.hex(), value) for key, value in changes.items()])


def _merge(node: Node | None, changes: list[_Change], at: int) -> Node | None:
    """Apply sorted changes to the subtree `node`; all of them share their first `at` nibbles with it."""
    if node is None:
        return _grown(changes, at)
    partial = node.partial
    shared = len(partial)
    if not (changes[0][0].startswith(partial, at) and changes[-1][0].startswith(partial, at)):
        shared = min(common_length(partial, changes[0][0][at:]), common_length(partial, changes[-1][0][at:]))
        children: _Children = [None] * 16
        children[INDEX[partial[shared]]] = Node(partial[shared + 1 :], node.value, node.children)
        return _merge_below(partial[:shared], None, children, changes, at + shared)
    children = [None] * 16 if node.children is None else node.children.copy()
    return _merge_below(partial, node.value, children, changes, at + shared)


def _grown(changes: list[_Change], at: int) -> Node | None:
    """Build the subtree that holds exactly the values set by sorted changes."""
    first = changes[0][0]
    if len(changes) == 1:
        value = changes[0][1]
        return None if value is None else Node(first[at:], value, None)
    shared = common_length(first[at:], changes[-1][0][at:])
    return _merge_below(first[at : at + shared], None, [None] * 16, changes, at + shared)


def _merge_below(
    partial: str, value: bytes | None, children: _Children, changes: list[_Change], at: int
) -> Node | None:
    """Apply changes that all reach the end of a node's `partial`; `children` is given away by the caller."""
    start, count = 0, len(changes)
    thinner = False
    if len(changes[0][0]) == at:
        value, start = changes[0][1], 1
        thinner = value is None
    while start < count:
        digit = changes[start][0][at]
        end = start + 1
        while end < count and changes[end][0][at] == digit:
            end += 1
        index = INDEX[digit]
        child = children[index] = _merge(children[index], changes[start:end], at + 1)
        thinner = thinner or child is None
        start = end
    return _tidied(partial, value, children) if thinner or count == 1 else Node(partial, value, children)


def _tidied(partial: str, value: bytes | None, children: _Children) -> Node | None:
    """Make the node that stands for this value and these children: none, a leaf, the only child, or a branch."""
    live = [index for index, child in enumerate(children) if child is not None]
    if not live:
        return None if value is None else Node(partial, value, None)
    only = children[live[0]]
    if value is None and len(live) == 1 and only is not None:
        return Node(partial + DIGITS[live[0]] + only.partial, only.value, only.children)
    return Node(partial, value, children)


def _walk(node: Node | None, above: str) -> Iterator[tuple[bytes, bytes]]:
    if node is None:
        return
    path = above + node.partial
    if node.value is not None:
        yield bytes.fromhex(path), node.value
    for index, child in enumerate(node.children or ()):
        yield from _walk(child, path + DIGITS[index])


def _collect(node: Node, version: int, nodes: set[bytes]) -> None:
    if node.value is not None and is_hashed(node.value, version):
        nodes.add(node.value)
    for child in node.children or ():
        if child is not None:
            encoded = encode(child, version)
            if len(encoded) >= HASH_BYTES:
                nodes.add(encoded)
            _collect(child, version, nodes)

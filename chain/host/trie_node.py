"""One node of the state's trie, and how it is written down.

Format: Polkadot protocol specification, "State storage trie". In layout V1 a value of 33 bytes or more is replaced by
its hash inside the node; in V0 it never is. A node names a child by its hash, or holds it whole when it is shorter.
"""

from functools import cache
from hashlib import blake2b

from aipchain.chain.host.nibbles import pack
from aipchain.chain.host.scale import compact

__all__ = ["HASH_BYTES", "Node", "blake2_256", "encode", "is_hashed", "link_of"]

HASH_BYTES = 32
INLINE_VALUE_BYTES = 32
"""The longest value that layout V1 keeps inside its node [bytes]."""

_LEAF, _LEAF_WITH_HASH = (0b01 << 6, 6), (0b001 << 5, 5)
_BRANCH, _BRANCH_WITH_VALUE, _BRANCH_WITH_HASH = (0b10 << 6, 6), (0b11 << 6, 6), (0b0001 << 4, 4)


def blake2_256(content: bytes) -> bytes:
    """Hash with BLAKE2b to 32 bytes."""
    return blake2b(content, digest_size=HASH_BYTES).digest()


class Node:
    """A leaf (`children` is None) or a branch; immutable, but `link` caches how a parent refers to it."""

    __slots__ = ("children", "link", "partial", "value")

    def __init__(self, partial: str, value: bytes | None, children: "list[Node | None] | None") -> None:
        self.partial = partial
        self.value = value
        self.children = children
        self.link: bytes | None = None


def encode(node: Node, version: int) -> bytes:
    """Encode a node as it is hashed; fills the links of its children."""
    value, children = node.value, node.children
    hashed = value is not None and is_hashed(value, version)
    if children is None:
        prefix, bits = _LEAF_WITH_HASH if hashed else _LEAF
    elif value is None:
        prefix, bits = _BRANCH
    else:
        prefix, bits = _BRANCH_WITH_HASH if hashed else _BRANCH_WITH_VALUE
    parts = [_header(prefix, bits, len(node.partial)), pack(node.partial)]
    if value is not None:
        parts.append(blake2_256(value) if hashed else compact(len(value)) + value)
    if children is not None:
        bitmap = 0
        for index, child in enumerate(children):
            if child is not None:
                bitmap |= 1 << index
                parts.append(child.link or link_of(child, version))
        parts.insert(2, bitmap.to_bytes(2, "little"))
    return b"".join(parts)


def link_of(node: Node, version: int) -> bytes:
    """Return how a parent refers to `node`: length, then its encoding when shorter than a hash, else its hash."""
    encoded = encode(node, version)
    node.link = compact(len(encoded)) + encoded if len(encoded) < HASH_BYTES else compact(32) + blake2_256(encoded)
    return node.link


def is_hashed(value: bytes, version: int) -> bool:
    """Tell whether a node holds this value by its hash only."""
    return version == 1 and len(value) > INLINE_VALUE_BYTES


@cache
def _header(prefix: int, bits: int, length: int) -> bytes:
    """Encode node kind and partial length [nibbles]; lengths past the first byte go on in bytes of 255."""
    room = (1 << bits) - 1
    if length < room:
        return bytes((prefix | length,))
    full, rest = divmod(length - room, 255)
    return bytes((prefix | room, *[255] * full, rest))

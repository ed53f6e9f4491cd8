"""The compact form of a proof: a partial trie's nodes from the top down, without the hashes that follow from the rest.

As `sp_trie::encode_compact`: a node's link to a child that follows is left empty; a value that the node holds by its
hash stands behind the node, which is then marked and has an empty value. What is there already, because the trie holds
the same node or value twice, is named by its hash. Nodes shorter than a hash stand inside their parents as always.
"""

from aipchain.chain.host.trie_node import HASH_BYTES, Node, encode, is_hashed
from aipchain.chain.pov.witness import Witness

__all__ = ["compact_proof"]

_EMPTY_TRIE = b"\x00"
_VALUE_FOLLOWS = b"\x01"
_BYTES_OF_LINK_BY_HASH = 1 + HASH_BYTES

_FOLLOWS = Node("", None, None)
"""Stands for a child that follows: its link is empty."""

_FOLLOWS.link = b"\x00"


def compact_proof(witness: Witness) -> list[bytes]:
    """Return the items of a proof of everything that `witness` saw."""
    top = witness.trie.node
    return [_EMPTY_TRIE] if top is None else _Compaction(witness).items(top)


class _Compaction:
    """One proof in the making: what is still to come of nodes, by their links, and of values."""

    def __init__(self, witness: Witness) -> None:
        self._version = witness.trie.version
        self._links = {link for link in witness.links if len(link) == _BYTES_OF_LINK_BY_HASH}
        self._values = {value for value in witness.values if is_hashed(value, self._version)}

    def items(self, node: Node) -> list[bytes]:
        """Return a node and all that follows it."""
        if node.value not in self._values:
            children, below = self._shortened(node.children)
            return [encode(Node(node.partial, node.value, children), self._version), *below]
        self._values.discard(node.value)
        children, below = self._shortened(node.children)
        return [_VALUE_FOLLOWS + encode(Node(node.partial, b"", children), self._version), node.value, *below]

    def _shortened(self, children: list[Node | None] | None) -> tuple[list[Node | None] | None, list[bytes]]:
        if children is None:
            return None, []
        below: list[bytes] = []
        shortened: list[Node | None] = []
        for child in children:
            if child is None or child.link not in self._links:
                shortened.append(child)
                continue
            self._links.discard(child.link)
            shortened.append(_FOLLOWS)
            below += self.items(child)
        return shortened, below

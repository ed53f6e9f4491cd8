"""What a computation looks at in one trie.

Reads walk the trie as it was. Writes count as sp-trie counts them: one after the other in key order, each on what the
ones before it left. So a removal that leaves a branch with one child, and no value, also looks at that child, because
the two become one node, even when a later change of the same block makes it a branch again.
"""

from collections.abc import Iterator, Mapping

from aipchain.chain.host.nibbles import INDEX
from aipchain.chain.host.trie import Trie
from aipchain.chain.host.trie_node import Node

__all__ = ["Witness"]


class Witness:
    """The parts of `trie` that were looked at: nodes, by the links that name them, and values."""

    def __init__(self, trie: Trie) -> None:
        trie.root()  # from here on every link is known
        self.trie = trie
        self.links: set[bytes] = set()
        self.values: set[bytes] = set()

    def read(self, key: bytes) -> None:
        """Look up `key` and read its value, if it has one."""
        found = self.locate(key)
        if found is not None and found.value is not None:
            self.values.add(found.value)

    def locate(self, key: bytes) -> Node | None:
        """Look up `key` without reading a value; return its node, None when there is none."""
        path = self._walked(self.trie, key)
        return path[-1] if _leads_to(path, key) else None

    def write(self, changes: Mapping[bytes, bytes | None]) -> None:
        """Make every change, None removes a key; the trie itself stays as it is."""
        after = self.trie
        for key in sorted(changes):
            path = self._walked(after, key)
            if changes[key] is None and _leads_to(path, key):
                self._see(_joined(path))
            after = after.changed({key: changes[key]})

    def _walked(self, trie: Trie, key: bytes) -> list[Node]:
        path = list(_path(trie.node, key.hex()))
        self._see(path)
        return path

    def _see(self, nodes: list[Node]) -> None:
        self.links.update(node.link for node in nodes if node.link is not None)


def _path(node: Node | None, wanted: str) -> Iterator[Node]:
    """Yield the nodes from the top towards a key, as far as there are any; the last one may lie beside it."""
    at = 0
    while node is not None:
        yield node
        end = at + len(node.partial)
        if node.children is None or end >= len(wanted) or not wanted.startswith(node.partial, at):
            return
        node = node.children[INDEX[wanted[end]]]
        at = end + 1


def _leads_to(path: list[Node], key: bytes) -> bool:
    """Tell whether a path towards `key` ends in the node that holds its value."""
    if not path or path[-1].value is None:
        return False
    nibbles = sum(len(node.partial) for node in path) + len(path) - 1
    return nibbles == 2 * len(key) and key.hex().endswith(path[-1].partial)


def _joined(path: list[Node]) -> list[Node]:
    """Return the child that becomes one node with its branch when the value at the end of a path is removed."""
    gone = path[-1] if path[-1].children is None else None
    branch = path[-1] if gone is None else path[-2] if len(path) > 1 else None
    if branch is None or (gone is not None and branch.value is not None):
        return []
    left = [child for child in branch.children or () if child is not None and child is not gone]
    return left if len(left) == 1 else []

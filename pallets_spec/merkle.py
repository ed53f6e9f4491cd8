"""A commitment to a list: one hash that nothing but this list has, and a short path that shows one item of it.

The items are the leaves of a tree: a leaf is the hash of an item's bytes, a node the hash of its two children, left one
first. The last node of a row that has no neighbour moves up as it is.
"""

from collections.abc import Sequence

from aipchain.pallets_spec.scale import blake2_256
from aipchain.pallets_spec.types import NO_HASH, Hash

__all__ = ["leads_to", "path_to", "root_of"]


def root_of(items: Sequence[bytes]) -> Hash:
    """The commitment to the items; zero for none."""
    row = [blake2_256(item) for item in items]
    while len(row) > 1:
        row = _row_above(row)
    return row[0] if row else NO_HASH


def path_to(items: Sequence[bytes], index: int) -> tuple[Hash, ...]:
    """The neighbours on the way from the item at `index` up to the root; none where a node moves up as it is."""
    row, path = [blake2_256(item) for item in items], []
    while len(row) > 1:
        neighbour = index ^ 1
        if neighbour < len(row):
            path.append(row[neighbour])
        row, index = _row_above(row), index // 2
    return tuple(path)


def leads_to(root: Hash, item: bytes, index: int, items: int, path: Sequence[Hash]) -> bool:
    """Whether the path leads from the item at `index` of so many items to the root."""
    if index >= items:
        return False
    node, row = blake2_256(item), items
    for neighbour in path:
        is_right = index % 2 == 1 or index + 1 == row
        node = blake2_256(neighbour + node if is_right else node + neighbour)
        index, row = index // 2, (row + 1) // 2
    return node == root


def _row_above(row: Sequence[Hash]) -> list[Hash]:
    pairs = [blake2_256(left + right) for left, right in zip(row[::2], row[1::2], strict=False)]
    return [*pairs, row[-1]] if len(row) % 2 else pairs

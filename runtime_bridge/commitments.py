"""Commitments to the duals of a clearing, recomputed outside the chain: what it stores, and how one dual is shown.

The tree is that of `binary-merkle-tree`: a leaf is the hash of a dual's SCALE bytes, a node that of its two children,
and the last node of a row that has no neighbour moves up as it is.
"""

from collections.abc import Sequence

from aipchain.runtime_bridge.bindings import blake2_256
from aipchain.runtime_bridge.layouts import layout_of
from aipchain.runtime_bridge.types import Dual, Hash, Leaf

__all__ = ["commitment", "leaf_of"]

_DUAL = layout_of(Dual)


def commitment(duals: Sequence[Dual]) -> Hash:
    """Hash the duals of a certificate: the `commitment` of `IntervalCleared` and of the book; zero for none."""
    row = _leaves(duals)
    while len(row) > 1:
        row = _row_above(row)
    return row[0] if row else bytes(32)


def leaf_of(duals: Sequence[Dual], index: int) -> Leaf:
    """Show the dual at `index` with its way to the commitment.

    :raises IndexError: there is no such dual.
    """
    row, place, path = _leaves(duals), index, []
    while len(row) > 1:
        neighbour = place ^ 1
        if neighbour < len(row):
            path.append(row[neighbour])
        row, place = _row_above(row), place // 2
    return Leaf(duals[index], index, tuple(path))


def _leaves(duals: Sequence[Dual]) -> list[bytes]:
    return [blake2_256(_DUAL.encode(dual)) for dual in duals]


def _row_above(row: Sequence[bytes]) -> list[bytes]:
    pairs = [blake2_256(left + right) for left, right in zip(row[::2], row[1::2], strict=False)]
    return [*pairs, row[-1]] if len(row) % 2 else pairs

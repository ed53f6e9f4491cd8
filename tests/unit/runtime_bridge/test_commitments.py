"""Commitments as the chain makes them: the specification shows every dual by the leaf we make, to the root we make."""

import pytest

from aipchain.pallets_spec import merkle
from aipchain.runtime_bridge import types as t
from aipchain.runtime_bridge.commitments import commitment, leaf_of
from aipchain.units import Price, Wh


def _duals(size: int) -> tuple[t.Dual, ...]:
    return tuple(t.Dual(t.OrderNumber(number), Wh(number + 1), Price(2**40 + number)) for number in range(size))


def _item(dual: t.Dual) -> bytes:
    return b"".join(number.to_bytes(8, "little") for number in (dual.order, dual.wh, dual.surplus))


@pytest.mark.parametrize("size", range(12))
def test_a_leaf_leads_to_the_commitment(size: int) -> None:
    """For every number of duals, also none."""
    duals = _duals(size)
    root = commitment(duals)

    assert root == merkle.root_of([_item(dual) for dual in duals])
    for index in range(size):
        leaf = leaf_of(duals, index)
        assert merkle.leads_to(root, _item(leaf.dual), leaf.index, size, leaf.path)  # type: ignore[arg-type]


def test_a_leaf_of_no_dual_is_refused() -> None:
    """There are three."""
    with pytest.raises(IndexError):
        leaf_of(_duals(3), 3)

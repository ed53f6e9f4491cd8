"""Sharing a whole number, worked out by hand."""

import pytest

from aipchain.market.allocation.shares import allocate, delivered_shares
from aipchain.units import Wh


def test_allocation_rounds_cumulatively() -> None:
    """Ten units over three equal weights: the shares sum to ten and differ by at most one."""
    assert allocate(10, [1, 1, 1]) == [3, 3, 4]
    assert allocate(0, [0, 0]) == [0, 0]
    assert delivered_shares([Wh(500), Wh(500)], Wh(701)) == [350, 351]
    assert delivered_shares([Wh(500), Wh(500)], Wh(9_999)) == [500, 500]


def test_allocation_refuses_what_cannot_be_shared() -> None:
    """Nothing is lost in silence."""
    with pytest.raises(ValueError, match="all weights are zero"):
        allocate(1, [0])
    with pytest.raises(ValueError, match="negative"):
        allocate(1, [2, -1])

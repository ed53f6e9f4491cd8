"""An agent stays within what its household allows."""

import pytest

from aipchain.orchestrator.mandate import Limits, first_excess
from aipchain.runtime_bridge.types import MeterId, NewOrder, Side
from aipchain.units import Price, Wh

LIMITS = Limits(most_wh=Wh(1_000), dearest_bid=Price(300), cheapest_offer=Price(80))


def order(side: Side, wh: int, limit: int) -> NewOrder:
    """One order of the household's meter."""
    return NewOrder(0, MeterId(7), side, Wh(wh), Price(limit))


@pytest.mark.parametrize(
    "orders",
    [
        (),
        (order(Side.BID, 1_000, 300),),
        (order(Side.BID, 500, 300), order(Side.BID, 500, 10), order(Side.OFFER, 1_000, 80)),
    ],
)
def test_orders_at_the_limits_pass(orders: tuple[NewOrder, ...]) -> None:
    """Each side has the whole energy for itself."""
    assert first_excess(LIMITS, orders) is None


@pytest.mark.parametrize(
    ("orders", "reason"),
    [
        ((order(Side.BID, 1_001, 300),), "its bids come to 1001 Wh, and 1000 Wh are allowed"),
        ((order(Side.OFFER, 600, 80), order(Side.OFFER, 600, 90)), "its offers come to 1200 Wh"),
        ((order(Side.BID, 1, 301),), "it bids 301 base units per Wh, and 300 are allowed"),
        ((order(Side.OFFER, 1, 79),), "it offers at 79 base units per Wh, and 80 is the least"),
    ],
)
def test_what_goes_beyond_is_told(orders: tuple[NewOrder, ...], reason: str) -> None:
    """Energy is summed up by side, prices are looked at one by one."""
    assert (first_excess(LIMITS, orders) or "").startswith(reason)

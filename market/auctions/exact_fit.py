"""Fill-or-kill orders of one interval that add up: leave out a few near the margin so that both sides are equal.

Where all orders are fill-or-kill, a clearing is two sets of orders of exactly equal energy. Starting from the merit
order, this looks at the last served orders of each side, the ones worth least, and finds the subsets of bids and offers
to keep that are equal in energy and lose least welfare: all subsets of the bids by their energy, all of the offers
against them (meet in the middle; Horowitz and Sahni 1974). What is served before them stays as it is.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from aipchain.market.auctions.conditions import LinkedOrder
from aipchain.market.book import OrderNumber, Side

__all__ = ["exact_fit"]

_LOOKED_AT: Final = 12
"""Orders of each side of which all subsets are tried: 4,096 of them."""

_Kept = tuple[int, int]
"""Welfare from a subset, less than zero for offers [base units], and the orders in it as bits."""


def exact_fit(
    bids: Sequence[LinkedOrder], offers: Sequence[LinkedOrder], fills: Mapping[OrderNumber, tuple[int, ...]]
) -> dict[OrderNumber, tuple[int, ...]] | None:
    """Fills that balance, with every order looked at in full or out; None if no subsets are equal.

    :param fills: of the merit order, in one interval [Wh]; orders before the ones looked at must keep their conditions.
    """
    fixed_bids, last_bids = _looked_at(bids, fills)
    fixed_offers, last_offers = _looked_at(offers, fills)
    if not all(order.accepts(fills[order.number]) for order in (*fixed_bids, *fixed_offers)):
        return None
    ahead = sum(fills[order.number][0] for order in fixed_bids) - sum(fills[order.number][0] for order in fixed_offers)
    kept = _best_match(_by_energy(last_bids), _by_energy(last_offers), ahead)
    if kept is None:
        return None
    served = {order.number: fills[order.number] for order in (*fixed_bids, *fixed_offers)}
    for orders, bits in ((last_bids, kept[0]), (last_offers, kept[1])):
        served |= {order.number: order.wh for place, order in enumerate(orders) if bits >> place & 1}
    return served


def _looked_at(
    orders: Sequence[LinkedOrder], fills: Mapping[OrderNumber, tuple[int, ...]]
) -> tuple[list[LinkedOrder], list[LinkedOrder]]:
    """The served orders that stay as they are, and the last ones."""
    served = [order for order in orders if order.number in fills]
    return served[:-_LOOKED_AT], served[-_LOOKED_AT:]


def _by_energy(orders: Sequence[LinkedOrder]) -> dict[int, _Kept]:
    """For each energy that a subset has [Wh], the subset to keep: bids worth most, offers asking least."""
    found: dict[int, _Kept] = {0: (0, 0)}
    for place, order in enumerate(orders):
        sign = 1 if order.side is Side.BID else -1
        for energy, (worth, bits) in list(found.items()):
            total, candidate = energy + order.wh[0], worth + sign * order.limit_price * order.wh[0]
            if total not in found or candidate > found[total][0]:
                found[total] = candidate, bits | 1 << place
    return found


def _best_match(bids: Mapping[int, _Kept], offers: Mapping[int, _Kept], ahead: int) -> tuple[int, int] | None:
    """The bids and offers to keep, of equal energy and most welfare, as bits."""
    best: tuple[int, int, int] | None = None
    for energy, (worth, bid_bits) in bids.items():
        if energy + ahead in offers:
            other, offer_bits = offers[energy + ahead]
            if best is None or worth + other > best[0]:
                best = (worth + other, bid_bits, offer_bits)
    return best[1:] if best else None

"""Orders with conditions over 64-bit columns: `branch_and_bound` with nodes that are relaxed as arrays.

Import it only where numpy is installed. Orders go in and clearings come out as objects, as in the plain form: nearly
all of the time is in the nodes of the search, and the search is the same, step by step. With numba a node's curves are
merged by a compiled loop, without it numpy cuts them; all give equal bytes. Refused are books of which one side's
energy, or all orders' worth, reaches 2^62.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from aipchain.market.auctions.array_book import LARGEST
from aipchain.market.auctions.array_pieces import (
    IN,
    OUT,
    Bools,
    LinkedOrders,
    cut_wh,
    linked_orders,
    merged_wh,
    pieces_of,
)
from aipchain.market.auctions.branch_and_bound import MOST_NODES, best_fills, sides_of
from aipchain.market.auctions.conditions import ConditionalClearing, LinkedOrder, clearing_of
from aipchain.market.auctions.relaxation import Node, Served, Sides, worst_last
from aipchain.market.book import OrderNumber
from aipchain.market.compiled import HAS_NUMBA
from aipchain.market.errors import OutsideArrayRange
from aipchain.market.words import Int64s

__all__ = ["clear_conditional_arrays"]


def clear_conditional_arrays(
    orders: Iterable[LinkedOrder],
    *,
    k_permille: int = 500,
    seed: int = 0,
    most_nodes: int = MOST_NODES,
    lowest_price: int = 0,
    compiled: bool = HAS_NUMBA,
) -> ConditionalClearing:
    """As `branch_and_bound.clear_conditional`.

    :param compiled: whether to use numba's loop; the result is the same.
    :raises DuplicateOrder, BadOrder, TypeError: see `conditions.refuse_orders`.
    :raises OutsideArrayRange: numbers too large for 64 bits.
    """
    listed, sides = sides_of(orders, seed, lowest_price)
    _refuse_wide(sides)
    fills, bound = best_fills(_arrays_of(sides, compiled=compiled), sides, most_nodes)
    return clearing_of(listed, fills, bound=bound, k_permille=k_permille, seed=seed)


@dataclass(frozen=True)
class _ArrayRelaxation:
    """Fills of both sides by interval and order [Wh] and their welfare [base units]."""

    sides: "_ArraySides"
    bid_fills: Int64s
    offer_fills: Int64s
    welfare: int

    @cached_property
    def fills(self) -> dict[OrderNumber, tuple[int, ...]]:
        """As in the plain form."""
        both = (self.sides.bids, self.bid_fills), (self.sides.offers, self.offer_fills)
        return {order.number: wh for side, fills in both for order, wh in _served(side, fills, _any(fills))}


@dataclass(frozen=True, slots=True)
class _ArraySides:
    """All orders; `place_of` gives an order's state its place: all bids, then all offers, best first."""

    bids: LinkedOrders
    offers: LinkedOrders
    place_of: dict[OrderNumber, int]
    compiled: bool

    def relax(self, node: Node) -> _ArrayRelaxation | None:
        """See `relaxation.Problem`."""
        states = np.zeros(len(self.place_of), np.int8)
        for number, taken in node.decided.items():
            states[self.place_of[number]] = IN if taken else OUT
        bid_states, offer_states = np.split(states, [len(self.bids.orders)])
        bid_fills, offer_fills = np.zeros_like(self.bids.wh), np.zeros_like(self.offers.wh)
        for t, window in enumerate(node.windows):
            bids = pieces_of(self.bids, bid_states, t, window)
            offers = pieces_of(self.offers, offer_states, t, window)
            if bids is None or offers is None:
                return None
            required = max(bids.required_wh, offers.required_wh)
            traded = (merged_wh if self.compiled else cut_wh)(bids.wh, bids.limits, offers.wh, offers.limits, required)
            if traded < required:
                return None
            bids.serve(int(traded), bid_fills[t])
            offers.serve(int(traded), offer_fills[t])
        worth = self.bids.limits @ bid_fills.sum(axis=0) - self.offers.limits @ offer_fills.sum(axis=0)
        return _ArrayRelaxation(self, bid_fills, offer_fills, int(worth))

    def broken(self, relaxed: _ArrayRelaxation) -> list[Served]:
        """See `relaxation.Problem`."""
        both = (self.bids, relaxed.bid_fills), (self.offers, relaxed.offer_fills)
        return worst_last(served for side, fills in both for served in _served(side, fills, _is_broken(side, fills)))

    def conflict(self, relaxed: _ArrayRelaxation) -> tuple[int, int] | None:
        """See `relaxation.Problem`."""
        for t, (bid_fills, offer_fills) in enumerate(zip(relaxed.bid_fills, relaxed.offer_fills, strict=True)):
            bids, offers = np.flatnonzero(bid_fills), np.flatnonzero(offer_fills)
            if len(bids) and self.offers.limits[offers[-1]] > self.bids.limits[bids[-1]]:
                return t, int(self.bids.limits[bids[-1]])
        return None


def _refuse_wide(sides: Sides) -> None:
    both = sides.bids, sides.offers
    energy = max(sum(sum(order.wh) for order in side) for side in both)
    worth = sum(abs(order.limit_price) * sum(order.wh) for side in both for order in side)
    for what, value in (("the energy of one side", energy), ("the worth of all orders at their limits", worth)):
        if value > LARGEST:
            raise OutsideArrayRange(what, value, LARGEST)


def _arrays_of(sides: Sides, *, compiled: bool) -> _ArraySides:
    bids, offers = (linked_orders(side, sides.intervals) for side in (sides.bids, sides.offers))
    place_of = {order.number: place for place, order in enumerate((*sides.bids, *sides.offers))}
    return _ArraySides(bids, offers, place_of, compiled)


def _served(side: LinkedOrders, fills: Int64s, chosen: Bools) -> Iterator[Served]:
    """The chosen orders of a side, and their fills in each interval [Wh]."""
    rows = np.flatnonzero(chosen)
    return zip([side.orders[row] for row in rows.tolist()], map(tuple, fills[:, rows].T.tolist()), strict=True)


def _any(table: Int64s | Bools) -> Bools:
    """Whether an order has anything in any interval."""
    found: Bools = np.any(table, axis=0)
    return found


def _is_broken(side: LinkedOrders, fills: Int64s) -> Bools:
    return side.is_conditional & _any(fills) & _any(fills < side.least_wh)

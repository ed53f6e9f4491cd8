"""What may be served of one side of a book with conditions in one interval, as arrays: `relaxation`, over columns.

Import it only where numpy is installed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from aipchain.market.auctions.conditions import LinkedOrder
from aipchain.market.auctions.relaxation import Window
from aipchain.market.book import Side
from aipchain.market.compiled import compiled
from aipchain.market.words import Int64s, int64s

__all__ = [
    "IN",
    "OUT",
    "Bools",
    "LinkedOrders",
    "Pieces",
    "States",
    "cut_wh",
    "linked_orders",
    "merged_wh",
    "pieces_of",
]

IN: Final = 1
OUT: Final = -1
Bools: TypeAlias = npt.NDArray[np.bool_]
States: TypeAlias = npt.NDArray[np.int8]
"""What a node says of each order: in, out, or 0 for undecided."""


@dataclass(frozen=True, slots=True)
class LinkedOrders:
    """One side, best first: limits, and energy and least fill by interval and order [Wh].

    `offsets` rise from the best limit on: minus the limit for bids, the limit for offers.
    """

    orders: Sequence[LinkedOrder]
    offsets: Int64s
    limits: Int64s
    wh: Int64s
    least_wh: Int64s
    is_conditional: Bools


def linked_orders(orders: Sequence[LinkedOrder], intervals: int) -> LinkedOrders:
    """The columns of one side, whose orders are given best first."""
    limits = int64s("a limit price", [order.limit_price for order in orders])
    wh = _by_interval("an order's energy", [order.wh for order in orders], intervals)
    least = _by_interval("a least fill", [order.least_wh for order in orders], intervals)
    offsets = -limits if orders and orders[0].side is Side.BID else limits
    is_conditional: Bools = np.any(least, axis=0)
    return LinkedOrders(orders, offsets, limits, wh, least, is_conditional)


def _by_interval(what: str, rows: Sequence[Sequence[int]], intervals: int) -> Int64s:
    """Whole numbers of each order, as a table by interval and order."""
    return int64s(what, [*chain.from_iterable(rows)]).reshape(len(rows), intervals).T.copy()


@dataclass(frozen=True, slots=True)
class Pieces:
    """What may be served of one side in one interval: pieces of orders, the first `required` of them before others."""

    rows: Int64s
    wh: Int64s
    limits: Int64s
    required: int
    required_wh: int

    def serve(self, energy: int, fills: Int64s) -> None:
        """Add `energy` [Wh] from the front of the pieces to fills by row; an order can have a piece in either part."""
        served = np.clip(energy - (np.cumsum(self.wh) - self.wh), 0, self.wh)
        fills[self.rows[: self.required]] += served[: self.required]
        fills[self.rows[self.required :]] += served[self.required :]


def pieces_of(side: LinkedOrders, states: States, t: int, window: Window) -> Pieces | None:
    """The pieces of a side; None if an order that is in may not trade in the price window."""
    may_trade = _may_trade(side, window)
    least = np.where(states == IN, side.least_wh[t], 0)
    if least[may_trade:].any():
        return None
    free = np.where(states[:may_trade] == OUT, 0, side.wh[t, :may_trade] - least[:may_trade])
    required_rows, free_rows = np.flatnonzero(least), np.flatnonzero(free)
    rows = np.concatenate((required_rows, free_rows))
    wh = np.concatenate((least[required_rows], free[free_rows]))
    return Pieces(rows, wh, side.limits[rows], len(required_rows), int(least.sum()))


def _may_trade(side: LinkedOrders, window: Window) -> int:
    """How many orders of a side, best first, may trade in a price window."""
    low, high = window
    if not side.orders:
        return 0
    worst = (None if low is None else -low) if side.orders[0].side is Side.BID else high
    return len(side.orders) if worst is None else int(np.searchsorted(side.offsets, worst, side="right"))


@compiled
def merged_wh(bid_wh: Int64s, bid_limits: Int64s, offer_wh: Int64s, offer_limits: Int64s, required: int) -> int:
    """Energy traded [Wh]: what is required at any price, the rest while it crosses (`relaxation._merge`)."""
    traded = bid = offer = bid_left = offer_left = 0
    while True:
        if bid_left == 0:
            if bid == len(bid_wh):
                break
            bid_left = bid_wh[bid]
            bid += 1
        if offer_left == 0:
            if offer == len(offer_wh):
                break
            offer_left = offer_wh[offer]
            offer += 1
        step = min(bid_left, offer_left)
        if bid_limits[bid - 1] < offer_limits[offer - 1]:
            step = min(step, required - traded)
        if step <= 0:
            break
        bid_left, offer_left, traded = bid_left - step, offer_left - step, traded + step
    return traded


def cut_wh(bid_wh: Int64s, bid_limits: Int64s, offer_wh: Int64s, offer_limits: Int64s, required: int) -> int:
    """The same by cutting both curves at the ends of all pieces: up to the first cut beyond `required` that loses."""
    if not (len(bid_wh) and len(offer_wh)):
        return 0
    bid_ends, offer_ends = np.cumsum(bid_wh), np.cumsum(offer_wh)
    total = min(bid_ends[-1], offer_ends[-1])
    ends = np.unique(np.concatenate((bid_ends, offer_ends)))
    ends = ends[ends <= total]
    tops, asks = bid_limits[np.searchsorted(bid_ends, ends)], offer_limits[np.searchsorted(offer_ends, ends)]
    losing = np.flatnonzero((tops < asks) & (ends > required))
    if not len(losing):
        return int(total)
    start = int(ends[losing[0] - 1]) if losing[0] else 0
    return max(start, required)

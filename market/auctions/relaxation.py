"""What a node of the search is worth at most: its orders served in any part, each interval by itself.

`Problem` is what the search asks of a form of the book: `Sides` is the plain one, `conditions_arrays` has another.

A node says of some orders with conditions that they are in or out, and for each interval between which limits its price
lies. Relaxed, it is a merit order in which what is in comes first, at any price; undecided orders follow while they
cross. Its welfare is an upper bound of every clearing under the node.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from aipchain.market.auctions.conditions import LinkedOrder
from aipchain.market.book import OrderNumber, Side

__all__ = [
    "Node",
    "Problem",
    "Relaxation",
    "Relaxed",
    "Served",
    "Sides",
    "Window",
    "may_trade",
    "welfare_of",
    "worst_last",
]

Window = tuple[int | None, int | None]
"""Lowest and highest price of an interval; None is without bound."""
Served = tuple[LinkedOrder, tuple[int, ...]]
"""An order and what is served of it in each interval [Wh]."""


@dataclass(frozen=True, slots=True)
class Node:
    """Decisions on orders by number (True is in), and price windows by interval."""

    decided: Mapping[OrderNumber, bool]
    windows: tuple[Window, ...]


@dataclass(frozen=True, slots=True)
class Relaxation:
    """Fills per order and interval [Wh] and their welfare [base units]; orders without fills may be missing."""

    fills: Mapping[OrderNumber, tuple[int, ...]]
    welfare: int


class Relaxed(Protocol):
    """The relaxation of a node, in any form."""

    @property
    def fills(self) -> Mapping[OrderNumber, tuple[int, ...]]:
        """Energy served, by order and interval [Wh]; orders of which nothing is served are missing."""

    @property
    def welfare(self) -> int:
        """What it is worth [base units]."""


_R = TypeVar("_R", bound=Relaxed)


class Problem(Protocol[_R]):
    """A book of orders with conditions, as the search asks about it."""

    def relax(self, node: Node) -> _R | None:
        """The best fills if undecided orders may be served in any part; None if what is in cannot be served."""

    def broken(self, relaxed: _R) -> list[Served]:
        """Orders served against their conditions, worst price of either side last."""

    def conflict(self, relaxed: _R) -> tuple[int, int] | None:
        """The first interval in which a dearer offer is served than some bid, and the limit of the cheapest bid."""


@dataclass(frozen=True, slots=True)
class Sides:
    """All orders, best first."""

    bids: Sequence[LinkedOrder]
    offers: Sequence[LinkedOrder]
    intervals: int

    def relax(self, node: Node) -> Relaxation | None:
        """See `Problem`."""
        fills: dict[OrderNumber, list[int]] = {}
        for t, window in enumerate(node.windows):
            bids, offers = _pieces(self.bids, node, t, window), _pieces(self.offers, node, t, window)
            if bids is None or offers is None or not _merge(bids, offers, fills, t, self.intervals):
                return None
        served = {number: tuple(wh) for number, wh in fills.items()}
        return Relaxation(served, welfare_of(self, served))

    def broken(self, relaxed: Relaxation) -> list[Served]:
        """See `Problem`."""
        fills = relaxed.fills
        conditional = (order for order in (*self.bids, *self.offers) if order.is_conditional and order.number in fills)
        return worst_last((each, fills[each.number]) for each in conditional if not each.accepts(fills[each.number]))

    def conflict(self, relaxed: Relaxation) -> tuple[int, int] | None:
        """See `Problem`."""
        for t in range(self.intervals):
            bids, offers = (
                [
                    order.limit_price
                    for order in side
                    if order.number in relaxed.fills and relaxed.fills[order.number][t]
                ]
                for side in (self.bids, self.offers)
            )
            if bids and max(offers) > min(bids):
                return t, min(bids)
        return None


def worst_last(served: Iterable[Served]) -> list[Served]:
    """By what their fills are worth at their limits, bids more than offers; equal ones by number."""

    def loss(each: Served) -> tuple[int, int]:
        order, fills = each
        worth = order.limit_price * sum(fills)
        return (-worth if order.side is Side.BID else worth), order.number

    return sorted(served, key=loss)


def welfare_of(sides: Sides, fills: Mapping[OrderNumber, Sequence[int]]) -> int:
    """What bids are worth above what offers ask, all at their limits [base units]."""
    worth = sum(order.limit_price * sum(fills.get(order.number, ())) for order in sides.bids)
    return worth - sum(order.limit_price * sum(fills.get(order.number, ())) for order in sides.offers)


@dataclass(frozen=True, slots=True)
class _Pieces:
    """What may be served of one side in one interval: pieces of orders, those that must be first."""

    required_wh: int
    pieces: list[tuple[LinkedOrder, int]]


def _pieces(orders: Sequence[LinkedOrder], node: Node, t: int, window: Window) -> _Pieces | None:
    """The pieces of a side; None if an order that is in may not trade in the price window."""
    required: list[tuple[LinkedOrder, int]] = []
    free: list[tuple[LinkedOrder, int]] = []
    for order in orders:
        decision = node.decided.get(order.number)
        if decision is False or not order.wh[t]:
            continue
        if not may_trade(order, window):
            if decision and order.least_wh[t]:
                return None
            continue
        least = order.least_wh[t] if decision else 0
        if least:
            required.append((order, least))
        if order.wh[t] > least:
            free.append((order, order.wh[t] - least))
    return _Pieces(sum(wh for _, wh in required), required + free)


def may_trade(order: LinkedOrder, window: Window) -> bool:
    """Whether an order's limit allows some price of the window."""
    low, high = window
    if order.side is Side.BID:
        return low is None or order.limit_price >= low
    return high is None or order.limit_price <= high


def _merge(bids: _Pieces, offers: _Pieces, fills: dict[OrderNumber, list[int]], t: int, intervals: int) -> bool:
    """Serve pieces best with best: what is required at any price, the rest while it crosses; False if it cannot be."""
    required = max(bids.required_wh, offers.required_wh)
    traded = bid = offer = 0
    bid_left = offer_left = 0
    while True:
        if not bid_left:
            if bid == len(bids.pieces):
                break
            buyer, bid_left = bids.pieces[bid]
            bid += 1
        if not offer_left:
            if offer == len(offers.pieces):
                break
            seller, offer_left = offers.pieces[offer]
            offer += 1
        step = min(bid_left, offer_left)
        if buyer.limit_price < seller.limit_price:
            step = min(step, required - traded)
        if step <= 0:
            break
        for order in (buyer, seller):
            fills.setdefault(order.number, [0] * intervals)[t] += step
        bid_left, offer_left, traded = bid_left - step, offer_left - step, traded + step
    return traded >= required

"""What a node of the search is worth at most: its orders served in any part, each interval by itself.

A node says of some orders with conditions that they are in or out, and for each interval between which limits its price
lies. Relaxed, it is a merit order in which what is in comes first, at any price; undecided orders follow while they
cross. Its welfare is an upper bound of every clearing under the node.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aipchain.market.auctions.conditions import LinkedOrder
from aipchain.market.book import OrderNumber, Side

__all__ = ["Node", "Relaxation", "Sides", "Window", "relax", "welfare_of"]

Window = tuple[int | None, int | None]
"""Lowest and highest price of an interval; None is without bound."""


@dataclass(frozen=True, slots=True)
class Sides:
    """All orders, best first."""

    bids: Sequence[LinkedOrder]
    offers: Sequence[LinkedOrder]
    intervals: int


@dataclass(frozen=True, slots=True)
class Node:
    """Decisions on orders by number (True is in), and price windows by interval."""

    decided: Mapping[OrderNumber, bool]
    windows: tuple[Window, ...]


@dataclass(frozen=True, slots=True)
class Relaxation:
    """Fills per order and interval [Wh] and their welfare [base units]."""

    fills: dict[OrderNumber, tuple[int, ...]]
    welfare: int


def relax(sides: Sides, node: Node) -> Relaxation | None:
    """The best fills if undecided orders may be served in any part; None if what is in cannot be served."""
    fills: dict[OrderNumber, list[int]] = {}
    for t, window in enumerate(node.windows):
        bids, offers = _pieces(sides.bids, node, t, window), _pieces(sides.offers, node, t, window)
        if bids is None or offers is None or not _merge(bids, offers, fills, t, sides.intervals):
            return None
    served = {number: tuple(wh) for number, wh in fills.items()}
    return Relaxation(served, welfare_of(sides, served))


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
        if not _may_trade(order, window):
            if decision and order.least_wh[t]:
                return None
            continue
        least = order.least_wh[t] if decision else 0
        if least:
            required.append((order, least))
        if order.wh[t] > least:
            free.append((order, order.wh[t] - least))
    return _Pieces(sum(wh for _, wh in required), required + free)


def _may_trade(order: LinkedOrder, window: Window) -> bool:
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

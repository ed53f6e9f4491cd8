"""What shows that no clearing of orders with conditions has more welfare than a bound: the search's tree, with prices.

The tree cuts all clearings into parts: an order is in or out, a price is at most so much or above. Whatever the cuts
are, the parts are all clearings there are. A part that is cut no further has a price y for each interval, and no
clearing of it has more welfare than

    sum over intervals and orders of   max over the fills f that the part allows of   (limit - y) f   for a bid,
                                                                                      (y - limit) f   for an offer

(Lagrange's bound: what bids and offers pay each other at y cancels, because both sides are equal). Allowed are 0 for an
order that is out or whose limit is on the wrong side of the part's prices, least..energy for one that is in, 0..energy
for all others. If an order that is in may not trade, the part is empty. So each part is checked in one pass; only
finding the tree takes a search.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from aipchain.market.auctions.conditions import LinkedOrder
from aipchain.market.auctions.relaxation import Node, Window, may_trade
from aipchain.market.book import OrderNumber, Side
from aipchain.market.whole import are_whole, is_whole

__all__ = ["BoundTree", "OrderCut", "Part", "PriceCut", "Trace", "bounds", "tree_of"]


@dataclass(frozen=True, slots=True)
class Part:
    """Clearings that are cut no further, and the price of each interval that bounds them [base units per Wh]."""

    prices: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class OrderCut:
    """The clearings with an order, and those without."""

    order: OrderNumber
    inside: "BoundTree"
    outside: "BoundTree"


@dataclass(frozen=True, slots=True)
class PriceCut:
    """The clearings with a price of at most `most` in an interval, and those with a higher one."""

    interval: int
    most: int
    below: "BoundTree"
    above: "BoundTree"


BoundTree: TypeAlias = Part | OrderCut | PriceCut


@dataclass(slots=True)
class Trace:
    """The nodes that a search looked at, and the two children of those it split, by place."""

    nodes: list[Node] = field(default_factory=list)
    children: dict[int, tuple[int, int]] = field(default_factory=dict)

    def add(self, node: Node) -> int:
        """Write a node down; its place."""
        self.nodes.append(node)
        return len(self.nodes) - 1


def bounds(orders: Sequence[LinkedOrder], tree: BoundTree) -> Iterator[int | None]:
    """The bound of each part of the tree [base units]; None for an empty part.

    :raises IndexError: a cut or a part of other intervals than the orders have.
    :raises TypeError: something that is neither a part nor a cut, or has a number that is not whole.
    """
    intervals = len(orders[0].wh) if orders else 0
    waiting = [(tree, Node({}, ((None, None),) * intervals))]
    while waiting:
        here, node = waiting.pop()
        match here:
            case Part(prices) if are_whole(prices):
                if len(prices) != intervals:
                    raise IndexError(f"a part has {len(prices)} prices for {intervals} intervals")
                yield _bound(orders, node, prices)
            case OrderCut(number, inside, outside) if is_whole(number):
                waiting.append((inside, Node({**node.decided, number: True}, node.windows)))
                waiting.append((outside, Node({**node.decided, number: False}, node.windows)))
            case PriceCut(interval, most, below, above) if is_whole(interval) and is_whole(most):
                if not 0 <= interval < intervals:
                    raise IndexError(f"a cut is of interval {interval}; there are {intervals}")
                low, high = node.windows[interval]
                under = low, most if high is None else min(most, high)
                over = most + 1 if low is None else max(most + 1, low), high
                waiting.append((below, _in_window(node, interval, under)))
                waiting.append((above, _in_window(node, interval, over)))
            case _:
                raise TypeError(f"{type(here).__name__} is no part of a tree in whole numbers, nor a cut of one")


def tree_of(orders: Sequence[LinkedOrder], trace: Trace, bound: int) -> BoundTree:
    """The tree of a search that found that no clearing has more welfare than `bound` [base units]."""
    built: dict[int, BoundTree] = {}
    for place in reversed(range(len(trace.nodes))):
        node = trace.nodes[place]
        if place not in trace.children:
            built[place] = Part(_prices(orders, node, bound))
            continue
        first, second = trace.children[place]
        built[place] = _cut(node, trace.nodes[first], built.pop(first), built.pop(second))
    return built[0]


def _cut(node: Node, child: Node, first: BoundTree, second: BoundTree) -> BoundTree:
    """How a node was cut, seen from its first child."""
    new = [number for number in child.decided if number not in node.decided]
    if new:
        inside, outside = (first, second) if child.decided[new[0]] else (second, first)
        return OrderCut(new[0], inside, outside)
    interval = next(t for t, window in enumerate(child.windows) if window != node.windows[t])
    most = child.windows[interval][1]
    assert most is not None
    return PriceCut(interval, most, first, second)


def _in_window(node: Node, interval: int, window: Window) -> Node:
    return Node(node.decided, (*node.windows[:interval], window, *node.windows[interval + 1 :]))


def _bound(orders: Iterable[LinkedOrder], node: Node, prices: Sequence[int]) -> int | None:
    total = 0
    for interval, window in enumerate(node.windows):
        allowed = _allowed(orders, node.decided, interval, window)
        if allowed is None:
            return None
        total += _worth(allowed, prices[interval])
    return total


_Allowed: TypeAlias = list[tuple[int, int, int, int]]
"""Sign, limit, and the least and most fill of each order: 1 for a bid, -1 for an offer."""


def _allowed(
    orders: Iterable[LinkedOrder], decided: Mapping[OrderNumber, bool], interval: int, window: Window
) -> _Allowed | None:
    """The fills that a part allows in an interval; None if an order that is in may not trade."""
    allowed: _Allowed = []
    for order in orders:
        taken = decided.get(order.number)
        least = order.least_wh[interval] if taken else 0
        if taken is False or not order.wh[interval]:
            continue
        if may_trade(order, window):
            sign = 1 if order.side is Side.BID else -1
            allowed.append((sign, order.limit_price, least, order.wh[interval]))
        elif least:
            return None
    return allowed


def _worth(allowed: _Allowed, price: int) -> int:
    """Lagrange's bound of one interval at a price [base units]."""
    gains = ((sign * (limit - price), least, most) for sign, limit, least, most in allowed)
    return sum(gain * (most if gain > 0 else least) for gain, least, most in gains)


def _prices(orders: Sequence[LinkedOrder], node: Node, bound: int) -> tuple[int, ...]:
    """Prices that bound a part: the lowest bound in each interval, or where there is none, one below all others."""
    intervals = [_allowed(orders, node.decided, t, window) for t, window in enumerate(node.windows)]
    if any(allowed is None for allowed in intervals):
        return (0,) * len(intervals)
    prices = [_best_price(allowed or []) for allowed in intervals]
    total = sum(_worth(allowed or [], price) for allowed, price in zip(intervals, prices, strict=True))
    for interval, allowed in enumerate(intervals):
        if total > bound:
            prices[interval] += _way_out(allowed or [], total - bound)
            total = sum(_worth(each or [], price) for each, price in zip(intervals, prices, strict=True))
    return tuple(prices)


def _best_price(allowed: _Allowed) -> int:
    """The price with the lowest bound; the bound is convex in it, with its corners at the limits."""
    limits = sorted({limit for _, limit, _, _ in allowed})
    low, high = 0, len(limits) - 1
    while low < high:
        middle = (low + high) // 2
        if _worth(allowed, limits[middle]) <= _worth(allowed, limits[middle + 1]):
            high = middle
        else:
            low = middle + 1
    return limits[low] if limits else 0


def _way_out(allowed: _Allowed, excess: int) -> int:
    """How far to move the price so that the bound falls by `excess`, where one side must trade more than the other can.

    Zero where the sides can be equal.
    """
    limits = [limit for _, limit, _, _ in allowed]
    reach = max(limits) - min(limits) if limits else 0
    too_much_demand = sum(least for sign, _, least, _ in allowed if sign > 0) - sum(
        m for s, _, _, m in allowed if s < 0
    )
    too_much_supply = sum(least for sign, _, least, _ in allowed if sign < 0) - sum(
        m for s, _, _, m in allowed if s > 0
    )
    if too_much_demand > 0:
        return reach + excess // too_much_demand + 1
    if too_much_supply > 0:
        return -reach - excess // too_much_supply - 1
    return 0

"""The clearing of orders with conditions that has most welfare: branch and bound, exact for small books.

A node of the search says of some orders with conditions that they are in or out, and for each interval between which
limits its price lies. Its relaxation lets all other orders be served in any part, each interval by itself; that is a
merit order in which what is in comes first, and its welfare is an upper bound (`relax`). If the relaxation breaks a
condition, the node is split:

    an order served against its conditions:   in, or out
    an offer dearer than a bid, both served:  the price at most the bid's limit, or above it

Depth first, the side nearer to the relaxation first. The search starts from the fallback (`drop_marginal`): relax, put
out the worst order that is served against its conditions, repeat up to 64 times; where fill-or-kill is in the way,
leaving out orders that add up may be better (`exact_fit`). After `most_nodes` nodes the best clearing found is the
answer; `bound` then says how much a better one could have. Nodes are counted, not time: the answer is the same on every
machine.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from aipchain.market.auctions.conditions import (
    ConditionalClearing,
    LinkedOrder,
    best_first,
    clearing_of,
    refuse_orders,
)
from aipchain.market.auctions.exact_fit import exact_fit
from aipchain.market.book import OrderNumber, Side

__all__ = ["MOST_DROPS", "MOST_NODES", "clear_conditional", "drop_marginal"]

MOST_NODES: Final = 2_000
MOST_DROPS: Final = 64
"""Orders that the fallback puts out at most; where more are in the way, none of it is used."""

CLOSE_ENOUGH: Final = 1_000
"""A fit that loses no more than one part in this of the bound needs no second try."""


_Window = tuple[int | None, int | None]
"""Lowest and highest price of an interval; None is without bound."""


@dataclass(frozen=True, slots=True)
class _Sides:
    """All orders, best first."""

    bids: Sequence[LinkedOrder]
    offers: Sequence[LinkedOrder]
    intervals: int


@dataclass(frozen=True, slots=True)
class _Node:
    """Decisions on orders by number (True is in), and price windows by interval."""

    decided: Mapping[OrderNumber, bool]
    windows: tuple[_Window, ...]


@dataclass(frozen=True, slots=True)
class _Relaxation:
    """Fills per order and interval [Wh] and their welfare [base units]."""

    fills: dict[OrderNumber, tuple[int, ...]]
    welfare: int


@dataclass(slots=True)
class _Best:
    """The best clearing found so far."""

    fills: dict[OrderNumber, tuple[int, ...]] = field(default_factory=dict)
    welfare: int = 0


def clear_conditional(
    orders: Iterable[LinkedOrder], *, k_permille: int = 500, seed: int = 0, most_nodes: int = MOST_NODES
) -> ConditionalClearing:
    """Clear orders with conditions over their intervals, for most welfare.

    :param seed: decides among equal prices (`ties.tie_seed`).
    :param most_nodes: where to stop searching; 0 gives the fallback alone.
    :raises DuplicateOrder, BadOrder: see `conditions.refuse_orders`.
    """
    listed = sorted(orders, key=lambda order: order.number)
    refuse_orders(listed)
    sides = _sides(listed, seed)
    root = _Node({}, ((None, None),) * sides.intervals)
    best = _fallback(sides, root)
    bound = _search(sides, root, best, most_nodes)
    return clearing_of(listed, best.fills, bound=bound, k_permille=k_permille, seed=seed)


def drop_marginal(orders: Iterable[LinkedOrder], *, k_permille: int = 500, seed: int = 0) -> ConditionalClearing:
    """The fallback alone; raises as `clear_conditional`."""
    return clear_conditional(orders, k_permille=k_permille, seed=seed, most_nodes=0)


def _sides(orders: Sequence[LinkedOrder], seed: int) -> _Sides:
    bids = best_first((order for order in orders if order.side is Side.BID), seed)
    offers = best_first((order for order in orders if order.side is Side.OFFER), seed)
    return _Sides(bids, offers, len(orders[0].wh) if orders else 0)


def _fallback(sides: _Sides, root: _Node) -> _Best:
    """The better of two clearings that are quickly found; the second is not tried where the first is close enough."""
    relaxed = _relax(sides, root)
    fitted = exact_fit(sides.bids, sides.offers, relaxed.fills) if relaxed and sides.intervals == 1 else None
    best = _Best(fitted, _welfare(sides, fitted)) if fitted else _Best()
    if relaxed and (relaxed.welfare - best.welfare) * CLOSE_ENOUGH <= relaxed.welfare:
        return best
    dropped = _drop_marginal(sides, root)
    return dropped if dropped.welfare > best.welfare else best


def _drop_marginal(sides: _Sides, root: _Node) -> _Best:
    """Relax and put out the worst order that is served against its conditions, until none is; or nothing trades."""
    node = root
    for _ in range(MOST_DROPS):
        relaxed = _relax(sides, node)
        broken = _broken(sides, relaxed) if relaxed else []
        if relaxed and not broken:
            return _Best(relaxed.fills, relaxed.welfare)
        node = replace(node, decided={**node.decided, broken[-1].number: False})
    return _Best()


def _search(sides: _Sides, root: _Node, best: _Best, most_nodes: int) -> int:
    """Improve `best`; the welfare that no clearing exceeds."""
    relaxed = _relax(sides, root)
    stack: list[tuple[_Node, _Relaxation | None]] = [(root, relaxed)]
    for _ in range(most_nodes):
        while stack and (stack[-1][1] is None or stack[-1][1].welfare <= best.welfare):
            stack.pop()
        if not stack:
            break
        node, here = stack.pop()
        assert here is not None
        children = _split(sides, node, here)
        if not children:
            best.fills, best.welfare = here.fills, here.welfare
        stack.extend((child, _relax(sides, child)) for child in reversed(children))
    return max([best.welfare, *(open_.welfare for _, open_ in stack if open_)])


def _split(sides: _Sides, node: _Node, relaxed: _Relaxation) -> list[_Node]:
    """The node's two parts, the likelier first; none if the relaxation is a clearing."""
    broken = _broken(sides, relaxed)
    if broken:
        order = max(broken, key=lambda each: (sum(each.wh), -each.number))
        inside = replace(node, decided={**node.decided, order.number: True})
        outside = replace(node, decided={**node.decided, order.number: False})
        likely_in = 2 * sum(relaxed.fills[order.number]) >= sum(order.wh)
        return [inside, outside] if likely_in else [outside, inside]
    for t in range(sides.intervals):
        bids = [order.limit_price for order in sides.bids if _fill(relaxed, order, t)]
        offers = [order.limit_price for order in sides.offers if _fill(relaxed, order, t)]
        if bids and max(offers) > min(bids):
            low, high = node.windows[t]
            parts = (low, min(bids)), (min(bids) + 1, high)
            return [replace(node, windows=(*node.windows[:t], part, *node.windows[t + 1 :])) for part in parts]
    return []


def _broken(sides: _Sides, relaxed: _Relaxation) -> list[LinkedOrder]:
    """Orders served against their conditions, worst price of either side last."""
    served = [order for order in (*sides.bids, *sides.offers) if order.is_conditional and order.number in relaxed.fills]
    broken = [order for order in served if not order.accepts(relaxed.fills[order.number])]
    return sorted(broken, key=lambda order: (-_gain(order, relaxed), order.number))


def _gain(order: LinkedOrder, relaxed: _Relaxation) -> int:
    """What an order's fills are worth at its limit, bids more than offers [base units]."""
    worth = order.limit_price * sum(relaxed.fills[order.number])
    return worth if order.side is Side.BID else -worth


def _fill(relaxed: _Relaxation, order: LinkedOrder, t: int) -> int:
    return relaxed.fills[order.number][t] if order.number in relaxed.fills else 0


def _relax(sides: _Sides, node: _Node) -> _Relaxation | None:
    """The best fills if undecided orders may be served in any part; None if what is in cannot be served."""
    fills: dict[OrderNumber, list[int]] = {}
    for t, window in enumerate(node.windows):
        bids, offers = _pieces(sides.bids, node, t, window), _pieces(sides.offers, node, t, window)
        if bids is None or offers is None or not _merge(bids, offers, fills, t, sides.intervals):
            return None
    served = {number: tuple(wh) for number, wh in fills.items()}
    return _Relaxation(served, _welfare(sides, served))


def _welfare(sides: _Sides, fills: Mapping[OrderNumber, Sequence[int]]) -> int:
    """What bids are worth above what offers ask, all at their limits [base units]."""
    worth = sum(order.limit_price * sum(fills.get(order.number, ())) for order in sides.bids)
    return worth - sum(order.limit_price * sum(fills.get(order.number, ())) for order in sides.offers)


@dataclass(frozen=True, slots=True)
class _Pieces:
    """What may be served of one side in one interval: pieces of orders, those that must be first."""

    required_wh: int
    pieces: list[tuple[LinkedOrder, int]]


def _pieces(orders: Sequence[LinkedOrder], node: _Node, t: int, window: _Window) -> _Pieces | None:
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


def _may_trade(order: LinkedOrder, window: _Window) -> bool:
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

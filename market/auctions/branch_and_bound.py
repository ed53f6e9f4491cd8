"""The clearing of orders with conditions that has most welfare: branch and bound, exact for small books.

A node of the search says of some orders with conditions that they are in or out, and for each interval between which
limits its price lies. Its relaxation (`relaxation`) lets all other orders be served in any part; its welfare is an
upper bound. If the relaxation breaks a condition, the node is split:

    an order served against its conditions:   in, or out
    an offer dearer than a bid, both served:  the price at most the bid's limit, or above it

Depth first, the side nearer to the relaxation first. The search starts from the fallback (`drop_marginal`): relax, put
out the worst order that is served against its conditions, repeat up to 64 times; where fill-or-kill is in the way,
leaving out orders that add up may be better (`exact_fit`). After `most_nodes` nodes the best clearing found is the
answer; `bound` then says how much a better one could have. Nodes are counted, not time: the answer is the same on every
machine.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final, TypeVar

from aipchain.market.auctions.bound_tree import Trace
from aipchain.market.auctions.conditions import (
    ConditionalClearing,
    LinkedOrder,
    best_first,
    clearing_of,
    refuse_orders,
)
from aipchain.market.auctions.exact_fit import exact_fit
from aipchain.market.auctions.relaxation import Node, Problem, Relaxed, Sides, welfare_of
from aipchain.market.book import OrderNumber, Side
from aipchain.market.whole import refuse_outside

__all__ = ["MOST_DROPS", "MOST_NODES", "best_fills", "clear_conditional", "drop_marginal", "sides_of"]

_R = TypeVar("_R", bound=Relaxed)

MOST_NODES: Final = 2_000
MOST_DROPS: Final = 64
"""Orders that the fallback puts out at most; where more are in the way, none of it is used."""

CLOSE_ENOUGH: Final = 1_000
"""A fit that loses no more than one part in this of the bound needs no second try."""


@dataclass(slots=True)
class _Best:
    """The best clearing found so far."""

    fills: Mapping[OrderNumber, tuple[int, ...]] = field(default_factory=dict)
    welfare: int = 0

    @property
    def rank(self) -> tuple[int, bool]:
        """More welfare is better; among equals some trade is better than none."""
        return self.welfare, bool(self.fills)


def clear_conditional(
    orders: Iterable[LinkedOrder],
    *,
    k_permille: int = 500,
    seed: int = 0,
    most_nodes: int = MOST_NODES,
    lowest_price: int = 0,
) -> ConditionalClearing:
    """Clear orders with conditions over their intervals, for most welfare.

    :param seed: decides among equal prices (`ties.tie_seed`).
    :param most_nodes: where to stop searching; 0 gives the fallback alone.
    :param lowest_price: the lowest limit price the community allows [base units per Wh]; it may be negative.
    :raises DuplicateOrder, BadOrder, TypeError: see `conditions.refuse_orders`.
    :raises ValueError: `most_nodes` is negative, `k_permille` outside 0..1000, or the seed of more than 64 bits.
    """
    listed, sides = sides_of(orders, seed, lowest_price)
    fills, bound = best_fills(sides, sides, most_nodes)
    return clearing_of(listed, fills, bound=bound, k_permille=k_permille, seed=seed)


def drop_marginal(orders: Iterable[LinkedOrder], *, k_permille: int = 500, seed: int = 0) -> ConditionalClearing:
    """The fallback alone; raises as `clear_conditional`."""
    return clear_conditional(orders, k_permille=k_permille, seed=seed, most_nodes=0)


def sides_of(orders: Iterable[LinkedOrder], seed: int, lowest_price: int = 0) -> tuple[list[LinkedOrder], Sides]:
    """The orders by number, and both sides best first; raises as `clear_conditional`."""
    listed = sorted(orders, key=lambda order: order.number)
    refuse_orders(listed, lowest_price)
    bids = best_first((order for order in listed if order.side is Side.BID), seed)
    offers = best_first((order for order in listed if order.side is Side.OFFER), seed)
    return listed, Sides(bids, offers, len(listed[0].wh) if listed else 0)


def best_fills(
    problem: Problem[_R], sides: Sides, most_nodes: int, trace: Trace | None = None
) -> tuple[Mapping[OrderNumber, tuple[int, ...]], int]:
    """The fills of the best clearing found [Wh], and the welfare that no clearing exceeds [base units].

    :param problem: the form of the book of `sides` that is searched.
    :param trace: where to write down the nodes of the search.
    """
    refuse_outside("the most nodes", most_nodes, 0)
    root = Node({}, ((None, None),) * sides.intervals)
    best = _fallback(problem, sides, root)
    bound = _search(problem, root, best, most_nodes, Trace() if trace is None else trace)
    return best.fills, bound


def _fallback(problem: Problem[_R], sides: Sides, root: Node) -> _Best:
    """The better of two clearings that are quickly found; the second is not tried where the first is close enough."""
    relaxed = problem.relax(root)
    fitted = exact_fit(sides.bids, sides.offers, relaxed.fills) if relaxed and sides.intervals == 1 else None
    best = _Best(fitted, welfare_of(sides, fitted)) if fitted else _Best()
    if relaxed and best.fills and (relaxed.welfare - best.welfare) * CLOSE_ENOUGH <= relaxed.welfare:
        return best
    return max(best, _drop_marginal(problem, root), key=lambda each: each.rank)


def _drop_marginal(problem: Problem[_R], root: Node) -> _Best:
    """Relax and put out the worst order that is served against its conditions, until none is; or nothing trades."""
    node = root
    for _ in range(MOST_DROPS):
        relaxed = problem.relax(node)
        broken = problem.broken(relaxed) if relaxed else []
        if relaxed and not broken:
            return _Best(relaxed.fills, relaxed.welfare)
        worst, _fills = broken[-1]
        node = replace(node, decided={**node.decided, worst.number: False})
    return _Best()


def _search(problem: Problem[_R], root: Node, best: _Best, most_nodes: int, trace: Trace) -> int:
    """Improve `best`; the welfare that no clearing exceeds."""
    stack: list[tuple[int, _R | None]] = [(trace.add(root), problem.relax(root))]
    for _ in range(most_nodes):
        while stack and (stack[-1][1] is None or stack[-1][1].welfare <= best.welfare):
            stack.pop()
        if not stack:
            break
        place, here = stack.pop()
        assert here is not None
        children = _split(problem, trace.nodes[place], here)
        if not children:
            best.fills, best.welfare = here.fills, here.welfare
            continue
        first, second = (trace.add(child) for child in children)
        trace.children[place] = first, second
        stack.extend((child, problem.relax(trace.nodes[child])) for child in (second, first))
    return max([best.welfare, *(open_.welfare for _, open_ in stack if open_)])


def _split(problem: Problem[_R], node: Node, relaxed: _R) -> list[Node]:
    """The node's two parts, the likelier first; none if the relaxation is a clearing."""
    broken = problem.broken(relaxed)
    if broken:
        order, fills = max(broken, key=lambda each: (sum(each[0].wh), -each[0].number))
        inside = replace(node, decided={**node.decided, order.number: True})
        outside = replace(node, decided={**node.decided, order.number: False})
        return [inside, outside] if 2 * sum(fills) >= sum(order.wh) else [outside, inside]
    conflict = problem.conflict(relaxed)
    if conflict is None:
        return []
    t, cheapest = conflict
    low, high = node.windows[t]
    parts = (low, cheapest), (cheapest + 1, high)
    return [replace(node, windows=(*node.windows[:t], part, *node.windows[t + 1 :])) for part in parts]

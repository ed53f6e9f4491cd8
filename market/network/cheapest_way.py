"""The cheapest way from where there is too much to where it is missing, searched no further than to the nearest.

Dijkstra's method with a price at each node: with prices p no open arc from m to n has cost + p(m) - p(n) below zero,
and every search keeps that up (Edmonds and Karp 1972; Ahuja, Magnanti, Orlin: Network Flows, 1993, section 9.7).

Prices do not choose between equally cheap ways. Among them it is the one that Bellman's and Ford's method meets first,
which looks at all arcs in turn, again and again: an arc of such a way is of use the first time it is looked at after
the node it leaves was reached. So one way is the cheapest, however it is searched.
"""

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from heapq import heapify, heappop, heappush
from typing import Final, NamedTuple

__all__ = ["Arc", "cheapest_way"]

Arc = tuple[int, int, int, int | None]
"""Start, end, cost of a unit and room (None: any); a room of zero is no way."""

_NEVER: Final = 1 << 62
"""No arc is looked at so often."""


class _Reach(NamedTuple):
    """The nearest lacking node, how far was searched, and how near the nodes are that were settled.

    Near is by cost less the node's own price; what is not settled is no nearer than `most`.
    """

    end: int
    most: int
    nearness: Mapping[int, int]


def cheapest_way(
    arcs: Sequence[Arc], leaving: Sequence[Sequence[int]], prices: list[int], surplus: Sequence[int]
) -> list[int]:
    """The arcs of the way, last one first, from any node with a surplus to the nearest that lacks something.

    Of lacking nodes that are equally near it leads to the first. `prices` are kept up for the next search.

    :param leaving: by node, the rising indices of the arcs that leave it.
    """
    reach = _within_reach(arcs, leaving, prices, surplus)
    way = _first_met(arcs, leaving, prices, surplus, reach)
    for node, near in reach.nearness.items():
        prices[node] += near - reach.most
    return way


def _within_reach(
    arcs: Sequence[Arc], leaving: Sequence[Sequence[int]], prices: Sequence[int], surplus: Sequence[int]
) -> _Reach:
    """Settle nodes, nearest first, until no other lacking node can be nearer, or as near and come first."""
    lacking = [node for node, units in enumerate(surplus) if units < 0]
    least = min(prices[node] for node in lacking)
    rivals = [node for node in reversed(lacking) if prices[node] == least]
    heap = [(-prices[node], True, node) for node, units in enumerate(surplus) if units > 0]
    heapify(heap)
    found, nearness = {node: near for near, _, node in heap}, dict[int, int]()
    best: tuple[int, int] | None = None
    while heap:
        near, _, node = heappop(heap)
        if best is not None and _is_settled(best, near + least, rivals, nearness):
            break
        if node in nearness:
            continue
        nearness[node] = near
        spent = near + prices[node]
        if surplus[node] < 0:
            best = min(best or (spent, node), (spent, node))
        for _, end, cost, room in (arcs[arc] for arc in leaving[node]):
            further = spent + cost - prices[end]
            if room != 0 and (end not in found or further < found[end]):
                found[end] = further
                heappush(heap, (further, surplus[end] >= 0, end))
    if best is None:
        raise RuntimeError("nothing that lacks anything can be reached")  # unreachable: what is in use can be undone
    return _Reach(best[1], best[0] - least, nearness)


def _is_settled(best: tuple[int, int], cost: int, rivals: list[int], nearness: Mapping[int, int]) -> bool:
    """Whether no other lacking node is to be preferred: they cost `cost` at least, and only `rivals` just that."""
    while rivals and rivals[-1] in nearness:
        rivals.pop()
    return best[0] < cost or (best[0] == cost and (not rivals or rivals[-1] > best[1]))


def _first_met(
    arcs: Sequence[Arc], leaving: Sequence[Sequence[int]], prices: Sequence[int], surplus: Sequence[int], reach: _Reach
) -> list[int]:
    """Of the cheapest ways the one that looking at all arcs in turn would meet first."""
    nearness, end = reach.nearness, reach.end
    sources = (node for node, units in enumerate(surplus) if units > 0)
    heap = [((-1, -1), node) for node in sources if nearness.get(node, reach.most) == -prices[node]]
    came: dict[int, int] = {}
    until = (_NEVER, _NEVER)
    while end not in came:
        (turn, last), node = heappop(heap)
        if node in came:
            continue
        came[node] = last
        spent = nearness.get(node, reach.most) + prices[node]
        for when in _looked_at(leaving[node], turn, last):
            if when >= until:
                break
            _, to, cost, room = arcs[when[1]]
            if room != 0 and to not in came and spent + cost - prices[to] == nearness.get(to, reach.most):
                heappush(heap, (when, to))
                until = when if to == end else until
    return list(_backwards(arcs, came, end))


def _looked_at(leaving: Sequence[int], turn: int, last: int) -> Iterator[tuple[int, int]]:
    """When each arc is looked at first after arc `last` in `turn`, as turn and arc: soonest first."""
    later = bisect_right(leaving, last)
    for arc in leaving[later:]:
        yield turn, arc
    for arc in leaving[:later]:
        yield turn + 1, arc


def _backwards(arcs: Sequence[Arc], came: Mapping[int, int], node: int) -> Iterator[int]:
    """The arcs by which `node` was reached, last one first."""
    while (arc := came[node]) >= 0:
        yield arc
        node = arcs[arc][0]

"""Prices from an optimum: the lowest, the highest, and whatever lies between; and whether the optimum is the only one.

The optimal duals of a transportation problem form a lattice: there is one with all p_j lowest and all u_i highest (best
for buyers) and one with all p_j highest and all u_i lowest (best for sellers). With node potentials y (y_i = u_i,
y_j = -p_j, 0 at the node of what stays unserved or unsold) both are shortest distances from and to that node in the
residual network, and any blend of the two, rounded on all nodes in the same direction, keeps every condition, because
the conditions are differences bounded by whole numbers. Both ends depend on the book alone, not on the solver.

Sources: Shapley and Shubik, The assignment game I, International Journal of Game Theory 1, 1971 (the lattice); Ahuja,
Magnanti, Orlin, Network Flows, 1993, chapters 5 and 9.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from heapq import heapify, heappop, heappush

from aipchain.market import rounding
from aipchain.market.bilateral.transport import Optimum, Row, Transport, transposed
from aipchain.market.rounding import refuse_k

__all__ = ["Duals", "blend", "is_acyclic", "is_unique", "price_range"]


@dataclass(frozen=True, slots=True)
class Duals:
    """`u` of bids and `p` of offers [scaled base units per Wh], by index."""

    u: tuple[int, ...]
    p: tuple[int, ...]


def price_range(problem: Transport, optimum: Optimum) -> tuple[Duals, Duals]:
    """The optimal duals that are best for buyers, and the ones that are best for sellers."""
    u, p = optimum.u, optimum.p
    gain, loss = _room(problem.values, optimum.fills, problem.demand, u, p)
    lowest = Duals(_added(u, gain, 1), _added(p, loss, -1))
    columns, taken = transposed(problem.values, len(p)), transposed(optimum.fills, len(p))
    gain, loss = _room(columns, taken, problem.supply, p, u)
    return lowest, Duals(_added(u, loss, -1), _added(p, gain, 1))


def blend(lowest: Duals, highest: Duals, k_permille: int) -> Duals:
    """p = lowest + floor((highest - lowest) k / 1000), and u to match: optimal for every k.

    :raises ValueError: `k_permille` is outside 0..1000.
    """
    refuse_k(k_permille)
    u = (best - rounding.blend(0, best - worst, k_permille) for best, worst in zip(lowest.u, highest.u, strict=True))
    p = (rounding.blend(low, high, k_permille) for low, high in zip(lowest.p, highest.p, strict=True))
    return Duals(tuple(u), tuple(p))


def is_unique(problem: Transport, optimum: Optimum) -> bool:
    """Whether no other fills are as good.

    Others exist exactly when energy can go round in a circle of steps without cost. Steps in use go both ways; so the
    ones in use must form a forest, and the unused ones without cost must lead from tree to tree without a circle.
    """
    trees = _Trees(len(problem.demand) + len(problem.supply) + 1)
    if not all(trees.join(one, other) for one, other in _used(problem, optimum)):
        return False
    steps = {(trees.root(one), trees.root(other)) for one, other in _unused_without_cost(problem, optimum)}
    return is_acyclic(steps)


def _room(
    values: Sequence[Row], fills: Sequence[Row], wh: Sequence[int], u: Sequence[int], p: Sequence[int]
) -> tuple[list[int], list[int]]:
    """By how much each u can rise and each p can fall at once: Dijkstra's method from the unserved and unsold."""
    buyers = transposed(fills, len(p))
    rise: dict[int, int] = {bid: 0 for bid, row in enumerate(fills) if sum(row.values()) < wh[bid]}
    fall = list(p)
    heap = [(distance, offer) for offer, distance in enumerate(fall)]
    reached = list(rise)
    heapify(heap)
    while reached or heap:
        for bid in reached:
            for offer, value in values[bid].items():
                distance = rise[bid] + u[bid] + p[offer] - value
                if distance < fall[offer]:
                    fall[offer] = distance
                    heappush(heap, (distance, offer))
        reached = []
        if heap:
            distance, offer = heappop(heap)
            reached = [bid for bid in buyers[offer] if distance == fall[offer] and bid not in rise]
            rise.update(dict.fromkeys(reached, distance))
    return [rise[bid] for bid in range(len(u))], fall


def _added(duals: Sequence[int], change: Sequence[int], sign: int) -> tuple[int, ...]:
    return tuple(dual + sign * step for dual, step in zip(duals, change, strict=True))


def _used(problem: Transport, optimum: Optimum) -> Iterator[tuple[int, int]]:
    """Steps that carry energy; bids are nodes 0.., offers follow, the last node is the unserved and unsold."""
    bids = len(problem.demand)
    outside = bids + len(problem.supply)
    sold = [0] * len(problem.supply)
    for bid, row in enumerate(optimum.fills):
        for offer, wh in row.items():
            sold[offer] += wh
            yield bid, bids + offer
        if sum(row.values()) < problem.demand[bid]:
            yield bid, outside
    yield from ((bids + offer, outside) for offer, wh in enumerate(sold) if wh < problem.supply[offer])


def _unused_without_cost(problem: Transport, optimum: Optimum) -> Iterator[tuple[int, int]]:
    """Steps that carry nothing but could, at no cost, in their direction."""
    bids = len(problem.demand)
    outside = bids + len(problem.supply)
    used = set(_used(problem, optimum))
    for bid, row in enumerate(problem.values):
        free = (offer for offer, value in row.items() if optimum.u[bid] + optimum.p[offer] == value)
        yield from ((bid, bids + offer) for offer in free if (bid, bids + offer) not in used)
        if optimum.u[bid] == 0 and (bid, outside) not in used:
            yield bid, outside
    for offer, price in enumerate(optimum.p):
        if price == 0 and (bids + offer, outside) not in used:
            yield outside, bids + offer


class _Trees:
    """Disjoint sets of nodes."""

    def __init__(self, nodes: int) -> None:
        self._above = list(range(nodes))

    def root(self, node: int) -> int:
        while self._above[node] != node:
            self._above[node] = self._above[self._above[node]]
            node = self._above[node]
        return node

    def join(self, one: int, other: int) -> bool:
        """Join two trees; False if they are one already."""
        first, second = self.root(one), self.root(other)
        self._above[first] = second
        return first != second


def is_acyclic(steps: set[tuple[int, int]]) -> bool:
    """Whether the directed steps hold no circle (Kahn 1962)."""
    leads_to: dict[int, list[int]] = {}
    entries: dict[int, int] = {}
    for start, end in steps:
        leads_to.setdefault(start, []).append(end)
        entries[end] = entries.get(end, 0) + 1
        entries.setdefault(start, 0)
    open_nodes = [node for node, count in entries.items() if not count]
    seen = 0
    while open_nodes:
        seen += 1
        for end in leads_to.get(open_nodes.pop(), ()):
            entries[end] -= 1
            if not entries[end]:
                open_nodes.append(end)
    return seen == len(entries)

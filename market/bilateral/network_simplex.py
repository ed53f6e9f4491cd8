"""The exact optimum by the network simplex method, in plain Python.

Nodes are bids, offers and one outside node, which takes what stays unserved and gives what stays unsold. A spanning
tree of steps, hung on the outside node, holds all energy that flows; at first every order hangs on the outside alone.
With potentials y_i = u_i of bids, y_j = -p_j of offers and 0 outside, every step of the tree has

    u_i + p_j = value_ij,   u_i = 0   or   p_j = 0.

A pivot takes a step that is worth more than the duals of its ends, sends as much energy round the circle it closes as
fits, drops the step that became empty, and shifts the potentials of what was cut off. Where several become empty, the
last one round the circle is dropped: then an empty step always leads to the outside, and the method ends. It ends
where no step is worth more than its duals; fills and duals are optimal then:

    u_i + p_j >= value_ij;   = where f_ij > 0;   u_i > 0 only if bid i is full;   p_j > 0 only if offer j is sold out.

Sources: Cunningham, A network simplex method, Mathematical Programming 11, 1976 (strong feasibility); Ahuja, Magnanti,
Orlin, Network Flows, 1993, chapter 11. `dense_kernel` is the same over arrays.
"""

from collections.abc import Sequence
from math import isqrt

from aipchain.market.bilateral.transport import Optimum, Row, Transport

__all__ = ["Tree", "solve"]

_Steps = Sequence[tuple[int, Sequence[tuple[int, int]]]]
"""Each node that energy may leave, with the nodes it may go to and what a watt-hour is worth on the way."""


def solve(problem: Transport) -> Optimum:
    """Optimal fills and duals of `problem`."""
    tree = Tree(problem.demand, problem.supply)
    tree.improve(problem.values)
    return tree.optimum()


class Tree:
    """The spanning tree: each node's parent, and the energy [Wh] between them; a bid gives it, an offer takes it."""

    def __init__(self, demand: Sequence[int], supply: Sequence[int]) -> None:
        self.bids = len(demand)
        self.outside = outside = self.bids + len(supply)
        self.potential = [0] * (outside + 1)
        self.depth = [1] * outside + [0]
        self.parent = [outside] * outside
        self.wh = [*demand, *supply]
        self.children: list[set[int]] = [*(set() for _ in range(outside)), set(range(outside))]

    def improve(self, values: Sequence[Row]) -> None:
        """Pivot until no pair is worth more than its duals; the optimum of fewer pairs is a good start."""
        steps = self._steps(values)
        block = isqrt(len(steps)) + 1
        at = idle = 0
        while idle < len(steps):
            tail, tip, worth = _entering(steps[at : at + block], self.potential)
            if worth:
                self._pivot(tail, tip, worth)
            idle = 0 if worth else idle + block
            at = at + block if at + block < len(steps) else 0

    def _steps(self, values: Sequence[Row]) -> _Steps:
        """From each bid to its offers and to the outside, and from the outside to each offer."""
        of_bids = [[(self.bids + offer, value) for offer, value in row.items()] for row in values]
        return [
            *((bid, [*steps, (self.outside, 0)]) for bid, steps in enumerate(of_bids)),
            *((self.outside, [(offer, 0)]) for offer in range(self.bids, self.outside)),
        ]

    def _pivot(self, tail: int, tip: int, worth: int) -> None:
        """Let energy go from `tail` to `tip`, which is worth `worth` more than their duals."""
        up, down = self._circle(tail, tip)
        losing = [*(node for node in reversed(down) if node >= self.bids), *(node for node in up if node < self.bids)]
        cut = min(losing, key=self.wh.__getitem__)
        wh = self.wh[cut]
        for node in up:
            self.wh[node] += wh if node >= self.bids else -wh
        for node in down:
            self.wh[node] += wh if node < self.bids else -wh
        if cut in up:
            self._hang(tail, tip, cut, wh)
            self._shift(tail, worth)
        else:
            self._hang(tip, tail, cut, wh)
            self._shift(tip, -worth)

    def _circle(self, tail: int, tip: int) -> tuple[list[int], list[int]]:
        """The nodes from `tail` and from `tip` up to where both ways meet, without that one."""
        up: list[int] = []
        down: list[int] = []
        while tail != tip:
            if self.depth[tail] >= self.depth[tip]:
                up.append(tail)
                tail = self.parent[tail]
            else:
                down.append(tip)
                tip = self.parent[tip]
        return up, down

    def _hang(self, node: int, above: int, cut: int, wh: int) -> None:
        """Turn the way from `node` up to `cut` round, and hang it on `above` with `wh` [Wh] between them."""
        while True:
            was_above, was_wh = self.parent[node], self.wh[node]
            self.children[was_above].remove(node)
            self.children[above].add(node)
            self.parent[node], self.wh[node] = above, wh
            if node == cut:
                return
            above, node, wh = node, was_above, was_wh

    def _shift(self, top: int, change: int) -> None:
        """Add `change` to the potentials of `top` and all below it, and set their depths."""
        potential, depth, children = self.potential, self.depth, self.children
        level, at = [top], depth[self.parent[top]] + 1
        while level:
            below: list[int] = []
            for node in level:
                potential[node] += change
                depth[node] = at
                below += children[node]
            level, at = below, at + 1

    def optimum(self) -> Optimum:
        """What flows between bids and offers, and the potentials as duals."""
        fills: list[Row] = [{} for _ in range(self.bids)]
        for node, (above, wh) in enumerate(zip(self.parent, self.wh, strict=True)):
            if wh and above != self.outside:
                bid, offer = min(node, above), max(node, above)
                fills[bid][offer - self.bids] = wh
        p = tuple(-potential for potential in self.potential[self.bids : self.outside])
        return Optimum(tuple(dict(sorted(row.items())) for row in fills), tuple(self.potential[: self.bids]), p)


def _entering(steps: _Steps, potential: Sequence[int]) -> tuple[int, int, int]:
    """The step of these that is worth most above its duals: from, to, and by how much; 0 if none is."""
    tail = tip = worth = 0
    for start, ends in steps:
        least = potential[start] + worth
        for end, value in ends:
            if value + potential[end] > least:
                tail, tip, worth = start, end, value + potential[end] - potential[start]
                least = value + potential[end]
    return tail, tip, worth

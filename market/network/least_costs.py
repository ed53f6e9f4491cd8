"""Least costs from one node to all others, while bounds are added.

A bound (m, n, c) is a way from m to n at cost c, which may be below zero; no circle of ways costs less than nothing.
What changes is followed from node to node (Moore 1957), so a bound that says nothing new costs no more than a look.
"""

from collections import deque
from collections.abc import Iterable

__all__ = ["Bound", "LeastCosts"]

Bound = tuple[int, int, int]
"""(m, n, c): one unit more from m to n costs c, and the price at n is at most that at m plus c."""


class LeastCosts:
    """The least cost from `origin` to each node, None where no way leads, under all bounds so far."""

    def __init__(self, nodes: int, origin: int, bounds: Iterable[Bound]) -> None:
        self.costs: list[int | None] = [None] * nodes
        self.costs[origin] = 0
        self._leaving: list[list[tuple[int, int]]] = [[] for _ in range(nodes)]
        for start, end, cost in bounds:
            self._leaving[start].append((end, cost))
        self._follow(origin)

    def add(self, bound: Bound) -> None:
        """Heed one bound more."""
        start, end, cost = bound
        self._leaving[start].append((end, cost))
        self._follow(start)

    def _follow(self, changed: int) -> None:
        """Lead a change from node to node, until nothing becomes less."""
        waiting, is_waiting = deque([changed]), {changed}
        while waiting:
            node = waiting.popleft()
            is_waiting.discard(node)
            before = self.costs[node]
            if before is None:
                continue
            for end, cost in self._leaving[node]:
                known = self.costs[end]
                if known is None or before + cost < known:
                    self.costs[end] = before + cost
                    if end not in is_waiting:
                        is_waiting.add(end)
                        waiting.append(end)

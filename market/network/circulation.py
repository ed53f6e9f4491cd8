"""Circulation of least cost over a small network whose arcs cost more the more they carry, in whole numbers.

An arc is a ladder of steps of rising cost; a step below zero is worth taking. All such steps are filled first, whatever
that does to balance; then what is too much at one node is led to where it is missing, each time along the cheapest way
left, backwards over what is in use. No step ever makes a circle of negative cost, so the end is an optimum (Ahuja, R.
K., Magnanti, T. L., Orlin, J. B.: Network Flows, 1993, sections 9.7 and 14.5). Shortest ways by Bellman and Ford; meant
for tens of nodes with thousands of steps.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

__all__ = ["Bound", "Ladder", "Step", "bounds_of", "least_cost_circulation", "shortest"]


@dataclass(frozen=True, slots=True)
class Step:
    """At most `quantity` units (None: any, only at no negative cost), `cost` each."""

    quantity: int | None
    cost: int


@dataclass(frozen=True, slots=True)
class Ladder:
    """An arc from node to node; its steps are taken in order, and no step costs less than the one before."""

    start: int
    end: int
    steps: tuple[Step, ...]


Bound = tuple[int, int, int]
"""(m, n, c): one unit more from m to n costs c, and the price at n is at most that at m plus c."""

_SHUT: Final = (0, 0)
"""Cost and room of an arc without room."""


def least_cost_circulation(nodes: int, ladders: Sequence[Ladder]) -> tuple[int, ...]:
    """Units on each ladder. Equally cheap ways go by the order of nodes and ladders."""
    used = [sum(step.quantity or 0 for step in ladder.steps if step.cost < 0) for ladder in ladders]
    surplus = [0] * nodes
    for ladder, units in zip(ladders, used, strict=True):
        surplus[ladder.start] -= units
        surplus[ladder.end] += units
    climbers = [_Climber(ladder, units) for ladder, units in zip(ladders, used, strict=True)]
    arcs = [arc for climber in climbers for arc in climber.arcs()]
    while any(units > 0 for units in surplus):
        distance, last = _nearest(nodes, arcs, surplus)
        lacking = [n for n in range(nodes) if surplus[n] < 0 and distance[n] is not None]
        end = min(lacking, key=lambda n: distance[n] or 0)
        way, start = _way(arcs, last, end)
        units = min(surplus[start], -surplus[end])
        for arc in way:
            room = arcs[arc][3]
            units = units if room is None else min(units, room)
        surplus[start] -= units
        surplus[end] += units
        for arc in way:
            climber = climbers[arc // 2]
            climber.move(-units if arc % 2 else units)
            arcs[arc - arc % 2 : arc - arc % 2 + 2] = climber.arcs()
    return tuple(climber.used for climber in climbers)


def bounds_of(ladders: Sequence[Ladder], used: Sequence[int]) -> list[Bound]:
    """What an optimal circulation says about prices at nodes: of each ladder the next unit, and the last one back."""
    climbers = (_Climber(ladder, units) for ladder, units in zip(ladders, used, strict=True))
    return [
        (start, end, cost) for climber in climbers for start, end, cost, room in climber.arcs() if room is None or room
    ]


def shortest(nodes: int, bounds: Sequence[Bound], origin: int) -> list[int | None]:
    """Least cost from `origin` to each node, None where no way leads; `bounds` have no circle of negative cost."""
    distance: list[int | None] = [None] * nodes
    distance[origin] = 0
    changed = True
    while changed:
        changed = False
        for start, end, cost in bounds:
            before, known = distance[start], distance[end]
            if before is not None and (known is None or before + cost < known):
                distance[end], changed = before + cost, True
    return distance


_Arc = tuple[int, int, int, int | None]
"""Start, end, cost of a unit and room; a room of zero is no way."""


class _Climber:
    """Where on its ladder an arc stands."""

    __slots__ = ("_filled", "_ladder", "_rung", "used")

    def __init__(self, ladder: Ladder, used: int) -> None:
        self._ladder, self._rung, self._filled, self.used = ladder, 0, 0, 0
        self.move(used)

    def move(self, units: int) -> None:
        """Climb by `units`, or come down; the ladder is long enough."""
        self.used += units
        self._filled += units
        steps = self._ladder.steps
        while self._filled < 0:
            self._rung -= 1
            self._filled += steps[self._rung].quantity or 0
        while self._rung < len(steps):
            quantity = steps[self._rung].quantity
            if quantity is None or self._filled < quantity:
                return
            self._filled -= quantity
            self._rung += 1

    def arcs(self) -> tuple[_Arc, _Arc]:
        """One unit more, and one unit less."""
        start, end, steps = self._ladder.start, self._ladder.end, self._ladder.steps
        cost, room = _SHUT if self._rung == len(steps) else self._ahead()
        back = self._rung if self._filled else self._rung - 1
        cost_back, room_back = _SHUT if back < 0 else (-steps[back].cost, self._filled or steps[back].quantity)
        return (start, end, cost, room), (end, start, cost_back, room_back)

    def _ahead(self) -> tuple[int, int | None]:
        step = self._ladder.steps[self._rung]
        return step.cost, None if step.quantity is None else step.quantity - self._filled


def _nearest(nodes: int, arcs: Sequence[_Arc], surplus: Sequence[int]) -> tuple[list[int | None], list[int | None]]:
    """Least cost to reach each node from any with too much, and the arc by which."""
    distance: list[int | None] = [0 if units > 0 else None for units in surplus]
    last: list[int | None] = [None] * nodes
    open_arcs = [(index, *arc[:3]) for index, arc in enumerate(arcs) if arc[3] != 0]
    changed = True
    while changed:
        changed = False
        for index, start, end, cost in open_arcs:
            before = distance[start]
            if before is not None:
                known = distance[end]
                if known is None or before + cost < known:
                    distance[end], last[end], changed = before + cost, index, True
    return distance, last


def _way(arcs: Sequence[_Arc], last: Sequence[int | None], end: int) -> tuple[list[int], int]:
    """The arcs to `end`, last one first, and where they begin."""
    way: list[int] = []
    while (arc := last[end]) is not None:
        way.append(arc)
        end = arcs[arc][0]
    return way, end

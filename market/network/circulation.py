"""Circulation of least cost over a small network whose arcs cost more the more they carry, in whole numbers.

An arc is a ladder of steps of rising cost; a step below zero is worth taking. All such steps are filled first, whatever
that does to balance; then what is too much at one node is led to where it is missing, each time along the cheapest way
left, backwards over what is in use. No step ever makes a circle of negative cost, so the end is an optimum (Ahuja, R.
K., Magnanti, T. L., Orlin, J. B.: Network Flows, 1993, sections 9.7 and 14.5). Meant for
hundreds of nodes with thousands of steps.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from aipchain.market.network.cheapest_way import Arc, cheapest_way
from aipchain.market.network.least_costs import Bound

__all__ = ["Ladder", "Step", "bounds_of", "least_cost_circulation"]


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
    leaving: list[list[int]] = [[] for _ in range(nodes)]
    for index, arc in enumerate(arcs):
        leaving[arc[0]].append(index)
    prices = [0] * nodes
    while any(units > 0 for units in surplus):
        way = cheapest_way(arcs, leaving, prices, surplus)
        start, end = arcs[way[-1]][0], arcs[way[0]][1]
        units = min(surplus[start], -surplus[end])
        for index in way:
            room = arcs[index][3]
            units = units if room is None else min(units, room)
        surplus[start] -= units
        surplus[end] += units
        for index in way:
            climber = climbers[index // 2]
            climber.move(-units if index % 2 else units)
            arcs[index - index % 2 : index - index % 2 + 2] = climber.arcs()
    return tuple(climber.used for climber in climbers)


def bounds_of(ladders: Sequence[Ladder], used: Sequence[int]) -> list[Bound]:
    """What an optimal circulation says about prices at nodes: of each ladder the next unit, and the last one back."""
    climbers = (_Climber(ladder, units) for ladder, units in zip(ladders, used, strict=True))
    return [
        (start, end, cost) for climber in climbers for start, end, cost, room in climber.arcs() if room is None or room
    ]


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

    def arcs(self) -> tuple[Arc, Arc]:
        """One unit more, and one unit less."""
        start, end, steps = self._ladder.start, self._ladder.end, self._ladder.steps
        cost, room = _SHUT if self._rung == len(steps) else self._ahead()
        back = self._rung if self._filled else self._rung - 1
        cost_back, room_back = _SHUT if back < 0 else (-steps[back].cost, self._filled or steps[back].quantity)
        return (start, end, cost, room), (end, start, cost_back, room_back)

    def _ahead(self) -> tuple[int, int | None]:
        step = self._ladder.steps[self._rung]
        return step.cost, None if step.quantity is None else step.quantity - self._filled

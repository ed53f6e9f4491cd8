"""The circulation of least cost as the textbook writes it: each way by Bellman's and Ford's method over all arcs.

Slow, and what `aipchain.market.network.circulation` has to equal, unit by unit, also where ways are equally cheap.
"""

from collections.abc import Sequence

from aipchain.market.network.circulation import Ladder

Arc = tuple[int, int, int, int | None]
"""Start, end, cost of a unit and room."""


def textbook_circulation(nodes: int, ladders: Sequence[Ladder]) -> tuple[int, ...]:
    """Units on each ladder."""
    used = [sum(step.quantity or 0 for step in ladder.steps if step.cost < 0) for ladder in ladders]
    surplus = [0] * nodes
    for ladder, units in zip(ladders, used, strict=True):
        surplus[ladder.start] -= units
        surplus[ladder.end] += units
    while any(units > 0 for units in surplus):
        arcs = [arc for ladder, units in zip(ladders, used, strict=True) for arc in _arcs(ladder, units)]
        distance, last = nearest(nodes, arcs, surplus)
        end = min((n for n in range(nodes) if surplus[n] < 0 and n in distance), key=lambda n: (distance[n], n))
        way, start = _way(arcs, last, end)
        units = min([surplus[start], -surplus[end], *(room for each in way if (room := arcs[each][3]) is not None)])
        surplus[start] -= units
        surplus[end] += units
        for each in way:
            used[each // 2] += -units if each % 2 else units
    return tuple(used)


def _arcs(ladder: Ladder, used: int) -> tuple[Arc, Arc]:
    """The next unit of a ladder, and the last one back; where there is none the room is zero."""
    ahead: tuple[int, int | None] = (0, 0)
    back, below = (0, 0), 0
    for step in ladder.steps:
        most = None if step.quantity is None else below + step.quantity
        if below < used:
            back = (-step.cost, used - below if most is None else min(used, most) - below)
        if most is None or most > used:
            ahead = (step.cost, None if most is None else most - used)
            break
        below = most
    return (ladder.start, ladder.end, *ahead), (ladder.end, ladder.start, *back)


def nearest(nodes: int, arcs: Sequence[Arc], surplus: Sequence[int]) -> tuple[dict[int, int], dict[int, int]]:
    """Least cost to reach each node from any with too much, and the arc by which."""
    distance = {node: 0 for node in range(nodes) if surplus[node] > 0}
    last: dict[int, int] = {}
    changed = True
    while changed:
        changed = False
        for index, (start, end, cost, room) in enumerate(arcs):
            if room != 0 and start in distance and (end not in distance or distance[start] + cost < distance[end]):
                distance[end], last[end], changed = distance[start] + cost, index, True
    return distance, last


def _way(arcs: Sequence[Arc], last: dict[int, int], end: int) -> tuple[list[int], int]:
    """The arcs to `end`, and where they begin."""
    way: list[int] = []
    while end in last:
        way.append(last[end])
        end = arcs[last[end]][0]
    return way, end

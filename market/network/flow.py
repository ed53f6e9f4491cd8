"""Flow of least cost between priced sources and sinks, in whole numbers: successive shortest paths.

Each step sends as much as fits along the way with the largest gain (best remaining bid, less best remaining offer,
less costs on the way), over arcs with room and backwards over arcs in use, until no way gains anything. The result is
optimal (Ahuja, R. K., Magnanti, T. L., Orlin, J. B.: Network Flows, 1993, section 9.7). Shortest ways by Bellman and
Ford, since arcs in use have negative cost backwards; meant for tens of nodes with many orders each.
"""

from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["Arc", "FlowResult", "Terminal", "least_cost_flow"]


@dataclass(frozen=True, slots=True)
class Arc:
    """From node to node, at most `cap` units (None: any), `cost` each."""

    start: int
    end: int
    cap: int | None
    cost: int


@dataclass(frozen=True, slots=True)
class Terminal:
    """`quantity` units that enter (or leave) at `node`; `value` is what one costs (or is worth)."""

    node: int
    quantity: int
    value: int


@dataclass(frozen=True, slots=True)
class FlowResult:
    """Units of each source, sink and arc."""

    sources: list[int]
    sinks: list[int]
    arcs: list[int]


def least_cost_flow(
    nodes: int, arcs: Sequence[Arc], sources: Sequence[Terminal], sinks: Sequence[Terminal]
) -> FlowResult:
    """The flow with the largest gain; costs of arcs must not be negative.

    Sources are used in the order given at each node, sinks too: list the cheapest source and the dearest sink first.
    """
    result = FlowResult([0] * len(sources), [0] * len(sinks), [0] * len(arcs))
    waiting = [_by_node(nodes, terminals) for terminals in (sources, sinks)]
    while True:
        first = [queue[-1] if queue else None for queue in waiting[0]]
        distance, last = _shortest(arcs, result.arcs, [None if i is None else sources[i].value for i in first])
        sink = _best_sink(sinks, waiting[1], distance)
        if sink is None:
            return result
        way = _way(arcs, last, sinks[sink].node)
        start = sinks[sink].node if not way else _ends(arcs, way[-1])[0]
        source = first[start]
        if source is None:
            raise RuntimeError("a shortest way starts where nothing is offered")  # unreachable by construction
        room = [sources[source].quantity - result.sources[source], sinks[sink].quantity - result.sinks[sink]]
        room += [each for step in way if (each := _room(arcs, result.arcs, step)) is not None]
        _send(result, way, min(room), (source, sink))
        for queues, used, terminals in ((waiting[0], result.sources, sources), (waiting[1], result.sinks, sinks)):
            for queue in queues:
                if queue and used[queue[-1]] == terminals[queue[-1]].quantity:
                    queue.pop()


def _by_node(nodes: int, terminals: Sequence[Terminal]) -> list[list[int]]:
    """Indices of the terminals of each node, the next one at the end."""
    queues: list[list[int]] = [[] for _ in range(nodes)]
    for index in reversed(range(len(terminals))):
        if terminals[index].quantity:
            queues[terminals[index].node].append(index)
    return queues


def _shortest(
    arcs: Sequence[Arc], flow: Sequence[int], start: Sequence[int | None]
) -> tuple[list[int | None], list[int | None]]:
    """Least cost to reach each node, and the step by which: arc i forwards is i, backwards is -1 - i."""
    distance, last = list(start), [None] * len(start)
    steps: list[int | None] = list(last)
    changed = True
    while changed:
        changed = False
        for index, arc in enumerate(arcs):
            for step in (index, -1 - index):
                here, there = _ends(arcs, step)
                before, cost = distance[here], arc.cost if step >= 0 else -arc.cost
                room = _room(arcs, flow, step)
                if before is None or room == 0:
                    continue
                known = distance[there]
                if known is None or before + cost < known:
                    distance[there], steps[there], changed = before + cost, step, True
    return distance, steps


def _best_sink(sinks: Sequence[Terminal], waiting: Sequence[list[int]], distance: Sequence[int | None]) -> int | None:
    best, chosen = 0, None
    for node, queue in enumerate(waiting):
        reached = distance[node]
        if queue and reached is not None and sinks[queue[-1]].value - reached > best:
            best, chosen = sinks[queue[-1]].value - reached, queue[-1]
    return chosen


def _way(arcs: Sequence[Arc], last: Sequence[int | None], node: int) -> list[int]:
    """Steps to `node`, last one first."""
    way: list[int] = []
    while (step := last[node]) is not None:
        way.append(step)
        node = _ends(arcs, step)[0]
    return way


def _ends(arcs: Sequence[Arc], step: int) -> tuple[int, int]:
    arc = arcs[step if step >= 0 else -1 - step]
    return (arc.start, arc.end) if step >= 0 else (arc.end, arc.start)


def _room(arcs: Sequence[Arc], flow: Sequence[int], step: int) -> int | None:
    if step < 0:
        return flow[-1 - step]
    cap = arcs[step].cap
    return None if cap is None else cap - flow[step]


def _send(result: FlowResult, way: Sequence[int], units: int, ends: tuple[int, int]) -> None:
    result.sources[ends[0]] += units
    result.sinks[ends[1]] += units
    for step in way:
        result.arcs[step if step >= 0 else -1 - step] += units if step >= 0 else -units

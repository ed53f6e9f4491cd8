"""The exact optimum by successive shortest paths with node potentials, in plain Python.

Bids are served one after the other. After each, fills and duals are optimal for the bids so far:

    u_i + p_j >= value_ij;   = where f_ij > 0;   u_i > 0 only if bid i is full;   p_j > 0 only if offer j is sold out.

A new bid looks for the cheapest way to a watt-hour: from an offer that has some left, or, over a chain of offers and
the bids they serve, from the bid that would lose least by going without (which may be itself). The cost of a step
from bid i to offer j is u_i + p_j - value_ij, of a step from an offer to a bid it serves zero; both are never negative,
so Dijkstra's method finds the way; it stops as soon as no open offer is nearer than the best end.

Sources: Ahuja, Magnanti, Orlin, Network Flows, 1993, chapter 9.7; Edmonds and Karp, Journal of the ACM 19, 1972
(potentials). Equal distances go by the offer's index.
"""

from dataclasses import dataclass, field
from heapq import heappop, heappush

from aipchain.market.bilateral.transport import Optimum, Row, Transport

__all__ = ["solve"]


def solve(problem: Transport) -> Optimum:
    """Optimal fills and duals of `problem`; large bids first, while ways are short, since they take many."""
    state = _State(problem)
    for bid in sorted(range(len(problem.demand)), key=lambda bid: (-problem.demand[bid], bid)):
        _serve(state, bid)
    fills = tuple(dict(sorted(row.items())) for row in state.fills)
    return Optimum(fills, tuple(state.u), tuple(state.p))


class _State:
    """Fills and duals that are optimal for the bids served so far."""

    def __init__(self, problem: Transport) -> None:
        self.values = problem.values
        self.unmet = list(problem.demand)
        self.unsold = list(problem.supply)
        self.u = [0] * len(problem.demand)
        self.p = [0] * len(problem.supply)
        self.fills: list[Row] = [{} for _ in problem.demand]
        self.buyers: list[dict[int, None]] = [{} for _ in problem.supply]

    def move(self, bid: int, offer: int, wh: int) -> None:
        """Let `offer` serve `bid` with `wh` more, or less [Wh]."""
        row = self.fills[bid]
        row[offer] = row.get(offer, 0) + wh
        if row[offer]:
            self.buyers[offer][bid] = None
        else:
            del row[offer], self.buyers[offer][bid]


@dataclass(slots=True)
class _Way:
    """What one search found: distances, how each node was reached, and the best end."""

    length: int
    offer: int | None = None
    bid: int | None = None
    bids: dict[int, int] = field(default_factory=dict)
    offers: dict[int, int] = field(default_factory=dict)
    bid_came_from: Row = field(default_factory=dict)
    offer_came_from: Row = field(default_factory=dict)


def _serve(state: _State, bid: int) -> None:
    """Give `bid` what it is worth to give it."""
    gains = (value - state.p[offer] for offer, value in state.values[bid].items())
    state.u[bid] = max(0, max(gains, default=0))
    while state.unmet[bid] and state.u[bid]:
        way = _nearest_end(state, bid)
        _shift_duals(state, way)
        if way.bid != bid:
            _send(state, bid, way)


def _nearest_end(state: _State, start: int) -> _Way:
    """Dijkstra's method from bid `start`; going without is an end from the first."""
    way = _Way(length=state.u[start], bid=start)
    heap: list[tuple[int, int]] = []
    _visit(state, way, heap, start, 0)
    while heap and heap[0][0] < way.length:
        distance, offer = heappop(heap)
        if distance > way.offers[offer]:
            continue
        if state.unsold[offer]:
            way.length, way.offer, way.bid = distance, offer, None
            break
        for bid in state.buyers[offer]:
            if bid not in way.bids:
                way.bid_came_from[bid] = offer
                _visit(state, way, heap, bid, distance)
    return way


def _visit(state: _State, way: _Way, heap: list[tuple[int, int]], bid: int, distance: int) -> None:
    """Reach `bid`: it may be the end, or lead to its offers."""
    way.bids[bid] = distance
    u, p = state.u[bid], state.p
    if distance + u < way.length:
        way.length, way.bid = distance + u, bid
    for offer, value in state.values[bid].items():
        reached = distance + u + p[offer] - value
        if reached < way.length and reached < way.offers.get(offer, way.length):
            way.offers[offer] = reached
            way.offer_came_from[offer] = bid
            heappush(heap, (reached, offer))


def _shift_duals(state: _State, way: _Way) -> None:
    """Make the way free of cost, and keep every other step's cost at or above zero."""
    for bid, distance in way.bids.items():
        state.u[bid] -= max(0, way.length - distance)
    for offer, distance in way.offers.items():
        state.p[offer] += max(0, way.length - distance)


def _send(state: _State, start: int, way: _Way) -> None:
    """Move as much energy along the way as fits."""
    taken: list[tuple[int, int]] = []  # (bid, offer) that lose energy
    given: list[tuple[int, int]] = []  # (bid, offer) that gain it
    offer, bid = way.offer, way.bid
    if bid is not None:
        offer = way.bid_came_from[bid]
        taken.append((bid, offer))
    while offer is not None:
        gaining = way.offer_came_from[offer]
        given.append((gaining, offer))
        offer = way.bid_came_from.get(gaining)
        if offer is not None:
            taken.append((gaining, offer))
    wh = min([state.unmet[start], *(state.fills[loser][source] for loser, source in taken)])
    if way.offer is not None:
        wh = min(wh, state.unsold[way.offer])
        state.unsold[way.offer] -= wh
    if way.bid is not None:
        state.unmet[way.bid] += wh
    state.unmet[start] -= wh
    for loser, source in taken:
        state.move(loser, source, -wh)
    for gaining, source in given:
        state.move(gaining, source, wh)

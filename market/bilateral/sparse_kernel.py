"""Successive shortest paths over arrays, for very many orders with few pairs each.

Bids are served one after the other; after each, fills and duals are optimal for the bids so far. A new bid looks, by
Dijkstra's method, for the cheapest way to a watt-hour: from an offer that has some left, or, over a chain of offers and
the bids they serve, from the bid that loses least by going without (which may be itself). The step from bid i to offer
j costs u_i + p_j - value_ij, the step from an offer to a bid it serves nothing (Ahuja, Magnanti, Orlin, Network Flows,
1993, chapter 9.7; potentials: Edmonds and Karp, Journal of the ACM 19, 1972).

Pairs are arcs in rows: the arcs of bid i are first[i] .. first[i + 1] - 1, `offer` and `value` say where they lead and
what they are worth. The arcs that carry energy from one offer form a list with links both ways. All numbers are whole;
`array_book` has made sure that they fit.
"""

from typing import NamedTuple

import numpy as np

from aipchain.market.bilateral.heap import pop, push
from aipchain.market.bilateral.rows import Integers, Rows, Whole
from aipchain.market.compiled import compiled

__all__ = ["solve_sparse"]


class _Arcs(NamedTuple):
    first: Integers
    offer: Integers
    value: Integers
    bid: Integers


class _State(NamedTuple):
    """Fills and duals that are optimal for the bids served so far; `head`, `after`, `before` list arcs in use."""

    unmet: Integers
    unsold: Integers
    u: Integers
    p: Integers
    fills: Integers
    head: Integers
    after: Integers
    before: Integers


class _Search(NamedTuple):
    """Distances (`at`) and the arc that led there (`by`), valid where `seen` is the number of the search."""

    bid_at: Integers
    bid_by: Integers
    bid_seen: Integers
    bids: Integers
    offer_at: Integers
    offer_by: Integers
    offer_seen: Integers
    offers: Integers
    distances: Integers
    nodes: Integers


class _End(NamedTuple):
    """Length of the best way so far, and its end: a bid or an offer, the other is -1."""

    length: Whole
    bid: Whole
    offer: Whole


@compiled
def solve_sparse(
    rows: Rows, demand: Integers, supply: Integers, order: Integers
) -> tuple[Integers, Integers, Integers]:
    """Fills per arc [Wh] and duals of bids and offers; bids are served in `order`."""
    arcs = _Arcs(rows.first, rows.offer, rows.value, np.empty(len(rows.offer), np.int32))
    for bid in range(len(demand)):
        arcs.bid[arcs.first[bid] : arcs.first[bid + 1]] = bid
    state = _new_state(len(arcs.offer), demand, supply)
    search = _new_search(len(arcs.offer), len(demand), len(supply))
    number = 0
    for start in order:
        best = np.int64(0)
        for arc in range(arcs.first[start], arcs.first[start + 1]):
            best = max(best, arcs.value[arc] - state.p[arcs.offer[arc]])
        state.u[start] = best
        while state.unmet[start] > 0 and state.u[start] > 0:
            number += 1
            end = _nearest_end(arcs, state, search, start, number)
            if end.bid != start:
                _send(arcs, state, search, start, end)
    return state.fills, state.u, state.p


@compiled
def _new_state(arcs: Whole, demand: Integers, supply: Integers) -> _State:
    u, p, fills = np.zeros(len(demand), np.int64), np.zeros(len(supply), np.int64), np.zeros(arcs, np.int64)
    head = np.full(len(supply), -1, np.int32)
    after, before = np.full(arcs, -1, np.int32), np.full(arcs, -1, np.int32)
    return _State(demand.copy(), supply.copy(), u, p, fills, head, after, before)


@compiled
def _new_search(arcs: Whole, bids: Whole, offers: Whole) -> _Search:
    return _Search(
        np.empty(bids, np.int64),
        np.empty(bids, np.int32),
        np.zeros(bids, np.int64),
        np.empty(bids, np.int32),
        np.empty(offers, np.int64),
        np.empty(offers, np.int32),
        np.zeros(offers, np.int64),
        np.empty(offers, np.int32),
        np.empty(arcs + 1, np.int64),
        np.empty(arcs + 1, np.int32),
    )


@compiled
def _nearest_end(arcs: _Arcs, state: _State, search: _Search, start: Whole, number: Whole) -> _End:
    """Dijkstra's method from bid `start`; then shift the duals so that the way is free of cost."""
    end = _End(state.u[start], np.int64(start), np.int64(-1))
    search.bid_at[start], search.bid_by[start], search.bid_seen[start] = 0, -1, number
    search.bids[0] = start
    reached: Whole = 1
    offers: Whole = 0
    size: Whole = 0
    done = 0
    while True:
        while done < reached:
            end, offers, size = _visit(arcs, state, search, search.bids[done], end, offers, size, number)
            done += 1
        if size == 0 or search.distances[0] >= end.length:
            break
        distance, offer = search.distances[0], search.nodes[0]
        size = pop(search.distances, search.nodes, size)
        if distance == search.offer_at[offer]:
            reached = _reach_buyers(arcs, state, search, offer, distance, reached, number)
    for index in range(reached):
        bid = search.bids[index]
        state.u[bid] -= max(0, end.length - search.bid_at[bid])
    for index in range(offers):
        offer = search.offers[index]
        state.p[offer] += max(0, end.length - search.offer_at[offer])
    return end


@compiled
def _visit(  # noqa: PLR0917  compiled functions have no keyword-only parameters
    arcs: _Arcs, state: _State, search: _Search, bid: Whole, end: _End, offers: Whole, size: Whole, number: Whole
) -> tuple[_End, Whole, Whole]:
    """Reach `bid`: it may be the end, or lead to its offers."""
    length, end_bid, end_offer = end.length, end.bid, end.offer
    base = search.bid_at[bid] + state.u[bid]
    if base < length:
        length, end_bid, end_offer = base, np.int64(bid), np.int64(-1)
    for arc in range(arcs.first[bid], arcs.first[bid + 1]):
        offer = arcs.offer[arc]
        distance = base + state.p[offer] - arcs.value[arc]
        if distance >= length:
            continue
        if search.offer_seen[offer] != number:
            search.offer_seen[offer] = number
            search.offers[offers] = offer
            offers += 1
        elif distance >= search.offer_at[offer]:
            continue
        search.offer_at[offer], search.offer_by[offer] = distance, arc
        if state.unsold[offer] > 0:
            length, end_bid, end_offer = distance, np.int64(-1), np.int64(offer)
        else:
            size = push(search.distances, search.nodes, size, distance, offer)
    return _End(length, end_bid, end_offer), offers, size


@compiled
def _reach_buyers(  # noqa: PLR0917
    arcs: _Arcs, state: _State, search: _Search, offer: Whole, distance: Whole, reached: Whole, number: Whole
) -> Whole:
    """The bids that `offer` serves are as near as it is."""
    arc = state.head[offer]
    while arc >= 0:
        bid = arcs.bid[arc]
        if search.bid_seen[bid] != number:
            search.bid_seen[bid], search.bid_at[bid], search.bid_by[bid] = number, distance, arc
            search.bids[reached] = bid
            reached += 1
        arc = state.after[arc]
    return reached


@compiled
def _send(arcs: _Arcs, state: _State, search: _Search, start: Whole, end: _End) -> None:
    """Move as much energy along the way, from its end to its start, as fits."""
    wh = _room_on_way(arcs, state, search, start, end)
    state.unmet[start] -= wh
    if end.bid < 0:
        state.unsold[end.offer] -= wh
        offer = end.offer
    else:
        state.unmet[end.bid] += wh
        _take(arcs, state, search.bid_by[end.bid], wh)
        offer = np.int64(arcs.offer[search.bid_by[end.bid]])
    while True:
        _give(arcs, state, search.offer_by[offer], wh)
        bid = arcs.bid[search.offer_by[offer]]
        if bid == start:
            break
        _take(arcs, state, search.bid_by[bid], wh)
        offer = np.int64(arcs.offer[search.bid_by[bid]])


@compiled
def _room_on_way(arcs: _Arcs, state: _State, search: _Search, start: Whole, end: _End) -> Whole:
    """The most energy that fits [Wh]."""
    wh: Whole = state.unmet[start]
    bid = end.bid
    if bid < 0:
        wh = min(wh, state.unsold[end.offer])
        bid = np.int64(arcs.bid[search.offer_by[end.offer]])
    while bid != start:
        source = search.bid_by[bid]
        wh = min(wh, state.fills[source])
        bid = np.int64(arcs.bid[search.offer_by[arcs.offer[source]]])
    return wh


@compiled
def _take(arcs: _Arcs, state: _State, arc: Whole, wh: Whole) -> None:
    """Less energy on `arc`; without any it leaves the list of its offer."""
    state.fills[arc] -= wh
    if state.fills[arc] == 0:
        after, before = state.after[arc], state.before[arc]
        if before >= 0:
            state.after[before] = after
        else:
            state.head[arcs.offer[arc]] = after
        if after >= 0:
            state.before[after] = before


@compiled
def _give(arcs: _Arcs, state: _State, arc: Whole, wh: Whole) -> None:
    """More energy on `arc`; with its first it joins the list of its offer."""
    if state.fills[arc] == 0:
        offer = arcs.offer[arc]
        first = state.head[offer]
        state.after[arc], state.before[arc], state.head[offer] = first, -1, arc
        if first >= 0:
            state.before[first] = arc
    state.fills[arc] += wh

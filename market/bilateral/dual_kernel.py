"""Price range and certificate over arrays: `price_range` and `certificate` step by step.

A pair with a value below zero may not trade.
"""

import numpy as np

from aipchain.market.bilateral.heap import pop, push
from aipchain.market.bilateral.rows import Integers, Rows, Whole
from aipchain.market.compiled import compiled
from aipchain.market.words import Words, mix_word

__all__ = ["forest", "pair_values", "room", "transposed_rows"]


@compiled
def pair_values(worth: Rows, of_bids: Words, of_offers: Words, bits: int) -> Integers:
    """Values of all pairs made unique, from their worth [base units per Wh]; -1 where it is below zero."""
    values = np.empty(len(worth.offer), np.int64)
    shift = np.uint64(64 - bits)
    for bid in range(len(of_bids)):
        own = of_bids[bid]
        for arc in range(worth.first[bid], worth.first[bid + 1]):
            drawn = np.int64(mix_word(own + of_offers[worth.offer[arc]]) >> shift)
            base = worth.value[arc]
            values[arc] = (base << bits) + max(1, drawn) if base >= 0 else -1
    return values


@compiled
def transposed_rows(rows: Rows, offers: Whole) -> tuple[Rows, Integers]:
    """Rows of offers, which lead to bids, without values; and the index of each among the rows of bids."""
    first = np.zeros(offers + 1, np.int64)
    for offer in rows.offer:
        first[offer + 1] += 1
    first = np.cumsum(first)
    place = first[:-1].copy()
    bid_of, index = np.empty(len(rows.offer), np.int32), np.empty(len(rows.offer), np.int64)
    for bid in range(len(rows.first) - 1):
        for arc in range(rows.first[bid], rows.first[bid + 1]):
            at = place[rows.offer[arc]]
            place[rows.offer[arc]] = at + 1
            bid_of[at], index[at] = bid, arc
    return Rows(first, bid_of, index), index


@compiled
def room(rows: Rows, back_fills: Rows, is_full: Integers, u: Integers, p: Integers) -> tuple[Integers, Integers]:
    """By how much each u can rise and each p can fall at once.

    `back_fills` are the rows of the other side with energy for values; `is_full` is 1 for a bid that is served in full.
    """
    rise, fall = np.where(is_full == 1, -1, 0), p.copy()
    room_needed = len(rows.offer) + len(p) + 1
    distances, nodes = np.empty(room_needed, np.int64), np.empty(room_needed, np.int32)
    reached = np.empty(len(u), np.int32)
    size: Whole = 0
    seen = done = 0
    for offer in range(len(p)):
        size = push(distances, nodes, size, p[offer], offer)
    for bid in np.flatnonzero(rise == 0):
        reached[seen] = bid
        seen += 1
    while True:
        while done < seen:
            size = _lower(rows, u, p, (rise, fall), reached[done], (distances, nodes, size))
            done += 1
        if size == 0:
            return rise, fall
        distance, offer = distances[0], nodes[0]
        size = pop(distances, nodes, size)
        if distance == fall[offer]:
            for arc in range(back_fills.first[offer], back_fills.first[offer + 1]):
                bid = back_fills.offer[arc]
                if back_fills.value[arc] > 0 and rise[bid] < 0:
                    rise[bid] = distance
                    reached[seen] = bid
                    seen += 1


@compiled
def forest(rows: Rows, fills: Integers, is_open: Integers) -> tuple[bool, Integers]:
    """Whether the steps in use form a forest, and the tree of each node.

    Nodes are bids, offers and the outside; `is_open` is 1 for an order that is not served in full.
    """
    bids = len(rows.first) - 1
    above = np.arange(len(is_open) + 1)
    is_forest = True
    for bid in range(bids):
        for arc in range(rows.first[bid], rows.first[bid + 1]):
            if fills[arc] > 0:
                is_forest &= _join(above, bid, bids + rows.offer[arc])
    for node in np.flatnonzero(is_open):
        is_forest &= _join(above, node, len(is_open))
    for place in range(len(above)):
        above[place] = _root(above, place)
    return is_forest, above


@compiled
def _lower(  # noqa: PLR0917
    rows: Rows,
    u: Integers,
    p: Integers,
    change: tuple[Integers, Integers],
    bid: Whole,
    heap: tuple[Integers, Integers, Whole],
) -> Whole:
    """Let the offers of `bid` fall as far as its own rise allows; the size of the heap."""
    rise, fall = change
    distances, nodes, size = heap
    base = rise[bid] + u[bid]
    for arc in range(rows.first[bid], rows.first[bid + 1]):
        offer = rows.offer[arc]
        distance = base + p[offer] - rows.value[arc]
        if rows.value[arc] >= 0 and distance < fall[offer]:
            fall[offer] = distance
            size = push(distances, nodes, size, distance, offer)
    return size


@compiled
def _join(above: Integers, one: Whole, other: Whole) -> bool:
    first, second = _root(above, one), _root(above, other)
    above[first] = second
    return first != second


@compiled
def _root(above: Integers, node: Whole) -> Whole:
    while above[node] != node:
        above[node] = above[above[node]]
        node = above[node]
    return node

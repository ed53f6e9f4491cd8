"""The network simplex method over arrays, for books of usual size and whenever a bid has many pairs.

Nodes are bids, offers and one outside node, which takes what stays unserved and gives what stays unsold. Every book
starts with a spanning tree of outside arcs alone, which is feasible. A pivot takes an arc that is worth more than the
duals of its ends, sends as much energy round the circle it closes as fits, and drops the arc that became empty. The
choice of the dropped arc keeps the tree strongly feasible (an empty arc always points to the root), so the method
ends. Entering arcs come from blocks of about the square root of all arcs, the best of a block, round and round.

With potentials y_i = u_i, y_j = -p_j and 0 outside, tree arcs have u_i + p_j = value_ij, u_i = 0 or p_j = 0.

Sources: Cunningham, A network simplex method, Mathematical Programming 11, 1976 (strong feasibility); Ahuja, Magnanti,
Orlin, Network Flows, 1993, chapter 11.
"""

from typing import NamedTuple

import numpy as np

from aipchain.market.bilateral.rows import Integers, Rows, Whole
from aipchain.market.compiled import compiled

__all__ = ["solve_dense"]


class _Arcs(NamedTuple):
    tail: Integers
    tip: Integers
    gain: Integers
    flow: Integers


class _Tree(NamedTuple):
    """The spanning tree: each node's parent, the arc between them, and lists of children linked both ways."""

    potential: Integers
    parent: Integers
    link: Integers
    depth: Integers
    child: Integers
    older: Integers
    younger: Integers
    stack: Integers


@compiled
def solve_dense(rows: Rows, demand: Integers, supply: Integers) -> tuple[Integers, Integers, Integers]:
    """Fills per arc [Wh] and duals of bids and offers."""
    bids, outside = len(demand), len(demand) + len(supply)
    arcs, tree = _all_arcs(rows, demand, supply), _outside_tree(len(rows.offer), outside)
    block = max(64, int(np.sqrt(len(arcs.tail))))
    entering = _entering(arcs, tree.potential, 0, block)
    while entering >= 0:
        _pivot(arcs, tree, entering)
        entering = _entering(arcs, tree.potential, entering + 1, block)
    return arcs.flow[: len(rows.offer)].copy(), tree.potential[:bids].copy(), -tree.potential[bids:outside]


@compiled
def _all_arcs(rows: Rows, demand: Integers, supply: Integers) -> _Arcs:
    """The arcs of pairs, then from each bid to the outside, then from the outside to each offer."""
    pairs, bids, offers = len(rows.offer), len(demand), len(supply)
    outside = bids + offers
    tail, tip = np.empty(pairs + outside, np.int32), np.empty(pairs + outside, np.int32)
    gain, flow = np.zeros(pairs + outside, np.int64), np.zeros(pairs + outside, np.int64)
    for bid in range(bids):
        tail[rows.first[bid] : rows.first[bid + 1]] = bid
    tip[:pairs], gain[:pairs] = rows.offer + bids, rows.value
    tail[pairs : pairs + bids], tip[pairs : pairs + bids] = np.arange(bids), outside
    tail[pairs + bids :], tip[pairs + bids :] = outside, np.arange(bids, outside)
    flow[pairs : pairs + bids], flow[pairs + bids :] = demand, supply
    return _Arcs(tail, tip, gain, flow)


@compiled
def _outside_tree(pairs: Whole, outside: Whole) -> _Tree:
    """Every node hangs on the outside node."""
    parent, link = np.full(outside + 1, outside, np.int32), np.arange(pairs, pairs + outside + 1)
    depth, child = np.ones(outside + 1, np.int32), np.full(outside + 1, -1, np.int32)
    older, younger = np.arange(-1, outside).astype(np.int32), np.arange(1, outside + 2).astype(np.int32)
    parent[outside], depth[outside], link[outside] = -1, 0, -1
    older[outside], younger[outside] = -1, -1
    if outside > 0:
        child[outside], younger[outside - 1] = 0, -1
    stack = np.empty(outside + 1, np.int32)
    return _Tree(np.zeros(outside + 1, np.int64), parent, link, depth, child, older, younger, stack)


@compiled
def _entering(arcs: _Arcs, potential: Integers, start: Whole, block: Whole) -> Whole:
    """The arc most worth more than its duals in the first block, from `start` on, that has one; -1 if none has."""
    best, chosen, left, at = np.int64(0), np.int64(-1), block, start
    for _ in range(len(arcs.tail)):
        if at >= len(arcs.tail):
            at = 0
        worth = arcs.gain[at] - potential[arcs.tail[at]] + potential[arcs.tip[at]]
        if worth > best:
            best, chosen = worth, np.int64(at)
        at += 1
        left -= 1
        if left == 0:
            if chosen >= 0:
                break
            left = block
    return chosen


@compiled
def _pivot(arcs: _Arcs, tree: _Tree, entering: Whole) -> None:
    """Send energy round the circle of `entering`, drop the arc that it empties, and hang its subtree on `entering`."""
    source, target = np.int64(arcs.tail[entering]), np.int64(arcs.tip[entering])
    worth = arcs.gain[entering] - tree.potential[source] + tree.potential[target]
    join = _join(tree, source, target)
    leaving, is_below_source = _leaving(arcs, tree, source, target, join)
    wh = arcs.flow[tree.link[leaving]]
    arcs.flow[entering] += wh
    _carry(arcs, tree, source, join, wh, arcs.tip)
    _carry(arcs, tree, target, join, wh, arcs.tail)
    if is_below_source:
        _rehang(tree, source, target, leaving, entering)
        _lift(tree, source, worth)
    else:
        _rehang(tree, target, source, leaving, entering)
        _lift(tree, target, -worth)


@compiled
def _join(tree: _Tree, one: Whole, other: Whole) -> Whole:
    """The node at which the ways of two nodes to the root meet."""
    while one != other:
        if tree.depth[one] >= tree.depth[other]:
            one = np.int64(tree.parent[one])
        else:
            other = np.int64(tree.parent[other])
    return one


@compiled
def _leaving(arcs: _Arcs, tree: _Tree, source: Whole, target: Whole, join: Whole) -> tuple[Whole, bool]:
    """The node below the arc that leaves, and on which side of the circle it is.

    Round the circle from `join` down to `source`, over the entering arc and up from `target`, the last of the arcs
    with least energy leaves: that keeps the tree strongly feasible.
    """
    leaving: Whole = np.int64(-1)
    wh, is_below_source = np.int64(-1), False
    node = source
    while node != join:
        arc = tree.link[node]
        if arcs.tail[arc] == node and (wh < 0 or arcs.flow[arc] < wh):
            leaving, wh, is_below_source = node, np.int64(arcs.flow[arc]), True
        node = np.int64(tree.parent[node])
    node = target
    while node != join:
        arc = tree.link[node]
        if arcs.tip[arc] == node and (wh < 0 or arcs.flow[arc] <= wh):
            leaving, wh, is_below_source = node, np.int64(arcs.flow[arc]), False
        node = np.int64(tree.parent[node])
    return leaving, is_below_source


@compiled
def _carry(  # noqa: PLR0917
    arcs: _Arcs, tree: _Tree, node: Whole, join: Whole, wh: Whole, growing: Integers
) -> None:
    """Along the way from `node` up to `join`: arcs whose end in `growing` is the lower node get more, others less."""
    while node != join:
        arc = tree.link[node]
        arcs.flow[arc] += wh if growing[arc] == node else -wh
        node = np.int64(tree.parent[node])


@compiled
def _rehang(tree: _Tree, node: Whole, above: Whole, leaving: Whole, arc: Whole) -> None:
    """Turn the way from `node` up to `leaving` round, and hang it on `above` by `arc`."""
    while True:
        was_above, was_arc = np.int64(tree.parent[node]), tree.link[node]
        older, younger = tree.older[node], tree.younger[node]
        if older >= 0:
            tree.younger[older] = younger
        else:
            tree.child[was_above] = younger
        if younger >= 0:
            tree.older[younger] = older
        first = tree.child[above]
        tree.older[node], tree.younger[node], tree.child[above] = -1, first, node
        if first >= 0:
            tree.older[first] = node
        tree.parent[node], tree.link[node] = above, arc
        if node == leaving:
            break
        above, arc, node = node, was_arc, was_above


@compiled
def _lift(tree: _Tree, top: Whole, change: Whole) -> None:
    """Add `change` to the potentials of the subtree of `top`, and set its depths."""
    tree.depth[top] = tree.depth[tree.parent[top]] + 1
    tree.stack[0] = top
    size = 1
    while size > 0:
        size -= 1
        node = tree.stack[size]
        tree.potential[node] += change
        below = tree.child[node]
        while below >= 0:
            tree.depth[below] = tree.depth[node] + 1
            tree.stack[size] = below
            size += 1
            below = tree.younger[below]

"""A binary heap of (distance, node) in two arrays: the same order as `heapq` has for such tuples."""

from aipchain.market.bilateral.rows import Integers, Whole
from aipchain.market.compiled import compiled

__all__ = ["pop", "push"]


@compiled
def push(distances: Integers, nodes: Integers, size: Whole, distance: Whole, node: Whole) -> Whole:
    """Put one entry in; the new size. The arrays must have room."""
    at = size
    while at > 0:
        above = (at - 1) >> 1
        if distances[above] < distance or (distances[above] == distance and nodes[above] <= node):
            break
        distances[at], nodes[at] = distances[above], nodes[above]
        at = above
    distances[at], nodes[at] = distance, node
    return size + 1


@compiled
def pop(distances: Integers, nodes: Integers, size: Whole) -> Whole:
    """Take the first entry, at index 0, out; the new size."""
    size -= 1
    distance, node = distances[size], nodes[size]
    at = 0
    while True:
        below = 2 * at + 1
        if below >= size:
            break
        right = below + 1
        if right < size and (
            distances[right] < distances[below]
            or (distances[right] == distances[below] and nodes[right] < nodes[below])
        ):
            below = right
        if distance < distances[below] or (distance == distances[below] and node <= nodes[below]):
            break
        distances[at], nodes[at] = distances[below], nodes[below]
        at = below
    distances[at], nodes[at] = distance, node
    return size

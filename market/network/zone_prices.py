"""Prices of zones at which everybody's fill is what they would choose: an interval for each, as a system.

With potentials p at the nodes of `zone_arcs`:

    offers at node n:  served -> p_n >= limit,   not served in full -> p_n <= limit
    bids at node n:    served -> p_n <= limit,   not served in full -> p_n >= limit
    arcs m -> n:       room left -> p_n <= p_m + charge,   in use -> p_n >= p_m + charge

Such differences have a lowest and a highest solution (shortest paths), and every blend low + floor((high - low) k /
1000) is one too, since rounding down the same share of two numbers never widens their difference by more than a
whole.
"""

from collections.abc import Sequence

from aipchain.market.network.flow import Arc, FlowResult, Terminal
from aipchain.market.rounding import blend

__all__ = ["potentials"]


def potentials(
    nodes: int,
    arcs: Sequence[Arc],
    sources: Sequence[Terminal],
    sinks: Sequence[Terminal],
    flow: FlowResult,
    *,
    k_permille: int,
) -> tuple[int, ...]:
    """The prices at the nodes [base units per Wh], at `k_permille` between lowest and highest.

    Where nothing bounds a price it is taken from 0 to the largest sum that occurs.
    """
    top = max((each.value for each in (*sources, *sinks)), default=0) + sum(arc.cost for arc in arcs)
    low, high = [0] * nodes, [top] * nodes
    _bound_by_orders(low, high, (sources, sinks), flow)
    _bound_by_arcs(low, high, arcs, flow)
    return tuple(blend(least, most, k_permille) for least, most in zip(low, high, strict=True))


def _bound_by_orders(
    low: list[int], high: list[int], orders: tuple[Sequence[Terminal], Sequence[Terminal]], flow: FlowResult
) -> None:
    """No served order at a loss, none that would gain left waiting."""
    sources, sinks = orders
    for each, used in zip(sources, flow.sources, strict=True):
        if used:
            low[each.node] = max(low[each.node], each.value)
        if used < each.quantity:
            high[each.node] = min(high[each.node], each.value)
    for each, used in zip(sinks, flow.sinks, strict=True):
        if used:
            high[each.node] = min(high[each.node], each.value)
        if used < each.quantity:
            low[each.node] = max(low[each.node], each.value)


def _bound_by_arcs(low: list[int], high: list[int], arcs: Sequence[Arc], flow: FlowResult) -> None:
    """Carry bounds along the arcs until none changes; (m, n, c) stands for p_n <= p_m + c."""
    steps = [(a.start, a.end, a.cost) for a, used in zip(arcs, flow.arcs, strict=True) if a.cap is None or used < a.cap]
    steps += [(a.end, a.start, -a.cost) for a, used in zip(arcs, flow.arcs, strict=True) if used]
    changed = True
    while changed:
        changed = False
        for start, end, cost in steps:
            if high[end] > high[start] + cost:
                high[end], changed = high[start] + cost, True
            if low[start] < low[end] - cost:
                low[start], changed = low[end] - cost, True

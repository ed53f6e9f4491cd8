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
    for each, used, is_offer in (
        *((each, used, True) for each, used in zip(sources, flow.sources, strict=True)),
        *((each, used, False) for each, used in zip(sinks, flow.sinks, strict=True)),
    ):
        if used if is_offer else used < each.quantity:
            low[each.node] = max(low[each.node], each.value)
        if used < each.quantity if is_offer else used:
            high[each.node] = min(high[each.node], each.value)
    # (m, n, c) stands for p_n <= p_m + c
    bounds = [
        (a.start, a.end, a.cost) for a, used in zip(arcs, flow.arcs, strict=True) if a.cap is None or used < a.cap
    ]
    bounds += [(a.end, a.start, -a.cost) for a, used in zip(arcs, flow.arcs, strict=True) if used]
    changed = True
    while changed:
        changed = False
        for start, end, cost in bounds:
            if high[end] > high[start] + cost:
                high[end], changed = high[start] + cost, True
            if low[start] < low[end] - cost:
                low[start], changed = low[end] - cost, True
    return tuple(blend(least, most, k_permille) for least, most in zip(low, high, strict=True))

"""Pairs by falling value, each with all the energy that is left: what most matchers do, for comparison.

At least half of the optimum (a maximal matching by weight; Avis, Networks 13, 1983), 95 to 97 % on usual books. It
comes without duals, so nobody can check it without doing it again, and it is not in any rule of ours.
"""

from aipchain.market.bilateral.transport import Row, Transport

__all__ = ["fill_greedily"]


def fill_greedily(problem: Transport) -> tuple[Row, ...]:
    """`fills[i][j]` above zero [Wh]; equal values go by index."""
    unmet, unsold = list(problem.demand), list(problem.supply)
    fills: list[Row] = [{} for _ in unmet]
    pairs = ((-value, bid, offer) for bid, row in enumerate(problem.values) for offer, value in row.items())
    for _, bid, offer in sorted(pairs):
        wh = min(unmet[bid], unsold[offer])
        if wh:
            fills[bid][offer] = wh
            unmet[bid] -= wh
            unsold[offer] -= wh
    return tuple(fills)

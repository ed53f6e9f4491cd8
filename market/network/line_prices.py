"""Prices of an optimal clearing over lines: lines take as little as they can, the rest is blended between two ends.

With potentials p of `line_network`, p = 0 outside:

    selling price of zone a = p(S_a) - p(a),   buying price of zone b = p(T_b) - p(b),   price of a's line = p(a)

An optimal circulation bounds their differences only (`circulation.bounds_of`). Zone by zone the line's price is set to
what is nearest to 0; it is other than 0 only at a limit, above for the way out, below for the way in. The other prices
then have a lowest and a highest solution, and every blend low + floor((high - low) k / 1000) is one too.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aipchain.market.certificate import LinePrice
from aipchain.market.network.circulation import bounds_of
from aipchain.market.network.least_costs import Bound, LeastCosts
from aipchain.market.network.line_network import OUTSIDE, LineNetwork
from aipchain.market.rounding import blend
from aipchain.market.terms import LineLimit
from aipchain.units import Price

__all__ = ["LinePrices", "line_prices"]


@dataclass(frozen=True, slots=True)
class LinePrices:
    """Prices by place of offers and of bids, and by zone what a watt-hour more out of it is worth; into it below 0.

    All in base units per Wh. A buying price can be below 0 where the buyer frees a line.
    """

    selling: tuple[int, ...]
    buying: tuple[int, ...]
    leaving: Mapping[int, int]

    def of_line(self, limit: LineLimit) -> LinePrice:
        """The price of a limited line, as certificates have it."""
        leaving = self.leaving.get(limit.zone, 0)
        return LinePrice(limit.zone, Price(max(0, leaving)), Price(max(0, -leaving)))


def line_prices(network: LineNetwork, used: Sequence[int], k_permille: int) -> LinePrices:
    """The prices at which everybody's part of an optimal circulation is what they would choose."""
    top = max((order.limit_price for place in (*network.offers, *network.bids) for order in place.orders), default=0)
    bounds = bounds_of(network.ladders(lambda order: order.limit_price), used)
    # no selling price needs to be below 0, and no buying price above the dearest order
    bounds += [(network.offers_node(i), network.zone_node(each.zone), 0) for i, each in enumerate(network.offers)]
    bounds += [(network.zone_node(each.zone), network.bids_node(i), top) for i, each in enumerate(network.bids)]
    ends = _Ends(network.nodes, bounds)
    for node in (network.zone_node(limit.zone) for limit in network.limits if limit.zone in network.zones):
        ends.fix(node, _nearest_to_zero(ends.lowest(node), ends.highest(node)))

    def price(node: int, zone: int) -> int:
        low, high, base = ends.lowest(node), ends.highest(node), ends.highest(network.zone_node(zone))
        if low is None or high is None or base is None:
            raise RuntimeError(f"nothing bounds the price at node {node}")  # unreachable by the bounds above
        return blend(low, high, k_permille) - base

    return LinePrices(
        tuple(price(network.offers_node(i), each.zone) for i, each in enumerate(network.offers)),
        tuple(price(network.bids_node(i), each.zone) for i, each in enumerate(network.bids)),
        {zone: ends.highest(network.zone_node(zone)) or 0 for zone in network.zones},
    )


class _Ends:
    """Lowest and highest potential of each node; None where nothing bounds it."""

    def __init__(self, nodes: int, bounds: Sequence[Bound]) -> None:
        self._from = LeastCosts(nodes, OUTSIDE, bounds)
        self._towards = LeastCosts(nodes, OUTSIDE, [(end, start, cost) for start, end, cost in bounds])

    def lowest(self, node: int) -> int | None:
        cost = self._towards.costs[node]
        return None if cost is None else -cost

    def highest(self, node: int) -> int | None:
        return self._from.costs[node]

    def fix(self, node: int, price: int) -> None:
        """Let the potential of a node be `price`."""
        for costs, its in ((self._from, price), (self._towards, -price)):
            costs.add((OUTSIDE, node, its))
            costs.add((node, OUTSIDE, -its))


def _nearest_to_zero(low: int | None, high: int | None) -> int:
    if low is not None and low > 0:
        return low
    return high if high is not None and high < 0 else 0

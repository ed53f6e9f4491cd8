"""Community prices from supply and demand: mid-market rate and supply-demand ratio.

Notation: R retail and F feed-in price [base units per Wh], S supply and D demand of the community in the interval [Wh].
What a community sells is rounded down and what it buys is rounded up, so buyers' money always covers sellers' money.

A community price pair averages local and outside energy. The local price alone, at which one member's energy goes to
another, is what the market trades at: members settle the rest with the outside at R and F themselves.

Sources
- Long, C., Wu, J., Zhang, C., Thomas, L., Cheng, M., Jenkins, N.: Peer-to-peer energy trading in a community microgrid.
  IEEE PES General Meeting, 2017 (mid-market rate).
- Liu, N., Yu, X., Wang, C., Li, C., Ma, L., Lei, J.: Energy-sharing model with price-based demand response for
  microgrids of peer-to-peer prosumers. IEEE Transactions on Power Systems 32(5), 2017 (supply-demand ratio).
"""

from dataclasses import dataclass

from aipchain.market.book import ReferencePrice
from aipchain.units import Price, Wh

__all__ = [
    "CommunityPrices",
    "mid_market_local_price",
    "mid_market_rate",
    "supply_demand_local_price",
    "supply_demand_ratio",
]


@dataclass(frozen=True, slots=True)
class CommunityPrices:
    """What members pay (`buy`) and get (`sell`) for a watt-hour on average [base units per Wh]."""

    buy: Price
    sell: Price


def mid_market_local_price(reference: ReferencePrice) -> Price:
    """(R + F) / 2, rounded down."""
    return Price((reference.retail + reference.feed_in) // 2)


def mid_market_rate(reference: ReferencePrice, supply: Wh, demand: Wh) -> CommunityPrices:
    """Long et al. 2017: both sides at mid = (R + F) / 2, the surplus or deficit shared at the outside price.

    S > D: sell = (D mid + (S - D) F) / S.   S < D: buy = (S mid + (D - S) R) / D.
    """
    mid = mid_market_local_price(reference)
    if supply > demand:
        return CommunityPrices(mid, Price((demand * mid + (supply - demand) * reference.feed_in) // supply))
    if supply < demand:
        return CommunityPrices(_ceil(supply * mid + (demand - supply) * reference.retail, demand), mid)
    return CommunityPrices(mid, mid)


def supply_demand_local_price(reference: ReferencePrice, supply: Wh, demand: Wh) -> Price:
    """Liu et al. 2017: F R / ((R - F) r + F) with r = S / D for r <= 1, rounded down; F for r > 1.

    Without supply it is R (the formula at r = 0), also when there is no demand either.
    """
    retail, feed_in = reference.retail, reference.feed_in
    if supply == 0:
        return retail
    if supply > demand or retail == feed_in:
        return feed_in
    return Price(feed_in * retail * demand // ((retail - feed_in) * supply + feed_in * demand))


def supply_demand_ratio(reference: ReferencePrice, supply: Wh, demand: Wh) -> CommunityPrices:
    """Liu et al. 2017: sell = the local price; buy = sell r + R (1 - r) for r <= 1, both F for r > 1."""
    sell = supply_demand_local_price(reference, supply, demand)
    if supply > demand or demand == 0:
        return CommunityPrices(sell, sell)
    return CommunityPrices(_ceil(sell * supply + reference.retail * (demand - supply), demand), sell)


def _ceil(numerator: int, denominator: int) -> Price:
    return Price(-(-numerator // denominator))

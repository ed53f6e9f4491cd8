"""Community prices from supply and demand: mid-market rate, supply-demand ratio and bill sharing.

Notation: R retail and F feed-in price [base units per Wh], S supply and D demand of the community in the interval [Wh],
L = min(S, D) the energy that stays local.

Every rule gives one local price p, at which one member's energy goes to another; that is what the market trades at.
Members settle the rest with the outside at R and F themselves. Averaged over both kinds of energy members pay and get

    buy  = (L p + (D - L) R) / D, rounded up         sell = (L p + (S - L) F) / S, rounded down

so what buyers pay covers sellers and the outside; `settlement` splits the same money without any remainder. Without
demand `buy`, and without supply `sell`, is the local price. Retail is never below feed-in and nothing is negative
(`ReferencePrice` refuses it, as the chain does). Whole numbers of any size are exact; the chain takes prices < 2^64.

Sources
- Long, C., Wu, J., Zhang, C., Thomas, L., Cheng, M., Jenkins, N.: Peer-to-peer energy trading in a community microgrid.
  IEEE PES General Meeting, 2017 (mid-market rate, bill sharing).
- Liu, N., Yu, X., Wang, C., Li, C., Ma, L., Lei, J.: Energy-sharing model with price-based demand response for
  microgrids of peer-to-peer prosumers. IEEE Transactions on Power Systems 32(5), 2017 (supply-demand ratio).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from aipchain.market.book import ReferencePrice
from aipchain.market.pool.errors import NegativeEnergy, PriceOutsideReference
from aipchain.market.rounding import rounded_up
from aipchain.market.whole import refuse_fraction
from aipchain.units import Price, Wh

__all__ = [
    "CommunityPrices",
    "LocalPriceRule",
    "average_prices",
    "bill_sharing",
    "bill_sharing_local_price",
    "mid_market_local_price",
    "mid_market_rate",
    "refuse_energy",
    "refuse_local_price",
    "supply_demand_local_price",
    "supply_demand_ratio",
]

LocalPriceRule: TypeAlias = Callable[[ReferencePrice, Wh, Wh], Price]
"""A pool rule: the local price [base units per Wh] from the reference prices, supply [Wh] and demand [Wh]."""


@dataclass(frozen=True, slots=True)
class CommunityPrices:
    """What members pay (`buy`) and get (`sell`) for a watt-hour on average [base units per Wh]."""

    buy: Price
    sell: Price


def average_prices(reference: ReferencePrice, supply: Wh, demand: Wh, local: Price) -> CommunityPrices:
    """Buying and selling price of a community whose local energy has the price `local`.

    :raises NegativeEnergy: supply or demand is below zero.
    :raises PriceOutsideReference: `local` is below zero or above retail.
    :raises TypeError: a number is not whole.
    """
    refuse_energy(("supply", supply), ("demand", demand))
    refuse_local_price(reference, local)
    matched = min(supply, demand)
    paid = matched * local + (demand - matched) * reference.retail
    earned = matched * local + (supply - matched) * reference.feed_in
    buy = Price(rounded_up(paid, demand)) if demand else local
    sell = Price(earned // supply) if supply else local
    return CommunityPrices(buy, sell)


def mid_market_local_price(reference: ReferencePrice) -> Price:
    """(R + F) / 2, rounded down; supply and demand play no part in it."""
    return Price((reference.retail + reference.feed_in) // 2)


def mid_market_rate(reference: ReferencePrice, supply: Wh, demand: Wh) -> CommunityPrices:
    """Long et al. 2017: both sides at mid = (R + F) / 2, the surplus or deficit shared at the outside price.

    S > D: sell = (D mid + (S - D) F) / S.   S < D: buy = (S mid + (D - S) R) / D.
    """
    return average_prices(reference, supply, demand, mid_market_local_price(reference))


def supply_demand_local_price(reference: ReferencePrice, supply: Wh, demand: Wh) -> Price:
    """Liu et al. 2017: F R / ((R - F) r + F) with r = S / D for r <= 1, rounded down; F for r > 1.

    Without supply it is R (the formula at r = 0), also when there is no demand either.

    :raises NegativeEnergy: supply or demand is below zero.
    :raises TypeError: one of them is not whole.
    """
    refuse_energy(("supply", supply), ("demand", demand))
    retail, feed_in = reference.retail, reference.feed_in
    if supply == 0:
        return retail
    if supply > demand or retail == feed_in:
        return feed_in
    return Price(feed_in * retail * demand // ((retail - feed_in) * supply + feed_in * demand))


def supply_demand_ratio(reference: ReferencePrice, supply: Wh, demand: Wh) -> CommunityPrices:
    """Liu et al. 2017: sell = the local price; buy = sell r + R (1 - r) for r <= 1, both F for r > 1."""
    return average_prices(reference, supply, demand, supply_demand_local_price(reference, supply, demand))


def bill_sharing_local_price() -> Price:
    """Zero: local energy is nobody's sale; members share what the community pays and gets at its connection."""
    return Price(0)


def bill_sharing(reference: ReferencePrice, supply: Wh, demand: Wh) -> CommunityPrices:
    """Long et al. 2017: buy = R imports / D, sell = F exports / S, with imports D - L and exports S - L.

    Sellers can get less than F: this rule is for communities that own their plants together.
    """
    return average_prices(reference, supply, demand, bill_sharing_local_price())


def refuse_energy(*named: tuple[str, Wh]) -> None:
    """Check energies, each with what it is called [Wh].

    :raises NegativeEnergy: one is below zero.
    :raises TypeError: one is not whole.
    """
    for what, energy in named:
        refuse_fraction(what, energy)
        if energy < 0:
            raise NegativeEnergy(what, energy)


def refuse_local_price(reference: ReferencePrice, local: Price) -> None:
    """Check the price at which one member's energy goes to another.

    :raises PriceOutsideReference: it is below zero or above retail.
    :raises TypeError: it is not whole.
    """
    refuse_fraction("the local price", local)
    if not 0 <= local <= reference.retail:
        raise PriceOutsideReference(local, reference.retail)

"""The tariffs of a data pack, for whoever lets its homes trade: the demo and the comparison of market rules."""

from typing import Final

from aipchain.market.book import ReferencePrice
from aipchain.metering.packs import Pack
from aipchain.units import PRICE_OF_ONE_AIP_PER_KWH, Price

__all__ = ["FEED_IN_PERMILL", "MICRO_PER_KWH", "reference_prices"]

FEED_IN_PERMILL: Final = 364
"""Feed-in tariff per mille of the lowest retail tariff: 0.08 of 0.22 per kWh, what such homes earn for exports."""

MICRO_PER_KWH: Final = PRICE_OF_ONE_AIP_PER_KWH // 1_000_000
"""The `Price` of 10^-6 AIP per kWh."""


def reference_prices(pack: Pack) -> tuple[ReferencePrice, ...]:
    """Retail of each step as recorded, in currency units as AIP; feed-in flat."""
    feed_in = Price(min(pack.retail_micro_per_kwh) * MICRO_PER_KWH * FEED_IN_PERMILL // 1_000)
    return tuple(ReferencePrice(Price(retail * MICRO_PER_KWH), feed_in) for retail in pack.retail_micro_per_kwh)

"""What homes pay, in exact whole numbers: each by itself, or in a pool at the mid-market rate.

In the pool, energy of one member that another uses in the same step costs both the middle of import and export price;
the rest is shared at the outside's prices (`market.pool`). So nobody pays more for energy than the outside asks, and
nobody gets less than it pays.
"""

import numpy as np

from aipchain.ai.agents.fleet import Whole
from aipchain.market.book import MeterId, ReferencePrice
from aipchain.market.pool.price_rules import mid_market_local_price
from aipchain.market.pool.settlement import settle_pool
from aipchain.units import Price, Wh

__all__ = ["alone", "community_bill", "pooled", "summed"]


def alone(net_wh: Whole, import_price: Whole, export_price: Whole) -> list[int]:
    """Bill of each home with the outside [base units].

    :param net_wh: import above zero, export below, shape (homes, steps) [Wh].
    :param import_price: shape (steps) [base units per Wh]; `export_price` the same.
    """
    return [summed(home, import_price, export_price) for home in net_wh]


def community_bill(net_wh: Whole, import_price: Whole, export_price: Whole) -> int:
    """What all homes together pay outside [base units]: only their sum crosses the connection."""
    return summed(net_wh.sum(axis=0), import_price, export_price)


def pooled(net_wh: Whole, import_price: Whole, export_price: Whole) -> list[int]:
    """Bill of each home in the pool [base units]; they sum to the community's."""
    homes = [MeterId(home) for home in range(len(net_wh))]
    bills = [0] * len(homes)
    for net, retail, feed_in in zip(net_wh.T.tolist(), import_price.tolist(), export_price.tolist(), strict=True):
        reference = ReferencePrice(retail=Price(retail), feed_in=Price(feed_in))
        imports = {home: Wh(max(net[home], 0)) for home in homes}
        exports = {home: Wh(max(-net[home], 0)) for home in homes}
        settled = settle_pool(reference, mid_market_local_price(reference), imports, exports)
        for home in homes:
            bills[home] += settled.paid[home] - settled.earned[home]
    return bills


def summed(net_wh: Whole, import_price: Whole, export_price: Whole) -> int:
    """One meter's bill, shape (steps) [base units]; each step fits 64 bits, the sum any number of them."""
    money = np.maximum(net_wh, 0) * import_price - np.maximum(-net_wh, 0) * export_price
    return sum(money.tolist())

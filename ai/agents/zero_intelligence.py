"""Agents without intelligence: they trade what the meter shows at a price drawn by chance, never at a loss.

A buyer bids between what the outside pays and what it asks, a seller offers within the same, evenly (ZI-C: Gode and
Sunder 1993). How well they do tells how much of a market's result is the market's own doing.
"""

from collections.abc import Iterator

import numpy as np

from aipchain.ai.agents.fleet import Whole
from aipchain.market.auctions.uniform_price import clear_uniform_price
from aipchain.market.book import AccountId, BookOrder, MeterId, OrderNumber, Side
from aipchain.units import Price, Wh

__all__ = ["zero_intelligence_bills", "zero_intelligence_orders"]


def zero_intelligence_orders(net_wh: Whole, import_price: int, export_price: int, seed: int) -> Iterator[BookOrder]:
    """One order for each home that needs energy or has some left, in one step.

    :param net_wh: import above zero, export below, shape (homes) [Wh].
    :param import_price: what the outside asks, `export_price` what it pays [base units per Wh].
    """
    limits = np.random.default_rng(seed).integers(export_price, import_price + 1, len(net_wh)).tolist()
    for home, (net, limit) in enumerate(zip(net_wh.tolist(), limits, strict=True)):
        if net:
            side = Side.BID if net > 0 else Side.OFFER
            yield BookOrder(OrderNumber(home), AccountId(str(home)), MeterId(home), side, Wh(abs(net)), Price(limit))


def zero_intelligence_bills(net_wh: Whole, import_price: Whole, export_price: Whole, seed: int) -> list[int]:
    """Bill of each home [base units] when each step's orders are cleared at one price; the rest goes outside.

    :param net_wh: shape (homes, steps) [Wh]; prices of shape (steps) [base units per Wh].
    """
    bills = [0] * len(net_wh)
    for step, (retail, feed_in) in enumerate(zip(import_price.tolist(), export_price.tolist(), strict=True)):
        net = net_wh[:, step]
        cleared = clear_uniform_price(zero_intelligence_orders(net, retail, feed_in, seed + step))
        for home, wh in enumerate(net.tolist()):
            filled = cleared.fills.get(OrderNumber(home), 0) if cleared else 0
            price = cleared.price if cleared else 0
            sign, outside = (1, retail) if wh > 0 else (-1, feed_in)
            bills[home] += sign * (filled * price + (abs(wh) - filled) * outside)
    return bills

"""Continuous double auction: orders trade in the order in which they were placed, at the waiting order's limit.

The local price of the price plugin plays no part. With a least fill, an order that cannot trade that share of its
energy at once when it arrives is dropped; 1000 permille is fill-or-kill.
"""

from aipchain.market.auctions.continuous import clear_continuously
from aipchain.market.book import keep_largest
from aipchain.plugins.hookspecs import Clearing, ClearInputs, hookimpl, whole_number
from aipchain.units import Wh


@hookimpl
def clear(inputs: ClearInputs) -> Clearing:
    """Trades by price-time priority; least fills are rounded up to whole watt-hours."""
    permille = whole_number(inputs.config, "least_fill_permille")
    least = {order.number: Wh(-(-order.wh * permille // 1_000)) for order in inputs.orders if permille}
    return Clearing(keep_largest(clear_continuously(inputs.orders, least_wh=least), inputs.max_trades))

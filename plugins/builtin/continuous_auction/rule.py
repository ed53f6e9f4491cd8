"""Continuous double auction: orders trade in the order in which they were placed, at the waiting order's limit.

The local price of the price plugin plays no part. Of more trades than fit one result those with most gain are kept.
"""

from aipchain.market.auctions.continuous import clear_continuously
from aipchain.market.auctions.cut import keep_best
from aipchain.market.auctions.ties import tie_seed
from aipchain.plugins.hookspecs import Clearing, ClearInputs, hookimpl


@hookimpl
def clear(inputs: ClearInputs) -> Clearing:
    """Trades by price-time priority."""
    trades = clear_continuously(inputs.orders)
    return Clearing(keep_best(trades, inputs.orders, inputs.max_trades, seed=tie_seed(inputs.interval)))

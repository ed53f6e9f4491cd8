"""Uniform price: a k-double auction; the local price of the price plugin plays no part.

Equal limit prices are served by lots of the interval's public seed.
"""

from aipchain.market.auctions.ties import tie_seed
from aipchain.market.auctions.uniform_price import clear_uniform_price
from aipchain.market.book import Trade, keep_largest
from aipchain.plugins.hookspecs import ClearInputs, hookimpl, whole_number


@hookimpl
def clear(inputs: ClearInputs) -> tuple[Trade, ...]:
    """Trades at one equilibrium price, blended by the setting `k_permille`."""
    k_permille = whole_number(inputs.config, "k_permille")
    clearing = clear_uniform_price(inputs.orders, k_permille, seed=tie_seed(inputs.interval))
    return () if clearing is None else keep_largest(clearing.trades, inputs.max_trades)

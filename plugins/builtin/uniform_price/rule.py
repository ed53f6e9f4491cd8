"""Uniform price: a k-double auction; the local price of the price plugin plays no part."""

from aipchain.market.book import Trade, keep_largest
from aipchain.market.uniform_price import clear_uniform_price
from aipchain.plugins.hookspecs import CannotDecide, ClearInputs, hookimpl


@hookimpl
def clear(inputs: ClearInputs) -> tuple[Trade, ...]:
    """Trades at one equilibrium price, blended by the setting `k_permille`."""
    k_permille = inputs.config["k_permille"]
    if not isinstance(k_permille, int):
        raise CannotDecide("k_permille must be a whole number")
    clearing = clear_uniform_price(inputs.orders, k_permille)
    return () if clearing is None else keep_largest(clearing.trades, inputs.max_trades)

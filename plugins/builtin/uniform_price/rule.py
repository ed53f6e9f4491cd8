"""Uniform price: a k-double auction; the local price of the price plugin plays no part.

Equal limit prices are served by lots of the interval's public seed. Of more trades than fit one result the largest are
kept, which is the only cut that the chain takes as proven.
"""

from aipchain.market.auctions.columns import as_trades, columns_of
from aipchain.market.auctions.ties import tie_seed
from aipchain.market.auctions.uniform_price import clear_columns
from aipchain.market.book import keep_largest
from aipchain.market.certificate import UniformPrice
from aipchain.plugins.hookspecs import Clearing, ClearInputs, hookimpl, whole_number
from aipchain.units import Price


@hookimpl
def clear(inputs: ClearInputs) -> Clearing:
    """Trades at one equilibrium price, blended by the setting `k_permille`; the price is the proof."""
    book, k_permille = columns_of(inputs.orders), whole_number(inputs.config, "k_permille")
    seed = tie_seed(inputs.interval)
    clearing = clear_columns(book, k_permille, seed=seed)
    trades = keep_largest(as_trades(book, clearing.trades), inputs.max_trades, seed=seed)
    return Clearing(trades, UniformPrice(Price(clearing.price)))

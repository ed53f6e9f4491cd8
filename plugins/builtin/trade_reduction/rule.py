"""Trade reduction: the marginal order sets everybody's price and may be left out; lying about a limit does not pay.

The local price of the price plugin plays no part. Equal limit prices are told apart by lots of the interval's seed.
Of more trades than fit one result the largest are kept: by gain, a better limit would win an order its trade.
"""

from aipchain.market.auctions.ties import tie_seed
from aipchain.market.auctions.trade_reduction import clear_trade_reduction
from aipchain.market.book import keep_largest
from aipchain.plugins.hookspecs import Clearing, ClearInputs, hookimpl


@hookimpl
def clear(inputs: ClearInputs) -> Clearing:
    """Trades at one price, set by an order that does not trade."""
    seed = tie_seed(inputs.interval)
    return Clearing(keep_largest(clear_trade_reduction(inputs.orders, seed=seed), inputs.max_trades, seed=seed))

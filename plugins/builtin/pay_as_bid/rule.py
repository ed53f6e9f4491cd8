"""Pay-as-bid: each trade has its bid's limit price; the local price of the price plugin plays no part.

Equal limit prices are served by lots of the interval's public seed. Of more trades than fit one result those with most
gain are kept.
"""

from aipchain.market.auctions.cut import keep_best
from aipchain.market.auctions.pay_as_bid import clear_pay_as_bid
from aipchain.market.auctions.ties import tie_seed
from aipchain.plugins.hookspecs import Clearing, ClearInputs, hookimpl


@hookimpl
def clear(inputs: ClearInputs) -> Clearing:
    """Trades of the welfare-optimal fills, buyers paying what they bid."""
    seed = tie_seed(inputs.interval)
    trades = clear_pay_as_bid(inputs.orders, seed=seed)
    return Clearing(keep_best(trades, inputs.orders, inputs.max_trades, seed=seed))

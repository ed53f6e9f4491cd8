"""Pay-as-bid: each trade has its bid's limit price; the local price of the price plugin plays no part.

Equal limit prices are served by lots of the interval's public seed.
"""

from aipchain.market.auctions.pay_as_bid import clear_pay_as_bid
from aipchain.market.auctions.ties import tie_seed
from aipchain.market.book import keep_largest
from aipchain.plugins.hookspecs import Clearing, ClearInputs, hookimpl


@hookimpl
def clear(inputs: ClearInputs) -> Clearing:
    """Trades of the welfare-optimal fills, buyers paying what they bid."""
    return Clearing(keep_largest(clear_pay_as_bid(inputs.orders, seed=tie_seed(inputs.interval)), inputs.max_trades))

"""Equal shares: everything trades at the local price; the short side in full, the long side in equal parts by owner.

Where the trades would be more than fit one result, owners stay out by lot and the others share again.
"""

from operator import attrgetter

from aipchain.market.auctions.ties import tie_seed
from aipchain.market.pool.equal_shares import clear_equal_shares
from aipchain.market.pool.fitting import clear_within
from aipchain.plugins.hookspecs import CannotDecide, Clearing, ClearInputs, hookimpl


@hookimpl
def clear(inputs: ClearInputs) -> Clearing:
    """Trades at the price that the price plugin set."""
    if inputs.price is None:
        raise CannotDecide("the price plugin set no price, and this rule trades only at a given one")
    seed, most = tie_seed(inputs.interval), inputs.max_trades
    by_owner = attrgetter("owner")
    return Clearing(clear_within(inputs.orders, inputs.price, clear_equal_shares, most, seed=seed, together=by_owner))

"""Pro rata: everything trades at the local price; the short side in full, the long side in proportion.

Where the trades would be more than fit one result, orders stay out by lot and the others share again.
"""

from aipchain.market.auctions.ties import tie_seed
from aipchain.market.pool.fitting import clear_within
from aipchain.market.pool.pro_rata import clear_pro_rata
from aipchain.plugins.hookspecs import CannotDecide, Clearing, ClearInputs, hookimpl


@hookimpl
def clear(inputs: ClearInputs) -> Clearing:
    """Trades at the price that the price plugin set."""
    if inputs.price is None:
        raise CannotDecide("the price plugin set no price, and this rule trades only at a given one")
    seed = tie_seed(inputs.interval)
    return Clearing(clear_within(inputs.orders, inputs.price, clear_pro_rata, inputs.max_trades, seed=seed))

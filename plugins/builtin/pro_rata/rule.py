"""Pro rata: everything trades at the local price; the short side in full, the long side in proportion."""

from aipchain.market.book import keep_largest
from aipchain.market.pool.pro_rata import clear_pro_rata
from aipchain.plugins.hookspecs import CannotDecide, Clearing, ClearInputs, hookimpl


@hookimpl
def clear(inputs: ClearInputs) -> Clearing:
    """Trades at the price that the price plugin set."""
    if inputs.price is None:
        raise CannotDecide("the price plugin set no price, and this rule trades only at a given one")
    return Clearing(keep_largest(clear_pro_rata(inputs.orders, inputs.price), inputs.max_trades))

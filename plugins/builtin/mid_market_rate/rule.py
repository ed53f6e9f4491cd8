"""Mid-market rate: matched energy trades at (retail + feed-in) / 2, rounded down (Long et al. 2017)."""

from aipchain.market.pool.price_rules import mid_market_local_price
from aipchain.plugins.hookspecs import CannotDecide, PriceInputs, hookimpl
from aipchain.units import Price


@hookimpl
def price(inputs: PriceInputs) -> Price:
    """The mid of the posted reference prices."""
    if inputs.reference is None:
        raise CannotDecide("no reference prices were posted for this interval")
    return mid_market_local_price(inputs.reference)

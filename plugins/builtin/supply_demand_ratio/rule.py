"""Supply-demand ratio: the more local supply there is for the demand, the lower the price (Liu et al. 2017).

Supply and demand are the energies offered and asked for in the book. Up to a ratio of 1 matched energy trades at
F R / ((R - F) r + F), above it at the feed-in price F.
"""

from aipchain.market.book import Side, total_wh
from aipchain.market.pool.price_rules import supply_demand_local_price
from aipchain.plugins.hookspecs import CannotDecide, PriceInputs, hookimpl
from aipchain.units import Price


@hookimpl
def price(inputs: PriceInputs) -> Price:
    """The selling price of the book's supply-demand ratio."""
    if inputs.reference is None:
        raise CannotDecide("no reference prices were posted for this interval")
    supply, demand = total_wh(inputs.orders, Side.OFFER), total_wh(inputs.orders, Side.BID)
    return supply_demand_local_price(inputs.reference, supply, demand)

"""Batched automated market maker: one price from the share of supply in the book (`aipchain.market.pool.batched_amm`).

Supply and demand are the energies offered and asked for in the book.
"""

from aipchain.market.book import Side, total_wh
from aipchain.market.pool.batched_amm import PERMILLE, Curve, batched_amm_local_price, price_band
from aipchain.plugins.hookspecs import CannotDecide, PriceInputs, hookimpl, whole_number
from aipchain.units import Price


@hookimpl
def price(inputs: PriceInputs) -> Price:
    """The price of the batch on the voted curve and band."""
    if inputs.reference is None:
        raise CannotDecide("no reference prices were posted for this interval")
    low = whole_number(inputs.config, "low_permille")
    high = low + (PERMILLE - low) * whole_number(inputs.config, "width_permille") // PERMILLE
    band = price_band(inputs.reference, low, high)
    supply, demand = total_wh(inputs.orders, Side.OFFER), total_wh(inputs.orders, Side.BID)
    return batched_amm_local_price(band, supply, demand, Curve(str(inputs.config["curve"])))

"""Bill sharing: local energy trades at zero, so that members share the community's bill outside (Long et al. 2017).

Only offers with limit 0 take part: whoever asks for more keeps the energy, as the envelope protects every limit.
"""

from aipchain.market.pool.price_rules import bill_sharing_local_price
from aipchain.plugins.hookspecs import PriceInputs, hookimpl
from aipchain.units import Price


@hookimpl
def price(inputs: PriceInputs) -> Price:
    """Zero, whatever the book and the reference prices."""
    return bill_sharing_local_price()

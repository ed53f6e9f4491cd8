"""A batched automated market maker: one price for everybody from a curve between feed-in and retail.

A maker's curve says what the price is when the pool has sold all of its energy (retail end) or bought all it can
(feed-in end). Executed swap by swap, who comes first pays less. Here all orders of an interval are one batch: the
pool's filling level is the share of supply,

    u = S / (S + D),    S supply and D demand of the interval [Wh],

and everybody gets the price at that level. With H upper and W lower end of the band [base units per Wh]:

    linear         p = (1 - u) H + u W
    concentrated   p = 1 / ((1 - u) / sqrt(H) + u / sqrt(W))^2

The second is the constant product x y = k with virtual reserves, so that its liquidity lies on [W, H] alone: energy
held is linear in 1 / sqrt(p). In whole numbers, without a root in the numerator:

    p = H W (S + D)^2 / (D^2 W + S^2 H + 2 S D sqrt(H W))

Both are rounded down exactly, as if the root were a real number; so equal ratios have equal prices, and the price
never rises with supply or falls with demand. Payments are linear in a member's own energy: splitting an order gains
nothing. |dp/du| is at most H - W (linear) and H (H - W) / W (concentrated). With W = 0 the concentrated curve is 0 for
any supply.

Sources: uniform batches on concentrated liquidity for energy sharing, arXiv 2512.24432; axioms of makers, arXiv
2210.04929; concentrated liquidity as virtual reserves: Adams et al., Uniswap v3 Core, 2021 (recalled).
"""

from enum import StrEnum
from math import isqrt

from aipchain.market.book import ReferencePrice
from aipchain.market.pool.errors import BandOutsideReference, BandUpsideDown, UnknownCurve
from aipchain.market.pool.price_rules import CommunityPrices, average_prices, refuse_energy
from aipchain.market.rounding import PERMILLE, blend
from aipchain.market.whole import refuse_fraction
from aipchain.units import Price, Wh

__all__ = ["PERMILLE", "Curve", "batched_amm", "batched_amm_local_price", "price_band"]


class Curve(StrEnum):
    """How the price falls from the upper to the lower end of the band."""

    LINEAR = "linear"
    CONCENTRATED = "concentrated"


def price_band(reference: ReferencePrice, low_permille: int = 0, high_permille: int = PERMILLE) -> tuple[Price, Price]:
    """Lower and upper end of the band: F + (R - F) x permille / 1000, rounded down.

    :raises BandOutsideReference: not 0 <= low <= high <= 1000.
    :raises TypeError: a number is not whole.
    """
    refuse_fraction("the low end [permille]", low_permille)
    refuse_fraction("the high end [permille]", high_permille)
    if not 0 <= low_permille <= high_permille <= PERMILLE:
        raise BandOutsideReference(low_permille, high_permille)
    low, high = (blend(reference.feed_in, reference.retail, permille) for permille in (low_permille, high_permille))
    return Price(low), Price(high)


def batched_amm_local_price(band: tuple[Price, Price], supply: Wh, demand: Wh, curve: Curve = Curve.LINEAR) -> Price:
    """The price of the batch; the upper end of the band when there is no supply.

    :param band: lower and upper end [base units per Wh], as of `price_band`.
    :raises NegativeEnergy: supply or demand is below zero.
    :raises BandUpsideDown: not 0 <= low <= high.
    :raises UnknownCurve: `curve` is no `Curve`.
    :raises TypeError: a number is not whole.
    """
    refuse_energy(("supply", supply), ("demand", demand))
    low, high = _ends(band)
    if not isinstance(curve, Curve):
        raise UnknownCurve(curve, Curve)
    if supply == 0 or low == high:
        return high
    if curve is Curve.LINEAR:
        return Price((high * demand + low * supply) // (supply + demand))
    return _concentrated(low, high, supply, demand)


def batched_amm(
    reference: ReferencePrice,
    supply: Wh,
    demand: Wh,
    curve: Curve = Curve.LINEAR,
    *,
    low_permille: int = 0,
    high_permille: int = PERMILLE,
) -> CommunityPrices:
    """Average buying and selling price of a community whose local energy has the batch's price."""
    band = price_band(reference, low_permille, high_permille)
    return average_prices(reference, supply, demand, batched_amm_local_price(band, supply, demand, curve))


def _ends(band: tuple[Price, Price]) -> tuple[Price, Price]:
    for what, price in zip(("the low end of the band", "the high end of the band"), band, strict=True):
        refuse_fraction(what, price)
    low, high = band
    if not 0 <= low <= high:
        raise BandUpsideDown(low, high)
    return low, high


def _concentrated(low: Price, high: Price, supply: Wh, demand: Wh) -> Price:
    """The largest p with p (a + sqrt(b)) <= n, for n, a, b as in the module's last formula."""
    numerator = high * low * (supply + demand) ** 2
    plain = demand**2 * low + supply**2 * high
    squared_root = 4 * supply**2 * demand**2 * high * low
    price = numerator // (plain + isqrt(squared_root))
    rest = numerator - price * plain
    is_too_high = rest < 0 or squared_root * price**2 > rest**2
    return Price(price - is_too_high)  # a root rounded down makes p one too high at most, as S^2 H >= H >= p

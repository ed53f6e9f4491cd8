"""The money of a pool, split over its meters to the unit.

With local price p and L = min(S, D) local energy, buyers together owe L p + (D - L) R and sellers together get
L p + (S - L) F. Both are whole numbers, and their difference is what the community owes outside. Each sum is split in
proportion to energy by cumulative rounding in order of meter number, so nothing is left over: a meter's part is within
one base unit of its energy times the average price, never above R and, for p >= F, never below F.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from aipchain.market.allocation.shares import allocate
from aipchain.market.book import MeterId, ReferencePrice
from aipchain.market.pool.price_rules import refuse_energy, refuse_local_price
from aipchain.units import Balance, Price, Wh

__all__ = ["PoolSettlement", "settle_pool"]


@dataclass(frozen=True, slots=True)
class PoolSettlement:
    """What each meter pays and gets, and what the community pays outside [base units]; negative is income."""

    paid: Mapping[MeterId, Balance]
    earned: Mapping[MeterId, Balance]
    outside: Balance


def settle_pool(
    reference: ReferencePrice, local: Price, imports: Mapping[MeterId, Wh], exports: Mapping[MeterId, Wh]
) -> PoolSettlement:
    """Settle one interval of a pool at the local price of any pool rule.

    :param imports: metered import by meter [Wh]; `exports` likewise. A meter may stand in both.
    :raises NegativeEnergy: a meter's energy is below zero.
    :raises PriceOutsideReference: `local` is below zero or above retail.
    :raises TypeError: a number is not whole.
    """
    for direction in (imports, exports):
        refuse_energy(*((f"energy of meter {meter}", energy) for meter, energy in direction.items()))
    refuse_local_price(reference, local)
    demand, supply = sum(imports.values()), sum(exports.values())
    matched = min(supply, demand)
    owed = matched * local + (demand - matched) * reference.retail
    due = matched * local + (supply - matched) * reference.feed_in
    return PoolSettlement(_split(owed, imports), _split(due, exports), Balance(owed - due))


def _split(money: int, energies: Mapping[MeterId, Wh]) -> dict[MeterId, Balance]:
    meters = sorted(energies)
    parts = allocate(money, [energies[meter] for meter in meters])
    return {meter: Balance(part) for meter, part in zip(meters, parts, strict=True)}

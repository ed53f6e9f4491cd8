"""Sharing on the scarce side, as in Luxembourg: whoever has too many partners chooses among them by a key.

Where less is produced than consumed, production is scarce: the key shares it among consumers, and every producer
delivers. Where more is produced, consumption is scarce: the key shares it among producers, and every consumer is
served. What the key leaves, for example by percentages that a meter cannot fill, stays outside on both sides alike; the
other side's part follows in proportion to its energy.

Source: the Luxembourg rules for electricity sharing (pro rata, or priority and percentages on the scarce side).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from aipchain.market.allocation.claims import Claim, in_meter_order
from aipchain.market.allocation.keys import AllocationKey, pro_rata
from aipchain.market.allocation.shares import allocate
from aipchain.market.book import MeterId
from aipchain.units import Wh

__all__ = ["BothSides", "share_scarce_side"]


@dataclass(frozen=True, slots=True)
class BothSides:
    """Shared energy by exporting and by importing meter [Wh]; both sum to the same."""

    exported: Mapping[MeterId, Wh]
    imported: Mapping[MeterId, Wh]


def share_scarce_side(exports: Iterable[Claim], imports: Iterable[Claim], key: AllocationKey = pro_rata) -> BothSides:
    """Share one interval between claims to sell and claims to buy; of equal totals the key acts on the imports."""
    sellers, buyers = in_meter_order(exports), in_meter_order(imports)
    supply, demand = Wh(sum(claim.wh for claim in sellers)), Wh(sum(claim.wh for claim in buyers))
    if supply <= demand:
        chosen = key(supply, buyers).used
        return BothSides(_in_proportion(sum(chosen.values()), sellers), chosen)
    chosen = key(demand, sellers).used
    return BothSides(chosen, _in_proportion(sum(chosen.values()), buyers))


def _in_proportion(energy: int, claims: tuple[Claim, ...]) -> dict[MeterId, Wh]:
    shares = allocate(energy, [claim.wh for claim in claims])
    return {claim.meter: Wh(share) for claim, share in zip(claims, shares, strict=True)}

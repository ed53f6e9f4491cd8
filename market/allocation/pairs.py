"""France's full dynamic key: each producer shares its own energy by coefficients per producer and consumer.

Coefficients [ppm] are sent for each interval of a month. Producer p assigns floor-cumulative shares of its generation;
a consumer that is assigned more than it consumed uses a part of each producer's share, in proportion to the shares. So
every watt-hour has one producer and one consumer, and no consumer uses more than it consumed.

Source: the French rules for collective self-consumption (autoconsommation collective).
"""

from collections.abc import Mapping
from dataclasses import dataclass

from aipchain.market.allocation.claims import WHOLE, refuse_negative
from aipchain.market.allocation.errors import CoefficientsAboveWhole
from aipchain.market.allocation.shares import allocate
from aipchain.market.book import MeterId
from aipchain.units import Wh

__all__ = ["Pair", "PairAllocation", "share_by_pairs"]

Pair = tuple[MeterId, MeterId]
"""Producer and consumer."""


@dataclass(frozen=True, slots=True)
class PairAllocation:
    """Assigned and used energy by (producer, consumer), and what each producer keeps unassigned [Wh]."""

    assigned: Mapping[Pair, Wh]
    used: Mapping[Pair, Wh]
    unassigned: Mapping[MeterId, Wh]


def share_by_pairs(
    generation: Mapping[MeterId, Wh], consumption: Mapping[MeterId, Wh], coefficients: Mapping[Pair, int]
) -> PairAllocation:
    """Share each producer's generation [Wh] by its own coefficients [ppm]; a pair without one gets nothing.

    :raises CoefficientsAboveWhole: a producer hands out more than all of its energy.
    :raises NegativeClaim: a number below zero.
    :raises TypeError: a number that is not whole.
    """
    for what, numbers in (("generation", generation), ("consumption", consumption), ("coefficient", coefficients)):
        for owner, number in numbers.items():
            refuse_negative(f"{what} of {owner}", number)
    producers, consumers = sorted(generation), sorted(consumption)
    assigned: dict[Pair, Wh] = {}
    unassigned: dict[MeterId, Wh] = {}
    for producer in producers:
        weights = [coefficients.get((producer, consumer), 0) for consumer in consumers]
        if sum(weights) > WHOLE:
            raise CoefficientsAboveWhole(sum(weights), WHOLE)
        *shares, kept = allocate(generation[producer], [*weights, WHOLE - sum(weights)])
        assigned |= {(producer, consumer): Wh(share) for consumer, share in zip(consumers, shares, strict=True)}
        unassigned[producer] = Wh(kept)
    used: dict[Pair, Wh] = {}
    for consumer in consumers:
        offered = [assigned[producer, consumer] for producer in producers]
        parts = allocate(min(sum(offered), consumption[consumer]), offered)
        used |= {(producer, consumer): Wh(part) for producer, part in zip(producers, parts, strict=True)}
    return PairAllocation(assigned, used, unassigned)

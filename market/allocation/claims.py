"""What an allocation key reads and writes: claims of meters, and who got what.

A key shares the energy that a community produced in one interval among meters that consumed in it. What a key hands to
a meter is *assigned*; what the meter can use of it, never above its own consumption, is *used*; the difference is the
meter's surplus and what nobody was assigned stays with the producer. All in whole watt-hours:

    sum(assigned) + unassigned = generation,    0 <= used <= min(assigned, consumption)

Claims are read in order of meter number, so the order in which they are given does not matter.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from aipchain.market.allocation.errors import DuplicateMeter, NegativeClaim
from aipchain.market.book import MeterId
from aipchain.market.whole import refuse_fraction
from aipchain.units import Wh

__all__ = ["WHOLE", "Allocation", "Claim", "allocation_of", "in_meter_order", "refuse_negative"]

WHOLE: Final = 1_000_000
"""All of something, in parts per million; coefficients are whole numbers of these parts."""


def refuse_negative(what: str, number: int) -> None:
    """Check that an energy, a weight or an amount is whole and not below zero.

    :raises TypeError: it is not whole.
    :raises NegativeClaim: it is below zero.
    """
    refuse_fraction(what, number)
    if number < 0:
        raise NegativeClaim(what, number)


@dataclass(frozen=True, slots=True)
class Claim:
    """A meter's claim in one interval.

    :param wh: its own consumption [Wh], which caps what it can use.
    :param coefficient: its fixed share [ppm of `WHOLE`, or a plain weight]; read by static and hybrid keys.
    :param tier: its place in a cascade; 0 is served first.
    :raises TypeError: a number is not whole.
    :raises NegativeClaim: a number is below zero.
    """

    meter: MeterId
    wh: Wh
    coefficient: int = 0
    tier: int = 0

    def __post_init__(self) -> None:
        for what, value in (("consumption", self.wh), ("coefficient", self.coefficient), ("tier", self.tier)):
            refuse_negative(f"{what} of meter {self.meter}", value)


@dataclass(frozen=True, slots=True)
class Allocation:
    """Who was assigned how much and could use how much of it, by meter [Wh]; `unassigned` stays with the producer."""

    assigned: Mapping[MeterId, Wh]
    used: Mapping[MeterId, Wh]
    unassigned: Wh

    @property
    def surplus(self) -> Mapping[MeterId, Wh]:
        """What meters were assigned and could not use [Wh]."""
        return {meter: Wh(wh - self.used[meter]) for meter, wh in self.assigned.items()}


def in_meter_order(claims: Iterable[Claim]) -> tuple[Claim, ...]:
    """Claims by meter number.

    :raises DuplicateMeter: a meter has two.
    """
    ordered = tuple(sorted(claims, key=lambda claim: claim.meter))
    for before, claim in pairwise(ordered):
        if before.meter == claim.meter:
            raise DuplicateMeter(claim.meter)
    return ordered


def allocation_of(generation: Wh, claims: Sequence[Claim], assigned: Sequence[int]) -> Allocation:
    """The allocation in which each claim, in order, is assigned a number [Wh] and uses what it can."""
    pairs = tuple(zip(claims, assigned, strict=True))
    return Allocation(
        {claim.meter: Wh(share) for claim, share in pairs},
        {claim.meter: Wh(min(share, claim.wh)) for claim, share in pairs},
        Wh(generation - sum(assigned)),
    )

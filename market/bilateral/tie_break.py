"""Making the optimum unique: each pair's value gets a public pseudo-random number below one base unit.

    value' = value x 2^b + r,   1 <= r < 2^b,   r drawn from (seed, attempt, bid number, offer number)

The first attempt has b = 12. Where two optima are left even so, which can be decided from any one optimum
(`price_range.is_unique`), the next attempt draws longer numbers. Uniqueness belongs to the book, not to the way
in which it was solved, so everybody ends at the same attempt and the same trades.

What it costs: values that differ by less than one base unit per Wh count as equal, so the welfare is within one base
unit (10^-12 AIP) per traded Wh of the largest possible.

The numbers come from the output function of SplitMix64 (`market.splitmix`).
"""

from dataclasses import dataclass
from typing import Final

from aipchain.market.splitmix import GAMMA, mix
from aipchain.market.whole import refuse_outside, refuse_seed

__all__ = ["FIRST_BITS", "STEP_BITS", "TieBreak"]

FIRST_BITS: Final = 12
STEP_BITS: Final = 16


@dataclass(frozen=True, slots=True)
class TieBreak:
    """Where the numbers come from: a public `seed` bound to the interval, and how often ties were left before."""

    seed: int
    attempt: int = 0

    def __post_init__(self) -> None:
        refuse_seed(self.seed)
        refuse_outside("the attempt", self.attempt, 0)

    @property
    def bits(self) -> int:
        """Length of the numbers [bits]: 12, 28, 44, ..."""
        return FIRST_BITS + STEP_BITS * self.attempt

    @property
    def key(self) -> int:
        """Seed and attempt in one number of 64 bits."""
        return mix(self.seed + GAMMA * (self.attempt + 1))

    def value(self, value: int, bid: int, offer: int) -> int:
        """`value` [base units per Wh] of a pair, scaled by 2^bits, with its own number added."""
        return (value << self.bits) + self._number(bid, offer)

    def _number(self, bid: int, offer: int) -> int:
        drawn = mix(mix(self.key ^ bid) + GAMMA * offer)
        return max(1, drawn >> (64 - self.bits)) if self.bits < 64 else 1 + drawn

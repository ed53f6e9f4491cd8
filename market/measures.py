"""What a market did for a community, in figures that can be compared: equality, own use of local energy, peak power.

Money and energy are whole numbers, ratios exact fractions. Nothing here knows a rule.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from aipchain.market.rounding import PERMILLE, nearest, rounded_up
from aipchain.units import Wh

__all__ = ["HOUR_S", "EnergyShares", "gini", "mean_power_w", "permille"]

HOUR_S: Final = 3_600
"""Seconds of an hour."""


@dataclass(frozen=True, slots=True)
class EnergyShares:
    """A community's energy over a time [Wh]: consumed, generated, and what of it came from and went outside."""

    consumed_wh: Wh
    generated_wh: Wh
    outside_import_wh: Wh
    outside_export_wh: Wh

    @property
    def self_consumption(self) -> Fraction:
        """Share of local generation that is used locally, 0..1; 0 where nothing was generated."""
        return _share(self.generated_wh - self.outside_export_wh, self.generated_wh)

    @property
    def self_sufficiency(self) -> Fraction:
        """Share of consumption that local generation covers, 0..1; 0 where nothing was consumed."""
        return _share(self.consumed_wh - self.outside_import_wh, self.consumed_wh)


def gini(savings: Iterable[int]) -> Fraction:
    """Inequality of what members save: 0 if all save the same, towards 1 if one has everything.

        G = sum over pairs |x_i - x_j| / (n sum |x_i|)

    For savings that are not negative this is the ordinary Gini coefficient. Where some members lose, the mean could be
    zero or below; the sum of absolute values in its place keeps G in 0 <= G <= (n - 1) / n. If nobody saves or loses
    anything, or there is nobody, all are equal and G = 0.

    Source: Raffinetti, E., Siletti, E., Vernizzi, A.: On the Gini coefficient normalization when attributes with
    negative values are considered. Statistical Methods and Applications 24, 2015 (recalled); without its factor
    n / (n - 1), so that it agrees with the ordinary coefficient.
    """
    ordered = sorted(savings)
    moved = sum(abs(each) for each in ordered)
    if moved == 0:
        return Fraction(0)
    count = len(ordered)
    apart = sum((2 * place - count + 1) * each for place, each in enumerate(ordered))
    return Fraction(apart, count * moved)


def mean_power_w(energy: Wh, interval_s: int) -> int:
    """Mean power of `energy` [Wh] over `interval_s` seconds [W], rounded up; exact for intervals that divide an hour.

    :raises ValueError: an interval without length.
    """
    if interval_s <= 0:
        raise ValueError(f"{interval_s} s is no interval")
    return rounded_up(energy * HOUR_S, interval_s)


def permille(ratio: Fraction) -> int:
    """A ratio in permille, rounded half up."""
    return nearest(PERMILLE * ratio.numerator, ratio.denominator)


def _share(part: int, whole: int) -> Fraction:
    return Fraction(part, whole) if whole else Fraction(0)

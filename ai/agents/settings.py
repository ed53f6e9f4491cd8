"""What a household tells its agent: how sure it wants to be, how much stays in the battery, what green is worth to it.

All are millionths, so that settings can be stored and compared exactly. Nobody has to set anything: the default plans
on what is expected, keeps no reserve and looks at money alone.
"""

from dataclasses import dataclass
from typing import Final

from aipchain.ai.agents.errors import BadSetting

__all__ = ["PPM", "Taste", "whole_between"]

PPM: Final = 1_000_000
"""All of something, in millionths."""


@dataclass(frozen=True, slots=True)
class Taste:
    """Settings of a household, each 0 to 1,000,000 ppm.

    - `risk_aversion_ppm`: 0 plans on the expected energy, all of it on a high load (quantile 0.9) and a low generation
      (quantile 0.1); in between on the point so far from one to the other.
    - `reserve_ppm`: share of the battery that the plan keeps for comfort, and that it fills up first.
    - `green_ppm`: a watt-hour of the grid counts so much dearer than it is, and a neighbour's is worth so much more.

    :raises BadSetting: a value is no whole number in its range.
    """

    risk_aversion_ppm: int = 0
    reserve_ppm: int = 0
    green_ppm: int = 0

    def __post_init__(self) -> None:
        for name in ("risk_aversion_ppm", "reserve_ppm", "green_ppm"):
            whole_between(name, getattr(self, name), 0, PPM, "ppm")


def whole_between(name: str, value: object, low: int, high: int, unit: str) -> int:
    """The value itself.

    :raises BadSetting: it is no whole number from `low` to `high`.
    """
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        raise BadSetting(name, value, low, high, unit)
    return value

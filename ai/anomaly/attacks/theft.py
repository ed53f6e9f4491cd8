"""Energy theft as a meter would report it: six families after Jokar, Arianpoor and Leung 2016 (IEEE Trans. Smart Grid).

Each takes what a home used on the days of a week, shape (days, steps) [Wh], and gives what the cheating meter reports.
What was not measured (NaN) stays so. Strengths are drawn from one range for all families, a tenth to eight tenths, so
that some attacks are too small to be seen; none is left out.

Two families are held out: no feature, threshold or choice was made with them in sight. They are named by a rule that
nobody can bend, the two smallest SHA-256 digests of the families' names.
"""

from collections.abc import Callable, Mapping
from hashlib import sha256
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray

from aipchain.ai.forecasting.gaps import highest, mean, quantiles

__all__ = ["FAMILIES", "HELD_OUT", "SEEN", "Family", "stolen"]

STRONGEST: Final = 0.1
WEAKEST: Final = 0.8
"""What is left of the energy, or of the peak: uniform between these."""

LEAST_HOURS: Final = 4
"""The meter is off for so long or longer each day."""

Days = NDArray[np.float64]
Family = Callable[[Days, np.random.Generator], Days]


def _scale(used: Days, rng: np.random.Generator) -> Days:
    """One part of everything, for the whole week."""
    return used * rng.uniform(STRONGEST, WEAKEST)


def _off_hours_zero(used: Days, rng: np.random.Generator) -> Days:
    """Nothing in the same hours of each day, four or more."""
    per_hour = used.shape[1] // 24
    first = int(rng.integers(0, 24 - LEAST_HOURS + 1))
    last = int(rng.integers(first + LEAST_HOURS, 24 + 1))
    reported = used.copy()
    reported[:, first * per_hour : last * per_hour] *= 0.0
    return reported


def _random_scale(used: Days, rng: np.random.Generator) -> Days:
    """Another part in every step."""
    return used * rng.uniform(STRONGEST, WEAKEST, used.shape)


def _flat_mean(used: Days, rng: np.random.Generator) -> Days:
    """Each day's mean in all its steps: the same energy, moved out of dear hours."""
    return np.where(np.isnan(used), np.nan, mean(used, axis=1)[:, None])


def _reversed_day(used: Days, rng: np.random.Generator) -> Days:
    """The last step of a day first: the same energy, moved out of dear hours."""
    return np.flip(used, axis=1).copy()


def _cap(used: Days, rng: np.random.Generator) -> Days:
    """Nothing above a part of the week's median daily peak."""
    peak = quantiles(highest(used, axis=1), (0.5,), axis=0)[0]
    return np.asarray(np.minimum(used, rng.uniform(STRONGEST, WEAKEST) * peak))


FAMILIES: Final[Mapping[str, Family]] = MappingProxyType(
    {
        "scale": _scale,
        "off-hours zero": _off_hours_zero,
        "random scale": _random_scale,
        "flat mean": _flat_mean,
        "reversed day": _reversed_day,
        "cap": _cap,
    }
)

HELD_OUT: Final = tuple(sorted(FAMILIES, key=lambda name: sha256(name.encode()).digest())[:2])
SEEN: Final = tuple(name for name in FAMILIES if name not in HELD_OUT)


def stolen(family: str, weeks: Days, seed: int) -> Days:
    """What the meters of homes report when each of them cheats by one family, in whole watt-hours.

    :param weeks: of shape (homes, days, steps) [Wh], NaN where not measured.
    :param seed: the same seed draws the same strengths; families draw independently of each other.
    """
    rng = np.random.default_rng([seed, *sha256(family.encode()).digest()[:8]])
    return np.stack([np.rint(FAMILIES[family](used, rng)) for used in weeks])

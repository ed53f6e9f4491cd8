"""Is one forecaster better than another, or was it luck? Paired bootstrap over whole weeks.

Both are scored on the same resampled weeks, so what makes a week hard falls out of the difference; days of one week
belong together and stay so.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

__all__ = ["Difference", "week_block_difference"]

_DAYS: Final = 7


@dataclass(frozen=True, slots=True)
class Difference:
    """Of a score, ours taken from theirs: above 0 where ours is better; with its 95 % interval."""

    mean: float
    low: float
    high: float


def week_block_difference(
    ours: NDArray[np.float64],
    theirs: NDArray[np.float64],
    weight: NDArray[np.float64],
    draws: int = 2_000,
    seed: int = 0,
) -> Difference:
    """Bootstrap the difference of two weighted mean losses.

    :param ours: sum of losses of each day; `theirs` the same; `weight` what both are divided by, by day.
    """
    weeks = len(ours) // _DAYS
    first, second, size = (each[: weeks * _DAYS].reshape(weeks, _DAYS).sum(axis=1) for each in (ours, theirs, weight))
    drawn = np.random.default_rng(seed).integers(0, weeks, (draws, weeks))
    differences = (second[drawn].sum(axis=1) - first[drawn].sum(axis=1)) / size[drawn].sum(axis=1)
    low, high = np.quantile(differences, (0.025, 0.975))
    return Difference(float((second.sum() - first.sum()) / size.sum()), float(low), float(high))

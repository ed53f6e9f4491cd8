"""The sky over a neighbourhood, by what all its panels gave: the median home's part of clear-sky output.

A home's own panels may be shaded, dirty or broken; the median of the neighbours sees the same sky. Three numbers of a
day tell better than its total what kind of day comes next: its afternoon, how that differs from the morning, and the
mean of the week.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from aipchain.ai.forecasting.gaps import mean, quantiles

__all__ = ["clearness", "sky_of_days", "unlike"]

_WEEK: Final = 7

Table = NDArray[np.float64]


def clearness(energy: Table, clear: Table) -> Table:
    """The median home's part of clear-sky output in all steps together, (days); NaN where nothing was measured."""
    known = ~np.isnan(energy)
    possible = np.sum(clear, axis=2, where=known)
    part = np.where(possible > 0, np.nansum(energy, axis=2) / np.where(possible > 0, possible, 1.0), np.nan)
    return np.asarray(quantiles(part, (0.5,), axis=0)[0])


def sky_of_days(energy: Table, clear: Table) -> Table:
    """Afternoon, afternoon less morning, and mean of seven days, (days, 3); NaN where nothing was measured.

    :param energy: what homes gave, (homes, days, steps), `clear` what they would have under a clear sky [Wh].
    """
    noon = energy.shape[2] // 2
    day = clearness(energy, clear)
    morning, afternoon = (
        clearness(energy[..., :noon], clear[..., :noon]),
        clearness(energy[..., noon:], clear[..., noon:]),
    )
    week = np.array([mean(day[max(last - _WEEK + 1, 0) : last + 1], axis=0) for last in range(len(day))])
    return np.stack([afternoon, afternoon - morning, week.reshape(-1)], axis=-1)


def unlike(sky: Table, today: Table) -> Table:
    """Squared distance of each day's sky to another's; what is unknown makes no difference."""
    return np.asarray(np.nansum((sky - today) ** 2, axis=-1))

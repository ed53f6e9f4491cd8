"""Quantiles that keep their promise home by home: each day shifts them by how often they were exceeded the day before.

Where the energy of a home stayed below its 0.9 quantile in fewer than nine of ten steps, that quantile rises a little,
and the other way round; so over weeks every home's coverage comes to what was promised, whatever its habits do.
The shift is in units of the home's own spread (0.9 less 0.1 quantile, mean of the day). Energy that equals a quantile
below the median is not below it: a home that often uses nothing keeps what lies between its quantiles at what was
promised. The outermost quantiles, between which that is, are shifted in full. Those between them, of which the loss is
what counts, are shifted by half: a shift follows a home's last days, and half of what they tell lasts.

Source: quantile tracking of Angelopoulos, Candes, Tibshirani 2023 (conformal PID control), its proportional part.
"""

from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from aipchain.ai.forecasting.quantiles import LEVELS, Quantiles, in_order

__all__ = ["RATE", "QuantileTracker", "tracked"]

RATE: Final = 0.2
"""Part of the spread by which a day that was wrong in all its steps would shift a quantile.

Of 0.03 to 0.3, tuned on days 90 to 181 of the load benchmark, as was the half.
"""

_APPLIED: Final = np.array([1.0] + [0.5] * (len(LEVELS) - 2) + [1.0])
"""Part of its shift by which each quantile is shifted."""


@dataclass(slots=True)
class QuantileTracker:
    """Shifts of every home and level, from day to day."""

    homes: int
    rate: float = RATE
    shift: NDArray[np.float64] = field(init=False)

    def __post_init__(self) -> None:
        self.shift = np.zeros((self.homes, len(LEVELS)))

    def adjusted(self, forecast: Quantiles) -> Quantiles:
        """The forecast of a day, shape (homes, steps, 9), with the shifts of the days before."""
        return in_order(forecast + _APPLIED * (self._shifted(forecast) - forecast))

    def learn(self, forecast: Quantiles, actual: NDArray[np.int64], missing: NDArray[np.bool_]) -> None:
        """Take in what became of a day's forecast, given as it was before adjustment; gaps change nothing."""
        known = ~missing[..., None]
        count = known.sum(axis=1)
        levels, energy, told = np.asarray(LEVELS), actual[..., None], self._shifted(forecast)
        under = np.where(levels < 0.5, energy < told, energy <= told)
        below = np.sum(under, axis=1, where=known) / np.maximum(count, 1)
        self.shift += np.where(count > 0, self.rate * (levels - below), 0.0)

    def _shifted(self, forecast: Quantiles) -> Quantiles:
        return in_order(forecast + self.shift[:, None] * _spread(forecast))


def tracked(
    forecast: Quantiles, actual: NDArray[np.int64], missing: NDArray[np.bool_], rate: float = RATE
) -> Quantiles:
    """Forecasts of days in a row, (homes, days, steps, 9), as they would have been adjusted one after another."""
    tracker = QuantileTracker(forecast.shape[0], rate)
    adjusted = np.empty_like(forecast)
    for day in range(forecast.shape[1]):
        adjusted[:, day] = tracker.adjusted(forecast[:, day])
        tracker.learn(forecast[:, day], actual[:, day], missing[:, day])
    return adjusted


def _spread(forecast: Quantiles) -> Quantiles:
    """Width of the day's middle eighty per cent, shape (homes, 1, 1)."""
    width: Quantiles = np.mean(forecast[..., -1] - forecast[..., 0], axis=-1)[:, None, None]
    return width

"""Quantiles that keep their promise home by home: each day shifts them by how often they were exceeded the day before.

Where the energy of a home stayed below its 0.9 quantile in fewer than nine of ten steps, that quantile rises a little,
and the other way round; so over weeks every home's coverage comes to what was promised, whatever its habits do.
The shift is in units of the home's own spread (0.9 less 0.1 quantile, mean of the day). Energy that equals a quantile
below the median is not below it: a home that often uses nothing keeps what lies between its quantiles at what was
promised. The outermost quantiles are tracked fast, as coverage is what they promise; those between them slowly, and
never beyond the outermost.

Source: quantile tracking of Angelopoulos, Candes, Tibshirani 2023 (conformal PID control), its proportional part.
"""

from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from aipchain.ai.forecasting.quantiles import LEVELS, Quantiles

__all__ = ["INNER_RATE", "OUTER_RATE", "QuantileTracker", "tracked"]

OUTER_RATE: Final = 0.2
"""Part of the spread by which a day that was wrong in all its steps would shift an outermost quantile.

Coverage over T days is off by the range of the shift by (rate x T), whatever comes (see the source).
"""

INNER_RATE: Final = 0.03
"""The same of those between: from 0.03 to 0.1 their loss is the same on days 90 to 181 of the load benchmark."""


@dataclass(slots=True)
class QuantileTracker:
    """Shifts of every home and level, from day to day."""

    homes: int
    outer_rate: float = OUTER_RATE
    inner_rate: float = INNER_RATE
    shift: NDArray[np.float64] = field(init=False)

    def __post_init__(self) -> None:
        self.shift = np.zeros((self.homes, len(LEVELS)))

    def adjusted(self, forecast: Quantiles) -> Quantiles:
        """The forecast of a day, shape (homes, steps, 9), with the shifts of the days before."""
        shifted = np.maximum(forecast + self.shift[:, None] * _spread(forecast), 0.0)
        low, high = shifted[..., :1], np.maximum(shifted[..., -1:], shifted[..., :1])
        return np.concatenate([low, np.clip(np.sort(shifted[..., 1:-1], axis=-1), low, high), high], axis=-1)

    def learn(self, told: Quantiles, actual: NDArray[np.int64], missing: NDArray[np.bool_]) -> None:
        """Take in what became of an adjusted forecast; a home that was not measured keeps its shifts."""
        known = ~missing[..., None]
        count = known.sum(axis=1)
        levels, energy = np.asarray(LEVELS), actual[..., None]
        under = np.where(levels < 0.5, energy < told, energy <= told)
        below = np.sum(under, axis=1, where=known) / np.maximum(count, 1)
        rates = np.array([self.outer_rate, *[self.inner_rate] * (len(LEVELS) - 2), self.outer_rate])
        self.shift += np.where(count > 0, rates * (levels - below), 0.0)


def tracked(forecast: Quantiles, actual: NDArray[np.int64], missing: NDArray[np.bool_]) -> Quantiles:
    """Forecasts of days in a row, (homes, days, steps, 9), as they would have been adjusted one after another."""
    tracker = QuantileTracker(forecast.shape[0])
    adjusted = np.empty_like(forecast)
    for day in range(forecast.shape[1]):
        adjusted[:, day] = tracker.adjusted(forecast[:, day])
        tracker.learn(adjusted[:, day], actual[:, day], missing[:, day])
    return adjusted


def _spread(forecast: Quantiles) -> Quantiles:
    """Width of the day's middle eighty per cent, shape (homes, 1, 1)."""
    width: Quantiles = np.mean(forecast[..., -1] - forecast[..., 0], axis=-1)[:, None, None]
    return width

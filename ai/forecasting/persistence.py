"""The simplest forecasts: the same step of an earlier day, with the spread of what such forecasts missed.

`Persistence(1)` says what was yesterday, `Persistence(7)` what was a week ago. The quantiles are the value plus the
empirical quantiles of the last errors of the same home and step. A step that was not measured has the value that such a
forecast would have had: that of `days_back` days before it; where there is none, there is no forecast.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from aipchain.ai.forecasting.gaps import quantiles
from aipchain.ai.forecasting.quantiles import LEVELS, Quantiles, in_order
from aipchain.ai.panel import Panel

__all__ = ["Persistence"]

REMEMBERED_DAYS = 28
"""Errors of so many days make the spread."""


@dataclass(frozen=True, slots=True)
class Persistence:
    """What was `days_back` days before, for the days that have it; there is nothing to learn."""

    days_back: int = 1

    @property
    def name(self) -> str:
        """As tables call it."""
        return f"naive {24 * self.days_back} h"

    def fit(self, panel: Panel) -> "Persistence":  # the panel that is forecast holds what is needed
        """Itself."""
        return self

    def forecast(self, panel: Panel, days: Sequence[int]) -> Quantiles:
        """See `Fitted.forecast`. NaN for a step of which nothing was measured before."""
        return np.stack([self._day(panel, day) for day in days], axis=1)

    def _day(self, panel: Panel, day: int) -> Quantiles:
        energy = self._without_gaps(panel.until(day))
        value = energy[:, max(day - self.days_back, 0)]
        first = max(day - REMEMBERED_DAYS, self.days_back)
        if first >= day:
            return in_order(np.repeat(value[..., None], len(LEVELS), axis=-1))
        errors = energy[:, first:day] - energy[:, first - self.days_back : day - self.days_back]
        spread = np.moveaxis(quantiles(errors, LEVELS, axis=1), 0, -1)
        spread = np.nan_to_num(spread - spread[..., len(LEVELS) // 2, None])
        return in_order(value[..., None] + spread)

    def _without_gaps(self, panel: Panel) -> NDArray[np.float64]:
        energy = np.where(panel.missing, np.nan, panel.energy_wh)
        for day in range(self.days_back, panel.days):
            gap = panel.missing[:, day]
            energy[:, day][gap] = energy[:, day - self.days_back][gap]
        return energy

"""Climatology: the quantiles of what the last weeks had at that time of day. The fallback of every other forecaster.

Steps beside the one in question count, too, so that three weeks give enough values for a tenth. What was not
measured is left out; a home without any measured step has no climatology.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from aipchain.ai.forecasting.gaps import quantiles
from aipchain.ai.forecasting.quantiles import LEVELS, Quantiles, in_order
from aipchain.ai.panel import Panel

__all__ = ["Climatology"]


@dataclass(frozen=True, slots=True)
class Climatology:
    """Empirical quantiles of the last `days_back` days, an hour to either side; there is nothing to learn."""

    days_back: int = 21
    hours_beside: int = 1

    @property
    def name(self) -> str:
        """As tables call it."""
        return f"climatology {self.days_back} d"

    def fit(self, panel: Panel) -> "Climatology":  # the panel that is forecast holds what is needed
        """Itself."""
        return self

    def forecast(self, panel: Panel, days: Sequence[int]) -> Quantiles:
        """See `Fitted.forecast`. All NaN for a home of which nothing was measured in the days before."""
        return np.stack([self._day(panel, day) for day in days], axis=1)

    def _day(self, panel: Panel, day: int) -> Quantiles:
        before = slice(max(day - self.days_back, 0), day)
        seen = np.where(panel.missing[:, before], np.nan, panel.energy_wh[:, before])
        beside = self.hours_beside * panel.steps_per_day // 24
        near = [np.roll(seen, shift, axis=2) for shift in range(-beside, beside + 1)]
        return in_order(np.moveaxis(quantiles(np.concatenate(near, axis=1), LEVELS, axis=1), 0, -1))

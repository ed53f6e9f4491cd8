"""A forecaster from day to day: it learns anew every four weeks, and its quantiles follow each home's coverage.

Everything follows from what was measured, and nothing from when it is asked: whoever asks for a day for the first time,
as after a restart, gets the answer of whoever asked for all days before it. So it learns on days of the panel's own
calendar, and shifts of quantiles begin at 0 with the four weeks before such a day, which the model before forecasts.
The last day of a panel need not be over when it is asked for: it is read, and nothing is learned from it.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from aipchain.ai.forecasting.features import WINDOW_DAYS
from aipchain.ai.forecasting.forecaster import Fitted, Forecaster
from aipchain.ai.forecasting.quantiles import LEVELS, Quantiles
from aipchain.ai.forecasting.tracking import QuantileTracker
from aipchain.ai.panel import Panel

__all__ = ["LEAST_DAYS", "NextDay", "Online", "from_memory", "learns_after"]

NextDay = Callable[[Panel], Quantiles]
"""Says the day after the last of a panel, (homes, steps of a day, 9) [Wh]; NaN for a home it knows too little of."""

LEAST_DAYS: Final = 2
"""Measured days from which on a home is forecast by what was learned: it is better than climatology from the first days
on (`newcomers` in the suite cl22-wf), but a single day may be an odd one."""

_EVERY_DAYS: Final = 28
_AT_FIRST: Final = (LEAST_DAYS, 7, 14)


def from_memory(fitted: Fitted) -> NextDay:
    """One that has nothing to learn."""
    return lambda panel: fitted.forecast(panel, (panel.days,))[:, 0]


def learns_after(days: int) -> int:
    """So many of the first `days` days are learned from; 0 while they are too few."""
    if days >= _EVERY_DAYS:
        return days - days % _EVERY_DAYS
    return max((first for first in _AT_FIRST if first <= days), default=0)


@dataclass(slots=True)
class Online:
    """One forecaster for one set of homes, whose panel grows; `tracked` where quantiles follow each home's coverage."""

    forecaster: Forecaster
    tracked: bool = False
    _learned: dict[int, Fitted] = field(default_factory=dict)
    _shifts: "_Shifts | None" = None

    def next_day(self, panel: Panel) -> Quantiles:
        """See `NextDay`."""
        learned = learns_after(panel.days - 1)
        if not learned:
            return np.full((len(panel.homes), panel.steps_per_day, len(LEVELS)), np.nan)
        told = self._raw(panel, learned, panel.days)
        if self.tracked:
            told = self._tracker(panel, learned).adjusted(told)
        told[panel.measured_days(WINDOW_DAYS) < LEAST_DAYS] = np.nan
        return told

    def _raw(self, panel: Panel, learned: int, day: int) -> Quantiles:
        """A day by what was learned from the first so many; one day at a time, so that bits are always the same."""
        fitted = self._learned.get(learned)
        if fitted is None:
            fitted = self.forecaster.fit(panel.until(learned))
            self._learned = dict(sorted({**self._learned, learned: fitted}.items())[-2:])
        return fitted.forecast(panel, (day,))[:, 0]

    def _tracker(self, panel: Panel, learned: int) -> QuantileTracker:
        """Shifts after all days but the last."""
        before = learns_after(learned - 1)
        if self._shifts is None or self._shifts.learned != learned or self._shifts.until >= panel.days:
            first = max(learned - _EVERY_DAYS, before) if before else learned
            self._shifts = _Shifts(learned, first, QuantileTracker(len(panel.homes)))
        shifts = self._shifts
        for day in range(shifts.until, panel.days - 1):
            shifts.follow(panel, self._raw(panel, learned if day >= learned else before, day))
        return shifts.tracker


@dataclass(slots=True)
class _Shifts:
    """Shifts after the days up to `until`, for a model that learned from the first `learned` days."""

    learned: int
    until: int
    tracker: QuantileTracker

    def follow(self, panel: Panel, raw: Quantiles) -> None:
        """Take in the next day, which was forecast so."""
        told = self.tracker.adjusted(raw)
        unknown = panel.missing[:, self.until] | np.isnan(told).any(axis=-1)
        self.tracker.learn(told, panel.energy_wh[:, self.until], unknown)
        self.until += 1

"""What a home was expected to use in a week, frozen at the week's start: nothing measured in the week can move it.

A forecast that learns day by day would follow a thief down; this one is shown a week of gaps in place of the week.
Weeks under alarm should be gaps in the panel as well (`without_week`), or the thief of last month sets the
expectation of this one.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from aipchain.ai.forecasting.forecaster import Fitted
from aipchain.ai.forecasting.gaps import deviation, highest, mean, quantiles
from aipchain.ai.forecasting.quantiles import LEVELS, Quantiles
from aipchain.ai.panel import Panel

__all__ = ["WEEK", "Expectation", "Habits", "expectation", "habits", "measured_week", "without_week"]

WEEK: Final = 7
_HABIT_DAYS: Final = 28
_BASE: Final = 0.05
_HIGH: Final = 0.8

Energy = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Habits:
    """How some days of homes were, by home; every entry [Wh a step], NaN where nothing was measured."""

    swing: Energy
    """Deviation within a day, mean over days."""
    base: Energy
    """The step that one in twenty stays below."""
    peak: Energy
    """Median of the daily peaks."""
    high: Energy
    """The daily peak that four in five days stay below."""
    highest: Energy
    """The highest step."""


@dataclass(frozen=True, slots=True)
class Expectation:
    """For a week of homes: quantiles of shape (homes, 7, steps, 9) [Wh], and the habits of the four weeks before."""

    first_day: int
    forecast: Quantiles
    habits: Habits


def expectation(panel: Panel, fitted: Fitted, first_day: int) -> Expectation:
    """Freeze what is expected of the seven days from `first_day`, from what was measured before.

    A home of which nothing was measured in the weeks before has NaN throughout, and so has a panel's first week.
    """
    past, days = panel.until(first_day), range(first_day, first_day + WEEK)
    before = _days(panel, range(first_day - _HABIT_DAYS, first_day))
    if first_day < 1:
        nothing = np.full((len(panel.homes), WEEK, panel.steps_per_day, len(LEVELS)), np.nan)
        return Expectation(first_day, nothing, habits(before))
    span = (len(panel.homes), first_day + WEEK, panel.steps_per_day)
    energy_wh, missing = np.zeros(span, dtype=np.int64), np.ones(span, dtype=np.bool_)
    energy_wh[:, : past.days], missing[:, : past.days] = past.energy_wh, past.missing
    shown = Panel(panel.homes, panel.start, energy_wh, missing)
    return Expectation(first_day, fitted.forecast(shown, days), habits(before))


def habits(energy: Energy) -> Habits:
    """Habits of days, shape (..., days, steps) [Wh]."""
    daily_peak = highest(energy, axis=energy.ndim - 1)
    every_step = energy.reshape(*energy.shape[:-2], -1)
    return Habits(
        swing=mean(deviation(energy, axis=energy.ndim - 1), axis=daily_peak.ndim - 1),
        base=quantiles(every_step, (_BASE,), axis=every_step.ndim - 1)[0],
        peak=quantiles(daily_peak, (0.5,), axis=daily_peak.ndim - 1)[0],
        high=quantiles(daily_peak, (_HIGH,), axis=daily_peak.ndim - 1)[0],
        highest=highest(daily_peak, axis=daily_peak.ndim - 1),
    )


def measured_week(panel: Panel, first_day: int) -> Energy:
    """What was measured in a week, shape (homes, 7, steps) [Wh], NaN in gaps; days that are not over are gaps."""
    return _days(panel, range(first_day, first_day + WEEK))


def without_week(panel: Panel, home: str, first_day: int) -> Panel:
    """The panel with a home's week marked as not measured, so that nothing learns from it.

    :raises UnusablePanel: there is no such home.
    """
    panel.of_homes([home])
    missing, row = panel.missing.copy(), panel.homes.index(home)
    missing[row, first_day : first_day + WEEK] = True
    return Panel(panel.homes, panel.start, np.where(missing, 0, panel.energy_wh), missing)


def _days(panel: Panel, days: range) -> Energy:
    """Days of the panel, NaN in gaps; what lies before or after the panel is a gap."""
    found = np.full((len(panel.homes), len(days), panel.steps_per_day), np.nan)
    held = [place for place, day in enumerate(days) if 0 <= day < panel.days]
    at = [days[place] for place in held]
    found[:, held] = np.where(panel.missing[:, at], np.nan, panel.energy_wh[:, at])
    return found

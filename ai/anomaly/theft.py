"""Is a home's meter cheating? Signs of its week against its own past weeks and its neighbours' same week.

A cold week makes all homes depart from forecast alike, so the neighbours' median sign is taken off; what is left is
compared with what was left in the home's own past weeks, in robust deviations (median, median absolute deviation). The
strength of a week is the root of the sum of squares of its deviations towards theft; those away from it do not
count. Nothing is learned from attacks, so an attack nobody thought of is seen as well as its signs are.

A new home has no past weeks to compare with and gets no score. A home without neighbours is compared with itself only.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from aipchain.ai.anomaly.frozen import WEEK, Expectation, expectation, measured_week
from aipchain.ai.anomaly.observed import NOT_ENOUGH_HISTORY, Calibration, Observed, calibrate
from aipchain.ai.anomaly.reasons import theft_reason
from aipchain.ai.anomaly.signs import SIGNS, Signs, week_signs
from aipchain.ai.forecasting.forecaster import Fitted
from aipchain.ai.forecasting.gaps import quantiles
from aipchain.ai.panel import Panel

__all__ = ["MOST_WEEKS", "WeekSigns", "calibrate_theft", "deviations", "judge_week", "signs_of_weeks", "strength"]

LEAST_WEEKS: Final = 4
MOST_WEEKS: Final = 12
"""Past weeks that a home is compared with."""

_NORMAL: Final = 1.4826
"""Median absolute deviations to standard deviations, of a normal distribution."""

Strengths = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class WeekSigns:
    """Weeks of homes in a row: what was expected of each, and its signs, shape (homes, weeks, 9)."""

    expected: tuple[Expectation, ...]
    signs: Signs

    @property
    def first_days(self) -> tuple[int, ...]:
        """The first day of every week."""
        return tuple(each.first_day for each in self.expected)


def signs_of_weeks(panel: Panel, fitted: Fitted, first_days: Sequence[int]) -> WeekSigns:
    """Signs of weeks, each against an expectation frozen at its start."""
    expected = tuple(expectation(panel, fitted, day) for day in first_days)
    found = [week_signs(measured_week(panel, each.first_day), each) for each in expected]
    return WeekSigns(expected, np.stack(found, axis=1))


def deviations(weeks: WeekSigns, week: int, subject: Signs | None = None) -> Signs:
    """How unusual signs of a week are, in robust deviations, shape (..., homes, 9); NaN without enough past weeks.

    :param week: which one of `weeks`; those before it are the past, at most twelve.
    :param subject: signs to be judged in place of those of the week, (..., homes, 9); neighbours stay as they were.
    """
    now = weeks.signs[:, week]
    past = weeks.signs[:, max(week - MOST_WEEKS, 0) : week]
    if past.shape[1] < LEAST_WEEKS:
        return np.full((now if subject is None else subject).shape, np.nan)
    left = past - _of_neighbours(past)
    centre = _median(left, 1)
    centre[(~np.isnan(left)).sum(axis=1) < LEAST_WEEKS] = np.nan
    apart = np.abs(left - centre[:, None]).reshape(-1, len(SIGNS))
    spread = np.maximum(_NORMAL * _median(apart, 0), 1e-6)
    return ((now if subject is None else subject) - _of_neighbours(now) - centre) / spread


def strength(deviation: Signs) -> Strengths:
    """Root of the sum of squares of deviations towards theft."""
    towards: Strengths = np.sqrt((np.maximum(deviation, 0.0) ** 2).sum(axis=-1))
    return towards


def calibrate_theft(weeks: WeekSigns, judged: Sequence[int]) -> Calibration:
    """From honest weeks: the strengths that honest homes reach.

    :param judged: which of the weeks; those without enough weeks before them give nothing.
    :raises ValueError: none has.
    """
    found = np.concatenate([strength(deviations(weeks, week)) for week in judged])
    return calibrate(found[~np.isnan(found)])


def judge_week(panel: Panel, fitted: Fitted, first_day: int, calibration: Calibration) -> list[Observed]:
    """Score every home's seven days from `first_day`, with a reason."""
    days = range(first_day % WEEK, first_day + 1, WEEK)[-MOST_WEEKS - 1 :]
    weeks = signs_of_weeks(panel, fitted, days)
    found = deviations(weeks, len(days) - 1)
    energy, odd = measured_week(panel, first_day), strength(found)
    judged = []
    for row, home in enumerate(panel.homes):
        if np.isnan(odd[row]):
            judged.append(Observed(home, None, _no_score(weeks.signs[row])))
            continue
        reason = theft_reason(energy, weeks.expected[-1].forecast, row, found[row])
        judged.append(Observed(home, calibration.score(float(odd[row])), reason))
    return judged


def _no_score(signs: Signs) -> str:
    if np.isnan(signs[-1]).any():
        return f"{NOT_ENOUGH_HISTORY}: too little was measured in this week, or in the four weeks before"
    known = int((~np.isnan(signs[:-1]).any(axis=1)).sum())
    return f"{NOT_ENOUGH_HISTORY}: {known} past weeks to compare with, {LEAST_WEEKS} are needed"


def _of_neighbours(signs: Signs) -> Signs:
    """Median over all other homes; 0 where there is none."""
    rows = np.arange(len(signs))
    others = [_median(signs[rows != row], 0) if len(signs) > 1 else np.zeros(signs.shape[1:]) for row in rows]
    return np.nan_to_num(np.stack(others), nan=0.0)


def _median(table: Signs, axis: int) -> Signs:
    return np.asarray(quantiles(table, (0.5,), axis=axis)[0])

"""Theft: every home-week of the test span, honest and stolen from by each family, judged as it would be in operation.

Thresholds come from honest weeks before the span. Two plain peers are measured on the same weeks: the largest robust
deviation of four signs of a home against its own past only, and a detector of outlying day profiles that knows no
direction (distance to the fifth nearest of the home's last 28 normalised days; Ramaswamy, Rastogi and Shim 2000).
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from aipchain.ai.anomaly.attacks.theft import FAMILIES, HELD_OUT, SEEN, stolen
from aipchain.ai.anomaly.detection import auc, recall_at, share_flagged
from aipchain.ai.anomaly.frozen import WEEK, measured_week
from aipchain.ai.anomaly.observed import calibrate
from aipchain.ai.anomaly.signs import Signs, week_signs
from aipchain.ai.anomaly.theft import MOST_WEEKS, WeekSigns, deviations, signs_of_weeks, strength
from aipchain.ai.executors.executor import Executor
from aipchain.ai.forecasting.climatology import Climatology
from aipchain.ai.forecasting.gaps import quantiles
from aipchain.ai.panel import Panel

__all__ = ["DETECTORS", "TheftPlan", "TheftRow", "theft_rows"]

OWN: Final = "signs against own past and neighbours"
PLAIN: Final = "largest of four signs, own past only"
OUTLIERS: Final = "outlying day profiles"
DETECTORS: Final = (OWN, PLAIN, OUTLIERS)

_FOUR_SIGNS: Final = [0, 2, 3, 4]
_NEAREST: Final = 5
_PROFILE_DAYS: Final = 28
_HISTORY_DAYS: Final = WEEK * (MOST_WEEKS + 4)

Strengths = NDArray[np.float64]
ByDetector = dict[str, Strengths]


@dataclass(frozen=True, slots=True)
class TheftRow:
    """A detector on a family, over all home-weeks; recall at the threshold whose false alarms were `realised`.

    `recall_at_limit` is a point of the curve: its threshold is read off the honest weeks of the test itself.
    """

    detector: str
    family: str
    held_out: bool
    auc: float
    recall: float
    realised: float
    recall_at_limit: float


@dataclass(frozen=True, slots=True)
class _Trial:
    panel: Panel
    weeks: WeekSigns
    draws: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class TheftPlan:
    """Honest days that thresholds are set on (`tuning`), days that are stolen from (`test`); whole weeks of each count.

    `stated` is the share of honest home-weeks to be flagged, `limit` the most that is allowed; each of `draws` is the
    seed of a round of attacks.
    """

    tuning: range
    test: range
    stated: float
    limit: float
    draws: tuple[int, ...]


def theft_rows(panel: Panel, plan: TheftPlan, executor: Executor) -> list[TheftRow]:
    """Measure every detector on every family."""
    first = max(plan.tuning.start - _HISTORY_DAYS, 0)
    first += (plan.test.start - first) % WEEK + 3 * WEEK
    first_days = range(first, plan.test.stop - WEEK + 1, WEEK)
    trial = _Trial(panel, signs_of_weeks(panel, Climatology(), first_days), plan.draws)
    before, after = (_weeks_within(first_days, span) for span in (plan.tuning, plan.test))
    clean = _joined(list(executor.map(_honest, before, trial)))
    judged = list(executor.map(_honest_and_stolen, after, trial))
    honest = _joined([found for found, _ in judged])
    rows = []
    for detector in DETECTORS:
        calibration = calibrate(clean[detector])
        realised = share_flagged(honest[detector], calibration, plan.stated)
        for family in (*SEEN, *HELD_OUT):
            odd = np.concatenate([attacked[family][detector].ravel() for _, attacked in judged])
            told = (
                auc(honest[detector], odd),
                share_flagged(odd, calibration, plan.stated),
                realised,
                recall_at(honest[detector], odd, plan.limit),
            )
            rows.append(TheftRow(detector, family, family in HELD_OUT, *told))
    return rows


def _weeks_within(first_days: range, span: range) -> list[int]:
    return [number for number, day in enumerate(first_days) if day >= span.start and day + WEEK <= span.stop]


def _honest(trial: _Trial, week: int) -> ByDetector:
    """Strengths of all homes in a week, by detector."""
    return _strengths(trial, week, measured_week(trial.panel, trial.weeks.first_days[week]))


def _honest_and_stolen(trial: _Trial, week: int) -> tuple[ByDetector, dict[str, ByDetector]]:
    """The same, and for each family when every home in turn steals while its neighbours are honest."""
    day = trial.weeks.first_days[week]
    energy = measured_week(trial.panel, day)
    attacked = {}
    for family in FAMILIES:
        taken = [_strengths(trial, week, stolen(family, energy, 1_000 * draw + day)) for draw in trial.draws]
        attacked[family] = _joined(taken)
    return _honest(trial, week), attacked


def _strengths(trial: _Trial, week: int, energy: Strengths) -> ByDetector:
    signs = week_signs(energy, trial.weeks.expected[week])
    return {
        OWN: strength(deviations(trial.weeks, week, signs)),
        PLAIN: _largest_of_four(trial.weeks, week, signs),
        OUTLIERS: _outlying(trial.panel, trial.weeks.first_days[week], energy),
    }


def _largest_of_four(weeks: WeekSigns, week: int, signs: Signs) -> Strengths:
    past = weeks.signs[:, max(week - MOST_WEEKS, 0) : week][..., _FOUR_SIGNS]
    centre = quantiles(past, (0.5,), axis=1)[0]
    spread = 1.4826 * quantiles(np.abs(past - centre[:, None]), (0.5,), axis=1)[0]
    return np.asarray(((signs[..., _FOUR_SIGNS] - centre) / np.maximum(spread, 0.02)).max(axis=-1))


def _outlying(panel: Panel, first_day: int, energy: Strengths) -> Strengths:
    before = slice(max(first_day - _PROFILE_DAYS, 0), first_day)
    past, now = _profiles(np.where(panel.missing, 0, panel.energy_wh)[:, before]), _profiles(np.nan_to_num(energy))
    apart = np.sqrt(((now[:, :, None] - past[:, None]) ** 2).sum(axis=-1))
    nearest = np.sort(apart, axis=2)[:, :, : _NEAREST + 1]
    return np.asarray(nearest[:, :, -1].mean(axis=1))


def _profiles(energy: NDArray[np.float64] | NDArray[np.int64]) -> Strengths:
    return np.asarray(energy / np.maximum(energy.sum(axis=-1, keepdims=True), 1), dtype=np.float64)


def _joined(weeks: list[ByDetector]) -> ByDetector:
    return {detector: np.concatenate([week[detector].ravel() for week in weeks]) for detector in DETECTORS}

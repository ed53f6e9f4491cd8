"""The community as one, protocol CL22-WF: its load by the hour, when its peak comes, and how large it is.

Load is the sum of the homes whose meter sees it. nMAE is of the point forecast; a peak is the day's largest hour: its
hour is met within one to either side, and the error of its size is the mean over days of |said - actual| / actual.
Beside ours stand yesterday's values, and the alarms of zones (`zones`).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from aipchain.ai.benchmark.homes import HomesYear
from aipchain.ai.benchmark.scores import naive_error, score
from aipchain.ai.benchmark.suites.zones import zone_scores
from aipchain.ai.benchmark.walk_forward import TEST, TRAINING_DAYS, Fold, folds
from aipchain.ai.executors.executor import Executor
from aipchain.ai.forecasting.aggregate import total_of
from aipchain.ai.forecasting.aggregate_total import CommunityTotal
from aipchain.ai.forecasting.peak import Peak, peaks
from aipchain.ai.forecasting.quantiles import Quantiles
from aipchain.ai.panel import Panel

__all__ = ["community_scores"]


Table = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class _Told:
    """Of the days of a fold: point (days, hours), quantiles (1, days, hours, 9) and peaks."""

    point: Table
    quantiles: Quantiles
    peaks: list[Peak]


def community_scores(year: HomesYear, executor: Executor, days: range = TEST, seed: int = 0) -> dict[str, object]:
    """Scores of the total and its peaks, of yesterday's values (`naive`), and of the alarms (`zones`)."""
    forecaster, whole = CommunityTotal(seed=seed), total_of(year.core_load)
    told = list(executor.map(_fold, folds(days), (forecaster, year.core_load)))
    actual = whole.energy_wh[0, days.start : days.stop]
    yesterday = whole.energy_wh[0, days.start - 1 : days.stop - 1]
    found = [peak for part in told for peak in part.peaks]
    said = [peak.chance_ppm / 1_000_000 for peak in found]
    return {
        "model": forecaster.name,
        "nmae": _nmae(np.concatenate([part.point for part in told]), actual),
        **_of_peaks(np.array([peak.step for peak in found]), np.array([peak.size_wh for peak in found]), actual),
        "peak_hour_chance_said": round(float(np.mean(said)), 4),
        **_of_quantiles(np.concatenate([part.quantiles for part in told], axis=1), whole, days),
        "homes": len(year.core_load.homes),
        "naive": {"nmae": _nmae(yesterday, actual), **_of_peaks(yesterday.argmax(1), yesterday.max(1), actual)},
        "zones": zone_scores(year, executor, days, seed),
    }


def _fold(shared: tuple[CommunityTotal, Panel], fold: Fold) -> _Told:
    forecaster, panel = shared
    fitted, shown = forecaster.fit(panel.until(fold.days.start)), panel.until(fold.days.stop)
    point = np.stack([outlook.point for outlook in fitted.outlooks(shown, fold.days)])
    return _Told(point, fitted.forecast(shown, fold.days), peaks(fitted, shown, fold.days))


def _nmae(said: Table | NDArray[np.int64], actual: NDArray[np.int64]) -> float:
    return round(float(np.abs(said - actual).sum() / actual.sum()), 4)


def _of_peaks(step: NDArray[np.int64], size: NDArray[np.int64], actual: NDArray[np.int64]) -> dict[str, object]:
    beside = actual.shape[1] // 24
    met = np.abs(step - actual.argmax(axis=1)) <= beside
    highest = actual.max(axis=1)
    error = np.abs(size - highest) / highest
    return {"peak_hour_within_1h": round(float(met.mean()), 4), "peak_size_error": round(float(error.mean()), 4)}


def _of_quantiles(told: Quantiles, whole: Panel, days: range) -> dict[str, object]:
    span, before = slice(days.start, days.stop), slice(0, TRAINING_DAYS)
    naive_wh = naive_error(whole.energy_wh[:, before], whole.missing[:, before])
    found = score(whole.energy_wh[:, span], whole.missing[:, span], told, naive_wh)
    return {"mase": round(found.mase, 4), "wql": round(found.wql, 4), "cov80": round(found.coverage[0], 4)}

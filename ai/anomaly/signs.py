"""Nine signs of a home-week that point towards theft: how it departs from what was expected, in the thief's direction.

Detectors of outliers call stolen days normal, because they look calm; the sign of the departure tells. Each sign is a
plain number, larger where the week looks more like theft; all are logarithms or shares, so homes of any size compare.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from aipchain.ai.anomaly.frozen import Expectation, Habits, habits
from aipchain.ai.forecasting.gaps import mean

__all__ = ["LEAST_MEASURED", "SIGNS", "Signs", "week_signs"]

SIGNS: Final = (
    "less energy than forecast",
    "less than forecast on every day",
    "many steps below the lowest forecast quantile",
    "days of another shape than forecast",
    "less variation within days",
    "a lower base load",
    "lower daily peaks",
    "no step as high as usual",
    "smoother from step to step",
)

LEAST_MEASURED: Final = 0.5
"""A week of which less was measured has no signs."""

_OFFSET: Final = 0.03
"""Part of the expected mean step added before logarithms: readings of a few Wh are no fall of orders of magnitude."""

_ROUGHNESS_OFFSET: Final = 0.02
_STRAIGHT: Final = 0.99
"""Correlations are cut here, where Fisher's transformation gets steep."""

Energy = NDArray[np.float64]
Signs = NDArray[np.float64]


def week_signs(energy: Energy, expected: Expectation) -> Signs:
    """Signs of home-weeks, shape (..., homes, 9).

    :param energy: of shape (..., homes, 7, steps) [Wh], NaN in gaps.
    :returns: NaN for a home that was expected nothing of, or of which less than half of the week was measured.
    """
    measured = ~np.isnan(energy)
    forecast = np.where(measured, expected.forecast.mean(axis=-1), np.nan)
    usual = mean(forecast, axis=(forecast.ndim - 2, forecast.ndim - 1))
    offset = _OFFSET * usual + 1e-9
    columns = [
        *_shortfalls(energy, forecast, offset),
        _share_below(energy, expected.forecast[..., 0]),
        _shape_mismatch(energy, forecast),
        *_against_habits(habits(energy), expected.habits, offset),
        _smoothness(energy, offset),
    ]
    signs = np.stack(columns, axis=-1)
    enough = (measured.mean(axis=(-2, -1)) >= LEAST_MEASURED) & np.isfinite(signs).all(axis=-1)
    return np.where(enough[..., None], signs, np.nan)


def _shortfalls(energy: Energy, forecast: Energy, offset: Energy) -> tuple[Energy, Energy]:
    """Logarithm of forecast by measured: of the week, and of the day with the least."""
    of_week = _log_ratio(_mean_step(forecast, 2), _mean_step(energy, 2), offset)
    of_days = _log_ratio(_mean_step(forecast, 1), _mean_step(energy, 1), offset[..., None])
    return of_week, np.min(np.where(np.isnan(of_days), np.inf, of_days), axis=-1)


def _share_below(energy: Energy, lowest: Energy) -> Energy:
    below = np.where(np.isnan(energy), np.nan, energy < lowest)
    return _mean_step(below, 2)


def _shape_mismatch(energy: Energy, forecast: Energy) -> Energy:
    """Less the correlation of the two mean days, after Fisher's transformation."""
    first, second = (mean(each, axis=each.ndim - 2) for each in (energy, forecast))
    first, second = (each - _mean_step(each, 1)[..., None] for each in (first, second))
    size = np.sqrt(_mean_step(first**2, 1) * _mean_step(second**2, 1))
    correlation = _mean_step(first * second, 1) / np.maximum(size, 1e-9)
    return -np.arctanh(np.clip(correlation, -_STRAIGHT, _STRAIGHT))


def _against_habits(week: Habits, usual: Habits, offset: Energy) -> tuple[Energy, ...]:
    return (
        _log_ratio(usual.swing, week.swing, offset),
        _log_ratio(usual.base, week.base, offset),
        _log_ratio(usual.peak, week.peak, offset),
        _log_ratio(usual.high, week.highest, offset),
    )


def _smoothness(energy: Energy, offset: Energy) -> Energy:
    row = energy.reshape(*energy.shape[:-2], -1)
    change = _mean_step(np.abs(np.diff(row, axis=-1)), 1)
    return -np.log(change / (_mean_step(row, 1) + offset) + _ROUGHNESS_OFFSET)


def _mean_step(table: Energy, axes: int) -> Energy:
    """Mean over the last axes."""
    return mean(table, axis=tuple(range(table.ndim - axes, table.ndim)))


def _log_ratio(usual: Energy, found: Energy, offset: Energy) -> Energy:
    return np.log((usual + offset) / (found + offset))

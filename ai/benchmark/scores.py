"""How good forecasts were: errors of the point forecast, of the quantiles, and of the promised coverage.

`actual` is energy of shape (homes, days, steps) [Wh], `forecast` its quantiles, (homes, days, steps, 9); the point
forecast is the median. What was not measured (`missing`) does not count. Sources: MASE from Hyndman and Koehler 2006,
pinball loss from Koenker and Bassett 1978, WQL as the mean weighted quantile loss of Park et al. 2022.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from aipchain.ai.forecasting.quantiles import LEVELS, MEDIAN, Quantiles

__all__ = ["PERCENTILES", "Scores", "interpolated", "naive_error", "pinball", "score"]

PERCENTILES: Final = tuple(part / 100 for part in range(1, 100))

Energy = NDArray[np.int64]
Missing = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Scores:
    """All are better when smaller, but for coverage, which is best at 0.8."""

    mase: float
    """Mean absolute error against that of yesterday's value in the training span, mean over homes."""
    nmae: float
    """Sum of absolute errors by sum of energy."""
    nrmse: float
    """Root mean square error by mean energy, mean over homes."""
    wql: float
    """Weighted quantile loss over nine levels."""
    wql_99: float
    """The same over 99 levels, interpolated."""
    crps_wh: float
    """Continuous ranked probability score: twice the mean pinball loss over 99 levels [Wh]."""
    coverage: tuple[float, ...]
    """Share of steps between the lowest and the highest of nine quantiles, by home."""


def naive_error(energy_wh: Energy, missing: Missing) -> NDArray[np.float64]:
    """Mean absolute difference to the same step of the day before, by home [Wh]: what MASE is measured in."""
    known = ~(missing[:, 1:] | missing[:, :-1])
    return _mean_by_home(np.abs(np.diff(energy_wh, axis=1)), known)


def score(actual: Energy, missing: Missing, forecast: Quantiles, naive_wh: NDArray[np.float64]) -> Scores:
    """Score forecasts of a span.

    :param naive_wh: see `naive_error`, of the training span.
    """
    known = ~missing
    error = np.where(known, forecast[..., MEDIAN] - actual, 0.0)
    finer = interpolated(forecast, PERCENTILES)
    inside = (forecast[..., 0] <= actual) & (actual <= forecast[..., -1])
    mean_wh, total_wh = _mean_by_home(actual, known), float(np.sum(actual, where=known))
    loss_99 = pinball(actual, finer, PERCENTILES)
    return Scores(
        mase=float(np.mean(_mean_by_home(np.abs(error), known) / naive_wh)),
        nmae=float(np.abs(error).sum()) / total_wh,
        nrmse=float(np.mean(np.sqrt(_mean_by_home(error**2, known)) / mean_wh)),
        wql=_weighted(pinball(actual, forecast, LEVELS), known, total_wh),
        wql_99=_weighted(loss_99, known, total_wh),
        crps_wh=2 * float(loss_99[known].mean()),
        coverage=tuple(float(share) for share in _mean_by_home(inside, known)),
    )


def pinball(actual: Energy, forecast: Quantiles, levels: Sequence[float]) -> Quantiles:
    """max(q d, (q - 1) d) with d = actual - forecast, for every level q [Wh]."""
    difference = actual[..., None] - forecast
    level = np.asarray(levels)
    loss: Quantiles = np.maximum(level * difference, (level - 1) * difference)
    return loss


def interpolated(forecast: Quantiles, levels: Sequence[float]) -> Quantiles:
    """Quantiles at other levels: linear between the nine; beyond them the last slope goes on, never below zero."""
    wanted = np.asarray(levels)
    right = np.clip(np.searchsorted(LEVELS, wanted), 1, len(LEVELS) - 1)
    left = right - 1
    known = np.asarray(LEVELS)
    part = (wanted - known[left]) / (known[right] - known[left])
    between: Quantiles = forecast[..., left] + part * (forecast[..., right] - forecast[..., left])
    return np.maximum(between, 0.0)


def _weighted(loss: Quantiles, known: Missing, total_wh: float) -> float:
    return 2 * float(np.mean(loss[known].sum(axis=0))) / total_wh


def _mean_by_home(table: NDArray[np.generic], known: Missing) -> NDArray[np.float64]:
    axes = tuple(range(1, table.ndim))
    return np.asarray(np.sum(table, axis=axes, where=known) / np.sum(known, axis=axes), dtype=np.float64)

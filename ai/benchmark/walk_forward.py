"""Walk-forward evaluation: learn from all earlier days, forecast the next weeks day by day, learn again.

Protocol CL22-WF over the homes pack: 364 days, of which 182 to 363 are for the test, an origin each midnight, 24 hours
ahead, refit every 28 days (folds 182, 210, ..., 350: seven fits). Forecasters are tuned on days 90 to 181 by the same
walk; the test days are touched once per release.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from aipchain.ai.benchmark.machine import peak_rss_mb
from aipchain.ai.executors.executor import Executor
from aipchain.ai.forecasting.forecaster import Forecaster
from aipchain.ai.forecasting.quantiles import Quantiles
from aipchain.ai.panel import Panel

__all__ = [
    "REFIT_DAYS",
    "TEST",
    "TRAINING_DAYS",
    "TUNING",
    "Fold",
    "Walk",
    "folds",
    "forecast_fold",
    "walk_all",
    "walk_forward",
]

TUNING: Final = range(90, 182)
TEST: Final = range(182, 364)
TRAINING_DAYS: Final = TEST.start
"""Of which the naive error of MASE is taken."""
REFIT_DAYS: Final = 28


@dataclass(frozen=True, slots=True)
class Fold:
    """Days that are forecast by what was learned from all days before the first of them."""

    days: range


def folds(days: range, refit_days: int = REFIT_DAYS) -> Iterator[Fold]:
    """Cut a span into folds; the last may be shorter."""
    for first in range(days.start, days.stop, refit_days):
        yield Fold(range(first, min(first + refit_days, days.stop)))


@dataclass(frozen=True, slots=True)
class Walk:
    """What a forecaster said of all days, and what it took to learn and say it."""

    forecast: Quantiles
    cpu_s: float
    peak_rss_mb: float
    """The most memory that a process had by then; it may have worked for others before [MB]."""


def walk_all(
    forecasters: Sequence[Forecaster],
    panel: Panel,
    days: range,
    executor: Executor,
    told: Callable[[str], None] = lambda _: None,
) -> dict[str, Walk]:
    """Walk with each forecaster; each fold of each is a piece of work for the executor."""
    parts = list(folds(days))
    pieces = [(forecaster, fold) for forecaster in forecasters for fold in parts]
    results: list[Walk] = []
    for (forecaster, fold), walk in zip(pieces, executor.map(_piece, pieces, panel), strict=True):
        results.append(walk)
        which = f"{forecaster.name}: days {fold.days.start} to {fold.days.stop - 1}"
        told(f"{len(results)} of {len(pieces)}: {which} ({walk.cpu_s:.1f} CPU s)")
    return {
        forecaster.name: _joined(results[place * len(parts) : (place + 1) * len(parts)])
        for place, forecaster in enumerate(forecasters)
    }


def walk_forward(forecaster: Forecaster, panel: Panel, days: range) -> Quantiles:
    """Forecasts of the days, shape (homes, days, steps of a day, 9) [Wh]."""
    return np.concatenate([forecast_fold(forecaster, panel, fold) for fold in folds(days)], axis=1)


def forecast_fold(forecaster: Forecaster, panel: Panel, fold: Fold) -> Quantiles:
    """Fit on what lies before the fold and forecast its days; days after the fold are not even shown."""
    fitted = forecaster.fit(panel.until(fold.days.start))
    return fitted.forecast(panel.until(fold.days.stop), fold.days)


def _piece(panel: Panel, piece: tuple[Forecaster, Fold]) -> Walk:
    began = time.process_time()
    forecast = forecast_fold(piece[0], panel, piece[1])
    return Walk(forecast, time.process_time() - began, peak_rss_mb())


def _joined(walks: Sequence[Walk]) -> Walk:
    forecast = np.concatenate([walk.forecast for walk in walks], axis=1)
    return Walk(forecast, sum(walk.cpu_s for walk in walks), max(walk.peak_rss_mb for walk in walks))

"""Walk-forward evaluation: learn from all earlier days, forecast the next weeks day by day, learn again.

Protocol CL22-WF over the homes pack: 364 days, of which 182 to 363 are for the test, an origin each midnight, 24 hours
ahead, refit every 28 days (folds 182, 210, ..., 350: seven fits). Forecasters are tuned on days 90 to 181 by the same
walk; the test days are touched once per release.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from aipchain.ai.forecasting.forecaster import Forecaster
from aipchain.ai.forecasting.quantiles import Quantiles
from aipchain.ai.panel import Panel

__all__ = ["REFIT_DAYS", "TEST", "TUNING", "Fold", "folds", "forecast_fold", "walk_forward"]

TUNING: Final = range(90, 182)
TEST: Final = range(182, 364)
REFIT_DAYS: Final = 28


@dataclass(frozen=True, slots=True)
class Fold:
    """Days that are forecast by what was learned from all days before the first of them."""

    days: range


def folds(days: range, refit_days: int = REFIT_DAYS) -> Iterator[Fold]:
    """Cut a span into folds; the last may be shorter."""
    for first in range(days.start, days.stop, refit_days):
        yield Fold(range(first, min(first + refit_days, days.stop)))


def walk_forward(forecaster: Forecaster, panel: Panel, days: range) -> Quantiles:
    """Forecasts of the days, shape (homes, days, steps of a day, 9) [Wh]."""
    return np.concatenate([forecast_fold(forecaster, panel, fold) for fold in folds(days)], axis=1)


def forecast_fold(forecaster: Forecaster, panel: Panel, fold: Fold) -> Quantiles:
    """Fit on what lies before the fold and forecast its days; days after the fold are not even shown."""
    fitted = forecaster.fit(panel.until(fold.days.start))
    return fitted.forecast(panel.until(fold.days.stop), fold.days)

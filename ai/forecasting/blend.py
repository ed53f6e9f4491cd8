"""Several forecasters as one: the weighted mean of their quantiles, level by level (Vincent 1912)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from aipchain.ai.forecasting.forecaster import Fitted, FittedOnRows, Forecaster
from aipchain.ai.forecasting.quantiles import Quantiles, in_order
from aipchain.ai.forecasting.rows import Rows, rows_of
from aipchain.ai.panel import Panel

__all__ = ["Blend", "FittedBlend", "blended"]


@dataclass(frozen=True, slots=True)
class Blend:
    """Forecasters with their weights, which sum to 1."""

    name: str
    parts: tuple[tuple[Forecaster, float], ...]

    def fit(self, panel: Panel) -> "FittedBlend":
        """Each learns from all of the panel."""
        return FittedBlend(tuple((forecaster.fit(panel), weight) for forecaster, weight in self.parts))


@dataclass(frozen=True, slots=True)
class FittedBlend:
    """What each has learned."""

    parts: tuple[tuple[Fitted, float], ...]

    def forecast(self, panel: Panel, days: Sequence[int]) -> Quantiles:
        """See `Fitted.forecast`."""
        fitted, weights = zip(*self.parts, strict=True)
        return blended(list(zip(_all_told(fitted, panel, days), weights, strict=True)))


def blended(parts: Sequence[tuple[Quantiles, float]]) -> Quantiles:
    """The weighted mean of forecasts of the same shape; weights sum to 1."""
    return in_order(np.sum([weight * forecast for forecast, weight in parts], axis=0))


def _all_told(fitted: Sequence[Fitted], panel: Panel, days: Sequence[int]) -> Iterator[Quantiles]:
    """What each says; feature rows are made once for all that read them."""
    rows: Rows | None = None
    for each in fitted:
        if isinstance(each, FittedOnRows):
            rows = rows or rows_of(panel, days)
            yield each.forecast_rows(rows)
        else:
            yield each.forecast(panel, days)

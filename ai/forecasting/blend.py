"""Several forecasters as one: the weighted mean of their quantiles, level by level (Vincent 1912)."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from aipchain.ai.forecasting.forecaster import Fitted, Forecaster
from aipchain.ai.forecasting.quantiles import Quantiles, in_order
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
        return blended([(fitted.forecast(panel, days), weight) for fitted, weight in self.parts])


def blended(parts: Sequence[tuple[Quantiles, float]]) -> Quantiles:
    """The weighted mean of forecasts of the same shape; weights sum to 1."""
    return in_order(np.sum([weight * forecast for forecast, weight in parts], axis=0))

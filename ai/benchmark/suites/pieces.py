"""The pieces of work of the scale suite; a module of their own, so that workers load nothing that they do not need."""

import time
from dataclasses import dataclass

from aipchain.ai.benchmark.machine import peak_rss_mb
from aipchain.ai.benchmark.walk_forward import Fold, forecast_fold
from aipchain.ai.forecasting.forecaster import Fitted, Forecaster
from aipchain.ai.forecasting.quantiles import whole_wh
from aipchain.ai.panel import Panel

__all__ = ["BackTested", "Warm", "back_test", "next_day"]


@dataclass(frozen=True, slots=True)
class BackTested:
    """Forecasts of a fold as bytes of whole Wh, and what they took."""

    energy: bytes
    cpu_s: float
    peak_rss_mb: float


@dataclass(frozen=True, slots=True)
class Warm:
    """A worker that keeps what was learned."""

    fitted: Fitted


def next_day(warm: Warm, community: Panel) -> tuple[int, float]:
    """Forecast the day after the last: how many quantiles, and what they took [CPU s]."""
    began = time.process_time()
    told = whole_wh(warm.fitted.forecast(community, [community.days]))
    return told.size, time.process_time() - began


def back_test(panel: Panel, piece: tuple[Forecaster, Fold]) -> BackTested:
    """Learn from what lies before a fold, and forecast it."""
    began = time.process_time()
    energy = whole_wh(forecast_fold(piece[0], panel, piece[1])).tobytes()
    return BackTested(energy, time.process_time() - began, peak_rss_mb())

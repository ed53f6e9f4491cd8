"""A trained forecaster of load: the blend, with each home's quantile shifts to begin from, and its card.

The last four weeks are held out first: a blend that learned without them forecasts them, which gives the scores of the
card and the shifts. Then the blend that is kept learns from all days.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

import numpy as np

from aipchain.ai.benchmark.machine import versions
from aipchain.ai.benchmark.scores import naive_error, score
from aipchain.ai.errors import UnusablePanel
from aipchain.ai.forecasting.blend import Blend, FittedBlend
from aipchain.ai.forecasting.features import feature_rows
from aipchain.ai.forecasting.quantiles import LEVELS, Quantiles
from aipchain.ai.forecasting.tracking import QuantileTracker
from aipchain.ai.forecasting.training import FIRST_DAY
from aipchain.ai.models.card import HeldOut, ModelCard
from aipchain.ai.panel import Panel
from aipchain.units import UnixSeconds

__all__ = ["LEAST_DAYS", "TrainedModel", "date_of", "features_of", "train"]

HELD_OUT_DAYS: Final = 28
LEAST_DAYS: Final = 14
"""Fewer teach nothing that lasts."""


@dataclass(frozen=True, slots=True)
class TrainedModel:
    """What is kept: `shifts` are of each home of the card and each level, in units of the home's spread."""

    card: ModelCard
    blend: FittedBlend
    shifts: Quantiles


def train(panel: Panel, blend: Blend, told: Callable[[str], None] = lambda _: None) -> TrainedModel:
    """Learn from all days of a panel.

    :raises UnusablePanel: there are fewer than `LEAST_DAYS` days, or nothing was measured on them.
    """
    if panel.days < LEAST_DAYS:
        raise UnusablePanel(f"{panel.days} days are too few to learn from: give at least {LEAST_DAYS}")
    held_out, shifts = None, np.zeros((len(panel.homes), len(LEVELS)))
    if panel.days >= FIRST_DAY + 2 * HELD_OUT_DAYS:
        told(f"learning without the last {HELD_OUT_DAYS} days, to score them")
        held_out, shifts = _held_out(panel, blend)
    told(f"learning from {panel.days} days of {len(panel.homes)} homes")
    fitted = blend.fit(panel)
    return TrainedModel(_card(panel, blend, held_out), fitted, shifts)


def date_of(panel: Panel, day: int) -> str:
    """The date of a day of a panel."""
    return f"{datetime.fromtimestamp(panel.start, UTC) + timedelta(days=day):%Y-%m-%d}"


def features_of(steps_per_day: int) -> tuple[str, ...]:
    """Names of the features that this version makes."""
    none = np.zeros((1, 1, steps_per_day), dtype=np.int64)
    return feature_rows(Panel(("a home",), UnixSeconds(0), none, none > 0), [0]).names


def _held_out(panel: Panel, blend: Blend) -> tuple[HeldOut, Quantiles]:
    first = panel.days - HELD_OUT_DAYS
    raw = blend.fit(panel.until(first)).forecast(panel, range(first, panel.days))
    actual, missing = panel.energy_wh[:, first:], panel.missing[:, first:]
    tracker, told = QuantileTracker(len(panel.homes)), np.empty_like(raw)
    for day in range(HELD_OUT_DAYS):
        told[:, day] = tracker.adjusted(raw[:, day])
        tracker.learn(told[:, day], actual[:, day], missing[:, day])
    found = score(actual, missing, told, naive_error(panel.energy_wh[:, :first], panel.missing[:, :first]))
    figures = {name: round(float(getattr(found, name)), 4) for name in ("mase", "nmae", "wql")}
    covered = {"cov80_min": round(min(found.coverage), 4), "cov80_max": round(max(found.coverage), 4)}
    return HeldOut(date_of(panel, first), date_of(panel, panel.days - 1), **figures, **covered), tracker.shift


def _card(panel: Panel, blend: Blend, held_out: HeldOut | None) -> ModelCard:
    return ModelCard(
        homes=panel.homes,
        first_day=date_of(panel, 0),
        last_day=date_of(panel, panel.days - 1),
        steps_per_day=panel.steps_per_day,
        features=features_of(panel.steps_per_day),
        levels=LEVELS,
        weights={forecaster.name: weight for forecaster, weight in blend.parts},
        held_out=held_out,
        versions=versions(),
        files={},
    )

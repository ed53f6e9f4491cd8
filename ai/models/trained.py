"""A trained forecaster of load: the blend, with each home's quantile shifts to begin from, and its card.

The last four weeks are held out first: a blend that learned without them forecasts them, which gives the scores of the
card and the shifts. Then the blend that is kept learns from all days.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from aipchain.ai.benchmark.machine import versions
from aipchain.ai.benchmark.scores import naive_error, score
from aipchain.ai.errors import UnusablePanel
from aipchain.ai.executors.executor import Executor
from aipchain.ai.executors.in_process import InProcess
from aipchain.ai.forecasting.blend import Blend, FittedBlend
from aipchain.ai.forecasting.features import feature_rows
from aipchain.ai.forecasting.quantiles import LEVELS, Quantiles
from aipchain.ai.forecasting.tracking import QuantileTracker
from aipchain.ai.forecasting.training import FIRST_DAY
from aipchain.ai.models.card import HeldOut, ModelCard
from aipchain.ai.models.pieces import learned
from aipchain.ai.panel import Panel
from aipchain.units import UnixSeconds

__all__ = [
    "LEAST_DAYS",
    "TrainedModel",
    "card_of_parts",
    "features_of",
    "held_out_days",
    "learned_card",
    "refuse_few_days",
    "scored",
    "train",
    "unshifted",
]

HELD_OUT_DAYS: Final = 28
LEAST_DAYS: Final = 14
"""Fewer teach nothing that lasts."""


@dataclass(frozen=True, slots=True)
class TrainedModel:
    """What is kept: `shifts` are of each home of the card and each level, in units of the home's spread."""

    card: ModelCard
    blend: FittedBlend
    shifts: Quantiles


def train(
    panel: Panel, blend: Blend, executor: Executor | None = None, told: Callable[[str], None] = lambda _: None
) -> TrainedModel:
    """Learn from all days of a panel, in this process unless another place is given; the bytes are the same.

    :param told: hears of each piece of work that is done.
    :raises UnusablePanel: there are fewer than `LEAST_DAYS` days, or nothing was measured on them.
    """
    refuse_few_days(panel)
    held_out = held_out_days(panel)
    spans = (panel.days - held_out, panel.days) if held_out else (panel.days,)
    *before, fitted = learned(blend, panel, spans, executor or InProcess(), told)
    weights = {forecaster.name: weight for forecaster, weight in blend.parts}
    if not before:
        return TrainedModel(learned_card(panel, weights, None), fitted, unshifted(panel.homes))
    found, shifts = scored(before[0], panel, spans[0])
    return TrainedModel(learned_card(panel, weights, found), fitted, shifts)


def refuse_few_days(panel: Panel) -> None:
    """Say that a panel cannot be learned from.

    :raises UnusablePanel: there are fewer than `LEAST_DAYS` days.
    """
    if panel.days < LEAST_DAYS:
        raise UnusablePanel(f"{panel.days} days are too few to learn from: give at least {LEAST_DAYS}")


def held_out_days(panel: Panel) -> int:
    """How many of the last days are held out of learning, to score it; none where there are too few."""
    return HELD_OUT_DAYS if panel.days >= FIRST_DAY + 2 * HELD_OUT_DAYS else 0


def unshifted(homes: Sequence[str]) -> Quantiles:
    """Shifts of homes where nothing was learned of them yet."""
    return np.zeros((len(homes), len(LEVELS)))


def features_of(steps_per_day: int) -> tuple[str, ...]:
    """Names of the features that this version makes."""
    none = np.zeros((1, 1, steps_per_day), dtype=np.int64)
    return feature_rows(Panel(("a home",), UnixSeconds(0), none, none > 0), [0]).names


def scored(fitted: FittedBlend, panel: Panel, first: int) -> tuple[HeldOut | None, Quantiles]:
    """Scores on the days from `first` on, which were not learned from, and the shifts of quantiles after them.

    A home that uses the same every day, or was not measured on those days, does not count in the scores; where no home
    counts there are none.
    """
    raw = fitted.forecast(panel, range(first, panel.days))
    actual, missing = panel.energy_wh[:, first:], panel.missing[:, first:]
    tracker, told = QuantileTracker(len(panel.homes)), np.empty_like(raw)
    for day in range(panel.days - first):
        told[:, day] = tracker.adjusted(raw[:, day])
        tracker.learn(told[:, day], actual[:, day], missing[:, day])
    naive_wh = naive_error(panel.energy_wh[:, :first], panel.missing[:, :first])
    counted = (naive_wh > 0) & (actual.sum(axis=(1, 2)) > 0)
    if not counted.any():
        return None, tracker.shift
    found = score(actual[counted], missing[counted], told[counted], naive_wh[counted])
    figures = {name: round(float(getattr(found, name)), 4) for name in ("mase", "nmae", "wql")}
    covered = {"cov80_min": round(min(found.coverage), 4), "cov80_max": round(max(found.coverage), 4)}
    return HeldOut(
        panel.date_of(first).isoformat(), panel.date_of(panel.days - 1).isoformat(), **figures, **covered
    ), tracker.shift


def learned_card(panel: Panel, weights: dict[str, float], held_out: HeldOut | None) -> ModelCard:
    """The card of what was learned from a panel.

    :param weights: of each part of the blend, by name.
    """
    return replace(
        card_of_parts(panel.steps_per_day, weights),
        homes=panel.homes,
        first_day=panel.date_of(0).isoformat(),
        last_day=panel.date_of(panel.days - 1).isoformat(),
        held_out=held_out,
    )


def card_of_parts(steps_per_day: int, weights: dict[str, float]) -> ModelCard:
    """The card of a model of which neither homes nor days are known."""
    return ModelCard(
        homes=(),
        first_day=None,
        last_day=None,
        steps_per_day=steps_per_day,
        features=features_of(steps_per_day),
        levels=LEVELS,
        weights=weights,
        held_out=None,
        versions=versions(),
        files={},
    )

"""The energy of a community as one: a point forecast that follows the level, and days as they could go.

The point is the mean of two models (`aggregate_models`), times what the days before say about the level: half of the
fading mean of log(actual / said). What it missed on past days, whole days of it, makes scenarios of the day to come;
so hours that go together stay together, and a scenario has a peak like a real day. A miss counts only if it was one:
the twelve weeks before the fit are forecast by models that had not seen them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from aipchain.ai.errors import UnusablePanel
from aipchain.ai.forecasting.aggregate import groups_of, total_of
from aipchain.ai.forecasting.aggregate_models import MedianTrees, PointModel, StepwiseRidge
from aipchain.ai.forecasting.quantiles import LEVELS, Quantiles, in_order
from aipchain.ai.panel import Panel

__all__ = ["FEWEST_DAYS", "CommunityTotal", "FittedTotal", "Outlook"]

_HELD_BACK_DAYS: Final = 28
_HELD_BACK: Final = 3
"""So many spans before the fit are forecast by models of earlier days."""

FEWEST_DAYS: Final = 56
"""Two weeks that can be learned from before the first span that is held back, if only one is, and some to spare."""

_FADING: Final = 0.7
_FOLLOWED: Final = 0.5
"""Part of the smoothed miss of the level that is made good. Both tuned on days 90 to 181."""

_LEAST_PART: Final = 0.05
"""Of the mean step, added before a logarithm is taken: hours of sun may leave no import at all."""

Table = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Outlook:
    """A day to come: the point forecast (steps), and how the day could go (scenarios, steps) [Wh]."""

    point: Table
    scenarios: Table


@dataclass(frozen=True, slots=True)
class CommunityTotal:
    """Forecasts the sum of the panel's homes: its quantiles have one row."""

    name: str = "community total"
    groups: int = 15
    seed: int = 0

    def fit(self, panel: Panel) -> "FittedTotal":
        """Learn from groups of homes and from all of them.

        :raises UnusablePanel: eight weeks are needed to know what is missed.
        """
        if panel.days < FEWEST_DAYS:
            raise UnusablePanel(f"{panel.days} days are too few for a total: give {FEWEST_DAYS}, or use climatology")
        learned = groups_of(panel, self.groups, self.seed)
        spans = list(_held_back(panel.days))
        held = [_mean_point(self._models(learned.until(span.start)), total_of(panel), span) for span in spans]
        return FittedTotal(spans[0].start, np.concatenate(held), self._models(learned))

    def _models(self, learned: Panel) -> tuple[PointModel, ...]:
        whole = Panel(learned.homes[-1:], learned.start, learned.energy_wh[-1:], learned.missing[-1:])
        return StepwiseRidge.learned(learned), MedianTrees.learned(whole, seed=self.seed)


@dataclass(frozen=True, slots=True)
class FittedTotal:
    """Models of all days, and what others said of the last weeks before."""

    first_held: int
    held: Table
    """(days from `first_held` on, steps) [Wh]."""
    models: tuple[PointModel, ...]

    def forecast(self, panel: Panel, days: Sequence[int]) -> Quantiles:
        """See `Fitted.forecast`; one row."""
        found = [np.quantile(each.scenarios, LEVELS, axis=0).T for each in self.outlooks(panel, days)]
        return in_order(np.stack(found)[None])

    def outlooks(self, panel: Panel, days: Sequence[int]) -> list[Outlook]:
        """Point forecast and scenarios of each day, from what the panel holds before it.

        :raises UnusablePanel: a day is one of those that the models have learned from, or nothing was measured in the
            four weeks before it.
        """
        if min(days) < self.first_held:
            raise UnusablePanel(
                f"day {min(days)} was learned from: ask for days from {self.first_held} on, or fit earlier"
            )
        whole, last = total_of(panel), max(days)
        later = range(self.first_held + len(self.held), last + 1)
        said = np.concatenate([self.held, _mean_point(self.models, whole, later)]) if later else self.held
        seen = np.where(whole.missing, np.nan, whole.energy_wh)[0, self.first_held : last]
        point = _following(said[: last + 1 - self.first_held], seen)
        least_wh = _LEAST_PART * float(self.held.mean()) + 1
        missed = np.log((seen + least_wh) / (point[: len(seen)] + least_wh))
        places = [day - self.first_held for day in days]
        if blind := [day for day, place in zip(days, places, strict=True) if not np.isfinite(point[place]).all()]:
            raise UnusablePanel(
                f"nothing was measured in the four weeks before day {blind[0]}: no total can be forecast"
            )
        return [_outlook(point[place] + least_wh, missed[:place], least_wh) for place in places]


def _held_back(days: int) -> Iterator[range]:
    """Spans before the fit, oldest first, that leave as much to learn from."""
    for first in range(days - _HELD_BACK * _HELD_BACK_DAYS, days, _HELD_BACK_DAYS):
        if first >= _HELD_BACK_DAYS:
            yield range(first, first + _HELD_BACK_DAYS)


def _mean_point(models: Sequence[PointModel], whole: Panel, days: range) -> Table:
    return np.asarray(np.mean([model.point(whole, days)[0] for model in models], axis=0))


def _following(said: Table, seen: Table) -> Table:
    """Each day times what the days before it say about the level."""
    followed, level = np.empty_like(said), 0.0
    for day, raw in enumerate(said):
        followed[day] = raw * np.exp(_FOLLOWED * level)
        known = ~np.isnan(seen[day]) if day < len(seen) else np.zeros(len(raw), dtype=np.bool_)
        if known.any():
            missed = np.log((seen[day][known].sum() + 1) / (raw[known].sum() + 1))
            level = _FADING * level + (1 - _FADING) * float(missed)
    return followed


def _outlook(lifted: Table, past: Table, least_wh: float) -> Outlook:
    """Scenarios of past days that were measured as a whole; the point alone where there is none."""
    whole = past[~np.isnan(past).any(axis=1)]
    spread = whole if len(whole) else np.zeros((1, len(lifted)))
    return Outlook(lifted - least_wh, np.maximum(lifted * np.exp(spread) - least_wh, 0.0))

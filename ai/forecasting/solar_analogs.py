"""Generation of a day to come, without a weather forecast: what days like yesterday were followed by.

All is in parts of clear-sky output, so that a day of last month is worth as much as one of last week: the plane of each
home's panels is learned, and the sun's way over them known (`solar`, `solar_planes`). The quantiles are those of past
days at that step of the sun's day and up to two hours beside it, weighed by age and by how much the sky of the day
*before* was like yesterday's (`neighbours`).

Clocks may change within the panel: the tables inside follow the sun, and are turned back at the end.

Source: analog ensembles, Delle Monache et al. 2013, with the sky of yesterday in place of a weather model.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from aipchain.ai.forecasting.neighbours import unlike
from aipchain.ai.forecasting.quantiles import LEVELS, Quantiles, in_order
from aipchain.ai.forecasting.solar_clock import by_the_clock
from aipchain.ai.forecasting.solar_planes import Roofs
from aipchain.ai.forecasting.solar_view import SolarView, roofs_of, view_of
from aipchain.ai.panel import Panel
from aipchain.units import Site

__all__ = ["FittedAnalogs", "SkyAnalogs", "weighted_quantiles"]

_BESIDE_H: Final = 2
_LESS_BESIDE: Final = 0.6
"""Weight of an hour beside against the hour itself."""

_BEYOND: Final = 2.0
"""Where gaps stand in sums of weight, which end at 1."""

Table = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class SkyAnalogs:
    """How past days are weighed; tuned on days 90 to 181 of the benchmark."""

    site: Site
    name: str = "sky analogs"
    days_back: int = 120
    fading_days: float = 20.0
    """A day that is so much older weighs a factor e less."""
    likeness: float = 0.2
    """Skies that differ by so much, in parts of clear-sky output, are alike to a factor e^-0.5."""

    def fit(self, panel: Panel) -> "FittedAnalogs":
        """Learn which way the panels of every home face."""
        return FittedAnalogs(self, roofs_of(self.site, panel))

    def weights(self, sky: Table, today: Table) -> Table:
        """Weight of each past day, oldest first, by the sky of the day before it; the nearest sky counts in full."""
        age, distance = np.arange(len(sky), 0, -1.0), unlike(sky, today)
        return np.asarray(np.exp(-age / self.fading_days - (distance - distance.min()) / (2 * self.likeness**2)))


@dataclass(frozen=True, slots=True)
class FittedAnalogs:
    """Planes of the homes it learned from; those of others are learned when they are first forecast."""

    how: SkyAnalogs
    roofs: Roofs

    def forecast(self, panel: Panel, days: Sequence[int]) -> Quantiles:
        """See `Fitted.forecast`. All NaN for a home of which nothing was measured before the day.

        A home whose panels never gave anything is forecast by its own past alone.
        """
        view = view_of(self.how.site, self.roofs, panel, days)
        return by_the_clock(self.how.site, panel, days, self.told(view, days))

    def told(self, view: SolarView, days: Sequence[int]) -> Quantiles:
        """The same by standard time."""
        return np.stack([self._day(view, day) for day in days], axis=1)

    def _day(self, view: SolarView, day: int) -> Quantiles:
        if day == 0:
            return np.full((*view.clear.shape[::2], len(LEVELS)), np.nan)
        past = slice(max(day - self.how.days_back, 0), day)
        part = view.energy[:, past] / view.clear[:, past]
        weight = self.how.weights(view.sky_before[past], view.sky_before[day])
        hours = range(-_BESIDE_H, _BESIDE_H + 1)
        near = np.concatenate([np.roll(part, hour * part.shape[2] // 24, axis=2) for hour in hours], axis=1)
        weights = np.concatenate([weight * _LESS_BESIDE ** abs(hour) for hour in hours])
        return in_order(weighted_quantiles(near, weights) * view.clear[:, day, :, None])


def weighted_quantiles(values: Table, weight: Table) -> Quantiles:
    """Quantiles over the second axis, (homes, values, steps) to (homes, steps, 9); NaN weighs nothing.

    Each value stands at the middle of its weight, and what lies between two is linear.
    """
    order = np.argsort(values, axis=1)  # gaps come last
    ordered = np.take_along_axis(values, order, axis=1)
    weights = np.where(np.isnan(ordered), 0.0, weight[order])
    upto = np.cumsum(weights, axis=1)
    whole = upto[:, -1:]
    place = np.where(np.isnan(ordered), _BEYOND, (upto - weights / 2) / np.where(whole > 0, whole, 1.0))
    found = [_between(ordered, place, level) for level in LEVELS]
    return np.stack(found, axis=-1)


def _between(ordered: Table, place: Table, level: float) -> Table:
    last = np.maximum((place < _BEYOND).sum(axis=1, keepdims=True) - 1, 0)
    right = np.minimum((place < level).sum(axis=1, keepdims=True), last)
    left = np.maximum(right - 1, 0)
    (low, high), (start, end) = (
        [np.take_along_axis(table, at, axis=1) for at in (left, right)] for table in (ordered, place)
    )
    width = np.where(end > start, end - start, 1.0)
    return np.asarray(low + np.clip((level - start) / width, 0.0, 1.0) * (high - low))[:, 0]

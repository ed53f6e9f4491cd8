"""Generation of a day to come, without a weather forecast: what days like yesterday were followed by.

All is in parts of clear-sky output, so that a day of last month is worth as much as one of last week: the plane of each
home's panels is learned, and the sun's way over them known (`solar`, `solar_planes`). The quantiles are those of past
days at that step of the sun's day and up to two hours beside it, weighed by age and by how much the sky of the day
*before* was like yesterday's (`neighbours`); a small part of the weight goes by age only.

Clocks may change within the panel: the tables inside follow the sun, and are turned back at the end.

Source: analog ensembles, Delle Monache et al. 2013, with the sky of yesterday in place of a weather model.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from aipchain.ai.forecasting.neighbours import sky_of_days, unlike
from aipchain.ai.forecasting.quantiles import LEVELS, Quantiles, in_order
from aipchain.ai.forecasting.solar import SunSite, sunlight
from aipchain.ai.forecasting.solar_clock import by_standard_time, by_the_clock, standard_ahead
from aipchain.ai.forecasting.solar_planes import Plane, Roofs, clear_sky_wh, learned_planes
from aipchain.ai.panel import Panel

__all__ = ["FittedAnalogs", "SkyAnalogs", "weighted_quantiles"]

_LEAST_PART: Final = 0.012
"""Of its highest, under which clear-sky output is no measure: twilight, or a roof that is seen from the side."""

_LEAST_WH: Final = 1.0
"""And under this, for a home that gives nothing [Wh]."""

_NOTHING: Final = Plane(180, 0, 0.0, 0.0)
_BESIDE_H: Final = 2
_LESS_BESIDE: Final = 0.6
"""Weight of an hour beside against the hour itself."""

_BEYOND: Final = 2.0
"""Where gaps stand in sums of weight, which end at 1."""

Table = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class SkyAnalogs:
    """How past days are weighed; tuned on days 90 to 181 of the benchmark."""

    site: SunSite
    name: str = "sky analogs"
    days_back: int = 120
    fading_days: float = 30.0
    """A day that is so much older weighs a factor e less."""
    likeness: float = 0.2
    """Skies that differ by so much, in parts of clear-sky output, are alike to a factor e^-0.5."""
    by_age: float = 0.15
    """Part of the weight that does not ask for likeness, with twice the fading."""

    def fit(self, panel: Panel) -> "FittedAnalogs":
        """Learn which way the panels of every home face."""
        return FittedAnalogs(self, _roofs(self.site, panel))

    def weights(self, sky: Table, today: Table) -> Table:
        """Weight of each past day, oldest first, by the sky of the day before it; they sum to 1."""
        age = np.arange(len(sky), 0, -1.0)
        alike = np.exp(-age / self.fading_days - unlike(sky, today) / (2 * self.likeness**2))
        recent = np.exp(-2 * age / self.fading_days)
        told: Table = (1 - self.by_age) * alike / max(alike.sum(), 1e-300) + self.by_age * recent / recent.sum()
        return told


@dataclass(frozen=True, slots=True)
class FittedAnalogs:
    """Planes of the homes it learned from; those of others are learned when they are first forecast."""

    how: SkyAnalogs
    roofs: Roofs

    def forecast(self, panel: Panel, days: Sequence[int]) -> Quantiles:
        """See `Fitted.forecast`. All NaN for a home of which nothing was measured before the day.

        A home whose panels never gave anything is forecast by its own past alone.
        """
        clear = self._clear(panel, days)
        energy = by_standard_time(self.how.site, panel.until(max(1, *days)))
        lit = np.where(clear.max(axis=(1, 2), keepdims=True) > _LEAST_WH, energy, np.nan)
        sky = sky_of_days(lit, clear[:, : energy.shape[1]])
        before = np.concatenate([np.full((1, sky.shape[1]), np.nan), sky])  # the sky of the day before each
        told = np.stack([self._day(energy, clear, before, day) for day in days], axis=1)
        return by_the_clock(self.how.site, panel, days, told)

    def _clear(self, panel: Panel, days: Sequence[int]) -> Table:
        planes, site = dict(self.roofs.planes), self.how.site
        if new := [home for home in panel.homes if home not in planes]:
            planes |= _roofs(site, panel.until(min(days)).of_homes(new)).planes
        chosen = [planes.get(home, _NOTHING) for home in panel.homes]
        ahead_h = standard_ahead(site, panel.start) - self.roofs.stamp_shift_h
        light = sunlight(site, panel.start, range(max(days) + 1), panel.steps_per_day, ahead_h)
        clear = clear_sky_wh(light, chosen)
        least = np.maximum(_LEAST_PART * clear.max(axis=(1, 2), keepdims=True), _LEAST_WH)
        return np.asarray(np.maximum(clear, least))

    def _day(self, energy: Table, clear: Table, before: Table, day: int) -> Quantiles:
        if day == 0:
            return np.full((*energy.shape[::2], len(LEVELS)), np.nan)
        past = slice(max(day - self.how.days_back, 0), day)
        part = energy[:, past] / clear[:, past]
        weight = self.how.weights(before[past], before[day])
        hours = range(-_BESIDE_H, _BESIDE_H + 1)
        near = np.concatenate([np.roll(part, hour * part.shape[2] // 24, axis=2) for hour in hours], axis=1)
        weights = np.concatenate([weight * _LESS_BESIDE ** abs(hour) for hour in hours])
        return in_order(weighted_quantiles(near, weights) * clear[:, day, :, None])


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


def _roofs(site: SunSite, panel: Panel) -> Roofs:
    ahead_h = standard_ahead(site, panel.start)
    return learned_planes(site, panel.start, panel.homes, by_standard_time(site, panel), ahead_h)

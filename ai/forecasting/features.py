"""What a learned forecaster sees of a day to come: the home's past and its neighbours', in units of its usual energy.

One row for each home, day and step. Everything is divided by the home's *scale*, its mean energy of the 28 days before,
so that one model serves large homes and small ones, and homes it never saw. Only days before the one in question are
read. What was not measured is left out of means and quantiles; a feature of which nothing was measured is NaN.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from aipchain.ai.forecasting.gaps import deviation, highest, mean, quantiles
from aipchain.ai.panel import Panel

__all__ = ["WINDOW_DAYS", "FeatureRows", "feature_rows"]

WINDOW_DAYS: Final = 28
"""How far back a row looks."""

LEAST_WH: Final = 1.0
"""Added to every scale, so that a home that used nothing has one [Wh]."""

_AT_A_TIME: Final = 32
"""Days that are worked on together: the window of each is 28 days long, and memory is what it costs."""

_LAGS: Final = (1, 2, 3, 4, 5, 6, 7, 14, 21, 28)
_MEANS: Final = (3, 7, 14, 28)
_HOURS_BESIDE: Final = (-2, -1, 1, 2)
_LAST_HOURS: Final = (1, 2, 3, 6)
_FADING: Final = 0.85
"""Weight of a day against the day after it."""

Table = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class FeatureRows:
    """Features of shape (homes, days, steps, features), their names, and the scale of each home and day [Wh]."""

    names: tuple[str, ...]
    values: Table
    scale_wh: NDArray[np.float64]


def feature_rows(panel: Panel, days: Sequence[int]) -> FeatureRows:
    """The rows of days of a panel; a day may be the one after its last."""
    parts = [days[first : first + _AT_A_TIME] for first in range(0, len(days), _AT_A_TIME)]
    first = _some_rows(panel, parts[0])
    homes, _, steps, features = first.values.shape
    values, scale_wh = np.empty((homes, len(days), steps, features), np.float32), np.empty((homes, len(days)))
    for place, part in enumerate(parts):
        found = _some_rows(panel, part) if place else first
        span = slice(place * _AT_A_TIME, place * _AT_A_TIME + len(part))
        values[:, span], scale_wh[:, span] = found.values, found.scale_wh
    return FeatureRows(first.names, values, scale_wh)


def _some_rows(panel: Panel, days: Sequence[int]) -> FeatureRows:
    past = _Past.of(panel, days)
    columns = {name: column.astype(np.float32) for name, column in _columns(past)}
    values = np.stack([np.broadcast_to(column, past.shape) for column in columns.values()], axis=-1)
    return FeatureRows(tuple(columns), values, past.scale_wh)


@dataclass(frozen=True)
class _Past:
    """The 28 days before each day, shape (homes, days, 28, steps), youngest first, scaled; NaN where not measured."""

    days: tuple[int, ...]
    weekdays: tuple[int, ...]
    window: NDArray[np.float64]
    scale_wh: NDArray[np.float64]

    @staticmethod
    def of(panel: Panel, days: Sequence[int]) -> "_Past":
        first, last = min(days) - WINDOW_DAYS, max(days)
        known = slice(max(first, 0), last)
        seen = np.where(panel.missing[:, known], np.nan, panel.energy_wh[:, known])
        before = np.full((len(panel.homes), max(-first, 0), panel.steps_per_day), np.nan)
        padded = np.concatenate([before, seen], axis=1)
        places = np.array([[day - first - back for back in range(1, WINDOW_DAYS + 1)] for day in days])
        window = padded[:, places]
        scale_wh = mean(window, axis=(2, 3)) + LEAST_WH
        scaled = window / scale_wh[:, :, None, None]
        return _Past(tuple(days), tuple(panel.weekday(day) for day in days), scaled, scale_wh)

    @property
    def shape(self) -> tuple[int, int, int]:
        homes, days, _, steps = self.window.shape
        return homes, days, steps

    @property
    def per_hour(self) -> int:
        return int(self.window.shape[-1]) // 24

    def day(self, back: int) -> NDArray[np.float64]:
        """The day so many days before."""
        return self.window[:, :, back - 1]

    def last(self, days: int) -> NDArray[np.float64]:
        """The last so many days."""
        return self.window[:, :, :days]

    @cached_property
    def community(self) -> NDArray[np.float64]:
        """Mean over homes, one row for all of them, shape (1, days, 28, steps)."""
        return mean(self.window, axis=0)[None]


def _columns(past: _Past) -> Iterator[tuple[str, NDArray[np.float64]]]:
    yield from _of_single_days(past)
    yield from _of_many_days(past)
    yield from _of_yesterday(past)
    yield from _of_neighbours(past)
    weekend = np.array([weekday >= 5 for weekday in past.weekdays], dtype=np.float64)  # Saturday
    yield "weekend", weekend[None, :, None]


def _of_single_days(past: _Past) -> Iterator[tuple[str, NDArray[np.float64]]]:
    for back in _LAGS:
        yield f"day -{back}", past.day(back)
    for back in (1, 7):
        for hours in _HOURS_BESIDE:
            yield f"day -{back}, hour {hours:+}", np.roll(past.day(back), -hours * past.per_hour, axis=-1)


def _of_many_days(past: _Past) -> Iterator[tuple[str, NDArray[np.float64]]]:
    for days in _MEANS:
        yield f"mean of {days} days", mean(past.last(days), axis=2)
    yield "deviation of 14 days", deviation(past.last(14), axis=2)
    for days, levels in ((28, (0.1, 0.9)), (21, (0.25, 0.75)), (14, (0.5,))):
        for level, column in zip(levels, quantiles(past.last(days), levels, axis=2), strict=True):
            yield f"quantile {level} of {days} days", column
    yield "same weekday of 4 weeks", mean(past.window[:, :, 6::7], axis=2)
    weight = _FADING ** np.arange(WINDOW_DAYS)[:, None] * ~np.isnan(past.window)
    yield "fading mean", np.nansum(past.window * weight, axis=2) / np.maximum(weight.sum(axis=2), 1e-9)


def _of_yesterday(past: _Past) -> Iterator[tuple[str, NDArray[np.float64]]]:
    yesterday = past.day(1)
    yield "mean of yesterday", mean(yesterday, axis=2)[..., None]
    yield "mean of a week", mean(past.last(7), axis=(2, 3))[..., None]
    for hours in _LAST_HOURS:
        yield f"last {hours} hours", mean(yesterday[..., -hours * past.per_hour :], axis=2)[..., None]
    yield "peak of yesterday", highest(yesterday, axis=2)[..., None]
    rest = np.nancumsum(yesterday[..., ::-1], axis=-1)[..., ::-1]
    count = np.cumsum(~np.isnan(yesterday)[..., ::-1], axis=-1)[..., ::-1]
    yield "yesterday from this hour on", np.where(count > 0, rest / np.maximum(count, 1), np.nan)


def _of_neighbours(past: _Past) -> Iterator[tuple[str, NDArray[np.float64]]]:
    for back in (1, 2, 7):
        yield f"neighbours, day -{back}", past.community[:, :, back - 1]
    yield "neighbours, mean of 7 days", mean(past.community[:, :, :7], axis=2)
    yield "neighbours, mean of yesterday", mean(past.community[:, :, 0], axis=2)[..., None]

"""Boosted trees over parts of what each home gives when it is clear; one model for all homes (LightGBM).

Planes under a clear sky leave out chimneys, dust and bent roofs, and trees are too coarse to learn them home by home.
So their target is energy by the home's own *clear level*, the 0.9 quantile of the last three weeks at that step of the
sun's day: what is left is clouds, and those all homes share. Trees see the sky of the last days over the neighbourhood,
the home's last weeks at that step, the step, and how high the sun is. They are grown for five of the nine levels, and
what lies between is interpolated; for each twice, by two seeds, which miss differently.

Source: Ke et al. 2017, LightGBM.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import lightgbm
import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from aipchain.ai.errors import UnusablePanel
from aipchain.ai.forecasting.gaps import mean, quantiles
from aipchain.ai.forecasting.neighbours import clearness
from aipchain.ai.forecasting.quantiles import EVERY_SECOND, LEVELS, Quantiles, all_levels
from aipchain.ai.forecasting.solar_view import SolarView

__all__ = ["SkyTrees", "grown"]

_WINDOW_DAYS: Final = 28
_CLEAR_LEVEL: Final = 0.9
_LEVEL_DAYS: Final = 21
_LEAST_LEVEL: Final = 0.15
"""Of what the plane would give: less is no level but weeks of clouds."""

_MOST: Final = 1.6
"""Parts of the clear level above this count as this."""

_SETTINGS: Final[Mapping[str, object]] = {
    "objective": "quantile",
    "num_leaves": 4,
    "learning_rate": 0.15,
    "max_bin": 63,
    "min_data_in_leaf": 150,
    "feature_fraction": 0.5,
    "bagging_fraction": 0.4,
    "bagging_freq": 1,
    "lambda_l2": 10.0,
    "verbosity": -1,
    "num_threads": 1,
    "deterministic": True,
    "force_row_wise": True,
}
"""Tuned on days 90 to 181 of the benchmark."""

Table = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class SkyTrees:
    """For each level of `EVERY_SECOND` its models, whose mean counts."""

    models: tuple[tuple[lightgbm.Booster, ...], ...]

    def told(self, view: SolarView, days: Sequence[int]) -> Quantiles:
        """Quantiles by standard time, (homes, days, steps, 9) [Wh]; of use in lit steps only."""
        rows, level = _rows(view, days)
        flat = rows.reshape(-1, rows.shape[-1])
        told = np.stack([_mean_told(models, flat) for models in self.models], axis=-1)
        return all_levels(told).reshape(*level.shape, len(LEVELS)) * (level * view.clear[:, days])[..., None]


def grown(view: SolarView, rounds: int = 40, seed: int = 0) -> SkyTrees:
    """Grow trees from all days that have four weeks before them.

    :raises UnusablePanel: there are none.
    """
    days = range(_WINDOW_DAYS, view.energy.shape[1])
    if not days:
        raise UnusablePanel(f"{view.energy.shape[1]} days are too few for trees: give more than {_WINDOW_DAYS}")
    rows, level = _rows(view, days)
    clear, lit = view.clear[:, days.start : days.stop], view.lit[:, days.start : days.stop]
    target = view.part[:, days.start :] / level
    known = lit & ~np.isnan(target)
    if not known.any():
        raise UnusablePanel(f"no generation was measured on {len(days)} days, so there is nothing to learn from")
    weight = level * clear / clear.max(axis=(1, 2), keepdims=True)
    learned = lightgbm.Dataset(rows[known], np.minimum(target[known], _MOST), weight=weight[known])
    settings = [[{**_SETTINGS, "seed": each, "alpha": level} for each in (seed, seed + 1)] for level in EVERY_SECOND]
    return SkyTrees(tuple(tuple(lightgbm.train(each, learned, rounds) for each in pair) for pair in settings))


def _mean_told(models: Sequence[lightgbm.Booster], rows: NDArray[np.float32]) -> Table:
    return np.asarray(np.mean([model.predict(rows, num_threads=1) for model in models], axis=0))


def _rows(view: SolarView, days: Sequence[int]) -> tuple[NDArray[np.float32], Table]:
    """Features (homes, days, steps, features), and the clear level as a part of what the plane would give."""
    edge = np.full((view.energy.shape[0], _WINDOW_DAYS, view.energy.shape[2]), np.nan)
    windows = sliding_window_view(np.concatenate([edge, view.part], axis=1), _WINDOW_DAYS, axis=1)
    window = np.moveaxis(windows[:, list(days)], 3, 2)[:, :, ::-1]  # youngest first
    high = quantiles(window[:, :, :_LEVEL_DAYS], (_CLEAR_LEVEL,), axis=2)[0]
    level = np.maximum(np.nan_to_num(high, nan=1.0), _LEAST_LEVEL)
    shape = level.shape
    columns = [np.broadcast_to(each, shape) for each in _columns(view, days, window / level[:, :, None])]
    return np.stack(columns, axis=-1).astype(np.float32), level


def _columns(view: SolarView, days: Sequence[int], window: Table) -> Iterator[Table]:
    yield from (column[None, :, None] for column in view.sky_before[list(days)].T)
    yield from (column[None, :, None] for column in _clearness_before(view, days))
    yield window[:, :, 0]
    yield quantiles(window[:, :, 0], (0.5,), axis=0)
    yield from (mean(window[:, :, :last], axis=2) for last in (3, 7, 14, 28))
    yield from quantiles(window[:, :, :_LEVEL_DAYS], (0.1, 0.25, 0.5, 0.75), axis=2)
    steps = view.clear.shape[2]
    yield (np.arange(steps) * 24 / steps)[None, None]
    clear = view.clear[:, list(days)]
    yield clear / clear.max(axis=2, keepdims=True)


def _clearness_before(view: SolarView, days: Sequence[int]) -> Iterator[Table]:
    """Of the three days before, and of two and four weeks."""
    seen = np.where(view.lit[:, : view.energy.shape[1]].any(axis=2, keepdims=True), view.energy, np.nan)
    day = np.concatenate([np.full(_WINDOW_DAYS, np.nan), clearness(seen, view.clear[:, : seen.shape[1]])])
    window = sliding_window_view(day, _WINDOW_DAYS)[list(days)][:, ::-1]
    yield from window[:, :3].T
    yield from (mean(window[:, :last], axis=1) for last in (14, 28))

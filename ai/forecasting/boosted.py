"""Boosted trees, one model for all homes and one for each quantile (LightGBM, pinball loss).

Trees see the scaled features, the step, the weekday and which home it is; one row in ten does not say that, so a home
they never saw is forecast as well. They are grown for five of the nine levels, and what lies between is interpolated:
half the work, and as good. One thread, fixed seeds: the same panel gives the same trees.

Source: Ke et al. 2017, LightGBM.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import lightgbm
import numpy as np
from numpy.typing import NDArray

from aipchain.ai.forecasting.quantiles import EVERY_SECOND, Quantiles, all_levels, in_order
from aipchain.ai.forecasting.rows import STRANGER, Rows, rows_of
from aipchain.ai.forecasting.training import training_rows
from aipchain.ai.panel import Panel

__all__ = ["BoostedTrees", "FittedTrees"]

GROWN: Final = EVERY_SECOND
"""Levels that have trees."""

LOAD_SETTINGS: Final[Mapping[str, object]] = {
    "num_leaves": 31,
    "learning_rate": 0.09,
    "min_data_in_leaf": 80,
    "feature_fraction": 0.25,
    "bagging_fraction": 0.7,
    "bagging_freq": 1,
    "lambda_l2": 8.0,
}
"""Tuned on days 90 to 181 of the load benchmark."""

_SAMPLED_ROWS: Final = 40_000
"""Rows that tell where bins begin; LightGBM copies them, as doubles."""

_UNNAMED: Final = 0.1
"""Part of the training rows that do not say which home they are of."""


@dataclass(frozen=True, slots=True)
class BoostedTrees:
    """How trees are grown."""

    name: str = "boosted trees"
    rounds: int = 80
    seed: int = 0
    settings: Mapping[str, object] = field(default_factory=lambda: LOAD_SETTINGS)
    grown: tuple[float, ...] = GROWN
    """Fewer, where several workers grow some each: a forecast takes all of `GROWN`."""

    def fit(self, panel: Panel) -> "FittedTrees":
        """Grow a model for each of the levels."""
        learned = self._learned(panel)
        fixed = {"verbosity": -1, "num_threads": 1, "seed": self.seed, "deterministic": True, "force_row_wise": True}
        models = [
            lightgbm.train({**self.settings, **fixed, "objective": "quantile", "alpha": level}, learned, self.rounds)
            for level in self.grown
        ]
        return FittedTrees(tuple(models), panel.homes)

    def _learned(self, panel: Panel) -> lightgbm.Dataset:
        """Feature values in their bins: all that is kept of the rows."""
        rows = training_rows(panel)
        unnamed = np.random.default_rng(self.seed).random(len(rows.home)) < _UNNAMED
        columns = _columns(rows.features, rows.step, rows.weekday, np.where(unnamed, STRANGER, rows.home))
        classes, sampled = [columns.shape[1] - 2, columns.shape[1] - 1], {"bin_construct_sample_cnt": _SAMPLED_ROWS}
        target = rows.target
        del rows
        return lightgbm.Dataset(columns, target, categorical_feature=classes, params=sampled).construct()


@dataclass(frozen=True, slots=True)
class FittedTrees:
    """A model for each level of `GROWN`, and the homes that they know."""

    models: tuple[lightgbm.Booster, ...]
    homes: tuple[str, ...]

    def forecast(self, panel: Panel, days: Sequence[int]) -> Quantiles:
        """See `Fitted.forecast`."""
        return self.forecast_rows(rows_of(panel, days))

    def forecast_rows(self, rows: Rows) -> Quantiles:
        """See `FittedOnRows.forecast_rows`."""
        columns = _columns(rows.features, rows.step, rows.weekday, rows.home_numbers(self.homes))
        told = np.stack([model.predict(columns, num_threads=1) for model in self.models], axis=-1)
        return in_order(rows.in_wh(all_levels(told)))


def _columns(
    features: NDArray[np.float32], step: NDArray[np.int64], weekday: NDArray[np.int64], home: NDArray[np.int64]
) -> NDArray[np.float32]:
    columns = (features, *(column[:, None].astype(np.float32) for column in (step, weekday, home)))
    return np.concatenate(columns, axis=1)

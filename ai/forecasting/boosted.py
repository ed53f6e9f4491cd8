"""Boosted trees, one model for all homes and one for each quantile (LightGBM, pinball loss).

Trees see the scaled features, the step and the weekday; not the home, so a home they never saw is forecast as well.
One thread, fixed seeds: the same panel gives the same trees.

Source: Ke et al. 2017, LightGBM.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import lightgbm
import numpy as np
from numpy.typing import NDArray

from aipchain.ai.forecasting.features import feature_rows
from aipchain.ai.forecasting.quantiles import LEVELS, Quantiles, in_order
from aipchain.ai.forecasting.training import flat, training_rows
from aipchain.ai.panel import Panel

__all__ = ["BoostedTrees", "FittedTrees"]

LOAD_SETTINGS: Final[Mapping[str, object]] = {
    "num_leaves": 27,
    "learning_rate": 0.045,
    "min_data_in_leaf": 120,
    "feature_fraction": 0.4,
    "bagging_fraction": 0.7,
    "bagging_freq": 1,
    "lambda_l2": 8.0,
}
"""Tuned on days 90 to 181 of the load benchmark."""


@dataclass(frozen=True, slots=True)
class BoostedTrees:
    """How trees are grown."""

    name: str = "boosted trees"
    rounds: int = 220
    seed: int = 0
    settings: Mapping[str, object] = field(default_factory=lambda: LOAD_SETTINGS)

    def fit(self, panel: Panel) -> "FittedTrees":
        """Grow a model for each quantile."""
        rows = training_rows(panel)
        columns = _columns(rows.features, rows.step, rows.weekday)
        learned = lightgbm.Dataset(columns, rows.target, categorical_feature=[columns.shape[1] - 1])
        fixed = {"verbosity": -1, "num_threads": 1, "seed": self.seed, "deterministic": True, "force_row_wise": True}
        models = [
            lightgbm.train({**self.settings, **fixed, "objective": "quantile", "alpha": level}, learned, self.rounds)
            for level in LEVELS
        ]
        return FittedTrees(tuple(models))


@dataclass(frozen=True, slots=True)
class FittedTrees:
    """A model for each level."""

    models: tuple[lightgbm.Booster, ...]

    def forecast(self, panel: Panel, days: Sequence[int]) -> Quantiles:
        """See `Fitted.forecast`."""
        found = feature_rows(panel, days)
        features, weekday, step = flat(panel, days, found)
        columns = _columns(features, step, weekday)
        told = np.stack([model.predict(columns, num_threads=1) for model in self.models], axis=-1)
        shape = (*found.values.shape[:3], len(LEVELS))
        return in_order(told.reshape(shape) * found.scale_wh[..., None, None])


def _columns(features: NDArray[np.float32], step: NDArray[np.int64], weekday: NDArray[np.int64]) -> NDArray[np.float32]:
    return np.column_stack([features, step, weekday]).astype(np.float32)

"""Two ways to forecast a sum of homes, which miss differently: ridge regression by step, and boosted trees.

Both see the rows of `features` and learn from groups of homes; the target is energy by scale. Ridge takes the logarithm
of everything, so it knows of percentages; trees aim at the median.

Sources: Hoerl and Kennard 1970, ridge regression; Ke et al. 2017, LightGBM.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

import lightgbm
import numpy as np
from numpy.typing import NDArray

from aipchain.ai.forecasting.gaps import deviation, mean
from aipchain.ai.forecasting.rows import rows_of
from aipchain.ai.forecasting.training import training_rows
from aipchain.ai.panel import Panel

__all__ = ["MedianTrees", "PointModel", "StepwiseRidge"]

_WEEKDAYS: Final = 7
_LEAST: Final = 0.2
"""Added to energy by scale before its logarithm is taken."""

_TREES: Final[Mapping[str, object]] = {
    "objective": "quantile",
    "alpha": 0.5,
    "num_leaves": 15,
    "learning_rate": 0.05,
    "min_data_in_leaf": 40,
    "feature_fraction": 0.4,
    "bagging_fraction": 0.7,
    "bagging_freq": 1,
    "lambda_l2": 8.0,
    "verbosity": -1,
    "num_threads": 1,
    "deterministic": True,
    "force_row_wise": True,
}
"""Tuned on days 90 to 181 of the community benchmark."""
_CLIP: Final = 5.0
"""Inputs further from the mean, in deviations, count as this."""

Table = NDArray[np.float64]


class PointModel(Protocol):
    """A model that has learned to say one number."""

    def point(self, panel: Panel, days: Sequence[int]) -> Table:
        """Energy of each row of the panel, (rows, days, steps) [Wh]; of each day only what lies before it is read."""
        ...


@dataclass(frozen=True, slots=True)
class StepwiseRidge:
    """A linear model for each step, over logarithms; columns brought to mean 0 and deviation 1, unknown ones to 0.

    Tables are of shape (steps, columns); the last weight of a step is its mean. It never says what was never seen.
    """

    centre: Table
    spread: Table
    weights: Table
    seen: Table
    """Lowest and highest target of each step, (steps, 2)."""

    @staticmethod
    def learned(panel: Panel, penalty: float = 100.0) -> "StepwiseRidge":
        """Learn from all rows; the penalty counts as so many days."""
        rows = training_rows(panel)
        columns = _columns(rows.features, rows.weekday)
        target, ridge = np.log(rows.target.astype(np.float64) + _LEAST), penalty * len(panel.homes)
        parts = [rows.step == step for step in range(panel.steps_per_day)]
        centre = np.stack([mean(columns[part], axis=0) for part in parts])
        spread = np.stack([deviation(columns[part], axis=0) for part in parts]) + 1e-6
        inputs = _normal(columns, centre[rows.step], spread[rows.step])
        weights = np.stack([_solved(inputs[part], target[part], ridge) for part in parts])
        seen = np.stack([np.quantile(target[part], (0.0, 1.0)) if part.any() else np.zeros(2) for part in parts])
        return StepwiseRidge(centre, spread, weights, seen)

    def point(self, panel: Panel, days: Sequence[int]) -> Table:
        """See `PointModel.point`."""
        rows = rows_of(panel, days)
        inputs = _normal(_columns(rows.features, rows.weekday), self.centre[rows.step], self.spread[rows.step])
        weights = self.weights[rows.step]
        logarithm = np.sum(inputs * weights[:, :-1], axis=1) + weights[:, -1]
        low, high = self.seen[rows.step].T
        return np.maximum(rows.in_wh(np.exp(np.clip(logarithm, low, high)) - _LEAST), 0.0)


@dataclass(frozen=True, slots=True)
class MedianTrees:
    """One LightGBM model."""

    model: lightgbm.Booster

    @staticmethod
    def learned(panel: Panel, rounds: int = 150, seed: int = 0) -> "MedianTrees":
        """Learn from all rows."""
        rows = training_rows(panel)
        columns = np.column_stack([rows.features, rows.step, rows.weekday]).astype(np.float32)
        learned = lightgbm.Dataset(columns, rows.target, categorical_feature=[columns.shape[1] - 1])
        return MedianTrees(lightgbm.train({**_TREES, "seed": seed}, learned, rounds))

    def point(self, panel: Panel, days: Sequence[int]) -> Table:
        """See `PointModel.point`."""
        rows = rows_of(panel, days)
        columns = np.column_stack([rows.features, rows.step, rows.weekday]).astype(np.float32)
        return np.maximum(rows.in_wh(np.asarray(self.model.predict(columns, num_threads=1))), 0.0)


def _columns(features: NDArray[np.float32], weekday: NDArray[np.int64]) -> Table:
    wide = features.astype(np.float64)
    return np.column_stack([np.sign(wide) * np.log1p(np.abs(wide)), np.eye(_WEEKDAYS)[weekday]])


def _normal(columns: Table, centre: Table, spread: Table) -> Table:
    return np.clip(np.nan_to_num((columns - centre) / spread), -_CLIP, _CLIP)


def _solved(inputs: Table, target: Table, ridge: float) -> Table:
    usual = target.mean() if len(target) else 0.0
    square = inputs.T @ inputs + ridge * np.eye(inputs.shape[1])
    return np.append(np.linalg.solve(square, inputs.T @ (target - usual)), usual)

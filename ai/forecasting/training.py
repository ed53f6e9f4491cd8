"""What learned forecasters learn from: the feature rows of past days, with the energy that then came.

The target is energy by scale, as the features are. Rows whose step was not measured teach nothing. The first days have
short windows and are left out while there are enough later ones.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from aipchain.ai.errors import UnusablePanel
from aipchain.ai.forecasting.features import FeatureRows, feature_rows
from aipchain.ai.panel import Panel

__all__ = ["FIRST_DAY", "TrainingRows", "flat", "training_rows"]

FIRST_DAY = 28
"""Days before have no whole window."""

Floats = NDArray[np.float32]
Numbers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class TrainingRows:
    """Flat rows: features (rows, features) with their names, target (rows), and what each row is of."""

    names: tuple[str, ...]
    features: Floats
    target: Floats
    weekday: Numbers
    step: Numbers


def training_rows(panel: Panel) -> TrainingRows:
    """All rows of the panel that have a target.

    :raises UnusablePanel: there is none.
    """
    days = range(min(FIRST_DAY, panel.days // 2), panel.days)
    found = feature_rows(panel, days)
    energy = panel.energy_wh[:, days.start :] / found.scale_wh[..., None]
    known = ~panel.missing[:, days.start :].ravel()
    if not known.any():
        raise UnusablePanel(f"nothing was measured on {len(days)} days, so there is nothing to learn from")
    features, weekday, step = flat(panel, days, found)
    target = energy.ravel().astype(np.float32)
    return TrainingRows(found.names, features[known], target[known], weekday[known], step[known])


def flat(panel: Panel, days: Sequence[int], rows: FeatureRows) -> tuple[Floats, Numbers, Numbers]:
    """Feature rows one below the other, with weekday and step of each."""
    homes, count, steps, features = rows.values.shape
    weekdays = np.array([panel.weekday(day) for day in days])
    _, day, step = np.meshgrid(np.arange(homes), np.arange(count), np.arange(steps), indexing="ij")
    return rows.values.reshape(-1, features), weekdays[day.ravel()], step.ravel()

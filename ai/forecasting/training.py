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

__all__ = ["FIRST_DAY", "STRANGER", "TrainingRows", "flat", "home_numbers", "training_rows"]

FIRST_DAY = 28
"""Days before have no whole window."""

STRANGER = 0
"""The number of a home that a model does not know; those it knows are numbered from 1."""

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
    home: Numbers


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
    home = home_numbers(panel.homes, panel, len(days))
    target = energy.ravel().astype(np.float32)
    if known.all():
        return TrainingRows(found.names, features, target, weekday, step, home)
    return TrainingRows(found.names, features[known], target[known], weekday[known], step[known], home[known])


def flat(panel: Panel, days: Sequence[int], rows: FeatureRows) -> tuple[Floats, Numbers, Numbers]:
    """Feature rows one below the other, with weekday and step of each."""
    homes, count, steps, features = rows.values.shape
    weekdays = np.array([panel.weekday(day) for day in days])
    _, day, step = np.meshgrid(np.arange(homes), np.arange(count), np.arange(steps), indexing="ij")
    return rows.values.reshape(-1, features), weekdays[day.ravel()], step.ravel()


def home_numbers(known: Sequence[str], panel: Panel, days: int) -> Numbers:
    """The number among those known of the home of each flat row, `STRANGER` for others."""
    numbers = {home: number for number, home in enumerate(known, start=STRANGER + 1)}
    of_homes = [numbers.get(home, STRANGER) for home in panel.homes]
    return np.repeat(np.array(of_homes, dtype=np.int64), days * panel.steps_per_day)

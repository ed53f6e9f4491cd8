"""What learned forecasters learn from: the feature rows of past days, with the energy that then came.

The target is energy by scale, as the features are. Rows whose step was not measured teach nothing. The first days have
short windows and are left out while there are enough later ones.
"""

from dataclasses import dataclass

import numpy as np

from aipchain.ai.errors import UnusablePanel
from aipchain.ai.forecasting.rows import Floats, Numbers, rows_of
from aipchain.ai.panel import Panel

__all__ = ["FIRST_DAY", "TrainingRows", "training_rows"]

FIRST_DAY = 28
"""Days before have no whole window."""


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
    known = ~panel.missing[:, days.start :].ravel()
    if not known.any():
        raise UnusablePanel(f"nothing was measured on {len(days)} days, so there is nothing to learn from")
    rows = rows_of(panel, days)
    home = rows.home_numbers(panel.homes)
    target = (panel.energy_wh[:, days.start :] / rows.scale_wh[..., None]).ravel().astype(np.float32)
    if known.all():
        return TrainingRows(rows.names, rows.features, target, rows.weekday, rows.step, home)
    kept = (rows.weekday[known], rows.step[known], home[known])
    return TrainingRows(rows.names, rows.features[known], target[known], *kept)

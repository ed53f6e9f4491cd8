"""Feature rows one below the other, as models take them, with the weekday, the step and the home of each."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aipchain.ai.forecasting.features import feature_rows
from aipchain.ai.panel import Panel

__all__ = ["STRANGER", "Floats", "Numbers", "Rows", "rows_of"]

STRANGER = 0
"""The number of a home that a model does not know; those it knows are numbered from 1."""

Floats = NDArray[np.float32]
Numbers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Rows:
    """Homes by days by steps, in this order: `features` (rows, features), `scale_wh` (homes, days) [Wh]."""

    names: tuple[str, ...]
    homes: tuple[str, ...]
    features: Floats
    weekday: Numbers
    step: Numbers
    scale_wh: NDArray[np.float64]

    def home_numbers(self, known: Sequence[str]) -> Numbers:
        """The number among those known of the home of each row, `STRANGER` for others."""
        numbers = {home: number for number, home in enumerate(known, start=STRANGER + 1)}
        of_homes = np.array([numbers.get(home, STRANGER) for home in self.homes], dtype=np.int64)
        return np.repeat(of_homes, len(self.step) // len(self.homes))

    def in_wh(self, told: NDArray[np.floating[Any]]) -> NDArray[np.float64]:
        """What was told by scale, (rows, ...), as energy of shape (homes, days, steps, ...) [Wh]."""
        shaped = told.reshape(*self.scale_wh.shape, -1, *told.shape[1:])
        return np.asarray(shaped * self.scale_wh.reshape(*self.scale_wh.shape, *[1] * told.ndim), dtype=np.float64)


def rows_of(panel: Panel, days: Sequence[int]) -> Rows:
    """The rows of days of a panel; a day may be the one after its last."""
    found = feature_rows(panel, days)
    homes, count, steps, features = found.values.shape
    weekdays = np.array([panel.weekday(day) for day in days])
    _, day, step = np.meshgrid(np.arange(homes), np.arange(count), np.arange(steps), indexing="ij")
    values = found.values.reshape(-1, features)
    return Rows(found.names, panel.homes, values, weekdays[day.ravel()], step.ravel(), found.scale_wh)

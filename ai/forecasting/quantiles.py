"""Forecast quantiles: nine levels, whole watt-hours, never crossing, never below zero.

Inside the room a forecast is a table of floats, shape (..., 9), sorted along its last axis. What leaves it is whole
watt-hours: rounded half to even, so sorted numbers stay sorted.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

__all__ = ["EVERY_SECOND", "LEVELS", "MEDIAN", "Quantiles", "all_levels", "in_order", "whole_wh"]

LEVELS: Final = tuple(tenth / 10 for tenth in range(1, 10))
"""The levels that every forecaster gives."""

EVERY_SECOND: Final = LEVELS[::2]
"""Levels of which `all_levels` makes all."""

MEDIAN: Final = LEVELS.index(0.5)

Quantiles = NDArray[np.float64]
"""Energy at each of `LEVELS` along the last axis [Wh]."""


def all_levels(second: Quantiles) -> Quantiles:
    """All levels from `EVERY_SECOND`: one between two is their mean."""
    told = np.empty((*second.shape[:-1], len(LEVELS)))
    told[..., ::2] = second
    told[..., 1::2] = (second[..., :-1] + second[..., 1:]) / 2
    return told


def in_order(energy: Quantiles) -> Quantiles:
    """Sorted along the levels, and nothing below zero."""
    return np.maximum(np.sort(energy, axis=-1), 0.0)


def whole_wh(energy: Quantiles) -> NDArray[np.int64]:
    """As whole watt-hours.

    :raises ValueError: a forecast is no number, or is not in order.
    """
    if not np.isfinite(energy).all():
        raise ValueError("a forecast has values that are no numbers")
    if (np.diff(energy, axis=-1) < 0).any() or (energy < 0).any():
        raise ValueError("a forecast has quantiles out of order or below zero")
    return np.rint(energy).astype(np.int64)

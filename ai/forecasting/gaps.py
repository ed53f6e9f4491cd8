"""Means and quantiles of what was measured: NaN is a gap and does not count; of gaps alone there is NaN."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

__all__ = ["deviation", "highest", "mean", "quantiles"]

Table = NDArray[np.float64]
Axes = int | tuple[int, ...]


def mean(values: Table, axis: Axes) -> Table:
    """Mean along axes."""
    known = ~np.isnan(values)
    count = known.sum(axis=axis)
    total = np.sum(values, axis=axis, where=known)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def deviation(values: Table, axis: int) -> Table:
    """Standard deviation along an axis."""
    centre = np.expand_dims(mean(values, axis), axis)
    return np.sqrt(mean((values - centre) ** 2, axis))


def highest(values: Table, axis: int) -> Table:
    """The largest along an axis."""
    found = np.max(np.where(np.isnan(values), -np.inf, values), axis=axis)
    return np.where(np.isneginf(found), np.nan, found)


def quantiles(values: Table, levels: Sequence[float], axis: int) -> Table:
    """Quantiles along an axis, linear between values, in a first axis of their own."""
    ordered = np.sort(values, axis=axis)  # gaps come last
    last = np.maximum((~np.isnan(values)).sum(axis=axis, keepdims=True) - 1, 0)
    found = []
    for level in levels:
        place = level * last
        below = np.floor(place).astype(np.intp)
        low = np.take_along_axis(ordered, below, axis=axis)
        high = np.take_along_axis(ordered, np.minimum(below + 1, last), axis=axis)
        found.append(np.squeeze(low + (place - below) * (high - low), axis=axis))
    return np.stack(found)

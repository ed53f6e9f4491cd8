"""One change of the model out of many clients': the mean, or one that a minority of poisoners cannot pull away.

Changes are a table (clients, numbers). The mean weighs clients by rows (McMahan et al. 2017, federated averaging), each
by twice the median at most, so that nobody gains weight by claiming rows. The trimmed mean leaves out the largest and
the smallest fifth of every number, the median all but the middle (Yin et al. 2018); both weigh clients alike. Of fewer
than five clients a fifth is nobody: the trimmed mean is a plain one then, which `bears` tells.
"""

from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

__all__ = ["TRIMMED_PART", "Rule", "bears", "clipped", "combined", "norms"]

TRIMMED_PART: Final = 5
"""One in so many clients is left out on each side: 3 of 15."""

_MOST_WEIGHT: Final = 2.0
"""A client weighs so many times the median client at most."""

Changes = NDArray[np.float64]


class Rule(StrEnum):
    """How changes are combined."""

    MEAN = "mean"
    TRIMMED_MEAN = "trimmed mean"
    MEDIAN = "median"


def bears(rule: Rule, clients: int) -> int:
    """So many of the clients may say anything, and each number still lies within what the others said."""
    if rule is Rule.MEAN:
        return 0
    return clients // TRIMMED_PART if rule is Rule.TRIMMED_MEAN else max(clients - 1, 0) // 2


def combined(rule: Rule, changes: Changes, rows: NDArray[np.int64]) -> Changes:
    """One change of all, shape (numbers)."""
    if rule is Rule.MEAN:
        weight = np.minimum(rows, _MOST_WEIGHT * np.median(rows)).astype(np.float64)
        return np.asarray((weight[:, None] * changes).sum(axis=0) / weight.sum())
    if rule is Rule.MEDIAN:
        return np.asarray(np.median(changes, axis=0))
    left_out = bears(rule, len(changes))
    kept = np.sort(changes, axis=0)[left_out : len(changes) - left_out]
    return np.asarray(kept.mean(axis=0))


def norms(changes: Changes) -> Changes:
    """Euclidean length of every change."""
    return np.asarray(np.sqrt(np.sum(changes**2, axis=1)))


def clipped(changes: Changes, most: float) -> Changes:
    """Changes that are longer than `most` made as long as that, their direction kept."""
    return np.asarray(changes * np.minimum(1.0, most / np.maximum(norms(changes), 1e-12))[:, None])

"""How well a detector tells attacks from honest ones.

AUC is the chance that a random attack looks odder than a random honest one, ties counting half (Mann and Whitney 1947).
"""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from aipchain.ai.anomaly.observed import Calibration, alarm_score

__all__ = ["Found", "auc", "found", "pooled", "recall_at", "share_flagged"]

Strengths = NDArray[np.float64]


def auc(honest: Strengths, attacked: Strengths) -> float:
    """Area under the curve of hits against false alarms; NaN is no opinion and left out."""
    clean, odd = np.sort(_known(honest)), _known(attacked)
    below = np.searchsorted(clean, odd, side="left") + np.searchsorted(clean, odd, side="right")
    return float(below.mean() / (2 * len(clean)))


def share_flagged(strengths: Strengths, calibration: Calibration, false_alarms: float) -> float:
    """Share of strengths that raise an alarm, as they would in operation: recall of attacks, false alarms of honest."""
    least = alarm_score(false_alarms)
    return float(np.mean([calibration.score(each) >= least for each in _known(strengths).tolist()]))


def recall_at(honest: Strengths, attacked: Strengths, false_alarms: float) -> float:
    """Share of attacks odder than all but so many of the honest: a point of the curve, not known beforehand."""
    clean = np.sort(_known(honest))
    threshold = clean[-1 - int(false_alarms * len(clean))]
    return float((_known(attacked) > threshold).mean())


@dataclass(frozen=True, slots=True)
class Found:
    """Accounts flagged rightly, flagged wrongly, and missed, among so many honest ones."""

    rightly: int
    wrongly: int
    missed: int
    honest: int

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall; 1 where there was nothing to find and nothing was flagged."""
        return 2 * self.rightly / (2 * self.rightly + self.wrongly + self.missed) if self._any else 1.0

    @property
    def honest_flagged(self) -> float:
        """Share of honest accounts that were flagged."""
        return self.wrongly / self.honest if self.honest else 0.0

    @property
    def _any(self) -> int:
        return self.rightly + self.wrongly + self.missed


def found(flagged: AbstractSet[str], culprits: AbstractSet[str], honest: AbstractSet[str]) -> Found:
    """What a detector found in one world; those who are neither, such as other kinds of culprits, do not count."""
    return Found(len(flagged & culprits), len(flagged & honest), len(culprits - flagged), len(honest))


def pooled(worlds: list[Found]) -> Found:
    """Many worlds as one."""
    rows = [(each.rightly, each.wrongly, each.missed, each.honest) for each in worlds]
    return Found(*(sum(column) for column in zip(*rows, strict=True)))


def _known(strengths: Strengths) -> Strengths:
    flat = np.ravel(strengths)
    return np.asarray(flat[~np.isnan(flat)], dtype=np.float64)

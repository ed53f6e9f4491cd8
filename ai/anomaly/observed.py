"""What a detector says of a home or an account: a score from 0 to 10,000 and a reason in words; class *observed*.

A score is calibrated, not a feeling: it is 10,000 less the number of honest ones among 10,000 that would look as odd,
estimated from honest ones before (a conformal p-value, Vovk et al. 2005). To raise an alarm for scores of 9,700 or more
is thus to raise three false ones for every hundred honest home-weeks, as long as honest ones stay as they were.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np

__all__ = ["FULL_SCORE", "NOT_ENOUGH_HISTORY", "Calibration", "Observed", "alarm_score", "alarms", "calibrate"]

FULL_SCORE: Final = 10_000

NOT_ENOUGH_HISTORY: Final = "not enough history"
"""How the reason begins when there is no score."""


@dataclass(frozen=True, slots=True)
class Observed:
    """One subject's score, 0 to 10,000, and why; no score where too little is known to say anything."""

    subject: str
    score: int | None
    reason: str


@dataclass(frozen=True, slots=True)
class Calibration:
    """How odd honest ones looked, in ascending order."""

    honest: tuple[float, ...]

    def score(self, strength: float) -> int:
        """The score of something so odd, rounded down."""
        as_odd = len(self.honest) - int(np.searchsorted(self.honest, strength, side="left"))
        return FULL_SCORE - -(-FULL_SCORE * (1 + as_odd) // (1 + len(self.honest)))


def calibrate(honest: Iterable[float]) -> Calibration:
    """A calibration from the strengths of honest ones.

    :raises ValueError: there is none, or one is no number.
    """
    ordered = tuple(sorted(float(strength) for strength in honest))
    if not ordered or not np.isfinite(ordered).all():
        raise ValueError(f"{len(ordered)} strengths, not all of them numbers, calibrate nothing: leave gaps out")
    return Calibration(ordered)


def alarm_score(false_alarms: float) -> int:
    """The least score that raises an alarm, for a share of false alarms among honest ones.

    :raises ValueError: the share is not between 0 and 1.
    """
    if not 0 < false_alarms < 1:
        raise ValueError(f"{false_alarms} is no share of false alarms: give one between 0 and 1")
    return FULL_SCORE - round(FULL_SCORE * false_alarms)


def alarms(observed: Iterable[Observed], false_alarms: float) -> list[Observed]:
    """Those that are scored as high, the highest first."""
    least = alarm_score(false_alarms)
    scored = [(each.score, each) for each in observed if each.score is not None]
    found = [(score, each) for score, each in scored if score >= least]
    return [each for _, each in sorted(found, key=lambda pair: (-pair[0], pair[1].subject))]

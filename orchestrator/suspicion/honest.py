"""Who stands for the honest: the community's own days before, or others that are kept with the package.

A score counts honest ones that would look as odd. The community's own past is the better measure, as long as it is long
enough for the share of false alarms that is asked for, and honest itself: who cheated all along is not seen against it.
What is kept (`honest.json`, written by `keeping.py`) knows no such past, but stands for other communities.
"""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Final

from aipchain.ai.anomaly.observed import FULL_SCORE, NOT_ENOUGH_HISTORY, Calibration, calibrate
from aipchain.orchestrator.suspicion.report import Check
from aipchain.orchestrator.suspicion.standard import Standard

__all__ = ["KEPT_FILE", "PAST_DAYS", "Honest", "chosen", "kept"]

KEPT_FILE: Final = "honest.json"

PAST_DAYS: Final = 84
"""So many days before, at most, stand for the honest past."""


@dataclass(frozen=True, slots=True)
class Honest:
    """Honest ones to hold subjects against, in words; `calibration` is None where they are too few."""

    calibration: Calibration | None
    told: str

    @property
    def against(self) -> str | None:
        """The words, if there are enough of them."""
        return None if self.calibration is None else self.told


def chosen(check: Check, past: Callable[[], Iterable[float]], standard: Standard, false_alarms: float) -> Honest:
    """The community's past or what is kept, where there are enough of them for the share of false alarms.

    :param past: gives strengths of the community's own subjects before; called where it may be taken.
    """
    needed = _fewest(false_alarms)
    found: list[Honest] = []
    if standard is not Standard.KEPT:
        known = list(past())
        own = calibrate(known) if known else None
        found.append(Honest(own, f"{len(known)} of this community's own, of the days before"))
    if standard is not Standard.PAST:
        found.append(kept(check))
    enough = (each for each in found if each.calibration and len(each.calibration.honest) >= needed)
    return next(enough, Honest(None, f"{NOT_ENOUGH_HISTORY}: {found[-1].told}; {needed} honest ones are needed"))


@cache
def kept(check: Check) -> Honest:
    """What is kept with the package for a check."""
    file = resources.files("aipchain.orchestrator.suspicion") / KEPT_FILE
    told = json.loads(file.read_text(encoding="utf-8"))["checks"][check]
    strengths = (strength for part in told["parts"].values() for strength, count in part for _ in range(count))
    return Honest(calibrate(strengths), told["honest"])


def _fewest(false_alarms: float) -> int:
    """Honest ones from which something odder than all of them is an alarm."""
    return -(-FULL_SCORE // max(round(FULL_SCORE * false_alarms), 1)) - 1

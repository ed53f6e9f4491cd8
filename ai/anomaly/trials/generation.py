"""Over-reported generation: every home-day of the test span, honest and with more on the meter than the panels gave.

Two plain peers: a home against the unweighted median of its neighbours, and against its own past alone; both as the
day's logarithm in deviations of the 28 days before.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from aipchain.ai.anomaly.attacks.generation import GAINS, over_reported
from aipchain.ai.anomaly.detection import auc, share_flagged
from aipchain.ai.anomaly.neighbours import PAST_DAYS, daily_wh, excess
from aipchain.ai.anomaly.observed import calibrate
from aipchain.ai.executors.executor import Executor
from aipchain.ai.panel import Panel

__all__ = ["DETECTORS", "GenerationRow", "generation_rows"]

OWN: Final = "weighted median of neighbours"
PLAIN: Final = "median of neighbours"
ALONE: Final = "own past alone"
DETECTORS: Final = (OWN, PLAIN, ALONE)

Daily = NDArray[np.float64]
ByDetector = dict[str, Daily]


@dataclass(frozen=True, slots=True)
class GenerationRow:
    """A detector on a factor, over all home-days; recall at the threshold whose false alarms were `realised`."""

    detector: str
    gain: float
    auc: float
    recall: float
    realised: float


def generation_rows(
    generation: Panel, tuning: range, test: range, *, false_alarms: float, executor: Executor
) -> list[GenerationRow]:
    """Measure every detector on every factor; thresholds come from the honest days of `tuning`."""
    daily = daily_wh(generation)
    clean = _joined([found[1.0] for found in executor.map(_day, tuning, daily)])
    judged = list(executor.map(_day, test, daily))
    honest = _joined([found[1.0] for found in judged])
    rows = []
    for detector in DETECTORS:
        calibration = calibrate(known for known in clean[detector] if not np.isnan(known))
        realised = share_flagged(honest[detector], calibration, false_alarms)
        for gain in GAINS:
            odd = _joined([found[gain] for found in judged])[detector]
            recall = share_flagged(odd, calibration, false_alarms)
            rows.append(GenerationRow(detector, gain, auc(honest[detector], odd), recall, realised))
    return rows


def _day(daily: Daily, day: int) -> dict[float, ByDetector]:
    """Strengths of all homes by factor and detector; 1 is honest."""
    return {gain: _strengths(daily, day, gain) for gain in (1.0, *GAINS)}


def _strengths(daily: Daily, day: int, gain: float) -> ByDetector:
    told = daily[:, day] if gain == 1 else over_reported(daily[:, day], gain)
    log_past, log_now = np.log(daily[:, day - PAST_DAYS : day] + 1), np.log(told + 1)
    honest_now = np.log(daily[:, day] + 1)
    homes = range(len(daily))
    others = [np.arange(len(daily)) != home for home in homes]
    usual = np.array([np.median(log_past[other], axis=0) for other in others])
    seen = np.array([np.median(honest_now[other]) for other in others])
    return {
        OWN: np.array([excess(daily, home, day, float(told[home])) for home in homes]),
        PLAIN: _in_deviations(log_past - usual, log_now - seen),
        ALONE: _in_deviations(log_past, log_now),
    }


def _in_deviations(past: Daily, now: Daily) -> Daily:
    return np.asarray((now - past.mean(axis=1)) / np.maximum(past.std(axis=1), 0.01))


def _joined(days: list[ByDetector]) -> ByDetector:
    return {detector: np.concatenate([day[detector] for day in days]) for detector in DETECTORS}

"""Peak-hour alarms: how likely a zone's import is to go above what its feeder carries, a day ahead.

The chance is the share of scenarios of the day whose highest step is above the limit, smoothed, for there are some
hundred of them. An alarm is raised where it is above what all but a stated share of *calm* days had: past days that
stayed below the limit, with the chance that they would have been given then. The share is corrected day by day by the
alarms that turned out false, so that over months they come as rarely as stated though seasons change.

Source: adaptive conformal inference, Gibbs and Candes 2021.
"""

import math
from bisect import insort
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from aipchain.ai.forecasting.aggregate_total import FittedTotal, Outlook
from aipchain.ai.panel import DAY_S, Panel
from aipchain.units import Wh

__all__ = ["Alarm", "Zone", "zone_alarms"]

_FIRST_DAYS: Final = 14
"""So many past scenarios a chance is taken from, at the least."""

_PACE: Final = 0.05
"""Of the gap between the stated rate and what a calm day had, so much changes the share."""

_LIKELY: Final = 0.5
"""Above this chance an alarm is raised where no calm day is known."""

Table = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Zone:
    """Homes behind one feeder, and what it carries in a step [Wh]."""

    name: str
    homes: tuple[str, ...]
    limit_wh: Wh


@dataclass(frozen=True, slots=True)
class Alarm:
    """What is said of a zone's day: the chance that its import goes above the limit, and whether that is an alarm."""

    zone: str
    day: int
    step: int
    """The step that is most likely to be above the limit."""
    chance_ppm: int
    threshold_ppm: int
    raised: bool
    reason: str


def zone_alarms(
    zone: Zone, fitted: FittedTotal, drawn: Panel, days: Sequence[int], false_alarm_rate: float = 0.05
) -> list[Alarm]:
    """An alarm for each of the days, raised or not.

    :param drawn: the zone's import, one row (see `aggregate.import_of`), that `fitted` has learned from.
    :param false_alarm_rate: share of calm days on which an alarm may be raised.
    :raises UnusablePanel: see `FittedTotal.outlooks`.
    """
    first = fitted.first_held + _FIRST_DAYS
    outlooks = dict(enumerate(fitted.outlooks(drawn, range(first, max(days) + 1)), start=first))
    chance = {day: _chance(outlook, zone.limit_wh) for day, outlook in outlooks.items()}
    calm = {day for day in range(first, min(max(days), drawn.days)) if _stayed_below(drawn, day, zone.limit_wh)}
    threshold = _thresholds(chance, calm, false_alarm_rate)
    return [_alarm(zone, day, outlooks[day], chance[day], threshold[day]) for day in days]


def _thresholds(chance: dict[int, float], calm: set[int], rate: float) -> dict[int, float]:
    """Of each day, by the calm days before it."""
    found: dict[int, float] = {}
    known: list[float] = []
    share = rate
    for day, said in chance.items():
        found[day] = _threshold(known, share)
        if day in calm:
            share += _PACE * (rate - (said > found[day]))
            insort(known, said)
    return found


def _threshold(calm: list[float], share: float) -> float:
    """What at most this share of calm days was above, one more counted as above it."""
    if not calm:
        return _LIKELY
    place = math.ceil((len(calm) + 1) * (1 - share)) - 1
    return calm[min(max(place, 0), len(calm) - 1)]


def _stayed_below(drawn: Panel, day: int, limit_wh: Wh) -> bool:
    return not drawn.missing[0, day].any() and int(drawn.energy_wh[0, day].max()) <= limit_wh


def _chance(outlook: Outlook, limit_wh: Wh) -> float:
    """Share of scenarios above the limit, each smeared by a logistic of Silverman's width over the logarithm."""
    above = np.log(np.maximum(outlook.scenarios.max(axis=1), 1.0) / max(limit_wh, 1))
    width = 0.5 * max(float(above.std()), 0.01) * len(above) ** -0.2
    return float(np.mean(1 / (1 + np.exp(-np.clip(above / width, -30.0, 30.0)))))


def _alarm(zone: Zone, day: int, outlook: Outlook, chance: float, threshold: float) -> Alarm:
    above = (outlook.scenarios > zone.limit_wh).sum(axis=0)
    step = int(above.argmax() if above.any() else outlook.point.argmax())
    raised = chance > threshold
    minute = step * DAY_S // 60 // len(outlook.point)
    likely = (
        f"{chance:.0%} likely to go above {zone.limit_wh:,} Wh a step, most so at {minute // 60:02}:{minute % 60:02}"
    )
    held = f"{'more' if raised else 'no more'} than the {threshold:.0%} that calm days of the last weeks stayed under"
    reason = f"import of {zone.name} is {likely}: {held}"
    return Alarm(zone.name, day, step, round(1_000_000 * chance), round(1_000_000 * threshold), raised, reason)

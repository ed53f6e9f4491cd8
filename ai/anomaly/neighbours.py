"""Does a home report more generation than its panels gave? The sun that shines on the neighbours is the witness.

Each day's energy is compared with that of neighbours, as a logarithm of the ratio. A neighbour counts by how closely it
followed this home on the 28 days before (inverse variance of the log ratio), and none for more than a third, so that
no single neighbour is believed alone; the witness is their weighted median, which some liars cannot move. The day's
departure is in deviations of the 28 days before.

Who over-reports from the first day is invisible here: only a change is seen. Compare the level with the capacity then.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from aipchain.ai.anomaly.observed import NOT_ENOUGH_HISTORY, Calibration, Observed, calibrate
from aipchain.ai.forecasting.gaps import deviation, mean
from aipchain.ai.panel import Panel

__all__ = ["Witness", "calibrate_generation", "daily_wh", "excess", "judge_generation", "witness"]

PAST_DAYS: Final = 28
LEAST_DAYS: Final = 14
"""Days that both a home and its neighbour measured."""

LEAST_MEASURED: Final = 0.9
"""A day of which less was measured is a gap: a missing noon is no small day."""

_OFFSET: Final = 0.005
"""Part of the home's mean day added before the logarithm: a dark day is no fall of orders of magnitude."""

_LEAST_SPREAD: Final = 0.01
"""A neighbour, or a deviation, is never believed to better than one per cent."""

_MOST_WEIGHT: Final = 1 / 3

Daily = NDArray[np.float64]


def daily_wh(generation: Panel) -> Daily:
    """Energy of whole days, shape (homes, days) [Wh]; NaN where too little was measured."""
    known = 1 - generation.missing.mean(axis=2)
    return np.where(known >= LEAST_MEASURED, generation.energy_wh.sum(axis=2), np.nan)


@dataclass(frozen=True, slots=True)
class Witness:
    """What neighbours say a home's day should have been: log energy, its deviation, and how many neighbours spoke."""

    log_energy: float
    spread: float
    offset_wh: float
    neighbours: int


def witness(daily: Daily, home: int, day: int) -> Witness | None:
    """What is known of a home's day without reading the home's own; None where nobody can tell.

    :param daily: energy of days of homes [Wh], NaN in gaps.
    """
    past = daily[:, max(day - PAST_DAYS, 0) : day]
    shared = (~np.isnan(past) & ~np.isnan(past[home])).sum(axis=1)
    told = (shared >= LEAST_DAYS) & ~np.isnan(daily[:, day]) & (np.nansum(past, axis=1) > 0)
    told[home] = False
    if not told.any() or not np.nansum(past[home]) > 0:
        return None
    offset = _OFFSET * mean(past, axis=1)
    own_past, log_past = np.log(past[home] + offset[home]), np.log(past[told] + offset[told, None])
    log_now = np.log(daily[told, day] + offset[told])
    ratio = own_past - log_past
    usual, weight = mean(ratio, axis=1), _weights(ratio)
    said = np.column_stack([log_past, log_now]) + usual[:, None]
    median = _weighted_median(said, weight)
    apart = float(deviation((own_past - median[:-1])[None], axis=1)[0])
    return Witness(float(median[-1]), max(apart, _LEAST_SPREAD), float(offset[home]), int(told.sum()))


def excess(daily: Daily, home: int, day: int, reported_wh: float | None = None) -> float:
    """How far a day lies above what neighbours say, in deviations; NaN where nobody can tell.

    :param reported_wh: judged in place of the home's own day.
    """
    energy, known = float(daily[home, day]) if reported_wh is None else reported_wh, witness(daily, home, day)
    if known is None or np.isnan(energy):
        return float("nan")
    return (float(np.log(energy + known.offset_wh)) - known.log_energy) / known.spread


def calibrate_generation(generation: Panel, days: range) -> Calibration:
    """From honest days: how far honest homes lie above what their neighbours say.

    :raises ValueError: no day has neighbours and history.
    """
    daily = daily_wh(generation)
    found = np.array([excess(daily, home, day) for home in range(len(daily)) for day in days])
    return calibrate(found[~np.isnan(found)])


def judge_generation(generation: Panel, day: int, calibration: Calibration) -> list[Observed]:
    """Score every home's generation of a day, with a reason."""
    daily = daily_wh(generation)
    return [_judged(daily, row, day, home, calibration) for row, home in enumerate(generation.homes)]


def _judged(daily: Daily, row: int, day: int, home: str, calibration: Calibration) -> Observed:
    known, energy = witness(daily, row, day), float(daily[row, day])
    if np.isnan(energy):
        return Observed(home, None, f"{NOT_ENOUGH_HISTORY}: too little was measured on this day")
    if known is None:
        return Observed(home, None, f"{NOT_ENOUGH_HISTORY}: {_why_unknown(daily, row, day)}")
    odd = excess(daily, row, day)
    told = max(float(np.exp(known.log_energy)) - known.offset_wh, 0.0)
    reason = (
        f"reported {energy:,.0f} Wh, where {known.neighbours} neighbours' generation lets expect {told:,.0f} Wh "
        f"({odd:+.1f} deviations)"
    )
    return Observed(home, calibration.score(odd), reason)


def _why_unknown(daily: Daily, row: int, day: int) -> str:
    if len(daily) == 1:
        return "there are no neighbours to compare with"
    if not np.nansum(daily[row, max(day - PAST_DAYS, 0) : day]) > 0:
        return f"nothing was generated on the {PAST_DAYS} days before"
    return f"no neighbour measured this day and {LEAST_DAYS} of the {PAST_DAYS} before that this home measured as well"


def _weights(ratio: Daily) -> Daily:
    """By inverse variance over the past, none above a third of all."""
    weight = 1 / (deviation(ratio, axis=1) ** 2 + _LEAST_SPREAD**2)
    return np.asarray(np.minimum(weight / weight.sum(), _MOST_WEIGHT))


def _weighted_median(said: Daily, weight: Daily) -> Daily:
    """Of each column, over those who spoke."""
    order = np.argsort(said, axis=0)  # gaps come last
    spoken = np.where(np.isnan(said), 0.0, weight[:, None])
    reached = np.cumsum(np.take_along_axis(spoken, order, axis=0), axis=0)
    place = (reached < reached[-1] / 2).sum(axis=0)
    return np.asarray(np.take_along_axis(said, order, axis=0)[place, np.arange(said.shape[1])])

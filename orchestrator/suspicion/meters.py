"""Checks of meters: theft by the week, over-reported generation by the day."""

from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Final

import numpy as np

from aipchain.ai.anomaly.frozen import WEEK
from aipchain.ai.anomaly.neighbours import daily_wh, excess, judge_generation
from aipchain.ai.anomaly.observed import Calibration, Observed
from aipchain.ai.anomaly.theft import MOST_WEEKS, deviations, judge_week, signs_of_weeks, strength
from aipchain.ai.forecasting.climatology import Climatology
from aipchain.ai.panel import DAY_S, Panel
from aipchain.orchestrator.suspicion.activity import Span
from aipchain.orchestrator.suspicion.honest import PAST_DAYS, Honest, chosen
from aipchain.orchestrator.suspicion.report import Check, Checked, verdicts
from aipchain.orchestrator.suspicion.standard import Standard
from aipchain.units import UnixSeconds

__all__ = ["check_generation", "check_theft", "exporting", "generation_strengths", "theft_strengths"]

_NOBODY: Final = Calibration((np.inf,))
"""Against it nothing is odd; what it scores is thrown away."""


def check_theft(drawn: Panel, days: range, standard: Standard, false_alarms: float) -> Checked:
    """Judge the whole weeks of some days of a panel of import, from the first of them on."""
    first_days = range(days.start, days.stop - WEEK + 1, WEEK)
    honest = chosen(Check.THEFT, lambda: theft_strengths(drawn, days.start), standard, false_alarms)
    judged = chain.from_iterable(
        verdicts(
            _observed(judge_week(drawn, Climatology(), day, honest.calibration or _NOBODY), honest),
            _span(drawn, day, WEEK),
            false_alarms,
        )
        for day in first_days
    )
    return Checked(Check.THEFT, "meter and week", honest.against, tuple(judged))


def check_generation(given: Panel, days: range, standard: Standard, false_alarms: float) -> Checked:
    """Judge days of a panel of export, of the meters that ever exported."""
    given = exporting(given)
    before = range(max(days.start - PAST_DAYS, 0), days.start)
    honest = chosen(Check.GENERATION, lambda: generation_strengths(given, before), standard, false_alarms)
    judged = chain.from_iterable(
        verdicts(
            _observed(judge_generation(given, day, honest.calibration or _NOBODY), honest),
            _span(given, day, 1),
            false_alarms,
        )
        for day in days
    )
    return Checked(Check.GENERATION, "meter and day", honest.against, tuple(judged))


def theft_strengths(drawn: Panel, until: int) -> list[float]:
    """How odd the weeks before a day looked, whole weeks back from it, at most so many as stand for the past."""
    weeks = range(until % WEEK, until - WEEK + 1, WEEK)
    judged = min(len(weeks), PAST_DAYS // WEEK)
    if not judged:
        return []
    told = signs_of_weeks(drawn, Climatology(), weeks[-judged - MOST_WEEKS :])
    return _known(strength(deviations(told, week)) for week in range(len(told.first_days))[-judged:])


def generation_strengths(given: Panel, days: Sequence[int]) -> list[float]:
    """How far days lay above what the neighbours say."""
    daily = daily_wh(given)
    return _known([np.array([excess(daily, home, day) for home in range(len(daily)) for day in days])])


def exporting(given: Panel) -> Panel:
    """Only the meters that exported anything."""
    return given.of_homes([home for home, shown in zip(given.homes, given.energy_wh, strict=True) if shown.any()])


def _known(tables: Iterable[np.ndarray]) -> list[float]:
    """Numbers among them; NaN is no opinion."""
    return [float(each) for table in tables for each in table if not np.isnan(each)]


def _observed(judged: Iterable[Observed], honest: Honest) -> list[Observed]:
    if honest.calibration is not None:
        return list(judged)
    return [Observed(each.subject, None, each.reason if each.score is None else honest.told) for each in judged]


def _span(panel: Panel, day: int, days: int) -> Span:
    return Span(UnixSeconds(panel.start + day * DAY_S), UnixSeconds(panel.start + (day + days) * DAY_S))

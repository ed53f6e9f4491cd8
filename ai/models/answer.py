"""What a model says of a day: whole watt-hours at nine quantiles for each home, and by which method.

Days that the model learned from are refused: what it would say of them is no forecast. Homes of the model are forecast
by the blend, or by the net that a federation taught, their quantiles shifted by how often they were exceeded since
training. A home that the model never saw is forecast by it, too, from its second day on. With fewer measured days, or
steps of another length than the model learned, the answer is climatology and says so; of a home of which nothing was
measured there is none, and it says that.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

import numpy as np

from aipchain.ai.errors import UnusablePanel
from aipchain.ai.forecasting.climatology import Climatology
from aipchain.ai.forecasting.features import WINDOW_DAYS
from aipchain.ai.forecasting.online import LEAST_DAYS
from aipchain.ai.forecasting.quantiles import Quantiles, whole_wh
from aipchain.ai.forecasting.tracking import QuantileTracker
from aipchain.ai.models.meters import homes_seen_net
from aipchain.ai.models.trained import TrainedModel
from aipchain.ai.panel import Panel
from aipchain.days import day_written

__all__ = ["Answer", "Method", "days_to_ask", "forecast_day", "refuse_learned_day"]

RECENT_DAYS: Final = 56
"""How far back shifts are learned again, where training was longer ago."""


class Method(StrEnum):
    """How an answer was made."""

    BLEND = "blend"
    FEDERATED = "federated net"
    CLIMATOLOGY = "climatology"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Answer:
    """Of one home: by step of the day, energy at quantiles 0.1 to 0.9 [Wh]; `why` where it is no usual one."""

    home: str
    method: Method
    why: str
    quantiles_wh: tuple[tuple[int, ...], ...]


def days_to_ask(model: TrainedModel, panel: Panel) -> tuple[date, date]:
    """The first and the last day that a model can forecast from a panel: those it learned from are none of them.

    :raises UnusablePanel: it learned from all that was measured.
    """
    learned = _learned_until(model)
    first, last = panel.date_of(1), panel.date_of(panel.days)
    if learned is not None and learned >= last:
        raise UnusablePanel(
            f"the model learned from days up to {learned}, and what was measured ends on {last - timedelta(days=1)}: "
            "give later measurements, or another model that aip ai train --until made"
        )
    return (first if learned is None else max(first, learned + timedelta(days=1))), last


def forecast_day(model: TrainedModel, panel: Panel, day: date, homes: Sequence[str] | None = None) -> list[Answer]:
    """What the model says of a day, reading only what lies before it; of all homes, or of some.

    :raises UnusablePanel: there is no such home, or the day is none of `days_to_ask`.
    """
    place = _place(model, panel, day)
    shown = panel.until(place)
    wanted = shown.of_homes(homes or shown.homes).homes
    usual = Climatology().forecast(shown, [place])[:, 0]
    fits = model.card.steps_per_day == shown.steps_per_day
    learned = _adjusted(model, shown, place) if fits else usual
    rows = [shown.homes.index(home) for home in wanted]
    return [_answer(model, shown, row, learned[row], usual[row]) for row in rows]


def refuse_learned_day(model: TrainedModel, panel: Panel, day: date) -> None:
    """Say of a day that the model learned from that what it would tell is no forecast.

    :raises UnusablePanel: it did, or it learned from all that was measured.
    """
    (first, last), learned = days_to_ask(model, panel), _learned_until(model)
    if learned is not None and day <= learned:
        raise UnusablePanel(
            f"{day} is not after {learned}, up to which the model learned: choose a day from {first} to {last}, or "
            f"train a model for it with aip ai train --until {day - timedelta(days=1)}"
        )


def _place(model: TrainedModel, panel: Panel, day: date) -> int:
    """Of a day in a panel; it may be the one after the last."""
    refuse_learned_day(model, panel, day)
    first, last = days_to_ask(model, panel)
    if not first <= day <= last:
        raise UnusablePanel(
            f"{day} cannot be forecast from what was measured on {panel.date_of(0)} to "
            f"{panel.date_of(panel.days - 1)}: choose a day from {first} to {last}"
        )
    return panel.day_of(day)


def _learned_until(model: TrainedModel) -> date | None:
    """The last day it learned from; none where nobody told."""
    return None if model.card.last_day is None else day_written(model.card.last_day)


def _answer(model: TrainedModel, shown: Panel, row: int, learned: Quantiles, usual: Quantiles) -> Answer:
    method = Method.BLEND if model.card.taught is None else Method.FEDERATED
    home, days = shown.homes[row], int(shown.measured_days(WINDOW_DAYS)[row])
    if np.isnan(usual).any():
        return Answer(home, Method.NONE, "nothing was measured in the three weeks before, or not at that hour", ())
    if model.card.steps_per_day != shown.steps_per_day:
        told = f"the model learned days of {model.card.steps_per_day} steps, these have {shown.steps_per_day}"
        return Answer(home, Method.CLIMATOLOGY, told, _whole(usual))
    if days < LEAST_DAYS:
        told = f"{days} of the last {WINDOW_DAYS} days were measured: the {method} needs {LEAST_DAYS}"
        return Answer(home, Method.CLIMATOLOGY, told, _whole(usual))
    return Answer(home, method, _remark(model, shown, home), _whole(learned))


def _remark(model: TrainedModel, shown: Panel, home: str) -> str:
    """That it never saw the home (one that does not tell its homes may have), and that the meter sees no load."""
    told = []
    if model.card.homes and home not in model.card.homes:
        told.append("the model did not learn from this home")
    if homes_seen_net(shown.of_homes([home])):
        told.append("its meter seems to see the net only")
    return ", and ".join(told)


def _adjusted(model: TrainedModel, shown: Panel, place: int) -> Quantiles:
    """The model's quantiles of the day, shifted by what was learned from the days since training."""
    first = max(_trained_days(model, shown), place - RECENT_DAYS, 1)
    raw = model.blend.forecast(shown, range(first, place + 1))
    tracker = QuantileTracker(len(shown.homes))
    for row, home in enumerate(shown.homes):
        if home in model.card.homes:
            tracker.shift[row] = model.shifts[model.card.homes.index(home)]
    for day in range(first, place):
        told = tracker.adjusted(raw[:, day - first])
        tracker.learn(told, shown.energy_wh[:, day], shown.missing[:, day] | np.isnan(told).any(axis=-1))
    return tracker.adjusted(raw[:, -1])


def _trained_days(model: TrainedModel, shown: Panel) -> int:
    """How many of the panel's days were over when training ended; none where nobody told."""
    learned = _learned_until(model)
    return 0 if learned is None else shown.day_of(learned) + 1


def _whole(told: Quantiles) -> tuple[tuple[int, ...], ...]:
    return tuple(tuple(step) for step in whole_wh(told).tolist())

"""Models that a federation taught: the one that all share, and a client's own, as folders like those of `trained`.

The shared one is the coordinator's, who knows neither homes nor days, so its card tells none and has no scores. A
client's own learned from its homes; with twelve weeks or more the last four were held out of all rounds, which gives
its card's scores. Both forecast each home from nothing but that home's own past.
"""

from dataclasses import replace
from typing import Final

from aipchain.ai.federated.forecaster import FederatedNet, FittedFederation
from aipchain.ai.federated.gateway import Learned
from aipchain.ai.federated.learner import Learning, fitted
from aipchain.ai.federated.messages import Task
from aipchain.ai.federated.rounds import Federation
from aipchain.ai.federated.schema import Floats
from aipchain.ai.forecasting.blend import FittedBlend
from aipchain.ai.models.card import Taught
from aipchain.ai.models.trained import (
    TrainedModel,
    card_of_parts,
    held_out_days,
    learned_card,
    refuse_few_days,
    scored,
    unshifted,
)
from aipchain.ai.panel import Panel

__all__ = ["own_model", "shared_model", "taught_days"]

_WEIGHTS: Final = {FederatedNet().name: 1.0}


def shared_model(federation: Federation, name: str, steps: int, learning: Learning) -> TrainedModel:
    """The model of a federation whose rounds are closed.

    :param name: of the federation.
    :param steps: of a day.
    """
    task = federation.task
    counted = sorted({client for report in federation.reports for client in report.counted})
    card = replace(card_of_parts(steps, _WEIGHTS), taught=Taught(name, task.rounds, tuple(counted)))
    return TrainedModel(card, _blend(task.weights, task, steps, learning), unshifted(()))


def taught_days(panel: Panel) -> Panel:
    """The days of a client's panel that it learns from in all rounds.

    :raises UnusablePanel: they are too few.
    """
    refuse_few_days(panel)
    return panel.until(panel.days - held_out_days(panel))


def own_model(learned: Learned, by: tuple[str, str], panel: Panel, learning: Learning) -> TrainedModel:
    """What a client learned for itself at the end.

    :param by: the federation and the client, by name.
    :param panel: all days of its homes; see `taught_days`.
    """
    seen, (federation, client) = taught_days(panel), by
    blend = _blend(learned.own, learned.task, panel.steps_per_day, learning)
    found = scored(blend, panel, seen.days)[0] if seen.days < panel.days else None
    taught = Taught(federation, learned.task.rounds, (client,))
    return TrainedModel(replace(learned_card(seen, _WEIGHTS, found), taught=taught), blend, unshifted(panel.homes))


def _blend(weights: Floats, task: Task, steps: int, learning: Learning) -> FittedBlend:
    net = fitted(weights, task.normaliser, steps, learning)
    return FittedBlend(((FittedFederation(net, {}), _WEIGHTS[FederatedNet().name]),))

"""A kept model as a forecaster of homes that trade: what they use by the model, what they generate as `blend` has it.

What the model does not say (of a home of which too little was measured, or of days whose steps are of another length
than it learned) is climatology, with the reason as a remark. A day that it learned from raises.
"""

from functools import partial

import numpy as np

from aipchain.ai.forecast_plugins import ForecasterOfHomes, Told, blend
from aipchain.ai.forecasting.quantiles import LEVELS
from aipchain.ai.models.answer import Answer, Method, days_to_ask, forecast_day
from aipchain.ai.models.trained import TrainedModel
from aipchain.ai.panel import Panel

__all__ = ["forecaster_of", "name_of"]


def forecaster_of(model: TrainedModel) -> ForecasterOfHomes:
    """It behind the hook `forecast`. What it says of a day follows from what was measured before it, and from nothing
    that it was asked before."""
    return ForecasterOfHomes(lambda: partial(_load, model), blend().generation)


def name_of(model: TrainedModel) -> str:
    """A model that was read from a folder, by the digest of its content: the same wherever the folder lies."""
    return f"model {model.card.digest[:16]}"


def _load(model: TrainedModel, panel: Panel) -> list[Told]:
    _, day = days_to_ask(model, panel)
    return [_told(answer, panel.steps_per_day) for answer in forecast_day(model, panel, day)]


def _told(answer: Answer, steps: int) -> Told:
    if answer.method is Method.NONE:
        return np.full((steps, len(LEVELS)), np.nan), ""
    remark = f"climatology, as {answer.why}" if answer.method is Method.CLIMATOLOGY else ""
    return np.array(answer.quantiles_wh, dtype=np.float64), remark

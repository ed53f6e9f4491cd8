"""A kept model behind the hook `forecast`: load as the model says it, generation as `blend` does."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from aipchain.ai.forecast_plugins import blend, climatology
from aipchain.ai.models.answer import days_to_ask, forecast_day
from aipchain.ai.models.folder import load_model
from aipchain.ai.models.forecaster import forecaster_of, name_of
from aipchain.ai.models.trained import TrainedModel
from aipchain.ai.panel import Panel
from aipchain.plugins.errors import PluginFailed
from aipchain.plugins.forecast_hook import ForecasterPlugin, ForecastInputs, MeteredHome

Energy = Sequence[int | None]


def inputs(panel: Panel, days: int, load: dict[str, Energy] | None = None) -> ForecastInputs:
    """Homes of a panel up to a day, some with another load; roofs give what is used."""
    homes = []
    for row, name in enumerate(panel.homes):
        used: Energy = panel.energy_wh[row, :days].ravel().tolist()
        homes.append(MeteredHome(name, (load or {}).get(name, used), used))
    return ForecastInputs(panel.start, 86_400 // panel.steps_per_day, tuple(homes))


def test_load_is_the_models_and_generation_that_of_blend(trained: TrainedModel, three_homes: Panel) -> None:
    """Of a home that it never saw, too; nothing has to be remarked."""
    asked = inputs(three_homes, 88)
    _, day = days_to_ask(trained, three_homes.until(88))

    told = ForecasterPlugin("model", forecaster_of(trained)).ask(asked)
    usual = ForecasterPlugin("blend", replace(blend(), load=climatology().load)).ask(asked)

    assert [home and home.load_wh for home in told] == [
        answer.quantiles_wh for answer in forecast_day(trained, three_homes, day)
    ]
    assert [home and home.generation_wh for home in told] == [home and home.generation_wh for home in usual]
    assert [home and home.remark for home in told] == [""] * 3


def test_what_it_says_of_a_day_does_not_depend_on_what_it_was_asked_before(
    trained: TrainedModel, three_homes: Panel
) -> None:
    """A loop that is killed asks a new one for a later day first."""
    always, anew = (ForecasterPlugin("model", forecaster_of(trained)) for _ in range(2))
    days = [always.ask(inputs(three_homes.of_homes(["a"]), day)) for day in (86, 87, 88)]

    assert days[-1] == anew.ask(inputs(three_homes.of_homes(["a"]), 88))


def test_what_the_model_cannot_say_is_climatology_with_the_reason(trained: TrainedModel, three_homes: Panel) -> None:
    """One day of a home was measured, of another nothing; the third is forecast by the model."""
    little: Energy = [None] * 24 * 87 + [100] * 24
    nothing: Energy = [None] * 24 * 88

    forecaster = ForecasterPlugin("model", forecaster_of(trained))
    few, none, usual = forecaster.ask(inputs(three_homes, 88, {"a": little, "b": nothing}))

    assert none is None
    assert few is not None
    assert few.remark == "climatology, as 1 of the last 28 days were measured: the blend needs 2"
    assert few.load_wh == ((100,) * 9,) * 24
    assert usual is not None
    assert usual.remark == ""


def test_steps_of_another_length_are_climatology_and_marked(trained: TrainedModel, three_homes: Panel) -> None:
    """The model learned hours."""
    quarters = three_homes.energy_wh.repeat(4, axis=2) // 4
    panel = Panel(three_homes.homes, three_homes.start, quarters, np.zeros(quarters.shape, np.bool_))

    told = ForecasterPlugin("model", forecaster_of(trained)).ask(inputs(panel.of_homes(["a"]), 88))

    (home,) = told
    assert home is not None
    assert home.remark == "climatology, as the model learned days of 24 steps, these have 96"
    assert len(home.load_wh) == 96


def test_a_day_that_it_learned_from_is_never_told(trained: TrainedModel, three_homes: Panel) -> None:
    """Whoever asks for it all the same gets a failure, and no hindsight: the model learned from 84 days."""
    forecaster = ForecasterPlugin("model", forecaster_of(trained))

    with pytest.raises(PluginFailed, match="the model learned from days up to 2016-10-23"):
        forecaster.ask(inputs(three_homes, 83))
    assert forecaster.ask(inputs(three_homes, 84))[0] is not None


def test_a_model_is_named_by_its_content(folder: Path, tmp_path: Path) -> None:
    """Wherever it lies."""
    moved = folder.rename(tmp_path / "moved")

    model = load_model(moved)

    assert name_of(model) == f"model {model.card.digest[:16]}"
    assert len(model.card.digest) == 64

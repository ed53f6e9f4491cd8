"""Forecasters of installed packages: found by name, asked through the hook, and checked."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from aipchain.plugins.errors import PluginFailed, PluginInvalid, UnknownPlugin
from aipchain.plugins.forecast_hook import (
    ForecasterPlugin,
    ForecastInputs,
    HomeForecast,
    MeteredHome,
    forecaster_names,
    load_forecaster,
)
from aipchain.plugins.hookspecs import hookimpl
from aipchain.units import UnixSeconds

HOME = MeteredHome("a", (100,) * 48, (None,) * 48)
INPUTS = ForecastInputs(UnixSeconds(0), 3_600, (HOME,))
STEPS = (tuple(range(9)),) * 24
GOOD = HomeForecast(STEPS, STEPS)


@dataclass
class Saying:
    """A forecaster that always says the same."""

    answer: Any

    @hookimpl
    def forecast(self, inputs: ForecastInputs) -> Sequence[HomeForecast]:
        """Whatever it was given to say."""
        answer: Sequence[HomeForecast] = self.answer
        return answer


def test_a_good_answer_passes_unchanged() -> None:
    """Nine whole numbers for each of 24 steps, or nothing of a home."""
    assert ForecasterPlugin("saying", Saying([GOOD])).ask(INPUTS) == (GOOD,)
    assert ForecasterPlugin("silent", Saying([None])).ask(INPUTS) == (None,)


@pytest.mark.parametrize(
    "answer",
    [
        None,
        [],
        [GOOD, GOOD],
        ["sunny"],
        [HomeForecast(STEPS[:23], STEPS)],
        [HomeForecast(STEPS, (tuple(range(8)),) * 24)],
        [HomeForecast(((0.5,) * 9,) * 24, STEPS)],  # type: ignore[arg-type]
        [HomeForecast(((float("nan"),) * 9,) * 24, STEPS)],  # type: ignore[arg-type]
        [HomeForecast(((True,) * 9,) * 24, STEPS)],
        [HomeForecast((tuple(range(8, -1, -1)),) * 24, STEPS)],
        [HomeForecast((tuple(range(-1, 8)),) * 24, STEPS)],
        [HomeForecast(((1 << 53,) * 9,) * 24, STEPS)],
        [HomeForecast(STEPS, STEPS, None)],  # type: ignore[arg-type]
    ],
)
def test_anything_else_is_a_failure_of_the_plugin(answer: object) -> None:
    """Never a fraction, a hole, a number below zero, or quantiles that cross."""
    with pytest.raises(PluginFailed, match="plugin saying failed in hook 'forecast'"):
        ForecasterPlugin("saying", Saying(answer)).ask(INPUTS)


def test_an_object_without_the_hook_is_refused() -> None:
    """A method of that name is not enough: it has to be marked."""

    class Unmarked:
        """Looks like one."""

        def forecast(self, inputs: ForecastInputs) -> Sequence[HomeForecast]:
            """Not marked."""
            return [GOOD]

    with pytest.raises(PluginInvalid, match="no method forecast that is marked @hookimpl"):
        ForecasterPlugin("unmarked", Unmarked())


def test_a_hook_with_other_arguments_is_refused() -> None:
    """As pluggy says it."""

    class Other:
        """Wants something that the contract does not give."""

        @hookimpl
        def forecast(self, weather: object) -> Sequence[HomeForecast]:
            """No weather here."""
            return [GOOD]

    with pytest.raises(PluginInvalid, match="weather"):
        ForecasterPlugin("other", Other())


def test_installed_forecasters_have_names() -> None:
    """Those of this package among them; a name that none has is answered with those that are near."""
    assert {"naive", "climatology", "blend"} <= set(forecaster_names())
    with pytest.raises(UnknownPlugin, match="did you mean blend"):
        load_forecaster("blended")

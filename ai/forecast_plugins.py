"""The forecasters that ship with the package, as plugins of the hook `forecast`.

Each wraps one forecaster for load and one for generation. It learns when it is first asked and then every four weeks,
from all that was measured until then, and keeps what it learned.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from aipchain.ai.forecasting.climatology import Climatology
from aipchain.ai.forecasting.forecaster import Fitted, Forecaster
from aipchain.ai.forecasting.persistence import Persistence
from aipchain.ai.forecasting.quantiles import Quantiles, whole_wh
from aipchain.ai.panel import Panel, panel_of
from aipchain.plugins.forecast_hook import ForecastInputs, HomeForecast
from aipchain.plugins.hookspecs import hookimpl
from aipchain.units import Site

__all__ = ["ForecasterOfHomes", "blend", "climatology", "naive"]

REFIT_DAYS: Final = 28


@dataclass(slots=True)
class _Learner:
    """A forecaster and what it learned, on which day."""

    forecaster: Forecaster
    fitted: Fitted | None = None
    learned_on: int = 0

    def next_day(self, panel: Panel) -> Quantiles:
        """The day after the last, shape (homes, steps of a day, 9) [Wh]."""
        if self.fitted is None or not self.learned_on <= panel.days < self.learned_on + REFIT_DAYS:
            self.fitted, self.learned_on = self.forecaster.fit(panel), panel.days
        return self.fitted.forecast(panel, (panel.days,))[:, 0]


@dataclass(slots=True)
class ForecasterOfHomes:
    """One forecaster for load and, by where the homes are, one for generation, behind the hook."""

    load: Forecaster
    generation: Callable[[Site | None], Forecaster]
    _learned: tuple[_Learner, _Learner] | None = None
    _of: tuple[tuple[str, ...], Site | None] = ((), None)
    """The homes that was learned from, and their place."""

    @hookimpl
    def forecast(self, inputs: ForecastInputs) -> Sequence[HomeForecast]:
        """See `ForecastSpecs.forecast`."""
        of_load, of_generation = self._learners(inputs)
        load = of_load.next_day(_panel(inputs, [home.load_wh for home in inputs.homes]))
        generation = of_generation.next_day(_panel(inputs, [home.generation_wh for home in inputs.homes]))
        return [
            HomeForecast(_steps(used), _steps(generated))
            for used, generated in zip(whole_wh(load), whole_wh(generation), strict=True)
        ]

    def _learners(self, inputs: ForecastInputs) -> tuple[_Learner, _Learner]:
        """Those that learned from these homes; new ones for others."""
        asked = tuple(home.name for home in inputs.homes), inputs.site
        if self._learned is None or asked != self._of:
            self._learned, self._of = (_Learner(self.load), _Learner(self.generation(inputs.site))), asked
        return self._learned


def naive() -> ForecasterOfHomes:
    """Tomorrow is as today."""
    return ForecasterOfHomes(Persistence(1), lambda _: Persistence(1))


def climatology() -> ForecasterOfHomes:
    """Tomorrow is as the last three weeks."""
    return ForecasterOfHomes(Climatology(), lambda _: Climatology())


def blend() -> ForecasterOfHomes:
    """The best that we have, of each kind; needs the extra `ai`."""
    from aipchain.ai.forecasting.best import best_of_generation, best_of_load  # noqa: PLC0415  # torch, LightGBM

    return ForecasterOfHomes(best_of_load(), best_of_generation)


def _panel(inputs: ForecastInputs, measured: Sequence[Sequence[int | None]]) -> Panel:
    names = [home.name for home in inputs.homes]
    return panel_of(inputs.start, inputs.step_s, zip(names, measured, strict=True))


def _steps(energy_wh: np.ndarray[tuple[int, ...], np.dtype[np.int64]]) -> tuple[tuple[int, ...], ...]:
    return tuple(tuple(int(wh) for wh in step) for step in energy_wh)

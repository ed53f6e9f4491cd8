"""The forecasters that ship with the package, as plugins of the hook `forecast`.

Each wraps one forecaster for load and one for generation. Where one of them knows too little of a home, the answer is
climatology and says so; of a home of which nothing was measured there is none.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from aipchain.ai.forecasting.climatology import Climatology
from aipchain.ai.forecasting.forecaster import Fitted
from aipchain.ai.forecasting.online import NextDay, Online, from_memory
from aipchain.ai.forecasting.persistence import Persistence
from aipchain.ai.forecasting.quantiles import Quantiles, whole_wh
from aipchain.ai.panel import Panel, panel_of
from aipchain.plugins.forecast_hook import ForecastInputs, HomeForecast
from aipchain.plugins.hookspecs import hookimpl
from aipchain.units import Site

__all__ = ["ForecasterOfHomes", "Says", "Told", "blend", "climatology", "naive", "or_climatology"]

TOO_LITTLE: Final = "climatology, as too little was measured"

Told = tuple[Quantiles, str]
"""Of one home, shape (steps, 9) [Wh], NaN where nothing can be said; and what to remark."""

Says = Callable[[Panel], Sequence[Told]]
"""Says the day after the last of a panel, home by home."""


@dataclass(slots=True)
class ForecasterOfHomes:
    """How load and, by where homes are, generation is forecast, made anew for other homes; behind the hook."""

    load: Callable[[], Says]
    generation: Callable[[Site | None], Says]
    _made: tuple[Says, Says] | None = None
    _of: tuple[tuple[str, ...], Site | None] = ((), None)
    """The homes that was made for, and their place."""

    @hookimpl
    def forecast(self, inputs: ForecastInputs) -> Sequence[HomeForecast | None]:
        """See `ForecastSpecs.forecast`."""
        of_load, of_generation = self._forecasters(inputs)
        load = of_load(_panel(inputs, [home.load_wh for home in inputs.homes]))
        generation = of_generation(_panel(inputs, [home.generation_wh for home in inputs.homes]))
        return [_answer(used, generated) for used, generated in zip(load, generation, strict=True)]

    def _forecasters(self, inputs: ForecastInputs) -> tuple[Says, Says]:
        """Those of these homes, which may have learned from them; new ones for others."""
        asked = tuple(home.name for home in inputs.homes), inputs.site
        if self._made is None or asked != self._of:
            self._made, self._of = (self.load(), self.generation(inputs.site)), asked
        return self._made


def naive() -> ForecasterOfHomes:
    """Tomorrow is as today."""
    return _of_memory(Persistence(1))


def climatology() -> ForecasterOfHomes:
    """Tomorrow is as the last three weeks."""
    return _of_memory(Climatology())


def blend() -> ForecasterOfHomes:
    """The best that we have, of each kind; needs the extra `ai`."""
    from aipchain.ai.forecasting.best import best_of_generation, best_of_load  # noqa: PLC0415  # torch, LightGBM

    return ForecasterOfHomes(
        lambda: or_climatology(Online(best_of_load(), tracked=True).next_day),
        lambda site: or_climatology(Online(best_of_generation(site)).next_day),
    )


def or_climatology(forecaster: NextDay) -> Says:
    """What a forecaster says of each home, or else climatology, which may have nothing to say either."""

    def say(panel: Panel) -> list[Told]:
        told, usual = forecaster(panel), Climatology().forecast(panel, (panel.days,))[:, 0]
        return [
            (of_home, "") if not np.isnan(of_home).any() else (instead, TOO_LITTLE)
            for of_home, instead in zip(told, usual, strict=True)
        ]

    return say


def _of_memory(fitted: Fitted) -> ForecasterOfHomes:
    says = or_climatology(from_memory(fitted))
    return ForecasterOfHomes(lambda: says, lambda _: says)


def _answer(load: Told, generation: Told) -> HomeForecast | None:
    (used, remark), (generated, other) = load, generation
    if np.isnan(used).any() or np.isnan(generated).any():
        return None
    return HomeForecast(_steps(whole_wh(used)), _steps(whole_wh(generated)), remark or other)


def _panel(inputs: ForecastInputs, measured: Sequence[Sequence[int | None]]) -> Panel:
    names = [home.name for home in inputs.homes]
    return panel_of(inputs.start, inputs.step_s, zip(names, measured, strict=True))


def _steps(energy_wh: np.ndarray[tuple[int, ...], np.dtype[np.int64]]) -> tuple[tuple[int, ...], ...]:
    return tuple(tuple(int(wh) for wh in step) for step in energy_wh)

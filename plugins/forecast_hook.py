"""The contract between a community's loop and a forecaster: the hook `forecast`, of class *observed*.

What a home is going to use and generate is nobody's truth: numbers may differ between operators, no vote binds them,
and what the market does with them is checked by meters afterwards. So a forecaster is no bundle. It is any object of an
installed Python package with a method `forecast` that is marked `@hookimpl`; the package names a function that makes it
under the entry points `aipchain.forecasters` (docs/plugin-guide.md).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from itertools import pairwise
from typing import Final

import pluggy

from aipchain.plugins.errors import PluginFailed, PluginInvalid, UnknownPlugin, near
from aipchain.plugins.hookspecs import PROJECT, hookspec
from aipchain.units import Site, UnixSeconds

__all__ = [
    "FORECASTERS",
    "QUANTILES",
    "ForecastInputs",
    "ForecastSpecs",
    "ForecasterPlugin",
    "HomeForecast",
    "MeteredHome",
    "forecaster_names",
    "load_forecaster",
]

FORECASTERS: Final = "aipchain.forecasters"
"""The group of entry points; each makes a plugin when it is called without arguments."""

HOOK: Final = "forecast"

QUANTILES: Final = 9
"""A forecast of a step is its quantiles 0.1 to 0.9."""

DAY_S: Final = 86_400
MOST_WH: Final = 1 << 53

Steps = tuple[tuple[int, ...], ...]
"""For each step of a day nine whole watt-hours, never falling and never below zero."""


@dataclass(frozen=True, slots=True)
class MeteredHome:
    """What a home used and generated in each step [Wh], oldest first; None was not measured (or not yet)."""

    name: str
    load_wh: Sequence[int | None]
    generation_wh: Sequence[int | None]


@dataclass(frozen=True, slots=True)
class ForecastInputs:
    """What a forecaster may know: homes measured from midnight at `start` up to the day that is asked for.

    All homes have the same whole number of days, in steps of `step_s` seconds. The day after the last is asked for.
    """

    start: UnixSeconds
    step_s: int
    homes: tuple[MeteredHome, ...]
    site: Site | None = None
    """Where the homes are, if it is known: what the sun does over them."""

    @property
    def steps_per_day(self) -> int:
        """Steps that a forecast has."""
        return DAY_S // self.step_s


@dataclass(frozen=True, slots=True)
class HomeForecast:
    """The next day of one home."""

    load_wh: Steps
    generation_wh: Steps
    remark: str = ""
    """For people, where it was not made as the others, for example from too little: how, and why."""


class ForecastSpecs:
    """The hook."""

    @hookspec(firstresult=True)
    def forecast(self, inputs: ForecastInputs) -> Sequence[HomeForecast | None]:
        """The next day of every home, in their order; None for a home of which nothing can be said. Class observed.

        The host checks shape, whole numbers and order; anything else is a failure of the plugin.
        """
        raise NotImplementedError


class ForecasterPlugin:
    """A forecaster that is asked through the hook, and whose answers are checked."""

    def __init__(self, name: str, made: object) -> None:
        """Register what a package made.

        :raises PluginInvalid: it has no hook `forecast`.
        """
        self.name = name
        manager = pluggy.PluginManager(PROJECT)
        manager.add_hookspecs(ForecastSpecs)
        try:
            manager.register(made, name=name)
        except pluggy.PluginValidationError as error:
            raise PluginInvalid(name, str(error).replace("\n", " ")) from error
        self._hook = manager.hook.forecast
        if not self._hook.get_hookimpls():
            raise PluginInvalid(name, "it has no method forecast that is marked @hookimpl")

    def ask(self, inputs: ForecastInputs) -> tuple[HomeForecast | None, ...]:
        """The next day of every home.

        :raises PluginFailed: it raised, or answered something else than nine quantiles for each step.
        """
        try:
            answer = self._hook(inputs=inputs)
        except Exception as error:
            raise self._failed(f"it raised {error!r}") from error
        if not isinstance(answer, Sequence) or len(answer) != len(inputs.homes):
            raise self._failed(f"it did not answer one forecast for each of {len(inputs.homes)} homes")
        for home, forecast in zip(inputs.homes, answer, strict=True):
            if forecast is not None:
                self._check(home.name, forecast, inputs.steps_per_day)
        return tuple(answer)

    def _check(self, home: str, forecast: object, steps: int) -> None:
        if type(forecast) is not HomeForecast or type(forecast.remark) is not str:
            raise self._failed(f"for {home} it answered {type(forecast).__name__}, no HomeForecast")
        for what, energy in (("load", forecast.load_wh), ("generation", forecast.generation_wh)):
            if len(energy) != steps or not all(_in_order(step) for step in energy):
                raise self._failed(
                    f"the {what} of {home} is not {steps} steps of {QUANTILES} whole watt-hours that never fall"
                )

    def _failed(self, problem: str) -> PluginFailed:
        return PluginFailed(self.name, HOOK, problem)


def forecaster_names() -> tuple[str, ...]:
    """Every forecaster that is installed."""
    return tuple(sorted(entry.name for entry in entry_points(group=FORECASTERS)))


def load_forecaster(name: str) -> ForecasterPlugin:
    """Make the forecaster of that name.

    :raises UnknownPlugin: no installed package has it, or two have.
    :raises PluginInvalid: it cannot be imported or made, or has no hook.
    """
    found = [entry for entry in entry_points(group=FORECASTERS) if entry.name == name]
    if not found:
        raise UnknownPlugin(name, near(name, list(forecaster_names())))
    if len(found) > 1:
        places = " and ".join(sorted(entry.value for entry in found))
        raise UnknownPlugin(name, f"two packages have a forecaster of that name, {places}: uninstall one")
    return ForecasterPlugin(name, _made(found[0]))


def _made(entry: EntryPoint) -> object:
    try:
        return entry.load()()
    except ModuleNotFoundError as error:
        raise PluginInvalid(entry.name, f"it needs {error.name}, which is not installed") from error
    except Exception as error:
        raise PluginInvalid(entry.name, f"making it: {error!r}") from error


def _in_order(energy: object) -> bool:
    if not isinstance(energy, tuple) or len(energy) != QUANTILES or any(type(wh) is not int for wh in energy):
        return False
    return energy[0] >= 0 and energy[-1] < MOST_WH and all(low <= high for low, high in pairwise(energy))

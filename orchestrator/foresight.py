"""What homes are expected to use and generate, as their agents know it when they place orders.

Orders for an interval are placed inside the one before it, so the last step that was measured lies two steps back. Only
`Perfect` knows more: it is there to be compared with.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Protocol

import structlog

from aipchain.ai.forecast import REMEMBERED_DAYS, daily_persistence
from aipchain.metering.packs import DAY_S, Home, Pack
from aipchain.orchestrator.model_folder import is_model_folder, model_forecaster
from aipchain.plugins.errors import PluginFailed
from aipchain.plugins.forecast_hook import (
    QUANTILES,
    ForecasterPlugin,
    ForecastInputs,
    HomeForecast,
    MeteredHome,
    forecaster_names,
    load_forecaster,
)
from aipchain.units import UnixSeconds

__all__ = [
    "FORECAST_STEPS", "PERFECT", "RECENT", "DayAhead", "Expected", "Foresight", "Perfect", "Recent", "foresight_named",
    "foresight_names",
]  # fmt: skip

_log = structlog.get_logger(__name__)

FORECAST_STEPS: Final = 2
"""The last measured step lies so many steps before the one that is ordered for."""

RECENT: Final = "recent"
PERFECT: Final = "perfect"
FALLBACK: Final = "climatology"


@dataclass(frozen=True, slots=True)
class Expected:
    """What a home is expected to use and to generate in one step: nine quantiles of each [Wh]."""

    load_wh: tuple[int, ...]
    generation_wh: tuple[int, ...]

    @property
    def net_wh(self) -> int:
        """The mean of what it lacks; below zero of what it has left; rounded towards zero [Wh]."""
        total = sum(self.load_wh) - sum(self.generation_wh)
        return total // QUANTILES if total >= 0 else -(-total // QUANTILES)


class Foresight(Protocol):
    """A way to know ahead."""

    @property
    def name(self) -> str:
        """As people call it."""
        ...

    def expected(self, home: int, step: int, steps: int) -> Sequence[Expected]:
        """The step of an order and those after it, of one home; empty where nothing is known yet.

        The step may be the one after the last of the data, and those after it lie beyond.
        """
        ...

    def days_known(self, step: int) -> int | None:
        """From how many days before it a step is told; None where what comes is known."""
        ...


@dataclass(frozen=True, slots=True)
class Recent:
    """The mean of that time of day on the last days."""

    homes: Sequence[Home]
    steps_per_day: int
    name: str = RECENT

    def expected(self, home: int, step: int, steps: int) -> Sequence[Expected]:
        """See `Foresight.expected`."""
        known = max(0, step - FORECAST_STEPS + 1)
        load, generation = self.homes[home].load_wh[:known], self.homes[home].pv_wh[:known]
        found: list[Expected] = []
        for ahead in range(FORECAST_STEPS, FORECAST_STEPS + steps):
            used = daily_persistence(load, self.steps_per_day, ahead)
            generated = daily_persistence(generation, self.steps_per_day, ahead)
            if used is None or generated is None:
                break
            found.append(_certain(used, generated))
        return found

    def days_known(self, step: int) -> int:
        """See `Foresight.days_known`."""
        return min(REMEMBERED_DAYS, step // self.steps_per_day)


@dataclass(frozen=True, slots=True)
class Perfect:
    """What will be measured."""

    homes: Sequence[Home]
    name: str = PERFECT

    def expected(self, home: int, step: int, steps: int) -> Sequence[Expected]:
        """See `Foresight.expected`; shorter at the end of the data."""
        until = min(step + steps, len(self.homes[home].load_wh))
        return [_certain(self.homes[home].load_wh[at], self.homes[home].pv_wh[at]) for at in range(step, until)]

    def days_known(self, step: int) -> None:
        """See `Foresight.days_known`."""


@dataclass(slots=True)
class DayAhead:
    """Forecasts of whole days by a plugin, made before midnight; a day that it fails for is forecast by climatology.

    A home that it says nothing of has no expectation that day. Beyond the end of a day its own hours are taken again.
    """

    plugin: ForecasterPlugin
    pack: Pack
    homes: Sequence[Home]
    failures: dict[int, str] = field(default_factory=dict)
    """Days that the fallback forecast, at least for some homes, by their number, and why."""
    _days: dict[int, tuple[HomeForecast | None, ...]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """As people call it."""
        return self.plugin.name

    @property
    def _first(self) -> int:
        """The step of the first midnight."""
        return -self.pack.start % DAY_S // self.pack.step_s

    def expected(self, home: int, step: int, steps: int) -> Sequence[Expected]:
        """See `Foresight.expected`."""
        day, at = divmod(step - self._first, self.pack.steps_per_day)
        if day < 1:
            return ()
        told = self.day(day)[home]
        if told is None:
            return ()
        places = [(at + ahead) % self.pack.steps_per_day for ahead in range(steps)]
        return [Expected(told.load_wh[place], told.generation_wh[place]) for place in places]

    def days_known(self, step: int) -> int:
        """See `Foresight.days_known`: whole days, before the midnight before the step."""
        return max(0, (step - self._first) // self.pack.steps_per_day)

    def day(self, day: int) -> tuple[HomeForecast | None, ...]:
        """The forecast of a day, by home; days count from the first midnight of the data."""
        if day not in self._days:
            inputs = self._measured_before(day)
            try:
                self._days[day] = self.plugin.ask(inputs)
            except PluginFailed as failure:
                _log.warning("forecast by climatology instead", day=day, reason=str(failure))
                self.failures[day] = str(failure)
                self._days[day] = load_forecaster(FALLBACK).ask(inputs)
            self._keep_remarks(day)
        return self._days[day]

    def _keep_remarks(self, day: int) -> None:
        told = zip(self.homes, self._days[day], strict=True)
        if remarks := [f"{home.name}: {each.remark}" for home, each in told if each and each.remark]:
            self.failures.setdefault(day, "; ".join(remarks))

    def _measured_before(self, day: int) -> ForecastInputs:
        first, end = self._first, self._first + day * self.pack.steps_per_day
        unknown = (None,) * (FORECAST_STEPS - 1)
        known = slice(first, end - len(unknown))
        return ForecastInputs(
            UnixSeconds(self.pack.start + first * self.pack.step_s),
            self.pack.step_s,
            tuple(
                MeteredHome(home.name, (*home.load_wh[known], *unknown), (*home.pv_wh[known], *unknown))
                for home in self.homes
            ),
            self.pack.site,
        )


def foresight_names() -> tuple[str, ...]:
    """What `foresight_named` knows: those of this module, and every forecaster that is installed."""
    return (RECENT, PERFECT, *forecaster_names())


def foresight_named(name: str, pack: Pack, homes: Sequence[Home], first: int = 0) -> Foresight:
    """A way to know ahead, by name, or by the folder of a trained model.

    :param first: the first step that it will be asked for; a model refuses days that it learned from.
    :raises UnknownPlugin: nothing of that name is installed.
    :raises PluginInvalid: it cannot be made.
    :raises ModelRefused, UnusablePanel, PartMissing: see `model_forecaster`.
    """
    if name == RECENT:
        return Recent(homes, pack.steps_per_day)
    if name == PERFECT:
        return Perfect(homes)
    if is_model_folder(name):
        return DayAhead(model_forecaster(Path(name), pack, first), pack, homes)
    return DayAhead(load_forecaster(name), pack, homes)


def _certain(used: int, generated: int) -> Expected:
    return Expected((used,) * QUANTILES, (generated,) * QUANTILES)

"""What the suite of agents runs: a community with midnight's forecasts, and the policies made of them.

Each run is a piece of work for an executor: a policy by name, and the seed that a learned one learns with. Homes that
decide by themselves do it in three ways, which a piece runs all: by the hour's whole net load, which they would have to
know before it; before the hour, then following their own meters; and fixed before it.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from aipchain.ai.agents.alone import Alone, Lean
from aipchain.ai.agents.battery import Battery
from aipchain.ai.agents.before import Before
from aipchain.ai.agents.environment import Village, lived_through
from aipchain.ai.agents.fleet import Whole, fleet_of
from aipchain.ai.agents.intraday import HOURS_AHEAD, Intraday, learn_intraday
from aipchain.ai.agents.outlook import expected_wh
from aipchain.ai.agents.planned import Expectation, Follows, Planned
from aipchain.ai.agents.ppo import Settings, learn
from aipchain.ai.agents.simulation import Community, Mixed, Policy, Rule, simulate
from aipchain.ai.agents.worth import net_quantiles
from aipchain.ai.benchmark.homes import HomesYear
from aipchain.ai.benchmark.walk_forward import walk_all
from aipchain.ai.executors.executor import Executor
from aipchain.ai.forecasting.forecaster import Forecaster
from aipchain.ai.forecasting.quantiles import Quantiles
from aipchain.ai.panel import DAY_S, Panel

__all__ = [
    "BLIND",
    "BY_ITSELF",
    "FIXED",
    "HALF",
    "KNOWING",
    "LEARNED",
    "METERED",
    "PLAN",
    "RULE",
    "TOGETHER",
    "WAYS",
    "Spans",
    "Stage",
    "run_piece",
    "stage_of",
]

RULE: Final = "rule"
PLAN: Final = "plan, each follows its own meter"
TOGETHER: Final = "plan, all follow the sum of meters"
FIXED: Final = "plan, fixed before the hour"
FOLLOWS: Final = {PLAN: Follows.OWN_METER, TOGETHER: Follows.ALL_METERS, FIXED: Follows.NOTHING}
BY_ITSELF: Final = "each by itself"
LEARNED: Final = "learned"
KNOWING: Final = "knows the hour's net load"
METERED: Final = "decided before the hour, follows its own meter"
BLIND: Final = "fixed before the hour"
WAYS: Final = (KNOWING, METERED, BLIND)
"""How homes that decide by themselves know the hour."""
HALF: Final = "half: "
"""Before the name of a policy: every second home has it, the others follow the rule."""

BATTERY: Final = Battery(6_400, 5_000)
MICRO_PER_KWH: Final = 1_000
"""Base units per Wh in a millionth of a currency unit per kWh."""

Made = tuple[Forecaster, Forecaster]
"""Forecasters of load and of generation."""


@dataclass(frozen=True, slots=True)
class Spans:
    """Days: learning from `learned` on, all policies run from `begun` on, and are scored on `scored`."""

    learned: int = 126
    begun: int = 154
    scored: range = range(182, 357)


@dataclass(frozen=True, slots=True)
class Stage:
    """What policies are made of: a community, midnight's forecasts of all its steps, and their correction by day."""

    community: Community
    load: Quantiles
    generation: Quantiles
    corrections: tuple[Intraday, Intraday]
    per_day: int
    spans: Spans
    village: Village | None
    training: Settings = Settings()  # noqa: RUF009  # a frozen value


def stage_of(
    year: HomesYear, executor: Executor, told: Callable[[str], None], *, spans: Spans, forecasters: Made
) -> Stage:
    """Forecast all days, learn how hours correct the forecasts, and live through the days that agents learn from."""
    load = year.core_load
    panels = load, year.generation.of_homes(load.homes)
    days = range(spans.learned, spans.scored.stop)
    tables = [
        _placed(walk_all([each], panel, days, executor, told)[each.name].forecast, days.start, panel.days)
        for each, panel in zip(forecasters, panels, strict=True)
    ]
    community, per_day = _community(year, panels), load.steps_per_day
    known = range((spans.learned + 1) * per_day, spans.scored.start * per_day - HOURS_AHEAD * per_day // 24)
    corrections = [
        learn_intraday(expected_wh(table), wh.astype(np.float64), known, sun=sun, steps_per_hour=per_day // 24)
        for table, wh, sun in zip(tables, (community.load_wh, community.generation_wh), (False, True), strict=True)
    ]
    told("homes live through the days that agents learn from")
    both = corrections[0], corrections[1]
    return _with_village(Stage(community, tables[0], tables[1], both, per_day, spans, None))


def _community(year: HomesYear, panels: tuple[Panel, Panel]) -> Community:
    load, generation = (panel.energy_wh.reshape(len(panel.homes), -1) for panel in panels)
    imports, exports = (
        each.ravel() * MICRO_PER_KWH for each in (year.import_micro_per_kwh, year.feed_in_micro_per_kwh)
    )
    fleet = fleet_of([BATTERY] * len(load))
    return Community(load, generation, imports, exports, fleet, DAY_S // panels[0].steps_per_day)


def _with_village(stage: Stage) -> Stage:
    steps = range(stage.spans.learned * stage.per_day, stage.spans.scored.start * stage.per_day)
    return replace(stage, village=lived_through(stage.community, _by_itself(stage, steps.start), steps))


def _of(stage: Stage, homes: NDArray[np.bool_]) -> Stage:
    """Only these homes, which know of no other."""
    whole = stage.community
    part = replace(
        whole,
        load_wh=whole.load_wh[homes],
        generation_wh=whole.generation_wh[homes],
        fleet=whole.fleet.of(homes),
    )
    forecasts = stage.load[homes], stage.generation[homes]
    return _with_village(replace(stage, community=part, load=forecasts[0], generation=forecasts[1]))


def _placed(forecast: Quantiles, first_day: int, days: int) -> Quantiles:
    """At its place among all steps, shape (homes, steps, 9); zero where nothing was forecast."""
    homes, _, per_day, levels = forecast.shape
    table = np.zeros((homes, days * per_day, levels))
    flat = forecast.reshape(homes, -1, levels)
    table[:, first_day * per_day : first_day * per_day + flat.shape[1]] = flat
    return table


def run_piece(stage: Stage, piece: tuple[str, int]) -> Mapping[str, Whole]:
    """Net load of the scored steps by way of `WAYS`, shape (homes, steps) [Wh]; all others have no way, ""."""
    steps = range(stage.spans.begun * stage.per_day, stage.spans.scored.stop * stage.per_day)
    scored = (stage.spans.scored.start - stage.spans.begun) * stage.per_day
    return {way: simulate(stage.community, each, steps).net_wh[:, scored:] for way, each in _policies(stage, *piece)}


def _policies(stage: Stage, name: str, seed: int) -> Iterator[tuple[str, Policy]]:
    if name.startswith(HALF):
        half = np.arange(len(stage.community.load_wh)) % 2 == 0
        whole = _policies(_of(stage, half), name.removeprefix(HALF), seed)
        yield from ((way, Mixed(policy, half)) for way, policy in whole)
    elif name == RULE:
        yield "", Rule()
    elif name in FOLLOWS:
        yield "", _planned(stage, FOLLOWS[name])
    else:
        yield from _ways(
            stage, learn(stage.village, seed, stage.training) if name == LEARNED and stage.village else None
        )


def _ways(stage: Stage, lean: Lean | None) -> Iterator[tuple[str, Policy]]:
    """Homes that decide by themselves, in each way."""
    expectations = _expectations(stage)
    for way in WAYS:
        homes = _by_itself(stage, stage.spans.begun * stage.per_day)
        homes.lean = lean
        yield way, homes if way == KNOWING else Before(homes, *expectations, follows=way == METERED)


def _by_itself(stage: Stage, began: int) -> Alone:
    net, community = net_quantiles(stage.load, stage.generation), stage.community
    prices = community.import_price, community.export_price
    return Alone(net, *prices, community.fleet, community.step_s, stage.per_day, began)


def _planned(stage: Stage, follows: Follows) -> Planned:
    community = stage.community
    prices = community.import_price, community.export_price
    return Planned(*_expectations(stage), *prices, community.fleet, community.step_s, follows)


def _expectations(stage: Stage) -> tuple[Expectation, Expectation]:
    """Of load and of generation."""
    community = stage.community
    measured = community.load_wh.astype(np.float64), community.generation_wh.astype(np.float64)
    load, generation = (
        Expectation(expected_wh(table), wh, correction, stage.per_day)
        for table, wh, correction in zip((stage.load, stage.generation), measured, stage.corrections, strict=True)
    )
    return load, generation

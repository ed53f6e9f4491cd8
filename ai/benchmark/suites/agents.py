"""Agents: what a community of homes with batteries pays under rules, plans and learned policies.

The homes whose load is metered, 25 weeks of the walk-forward benchmark (days 182 to 356), each with a battery of 6.4
kWh and 5 kW, 90 % the way round. All policies run from four weeks before, and are scored on the 25 weeks. The gap is
from the rule in a pool to a plan that knows the future. Bills are exact whole numbers; a share is of the bill without
batteries and trade. Whether someone pays more than without trade is told against the home's own battery by the rule.

What an agent knows of the hour that it decides about matters much, so each row says it. The shared plan knows forecasts
as the day so far has corrected them. Homes by themselves, learned or not, are scored in three ways: knowing the hour's
whole net load (which learned ones also observe), and without it, asked with what is expected; see `agents.before`.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

import numpy as np

from aipchain.ai.agents.fleet import Whole
from aipchain.ai.agents.perfect import perfect_bill
from aipchain.ai.agents.settlement import alone, community_bill, pooled
from aipchain.ai.agents.zero_intelligence import zero_intelligence_bills
from aipchain.ai.benchmark.homes import HomesYear
from aipchain.ai.benchmark.suite import Goal, Result
from aipchain.ai.benchmark.suites.agents_stage import (
    BY_ITSELF,
    FIXED,
    HALF,
    KNOWING,
    LEARNED,
    PLAN,
    RULE,
    TOGETHER,
    WAYS,
    Spans,
    Stage,
    run_piece,
    stage_of,
)
from aipchain.ai.executors.executor import Executor
from aipchain.ai.forecasting.best import best_of_generation, best_of_load

__all__ = ["goals", "run", "run_spans"]

SEEDS: Final = 5

_WAYS: Final = dict(zip(WAYS, ("", "_metered", "_fixed"), strict=True))
"""How the result's parts are called: `learned_fixed`."""

Meters = Mapping[tuple[str, int], Whole]
"""Net load of the scored steps by policy and seed, shape (homes, steps) [Wh]."""


def run(year: HomesYear, executor: Executor, seed: int, told: Callable[[str], None]) -> Result:
    """Measure on the benchmark's weeks, with the best forecasters."""
    made = best_of_load(), best_of_generation(year.site)
    return run_spans(stage_of(year, executor, told, spans=Spans(), forecasters=made), executor, seed, told)


def run_spans(stage: Stage, executor: Executor, seed: int, told: Callable[[str], None], seeds: int = SEEDS) -> Result:
    """Measure on a stage, which may have other days or other forecasters."""
    pieces = [(name, seed) for name in (RULE, PLAN, TOGETHER, FIXED, BY_ITSELF, HALF + PLAN, HALF + LEARNED)]
    pieces += [(LEARNED, seed + each) for each in range(seeds)]
    meters: dict[tuple[str, int], Whole] = {}
    found = executor.map(run_piece, pieces, stage)
    for place, ((name, drawn), nets) in enumerate(zip(pieces, found, strict=True), start=1):
        told(f"{place} of {len(pieces)}: {name}, seed {drawn}")
        meters |= {(_named(name, way), drawn): net for way, net in nets.items()}
    return _Scores(stage, meters, seed).result()


def _named(name: str, way: str) -> str:
    return f"{name}, {way}" if way else name


def goals(result: Result) -> list[Goal]:
    """Those of the issue."""
    return list(_goals(result))


def _goals(result: Any) -> Iterator[Goal]:  # noqa: ANN401  # a JSON document
    plan, learned = result["plan"], {way: result[f"learned{_WAYS[way]}"] for way in WAYS}
    yield _at_least("gap closed by the plan, each follows its own meter", 0.70, plan["gap"])
    yield _at_least("gap closed by the plan, all follow the sum of meters", 0.70, result["plan_together"]["gap"])
    yield _at_least("gap closed by the plan, fixed before the hour", 0.70, result["plan_fixed"]["gap"])
    for way, each in learned.items():
        yield _at_least(f"gap closed by learned agents, each {way}, mean of seeds", 0.45, each["gap_mean"])
    most = max(each["worse_than_alone"] for each in learned.values())
    for name, worse in (("plan", plan["worse_than_alone"]), ("learned agents in all three ways", most)):
        yield Goal(f"homes that pay more than without trade, {name}", "0", str(worse), worse == 0)
    halves = (("plan", result["half"]["plan"]), (f"learned agents, each {KNOWING}", result["half"]["learned"]))
    for name, half in halves:
        worse = half["worse_without_agent"]
        yield Goal(f"homes without an agent that pay more, half have {name}", "0", str(worse), worse == 0)


def _at_least(figure: str, goal: float, measured: float) -> Goal:
    return Goal(figure, f">= {goal:.2f}", f"{measured:.3f}", measured >= goal)


class _Scores:
    """Bills of all runs."""

    def __init__(self, stage: Stage, meters: Meters, seed: int) -> None:
        steps = range(stage.spans.scored.start * stage.per_day, stage.spans.scored.stop * stage.per_day)
        span = slice(steps.start, steps.stop)
        self._prices = stage.community.import_price[span], stage.community.export_price[span]
        self._meters, self._seed, self._net = meters, seed, stage.community.net_wh[:, span]
        self._bare = sum(alone(self._net, *self._prices))
        self._alone = alone(meters[RULE, seed], *self._prices)
        self._ruled = pooled(meters[RULE, seed], *self._prices)
        self._bound = perfect_bill(stage.community, steps)

    def result(self) -> Result:
        """The document."""
        seeds = [seed for name, seed in self._meters if name == _named(LEARNED, KNOWING)]
        return {
            "homes": len(self._alone),
            "steps": len(self._prices[0]),
            "policies": list(self._rows(seeds)),
            "plan": self._shared(PLAN, self._seed),
            "plan_together": self._shared(TOGETHER, self._seed),
            "plan_fixed": self._shared(FIXED, self._seed),
            **{f"by_itself{ending}": self._shared(_named(BY_ITSELF, way), self._seed) for way, ending in _WAYS.items()},
            **{f"learned{ending}": self._learned(_named(LEARNED, way), seeds) for way, ending in _WAYS.items()},
            "half": {"plan": self._half(HALF + PLAN), "learned": self._half(_named(HALF + LEARNED, KNOWING))},
        }

    def _rows(self, seeds: list[int]) -> Iterator[dict[str, object]]:
        chance = zero_intelligence_bills(self._meters[RULE, self._seed], *self._prices, self._seed)
        yield self._row("no battery, no trade", self._bare)
        yield self._row("no battery, pool", community_bill(self._net, *self._prices))
        yield self._row("rule, no trade", sum(self._alone))
        yield self._row("rule, orders without intelligence", sum(chance))
        yield self._row("rule, pool", sum(self._ruled))
        for name in (FIXED, PLAN, TOGETHER, *(_named(BY_ITSELF, way) for way in WAYS)):
            yield self._row(f"{name}, pool", self._bill(name, self._seed))
        for way in WAYS:
            for seed in seeds:
                policy = f"{_named(BY_ITSELF, way)}, learned with seed {seed}, pool"
                yield self._row(policy, self._bill(_named(LEARNED, way), seed))
        yield self._row("the future known", self._bound)

    def _row(self, policy: str, bill: int) -> dict[str, object]:
        return {"policy": policy, "bill": bill, "share": round(bill / self._bare, 4), "gap": self._gap(bill)}

    def _bill(self, name: str, seed: int) -> int:
        return community_bill(self._meters[name, seed], *self._prices)

    def _gap(self, bill: int) -> float:
        ruled = sum(self._ruled)
        return round((ruled - bill) / (ruled - self._bound), 4)

    def _shared(self, name: str, seed: int) -> dict[str, object]:
        bills = pooled(self._meters[name, seed], *self._prices)
        saved = [own - bill for own, bill in zip(self._alone, bills, strict=True)]
        return {
            "gap": self._gap(sum(bills)),
            "worse_than_alone": sum(each < 0 for each in saved),
            "least_saved": min(saved),
            "most_saved": max(saved),
        }

    def _learned(self, name: str, seeds: list[int]) -> dict[str, object]:
        gaps = [self._gap(self._bill(name, seed)) for seed in seeds]
        by_seed = [self._shared(name, seed) for seed in seeds]
        worse = max(sum(bill > own for bill, own in self._against_alone(name, seed)) for seed in seeds)
        return {
            "gap_mean": round(float(np.mean(gaps)), 4),
            "gap_min": min(gaps),
            "gap_max": max(gaps),
            "gap_deviation": round(float(np.std(gaps)), 4),
            "worse_than_alone": worse,
            "by_seed": by_seed,
        }

    def _against_alone(self, name: str, seed: int) -> Iterator[tuple[int, int]]:
        return zip(pooled(self._meters[name, seed], *self._prices), self._alone, strict=True)

    def _half(self, name: str) -> dict[str, object]:
        bills = pooled(self._meters[name, self._seed], *self._prices)
        both = list(zip(bills, self._ruled, strict=True))
        without, with_agent = both[1::2], both[::2]
        return {
            "worse_without_agent": sum(bill > ruled for bill, ruled in without),
            "saved_without_agent": _saved(without),
            "saved_with_agent": _saved(with_agent),
            "gap": self._gap(sum(bills)),
        }


def _saved(bills: list[tuple[int, int]]) -> float:
    """Share of what they would pay if nobody had an agent."""
    return round(1 - sum(bill for bill, _ in bills) / sum(ruled for _, ruled in bills), 4)

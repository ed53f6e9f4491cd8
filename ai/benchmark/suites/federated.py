"""Federated learning on the load of 15 homes, protocol CL22-WF: what it costs not to bring all data together.

The same net learns pooled (all rows in one place), federated, and in each home alone; pooled and federated models also
learn an epoch of each home's own. A pooled net could see more, so one that knows homes and their neighbours' features
stands beside it. Then three of fifteen clients lie, in three ways, under three rules of combining; scores of lies are
of the homes that are honest.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from aipchain.ai.benchmark.homes import HomesYear
from aipchain.ai.benchmark.scores import Scores, naive_error, score
from aipchain.ai.benchmark.suite import Goal, Result
from aipchain.ai.benchmark.walk_forward import TEST, TRAINING_DAYS, Fold, folds
from aipchain.ai.executors.executor import Executor
from aipchain.ai.federated.aggregation import Rule
from aipchain.ai.federated.attacks import Attack
from aipchain.ai.federated.comparison import Compared, Settings, alone, pooled, together
from aipchain.ai.federated.learner import Learning
from aipchain.ai.federated.rounds import Plan
from aipchain.ai.forecasting.forecaster import Forecaster
from aipchain.ai.forecasting.network import FeatureNet
from aipchain.ai.forecasting.quantiles import Quantiles
from aipchain.ai.panel import Panel

__all__ = ["goals", "liars", "measured", "run"]

POOLED: Final = "pooled"
POOLED_OWN: Final = "pooled + own epoch"
KNOWN: Final = "pooled, knows homes and neighbours"
TOGETHER: Final = "federated"
TOGETHER_OWN: Final = "federated + own epoch"
ALONE: Final = "each home alone"

_VARIANTS: Final = {POOLED: (POOLED, POOLED_OWN), TOGETHER: (TOGETHER, TOGETHER_OWN), ALONE: (ALONE,)}
"""What is scored of a way: what all share, and then what each home learned for itself."""

LIARS_OF_15: Final = 3


@dataclass(frozen=True, slots=True)
class _Way:
    """A way to learn: one of the names above; a federated one perhaps with liars and another rule."""

    name: str
    rule: Rule = Rule.TRIMMED_MEAN
    attack: Attack | None = None


@dataclass(frozen=True, slots=True)
class _Told:
    """Forecasts of a fold by variant, and what it took."""

    forecasts: Mapping[str, Quantiles]
    cpu_s: float
    largest_answer: int = 0
    refused: int = 0


def run(year: HomesYear, executor: Executor, seed: int, told: Callable[[str], None]) -> Result:
    """Walk through the test days in each way."""
    ways = Settings(Plan(seed=seed), Learning(seed=seed)), FeatureNet(KNOWN, seeds=(seed,))
    return measured(year.core_load, TEST, ways, executor, told)


def measured(
    panel: Panel, days: range, ways: tuple[Settings, Forecaster], executor: Executor, told: Callable[[str], None]
) -> Result:
    """Walk through days in each way; each fold of each way is a piece of work.

    :param ways: how nets of the federation learn, and the pooled one that knows homes and neighbours.
    """
    settings, seed = ways[0], ways[0].plan.seed
    walked = _walks(panel, days, ways, executor, told)
    honest = [place for place, home in enumerate(panel.homes) if home not in liars(panel, seed)]
    homes, together_ = panel.of_homes([panel.homes[place] for place in honest]), walked[_Way(TOGETHER)]
    without = _of_homes(together_, honest)
    plain = [(name, each) for way, each in walked.items() if not way.attack for name in each.forecasts]
    lies = [(way, each) for way, each in walked.items() if way.attack]
    return {
        "ways": [_row(panel, days, name, each) for name, each in plain],
        "lies": [_lie(homes, days, way, _of_homes(each, honest), without) for way, each in lies],
        "rounds": settings.plan.rounds,
        "answer_bytes": together_.largest_answer,
        "homes": len(panel.homes),
        "liars": len(panel.homes) - len(honest),
    }


def _walks(
    panel: Panel, days: range, ways: tuple[Settings, Forecaster], executor: Executor, told: Callable[[str], None]
) -> dict[_Way, _Told]:
    pieces = [(way, fold) for way in _ways() for fold in folds(days)]
    found: dict[_Way, list[_Told]] = {}
    results = executor.map(_piece, pieces, (panel, *ways))
    for place, ((way, fold), each) in enumerate(zip(pieces, results, strict=True), start=1):
        found.setdefault(way, []).append(each)
        lie = f", {way.attack} under {way.rule}" if way.attack else ""
        which = f"{way.name}{lie}: days {fold.days.start} to {fold.days.stop - 1}"
        told(f"{place} of {len(pieces)}: {which} ({each.cpu_s:.1f} CPU s)")
    return {way: _walked(parts) for way, parts in found.items()}


def goals(result: Result) -> list[Goal]:
    """Near pooled, better than alone, small answers, few rounds, and liars that cost little."""
    rows: Any = result["ways"]
    wql = {row["model"]: row["wql"] for row in rows}
    best = min(wql[KNOWN], wql[POOLED])
    dearer, better = wql[TOGETHER_OWN] / best - 1, 1 - wql[TOGETHER_OWN] / wql[ALONE]
    lies: Any = result["lies"]
    worst = max(row["cost"] for row in lies if row["rule"] == str(Rule.TRIMMED_MEAN))
    size, rounds = int(str(result["answer_bytes"])), int(str(result["rounds"]))
    return [
        Goal("WQL against the better of pooled", "<= +1 %", f"{dearer:+.2%}", dearer <= 0.01),
        Goal("WQL better than each home alone", ">= 2 %", f"{better:.2%}", better >= 0.02),
        Goal("an answer", "<= 110,000 bytes", f"{size:,} bytes", size <= 110_000),
        Goal("rounds", "<= 15", str(rounds), rounds <= 15),
        Goal("3 of 15 liars, trimmed mean, worst lie", "<= +3 % WQL", f"{worst:+.2%}", worst <= 0.03),
    ]


def liars(panel: Panel, seed: int) -> list[str]:
    """The homes whose clients lie: a fifth of all."""
    drawn = np.random.default_rng(seed).choice(len(panel.homes), len(panel.homes) * LIARS_OF_15 // 15, replace=False)
    return [panel.homes[place] for place in sorted(drawn)]


def _ways() -> Iterator[_Way]:
    yield from (_Way(name) for name in (KNOWN, POOLED, TOGETHER, ALONE))
    yield from (_Way(TOGETHER, rule, attack) for attack in Attack for rule in Rule)


def _piece(shared: tuple[Panel, Settings, Forecaster], piece: tuple[_Way, Fold]) -> _Told:
    (panel, settings, known), (way, fold) = shared, piece
    began = time.process_time()
    past, shown = panel.until(fold.days.start), panel.until(fold.days.stop)
    if way.name == KNOWN:
        return _Told({KNOWN: known.fit(past).forecast(shown, fold.days)}, time.process_time() - began)
    compared = _compared(way, past, settings)
    variants = dict(zip(_VARIANTS[way.name], (compared.shared, compared.own), strict=False))
    forecasts = {name: variant.forecast(shown, fold.days) for name, variant in variants.items()}
    return _Told(forecasts, time.process_time() - began, compared.largest_answer, compared.refused)


def _compared(way: _Way, past: Panel, settings: Settings) -> Compared:
    if way.name == POOLED:
        return pooled(past, settings)
    if way.name == ALONE:
        return alone(past, settings)
    return together(past, settings, way.rule, way.attack, liars(past, settings.plan.seed))


def _walked(parts: Sequence[_Told]) -> _Told:
    forecasts = {name: np.concatenate([part.forecasts[name] for part in parts], axis=1) for name in parts[0].forecasts}
    cpu_s, refused = sum(part.cpu_s for part in parts), sum(part.refused for part in parts)
    return _Told(forecasts, cpu_s, max(part.largest_answer for part in parts), refused)


def _row(panel: Panel, days: range, name: str, told: _Told) -> dict[str, object]:
    found = _scores(panel, days, told.forecasts[name])
    figures = {each: round(getattr(found, each), 4) for each in ("mase", "nrmse", "wql")}
    coverage = {"cov80_min": round(min(found.coverage), 3), "cov80_max": round(max(found.coverage), 3)}
    return {"model": name, **figures, **coverage, "cpu_s": round(told.cpu_s, 1)}


def _lie(panel: Panel, days: range, way: _Way, told: _Told, without: _Told) -> dict[str, object]:
    """What a lie cost the homes of a panel, each forecast by its own copy and by the model that all share."""
    figures: dict[str, float] = {}
    for ending, name in (("", TOGETHER_OWN), ("_shared", TOGETHER)):
        lied, honestly = (_scores(panel, days, each.forecasts[name]).wql for each in (told, without))
        figures |= {f"wql{ending}": round(lied, 4), f"cost{ending}": round(lied / honestly - 1, 4)}
    return {"lie": str(way.attack), "rule": str(way.rule), **figures, "refused": told.refused}


def _of_homes(told: _Told, places: Sequence[int]) -> _Told:
    return replace(told, forecasts={name: each[list(places)] for name, each in told.forecasts.items()})


def _scores(panel: Panel, days: range, forecast: Quantiles) -> Scores:
    span, energy, missing = slice(days.start, days.stop), panel.energy_wh, panel.missing
    naive_wh = naive_error(energy[:, :TRAINING_DAYS], missing[:, :TRAINING_DAYS])
    return score(energy[:, span], missing[:, span], forecast, naive_wh)

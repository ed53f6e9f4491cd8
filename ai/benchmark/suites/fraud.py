"""Fraud: planted attacks on honest homes, honest generation and honest trade, found or not, with false alarms counted.

Detectors were chosen, and their thresholds are set, on days 90 to 181 and on one set of worlds; what is shown is of
days 182 to 363 and of other worlds. Two of six families of theft, named by a rule, were not looked at before.
"""

from collections.abc import Callable, Sequence
from statistics import mean
from typing import Any, Final, cast

from aipchain.ai.anomaly.attacks.theft import HELD_OUT
from aipchain.ai.anomaly.attacks.worlds import BOLD, CAREFUL, Strength
from aipchain.ai.anomaly.trials import generation, theft, trades
from aipchain.ai.benchmark.homes import HomesYear
from aipchain.ai.benchmark.suite import Goal, Result
from aipchain.ai.benchmark.walk_forward import TEST, TUNING
from aipchain.ai.executors.executor import Executor

__all__ = ["goals", "measured", "run"]

WEEK_FALSE_ALARMS: Final = 0.03
"""Stated share of honest home-weeks that raise an alarm; a habit that changes raises it, so less than is allowed."""

MOST_FALSE_ALARMS: Final = 0.05
"""Share of honest home-weeks that may raise one."""

DAY_FALSE_ALARMS: Final = 0.02
"""Of honest home-days of generation."""

ACCOUNT_FALSE_ALARMS: Final = 0.004
"""Of honest accounts, by each of four detectors."""

WORLDS: Final = 20
DRAWS: Final = 3


def run(year: HomesYear, executor: Executor, seed: int, told: Callable[[str], None]) -> Result:
    """Everything at full size, some minutes of one core."""
    draws = tuple(seed * DRAWS + draw for draw in range(DRAWS))
    return measured(year, executor, told, test=TEST, draws=draws, worlds=WORLDS)


def measured(
    year: HomesYear, executor: Executor, told: Callable[[str], None], *, test: range, draws: Sequence[int], worlds: int
) -> Result:
    """Measure on a span of test days, with a seed for each draw of attacks, and on so many worlds of each kind."""
    told("theft: every home-week, honest and stolen from by six families")
    plan = theft.TheftPlan(TUNING, test, WEEK_FALSE_ALARMS, MOST_FALSE_ALARMS, tuple(draws))
    stolen = theft.theft_rows(year.core_load, plan, executor)
    told("generation: every home-day, honest and over-reported")
    over = generation.generation_rows(
        year.core_generation, TUNING, test, false_alarms=DAY_FALSE_ALARMS, executor=executor
    )
    told(f"trades: {worlds} worlds to set thresholds on, {2 * worlds} to measure")
    shown = {"bold": _plans(1, worlds, BOLD, draws[0]), "careful": _plans(2, worlds, CAREFUL, draws[0])}
    found = trades.trade_rows(_plans(0, worlds, BOLD, draws[0]), shown, ACCOUNT_FALSE_ALARMS, executor)
    return {
        "theft": [_theft_row(row) for row in stolen],
        "generation": [_generation_row(row) for row in over],
        "trades": [_trade_row(row) for row in found],
        "stated_false_alarms": {
            "home_week": WEEK_FALSE_ALARMS,
            "home_day": DAY_FALSE_ALARMS,
            "account": ACCOUNT_FALSE_ALARMS,
        },
        "held_out": ", ".join(HELD_OUT),
    }


def goals(result: Result) -> list[Goal]:
    """What was promised, by the detectors that are used; peers' rows do not count."""
    rows = [row for row in _rows(result, "theft") if row["detector"] == theft.OWN]
    seen, held_out = ([row["auc"] for row in rows if row["held_out"] is which] for which in (False, True))
    recall, realised = mean(row["recall"] for row in rows), rows[0]["realised_false_alarms"]
    at_limit = mean(row["recall_at_5_%_realised"] for row in rows)
    more = next(row for row in _rows(result, "generation") if row["detector"] == generation.OWN and row["gain"] == 1.2)
    found = [
        _least("theft, AUC by week, seen families", mean(seen), 0.92),
        _least("theft, AUC by week, held-out families", mean(held_out), 0.85),
        _least("theft, recall over all families, threshold set before", recall, 0.65),
        _most("theft, its realised false alarms", realised, MOST_FALSE_ALARMS),
        _least("theft, recall where 5 % are false alarms, threshold read off the test", at_limit, 0.65),
        _least("generation +20 %, AUC by day", more["auc"], 0.94),
    ]
    for detector in ("circles of energy", "lives that stay inside"):
        row = next(row for row in _rows(result, "trades") if row["detector"] == detector and row["worlds"] == "bold")
        found.append(_least(f"{row['fraud']}, F1", row["f1"], 0.9))
        found.append(_most(f"{row['fraud']}, honest accounts flagged", row["honest_flagged"], 0.01))
    return found


def _least(figure: str, value: float, goal: float) -> Goal:
    return Goal(figure, f">= {goal}", f"{value:.3f}", value >= goal)


def _most(figure: str, value: float, goal: float) -> Goal:
    return Goal(figure, f"<= {goal}", f"{value:.4f}", value <= goal)


def _plans(set_of_worlds: int, count: int, strength: Strength, seed: int) -> list[trades.Plan]:
    """Worlds that calibrate and worlds that are measured share neither seed nor size."""
    least, step = (60, 20) if set_of_worlds == 0 else (50, 30)
    first = 1_000_000 * set_of_worlds + 1_000 * seed
    return [trades.Plan(first + number, least + step * (number % 6), strength) for number in range(count)]


def _theft_row(row: theft.TheftRow) -> dict[str, object]:
    return {
        "detector": row.detector,
        "family": row.family,
        "held_out": row.held_out,
        "auc": round(row.auc, 4),
        "recall": round(row.recall, 4),
        "realised_false_alarms": round(row.realised, 4),
        "recall_at_5_%_realised": round(row.recall_at_limit, 4),
    }


def _generation_row(row: generation.GenerationRow) -> dict[str, object]:
    return {
        "detector": row.detector,
        "gain": row.gain,
        "auc": round(row.auc, 4),
        "recall": round(row.recall, 4),
        "realised_false_alarms": round(row.realised, 4),
    }


def _trade_row(row: trades.TradeRow) -> dict[str, object]:
    return {
        "worlds": row.worlds,
        "fraud": row.fraud,
        "detector": row.detector,
        "f1": round(row.found.f1, 4),
        "culprits": row.found.rightly + row.found.missed,
        "found": row.found.rightly,
        "honest": row.found.honest,
        "honest_flagged": round(row.found.honest_flagged, 4),
    }


def _rows(result: Result, name: str) -> Sequence[dict[str, Any]]:
    return cast(Sequence[dict[str, Any]], result[name])

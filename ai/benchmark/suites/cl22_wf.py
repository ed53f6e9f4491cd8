"""CL22-WF: day-ahead forecasts of 17 homes, walked through half a year with a refit every four weeks.

Load of each home, generation of each home per kW of rated generation, the community as one, and homes that joined only
days ago. What other packages reach on the same days stands beside ours; `tests/bench/ai/peers.py` measures that.
"""

import json
from collections.abc import Callable, Iterator
from importlib import resources
from typing import Any, Final

from aipchain.ai.benchmark.homes import HomesYear
from aipchain.ai.benchmark.suite import Goal, Result
from aipchain.ai.benchmark.suites.community import community_scores
from aipchain.ai.benchmark.suites.load import load_scores, walk_load
from aipchain.ai.benchmark.suites.newcomers import newcomer_scores
from aipchain.ai.benchmark.suites.pv import pv_scores
from aipchain.ai.executors.executor import Executor

__all__ = ["goals", "run"]

PEERS: Final = "cl22-wf-peers.json"
"""What other packages reached, among the results."""

LEAST_COVERED, MOST_COVERED = 0.78, 0.82


def run(year: HomesYear, executor: Executor, seed: int, told: Callable[[str], None]) -> Result:
    """All parts, one after the other."""
    load = load_scores(walk_load(year, executor, told), seed)
    told("homes that joined only days ago")
    newcomers = newcomer_scores(year, executor)
    told("generation")
    pv = pv_scores(year, executor)
    told("the community as one")
    community = community_scores(year, executor)
    return {**load, **_parted("pv", pv), **_parted("community", community), "newcomers": newcomers, "peers": _peers()}


def goals(result: Result) -> list[Goal]:
    """Those of the protocol."""
    return list(_goals(result))


def _goals(result: Any) -> Iterator[Goal]:  # noqa: ANN401  # a JSON document
    load, pv, community = result["load"], result["pv"], result["community"]
    yield _at_most("load MASE", 0.760, load["mase"])
    yield _at_most("load WQL", 0.345, load["wql"])
    yield _at_most("load WQL, stretch", 0.335, load["wql"])
    low, high = load["cov80_min"], load["cov80_max"]
    within = low >= LEAST_COVERED and high <= MOST_COVERED
    yield Goal("load coverage of 0.8, each home", "0.78 to 0.82", f"{low:.3f} to {high:.3f}", within)
    yield _at_most("load, CPU s of seven fits", 120, load["cpu_s"])
    yield _at_most("load, peak RSS [MB]", 700, load["peak_rss_mb"])
    yield _at_most("generation MASE", 1.15, pv["mase"])
    yield _at_most("generation WQL", 0.148, pv["wql"])
    yield _at_most("community nMAE", 0.180, community["nmae"])
    yield _at_least("community peak hour within 1 h", 0.55, community["peak_hour_within_1h"])
    yield _at_most("community daily peak, error of size", 0.12, community["peak_size_error"])


def _at_most(figure: str, goal: float, measured: float) -> Goal:
    return Goal(figure, f"<= {goal:g}", f"{measured:.4g}", measured <= goal)


def _at_least(figure: str, goal: float, measured: float) -> Goal:
    return Goal(figure, f">= {goal:g}", f"{measured:.4g}", measured >= goal)


def _parted(name: str, scores: dict[str, object]) -> Result:
    """Figures under the name; what it holds of others and of parts beside them, under names of their own."""
    figures = {key: value for key, value in scores.items() if not isinstance(value, dict | list)}
    parts = {f"{name}_{key}": value for key, value in scores.items() if isinstance(value, dict | list)}
    return {name: figures, **parts}


def _peers() -> object:
    """Rows of other packages; none where they were not measured."""
    kept = resources.files("aipchain.ai.benchmark") / "results" / PEERS
    return json.loads(kept.read_text(encoding="utf-8"))["peers"] if kept.is_file() else []

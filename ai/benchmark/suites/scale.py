"""How fast: forecasts of 10,000 homes, seven refits, and what a second worker of a Ray cluster brings.

Ten thousand real homes are not public, so they are generated: each takes the days of one real home, exchanged among
weeks nearby, at a size of its own. They are synthetic and serve for nothing but time. Communities of 100 homes are
forecast one at a time, by the blend that forecasts best. Back-tests go through one and then two nodes of a Ray cluster
on this machine, through joblib and through this process; all four must give the same bytes.
"""

import os
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from hashlib import blake2b
from importlib import import_module
from typing import Any, Final

import numpy as np

from aipchain.ai.benchmark.homes import HomesYear
from aipchain.ai.benchmark.suite import Goal, Result
from aipchain.ai.benchmark.suites.pieces import Warm, back_test, next_day
from aipchain.ai.benchmark.walk_forward import TEST, folds
from aipchain.ai.errors import PartMissing
from aipchain.ai.executors.choose import choose_executor
from aipchain.ai.executors.executor import Executor
from aipchain.ai.executors.in_process import InProcess
from aipchain.ai.forecasting.best import best_of_load
from aipchain.ai.forecasting.blend import Blend
from aipchain.ai.forecasting.features import WINDOW_DAYS
from aipchain.ai.forecasting.forecaster import Fitted, Forecaster
from aipchain.ai.panel import DAY_S, Panel
from aipchain.units import UnixSeconds

__all__ = ["back_tested", "generated_homes", "goals", "predicted", "run"]

NODES: Final = 10_000
A_COMMUNITY: Final = 100
_NODES: Final = "aipchain.ai.benchmark.suites.nodes"
"""Loaded when it is needed: workers that are timed load no Ray."""

_SMALL: Final = range(40, 44)
"""Days of a back-test that only wakes workers."""

_WEEKS_NEARBY: Final = 2
_SIZES: Final = 0.4
"""Deviation of the logarithm of generated homes' sizes."""


def run(year: HomesYear, executor: Executor, seed: int, told: Callable[[str], None]) -> Result:
    """Time all of it; only worth something while nothing else runs on the machine.

    :raises PartMissing: Ray is not installed.
    """
    cluster = _cluster_of_this_machine()
    load, busy = year.core_load, os.getloadavg()[0]
    blend = best_of_load()
    told(f"{NODES} generated homes")
    ahead = predicted(blend.fit(load.until(TEST.start)), generated_homes(load, NODES, seed), executor)
    rows = list(_places(load, _parts(blend), cluster, told))
    return {
        "forecasts": [{"model": blend.name, "homes": NODES, "synthetic": True, **ahead}],
        "back_tests": rows,
        "speed_up": round(_wall(rows, "ray", 1) / _wall(rows, "ray", 2), 2),
        "refit_cpu_s": next(row["cpu_s"] for row in rows if row["place"] == "in process"),
        "refit_rss_mb": next(row["peak_rss_mb"] for row in rows if row["place"] == "joblib"),
        "load_average_before": round(busy, 2),
    }


def goals(result: Result) -> list[Goal]:
    """What was promised of time, memory and sameness."""
    found: Any = result
    wall, rows = found["forecasts"][0]["wall_s"], found["back_tests"]
    longest = _wall(rows, "ray", 1)
    same = len({row["bytes"] for row in rows}) == 1
    cpu_s, rss_mb, faster = found["refit_cpu_s"], found["refit_rss_mb"], found["speed_up"]
    return [
        Goal("10,000 homes x 24 h x 9 quantiles", "< 5 s", f"{wall:.2f} s", wall < 5),
        Goal("seven refits of 15 homes", "<= 120 CPU s", f"{cpu_s:.0f} CPU s", cpu_s <= 120),
        Goal("memory of seven refits", "< 700 MB", f"{rss_mb:.0f} MB", rss_mb < 700),
        Goal("back-test by one Ray worker", ">= 20 s", f"{longest:.0f} s", longest >= 20),
        Goal("two Ray workers against one", ">= 1.7 x", f"{faster:.2f} x", faster >= 1.7),
        Goal("bytes of this process, joblib and Ray", "the same", "the same" if same else "they differ", same),
    ]


def generated_homes(real: Panel, count: int, seed: int, days: int = WINDOW_DAYS) -> Panel:
    """Homes that do not exist: the last days of real ones, drawn anew.

    Each day is one of the home's model with the same weekday, two weeks off at most: weekdays and seasons stay.

    :raises ValueError: the real homes have too few days.
    """
    margin = 7 * _WEEKS_NEARBY
    if real.days < days + margin:
        raise ValueError(f"{days + margin} days of real homes are needed, there are {real.days}")
    draws = np.random.default_rng(seed)
    models = draws.integers(0, len(real.homes), count)
    first = real.days - days
    nearby = np.arange(first, real.days) + 7 * draws.integers(-_WEEKS_NEARBY, _WEEKS_NEARBY + 1, (count, days))
    drawn = np.where(nearby < real.days, nearby, nearby - margin)
    sizes = np.exp(draws.normal(0.0, _SIZES, count))[:, None, None]
    energy_wh = np.rint(real.energy_wh[models[:, None], drawn] * sizes).astype(np.int64)
    names = tuple(f"synthetic-{number:05}" for number in range(count))
    start = UnixSeconds(real.start + first * DAY_S)
    return Panel(names, start, energy_wh, real.missing[models[:, None], drawn])


def predicted(fitted: Fitted, homes: Panel, executor: Executor) -> dict[str, object]:
    """Forecast the day after the last of every home, community by community, with warm workers."""
    communities = [_slice(homes, first) for first in range(0, len(homes.homes), A_COMMUNITY)]
    with executor.actors(partial(Warm, fitted)) as pool:
        pool.map(next_day, communities[: executor.workers])
        began = time.monotonic()
        told = pool.map(next_day, communities)
        wall_s = time.monotonic() - began
    figures = {"wall_s": round(wall_s, 2), "cpu_s": round(sum(cpu_s for _, cpu_s in told), 2)}
    return {**figures, "workers": executor.workers, "quantiles": sum(count for count, _ in told)}


def back_tested(panel: Panel, forecasters: Sequence[Forecaster], days: range, executor: Executor) -> dict[str, Any]:
    """Walk each forecaster through the days; the longest pieces first, so that no worker is left waiting at the end."""
    pieces = [(forecaster, fold) for fold in reversed(list(folds(days))) for forecaster in forecasters]
    began = time.monotonic()
    told = list(executor.map(back_test, pieces, panel))
    wall_s = time.monotonic() - began
    digest = blake2b(b"".join(each.energy for each in told), digest_size=16).hexdigest()
    cpu_s, most_mb = sum(each.cpu_s for each in told), max(each.peak_rss_mb for each in told)
    return {"wall_s": round(wall_s, 1), "cpu_s": round(cpu_s, 1), "bytes": digest, "peak_rss_mb": round(most_mb)}


def _slice(homes: Panel, first: int) -> Panel:
    chosen = slice(first, first + A_COMMUNITY)
    return Panel(homes.homes[chosen], homes.start, homes.energy_wh[chosen], homes.missing[chosen])


def _parts(forecaster: Forecaster) -> list[Forecaster]:
    return [part for part, _ in forecaster.parts] if isinstance(forecaster, Blend) else [forecaster]


def _places(
    panel: Panel, forecasters: Sequence[Forecaster], cluster: Callable[[], Any], told: Callable[[str], None]
) -> Iterator[dict[str, Any]]:
    """The same back-test in every place; of the cluster with one node, and again with two."""
    yield _placed(panel, forecasters, InProcess(), told)
    yield _placed(panel, forecasters, choose_executor(workers=2), told)
    with cluster() as nodes:
        for _ in range(2):
            nodes.add_node(num_cpus=1)
            yield _placed(panel, forecasters, choose_executor(nodes.address), told)


def _cluster_of_this_machine() -> Callable[[], Any]:
    try:
        found: Callable[[], Any] = import_module(_NODES).cluster_of_this_machine
    except ModuleNotFoundError as error:
        raise PartMissing(error.name or "ray", "ray") from error
    return found


def _placed(
    panel: Panel, forecasters: Sequence[Forecaster], executor: Executor, told: Callable[[str], None]
) -> dict[str, Any]:
    """A back-test after small ones, one for each worker: a cluster wakes the second while the first is at work."""
    for _ in range(executor.workers):
        back_tested(panel.until(_SMALL.stop), forecasters, _SMALL, executor)
    told(f"back-test: {executor.name}, {executor.workers} at a time")
    return {"place": executor.name, "workers": executor.workers, **back_tested(panel, forecasters, TEST, executor)}


def _wall(rows: Sequence[Any], place: str, workers: int) -> float:
    return float(next(row["wall_s"] for row in rows if (row["place"], row["workers"]) == (place, workers)))

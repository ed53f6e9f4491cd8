"""Load of homes, protocol CL22-WF: what homes use the next day, hour by hour, by each forecaster and by their blend.

The blend of the walk is made of its parts' walks, as `Blend` would make it; tracking then runs through the test days in
order, each day knowing the days before it. Differences to the tracked blend are tested on whole weeks.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from aipchain.ai.benchmark.bootstrap import week_block_difference
from aipchain.ai.benchmark.homes import HomesYear
from aipchain.ai.benchmark.scores import Scores, naive_error, pinball, score
from aipchain.ai.benchmark.walk_forward import TEST, TRAINING_DAYS, Walk, walk_all
from aipchain.ai.executors.executor import Executor
from aipchain.ai.forecasting.blend import Blend, blended
from aipchain.ai.forecasting.climatology import Climatology
from aipchain.ai.forecasting.load import load_blend
from aipchain.ai.forecasting.persistence import Persistence
from aipchain.ai.forecasting.quantiles import LEVELS, Quantiles
from aipchain.ai.forecasting.tracking import tracked
from aipchain.ai.panel import Panel

__all__ = ["OURS", "LoadWalk", "load_scores", "walk_load"]

OURS: Final = "blend, tracked"


@dataclass(frozen=True, slots=True)
class LoadWalk:
    """Walks over the same days of a panel, by name of the forecaster; `OURS` is what the benchmark stands for."""

    panel: Panel
    days: range
    walks: Mapping[str, Walk]

    @property
    def actual(self) -> NDArray[np.int64]:
        """What was used, (homes, days, steps) [Wh]."""
        return self.panel.energy_wh[:, self.days.start : self.days.stop]

    @property
    def missing(self) -> NDArray[np.bool_]:
        """What was not measured of it."""
        return self.panel.missing[:, self.days.start : self.days.stop]


def walk_load(
    year: HomesYear, executor: Executor, told: Callable[[str], None], days: range = TEST, blend: Blend | None = None
) -> LoadWalk:
    """Walk the core homes with the simple forecasters, with the parts of the blend, with both blends."""
    panel, blend = year.core_load, blend or load_blend()
    simple = (Persistence(1), Persistence(7), Climatology())
    walks = walk_all((*simple, *(part for part, _ in blend.parts)), panel, days, executor, told)
    parts = [(walks[part.name], weight) for part, weight in blend.parts]
    mixed = blended([(walk.forecast, weight) for walk, weight in parts])
    cost = (sum(walk.cpu_s for walk, _ in parts), max(walk.peak_rss_mb for walk, _ in parts))
    found = LoadWalk(panel, days, walks)
    return LoadWalk(
        panel,
        days,
        {**walks, blend.name: Walk(mixed, *cost), OURS: Walk(tracked(mixed, found.actual, found.missing), *cost)},
    )


def load_scores(walk: LoadWalk, seed: int = 0) -> dict[str, object]:
    """Figures of ours under `load`, tables of all forecasters, of homes, and of differences between forecasters."""
    naive_wh = naive_error(walk.panel.energy_wh[:, :TRAINING_DAYS], walk.panel.missing[:, :TRAINING_DAYS])
    scores = {name: score(walk.actual, walk.missing, each.forecast, naive_wh) for name, each in walk.walks.items()}
    ours = scores[OURS]
    return {
        "load": {**_figures(ours), "homes": len(walk.panel.homes), **_cost(walk.walks[OURS])},
        "load_models": [_row(name, scores[name], each) for name, each in walk.walks.items()],
        "load_homes": [
            {"home": home, "cov80": round(share, 4)}
            for home, share in zip(walk.panel.homes, ours.coverage, strict=True)
        ],
        "load_differences": list(_differences(walk, seed)),
        "load_weeks": list(_weeks(walk)),
    }


def _figures(found: Scores) -> dict[str, float]:
    names = ("mase", "nmae", "nrmse", "wql", "wql_99", "crps_wh")
    coverage = {"cov80_min": min(found.coverage), "cov80_max": max(found.coverage)}
    return {name: round(value, 4) for name, value in {**{n: getattr(found, n) for n in names}, **coverage}.items()}


def _row(name: str, found: Scores, walk: Walk) -> dict[str, object]:
    return {
        "model": name,
        **_figures(found),
        **_cost(walk),
    }


def _cost(walk: Walk) -> dict[str, float]:
    return {"cpu_s": round(walk.cpu_s, 1), "peak_rss_mb": round(walk.peak_rss_mb)}


def _differences(walk: LoadWalk, seed: int) -> Iterator[dict[str, object]]:
    """WQL of each other forecaster less that of ours, with its 95 % interval from whole weeks drawn anew."""
    weight = np.sum(walk.actual, axis=(0, 2), where=~walk.missing).astype(np.float64)
    ours = _daily_loss(walk, walk.walks[OURS].forecast)
    for name, each in walk.walks.items():
        if name != OURS:
            found = week_block_difference(ours, _daily_loss(walk, each.forecast), weight, seed=seed)
            more, low, high = (round(each, 5) for each in (found.mean, found.low, found.high))
            yield {"model": name, "wql_more": more, "low": low, "high": high}


def _weeks(walk: LoadWalk) -> Iterator[dict[str, object]]:
    """WQL of each week, by forecaster."""
    weight = np.sum(walk.actual, axis=(0, 2), where=~walk.missing).astype(np.float64)
    losses = {name: _daily_loss(walk, each.forecast) for name, each in walk.walks.items()}
    for first in range(0, len(weight) // 7 * 7, 7):
        week = slice(first, first + 7)
        wql = {name: round(float(loss[week].sum() / weight[week].sum()), 4) for name, loss in losses.items()}
        yield {"week": first // 7 + 1, **wql}


def _daily_loss(walk: LoadWalk, forecast: Quantiles) -> NDArray[np.float64]:
    """Twice the pinball loss of each day, mean over levels [Wh]: by energy of the day it is that day's WQL."""
    loss = np.where(walk.missing[..., None], 0.0, pinball(walk.actual, forecast, LEVELS))
    return np.asarray(2 * loss.mean(axis=-1).sum(axis=(0, 2)), dtype=np.float64)

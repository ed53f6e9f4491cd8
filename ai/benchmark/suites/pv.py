"""Generation of homes, protocol CL22-WF: the sky blend, its analogs, persistence and climatology, per kW of rating.

No weather and no day of the year is used: the pack's weather was not of that year, and one year teaches no season.
"""

import numpy as np

from aipchain.ai.benchmark.homes import HomesYear
from aipchain.ai.benchmark.scores import naive_error, score
from aipchain.ai.benchmark.walk_forward import TEST, TRAINING_DAYS, Walk, walk_all
from aipchain.ai.executors.executor import Executor
from aipchain.ai.forecasting.climatology import Climatology
from aipchain.ai.forecasting.forecaster import Forecaster
from aipchain.ai.forecasting.persistence import Persistence
from aipchain.ai.forecasting.solar_analogs import SkyAnalogs
from aipchain.ai.forecasting.solar_blend import SkyBlend
from aipchain.ai.panel import Panel

__all__ = ["per_kilowatt", "pv_scores"]


def pv_scores(year: HomesYear, executor: Executor, days: range = TEST) -> dict[str, object]:
    """Scores of the sky blend, and of what it is held against, under `peers`."""
    panel, site = per_kilowatt(year), year.site
    forecasters: tuple[Forecaster, ...] = (
        SkyBlend(site),
        SkyAnalogs(site),
        Persistence(1),
        Climatology(14, hours_beside=0),
    )
    walks = walk_all(forecasters, panel, days, executor)
    ours, *peers = ({"model": name, **_scored(walk, panel, days)} for name, walk in walks.items())
    return {**ours, "homes": len(panel.homes), "peers": peers}


def per_kilowatt(year: HomesYear) -> Panel:
    """Generation of the homes whose panels work, in whole Wh per kW of rated generation."""
    panel = year.core_generation
    rated_w = year.capacity_of(panel.homes)[:, None, None]
    energy_wh = np.rint(panel.energy_wh * 1_000 / rated_w).astype(np.int64)
    return Panel(panel.homes, panel.start, energy_wh, panel.missing)


def _scored(walk: Walk, panel: Panel, days: range) -> dict[str, object]:
    energy, missing, span = panel.energy_wh, panel.missing, slice(days.start, days.stop)
    naive_wh = naive_error(energy[:, :TRAINING_DAYS], missing[:, :TRAINING_DAYS])
    found = score(energy[:, span], missing[:, span], walk.forecast, naive_wh)
    figures = {name: round(getattr(found, name), 4) for name in ("mase", "nmae", "nrmse", "wql", "wql_99", "crps_wh")}
    coverage = {"cov80_min": round(min(found.coverage), 4), "cov80_max": round(max(found.coverage), 4)}
    return {**figures, **coverage, "cpu_s": round(walk.cpu_s, 1), "peak_rss_mb": round(walk.peak_rss_mb)}

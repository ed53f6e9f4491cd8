"""Homes that joined only days ago: the blend learned without them, and knows of them no more than their first days.

Three homes at a time are left out of training on the days before the test span. Each week of that span they are taken
for homes that have just been measured for 1, 7 or 28 days, and their next day is forecast; climatology of the same
few days stands beside it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from aipchain.ai.benchmark.homes import HomesYear
from aipchain.ai.benchmark.scores import pinball
from aipchain.ai.benchmark.walk_forward import TEST
from aipchain.ai.executors.executor import Executor
from aipchain.ai.forecasting.climatology import Climatology
from aipchain.ai.forecasting.forecaster import Forecaster
from aipchain.ai.forecasting.load import load_blend
from aipchain.ai.forecasting.quantiles import LEVELS, MEDIAN, Quantiles
from aipchain.ai.panel import Panel

__all__ = ["FIRST_DAYS", "newcomer_scores"]

FIRST_DAYS: Final = (1, 7, 28)
"""So many days of a home are known."""
_TOGETHER: Final = 3
"""Homes that are left out at a time."""
_EVERY: Final = 7
"""Days from one origin to the next."""


@dataclass(frozen=True, slots=True)
class _Loss:
    """Sums over steps: pinball loss (mean of levels) and absolute error of both forecasters, and energy [Wh]."""

    blend_wh: float
    climatology_wh: float
    blend_error_wh: float
    climatology_error_wh: float
    energy_wh: float


def newcomer_scores(
    year: HomesYear, executor: Executor, days: range = TEST, forecaster: Forecaster | None = None
) -> list[dict[str, object]]:
    """A row for each number of first days: WQL and nMAE of the blend and of climatology."""
    panel, blend = year.core_load, forecaster or load_blend()
    groups = [panel.homes[first : first + _TOGETHER] for first in range(0, len(panel.homes), _TOGETHER)]
    found = list(executor.map(_group, groups, (blend, panel, days)))
    return [_row(known, [losses[place] for losses in found]) for place, known in enumerate(FIRST_DAYS)]


def _group(shared: tuple[Forecaster, Panel, range], group: Sequence[str]) -> list[_Loss]:
    forecaster, panel, days = shared
    fitted = forecaster.fit(panel.of_homes([home for home in panel.homes if home not in group]).until(days.start))
    rows = [panel.homes.index(home) for home in group]
    losses = []
    for known in FIRST_DAYS:
        blend, usual, actual = [], [], []
        for day in range(days.start, days.stop, _EVERY):
            shown = _joined_late(panel.until(day), rows, day - known)
            blend.append(fitted.forecast(shown, [day])[rows])
            usual.append(Climatology().forecast(shown, [day])[rows])
            actual.append(panel.energy_wh[rows, day : day + 1])
        losses.append(_loss(np.concatenate(blend, 1), np.concatenate(usual, 1), np.concatenate(actual, 1)))
    return losses


def _joined_late(panel: Panel, rows: Sequence[int], first: int) -> Panel:
    """The panel as it would be had these homes been measured from day `first` on."""
    missing = panel.missing.copy()
    missing[rows, :first] = True
    return Panel(panel.homes, panel.start, np.where(missing, 0, panel.energy_wh), missing)


def _loss(blend: Quantiles, usual: Quantiles, actual: NDArray[np.int64]) -> _Loss:
    quantile = [float(pinball(actual, told, LEVELS).mean(axis=-1).sum()) for told in (blend, usual)]
    point = [float(np.abs(told[..., MEDIAN] - actual).sum()) for told in (blend, usual)]
    return _Loss(quantile[0], quantile[1], point[0], point[1], float(actual.sum()))


def _row(known: int, losses: Sequence[_Loss]) -> dict[str, object]:
    energy_wh = sum(loss.energy_wh for loss in losses)
    return {
        "days_known": known,
        "blend_wql": round(2 * sum(loss.blend_wh for loss in losses) / energy_wh, 4),
        "climatology_wql": round(2 * sum(loss.climatology_wh for loss in losses) / energy_wh, 4),
        "blend_nmae": round(sum(loss.blend_error_wh for loss in losses) / energy_wh, 4),
        "climatology_nmae": round(sum(loss.climatology_error_wh for loss in losses) / energy_wh, 4),
    }

"""The linear program of a plan, and its solution by HiGHS. Floats live here and nowhere else on the way to an order.

For steps t with net load n, import price p, export price f, wear w, one-way efficiency e, reserve r:

    least  sum_t p_t i_t - f_t x_t + w (c_t + d_t) + R u_t  -  v s_T
    where  i_t - x_t - c_t + d_t = n_t                      (its dual is what a watt-hour is worth in t)
           s_t = s_(t-1) + e c_t - d_t / e,  s_t + u_t >= r
           0 <= c, d <= what the power gives,  0 <= s <= capacity,  i, x, u >= 0

Energy goes in as kilowatt-hours and prices relative to the highest, which keeps the numbers near one.
"""

from dataclasses import dataclass
from typing import Any, Final

import highspy
import numpy as np
from numpy.typing import NDArray

from aipchain.ai.agents.battery import Battery
from aipchain.ai.agents.errors import NoPlan
from aipchain.ai.agents.settings import PPM

__all__ = ["Program", "Solution", "solve"]

_KILO: Final = 1_000.0
_RESERVE_WEIGHT: Final = 10.0
"""A watt-hour below the reserve counts ten times the highest price, in each step."""

_KINDS: Final = 6
"""Columns of each step: import, export, charge, discharge, stored, below reserve."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Program:
    """What is planned on: net load and prices by step [Wh], [base units per Wh]; the battery and what counts."""

    net_wh: Floats
    import_price: Floats
    export_price: Floats
    battery: Battery
    stored_wh: int
    reserve_wh: int
    most_wh: int
    wear_price: int
    end_price: int


@dataclass(frozen=True, slots=True)
class Solution:
    """Charge less discharge of each step [Wh], and what a watt-hour is worth in it [base units per Wh]."""

    battery_wh: Floats
    worth: Floats


def solve(program: Program) -> Solution:
    """The optimum.

    :raises NoPlan: HiGHS found none.
    """
    steps, scale = len(program.net_wh), max(float(program.import_price.max()), 1.0)
    model = highspy.Highs()  # type: ignore[no-untyped-call]
    for option, value in (("output_flag", False), ("threads", 1), ("solver", "simplex"), ("presolve", "off")):
        model.setOptionValue(option, value)
    model.passModel(_model(program, scale))
    model.run()
    status = model.getModelStatus()
    if status != highspy.HighsModelStatus.kOptimal:
        raise NoPlan(str(model.modelStatusToString(status)), steps)
    found = model.getSolution()
    values = np.array(found.col_value).reshape(steps, _KINDS)
    duals = np.array(found.row_dual)[:steps]
    worth = np.clip(duals * scale, program.export_price, program.import_price)
    return Solution((values[:, 2] - values[:, 3]) * _KILO, worth)


def _model(program: Program, scale: float) -> Any:  # noqa: ANN401  # highspy has no types
    steps = len(program.net_wh)
    cost = np.zeros((steps, _KINDS))
    cost[:, 0], cost[:, 1] = program.import_price / scale, -program.export_price / scale
    cost[:, 2] = cost[:, 3] = program.wear_price / scale
    cost[:, 5] = _RESERVE_WEIGHT
    cost[-1, 4] = -program.end_price / scale
    upper = np.full((steps, _KINDS), highspy.kHighsInf)
    upper[:, 2] = upper[:, 3] = program.most_wh / _KILO
    upper[:, 4] = program.battery.capacity_wh / _KILO
    begin = np.zeros(steps)
    begin[0] = program.stored_wh / _KILO
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = steps * _KINDS, steps * 3
    lp.col_cost_, lp.col_lower_, lp.col_upper_ = cost.ravel(), np.zeros(steps * _KINDS), upper.ravel()
    reserve = np.full(steps, program.reserve_wh / _KILO)
    lp.row_lower_ = np.concatenate([program.net_wh / _KILO, begin, reserve])
    lp.row_upper_ = np.concatenate([program.net_wh / _KILO, begin, np.full(steps, highspy.kHighsInf)])
    _fill(lp, steps, program.battery.efficiency_ppm / PPM)
    return lp


def _fill(lp: Any, steps: int, efficiency: float) -> None:  # noqa: ANN401  # highspy has no types
    at = np.arange(steps) * _KINDS
    balance = np.stack([at, at + 1, at + 2, at + 3], axis=1)
    stored = np.stack([np.maximum(at - _KINDS + 4, 0), at + 2, at + 3, at + 4], axis=1)
    values = np.tile([-1.0, -efficiency, 1 / efficiency, 1.0], (steps, 1))
    values[0, 0] = 0.0
    reserve = np.stack([at + 4, at + 5], axis=1)
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_ = np.concatenate([np.arange(0, 8 * steps, 4), np.arange(8 * steps, 10 * steps + 1, 2)])
    lp.a_matrix_.index_ = np.concatenate([balance.ravel(), stored.ravel(), reserve.ravel()]).astype(np.int32)
    lp.a_matrix_.value_ = np.concatenate([np.tile([1.0, -1.0, -1.0, 1.0], steps), values.ravel(), np.ones(2 * steps)])

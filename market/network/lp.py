"""HiGHS (highspy) as the source of hints: which columns are basic and which rows tight at the optimum.

Imports highspy and numpy; nothing else in this package does. The answer's floating-point values are never published:
see `vertex`. Rows are added as clearings break them, and each solution starts from the one before. Rows are scaled to
a largest coefficient of one; values to a thousand, with the disturbance of the program enlarged to about 1e-5 of the
largest value, so that the solver can tell equal orders apart.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import highspy
import numpy as np

from aipchain.market.network.program import SHIFT, Program, Row
from aipchain.market.network.solver import Hint
from aipchain.market.network.tableau import Basis

__all__ = ["HighsSession", "HighsSolver"]

_ONE = float(1 << SHIFT)
_COST = 1_000.0
_TOLERANCE = 1e-9
_BASIC = int(highspy.HighsBasisStatus.kBasic)
_UPPER = int(highspy.HighsBasisStatus.kUpper)


@dataclass(frozen=True)
class HighsSolver:
    """Starts sessions with one method of HiGHS: `simplex` or `ipm` (interior point, with crossover)."""

    method: str = "simplex"

    def start(self, program: Program) -> "HighsSession":
        """A session for the program without limits."""
        return HighsSession(program, _model(program, self.method))


@dataclass
class HighsSession:
    """One program whose rows grow."""

    program: Program
    model: Any

    def add(self, rows: Sequence[Row]) -> None:
        """Add limits."""
        for row in rows:
            values = np.array(row.coefficients, dtype=np.float64)
            indices = np.flatnonzero(values).astype(np.int32)
            largest = max(map(abs, row.coefficients)) or 1
            bound = row.bound / (largest << SHIFT)
            self.model.addRow(-highspy.kHighsInf, bound, len(indices), indices, values[indices] / float(largest))

    def solve(self) -> Hint | None:
        """The names of the optimum, and its point rounded to whole watt-hours; None if HiGHS found none."""
        self.model.run()
        if self.model.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return None
        found = self.model.getBasis()
        columns, rows = list(map(int, found.col_status)), list(map(int, found.row_status))
        basic = tuple(i for i, status in enumerate(columns) if status == _BASIC)
        upper = frozenset(i for i, status in enumerate(columns) if status == _UPPER)
        tight = tuple(i - 1 for i, status in enumerate(rows) if status != _BASIC)
        point = tuple(map(round, self.model.getSolution().col_value))
        return Hint(Basis(basic, tight, upper) if len(basic) == len(tight) else None, point)


def _model(program: Program, method: str) -> Any:  # noqa: ANN401  (highspy has no types)
    columns = program.columns
    count = len(columns)
    model = highspy.Highs()  # type: ignore[no-untyped-call]
    for option, value in (
        ("output_flag", False),
        ("threads", 1),
        ("presolve", "off"),
        ("solver", method),
        ("primal_feasibility_tolerance", _TOLERANCE),
        ("dual_feasibility_tolerance", _TOLERANCE),
    ):
        model.setOptionValue(option, value)
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = count, 1
    lp.col_cost_ = -np.array(_costs(program))
    lp.col_lower_ = np.zeros(count)
    lp.col_upper_ = np.array([column.quantity / _ONE for column in columns])
    lp.row_lower_ = lp.row_upper_ = np.zeros(1)
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_ = np.array([0, count], dtype=np.int32)
    lp.a_matrix_.index_ = np.arange(count, dtype=np.int32)
    lp.a_matrix_.value_ = np.array([float(column.sign) for column in columns])
    model.passModel(lp)
    return model


def _costs(program: Program) -> list[float]:
    """Values scaled to a thousand, ties told apart."""
    largest = max((abs(column.value) >> SHIFT for column in program.columns), default=0) or 1
    mask = (1 << SHIFT) - 1
    return [
        (1 if column.value >= 0 else -1)
        * _COST
        * ((abs(column.value) >> SHIFT) / largest + (abs(column.value) & mask) / _ONE * 2e-5)
        for column in program.columns
    ]

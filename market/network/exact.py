"""A solver of the program in whole numbers alone: no packages, no fractions, the same optimum as any other.

The simplex method by the exact pivots of `vertex`: from the merit order, which is the optimum without limits, dual
pivots lead back within the limits that were added. For where HiGHS is not, such as the sandbox of plugins, and as its
check.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from aipchain.market.network.merit import merit_point
from aipchain.market.network.program import SHIFT, Program, Row
from aipchain.market.network.solver import Hint
from aipchain.market.network.tableau import BALANCE, Basis
from aipchain.market.network.vertex import improved
from aipchain.market.rounding import nearest

__all__ = ["ExactSession", "ExactSolver"]


@dataclass(frozen=True, slots=True)
class ExactSolver:
    """Starts sessions of at most `most_pivots` pivots each."""

    most_pivots: int = 5_000

    def start(self, program: Program) -> "ExactSession":
        """A session for the program without limits."""
        return ExactSession(program, self.most_pivots, _merit_basis(program))


@dataclass(slots=True)
class ExactSession:
    """One program whose rows grow; every solution starts from the one before."""

    program: Program
    most_pivots: int
    basis: Basis
    rows: list[Row] = field(default_factory=list)

    def add(self, rows: Sequence[Row]) -> None:
        """Add limits."""
        self.rows += rows

    def solve(self) -> Hint | None:
        """The optimum under the rows so far; None without columns, or if the pivots do not suffice."""
        if not self.program.columns:
            return None
        tableau = improved(self.program, self.rows, self.basis, self.most_pivots)
        if tableau is None:
            return None
        self.basis = tableau.basis
        unit = tableau.scale << SHIFT
        return Hint(tableau.basis, tuple([nearest(x, unit) for x in tableau.point]))


def _merit_basis(program: Program) -> Basis:
    """All served columns at their upper bound, but the one that is served in part: it is basic."""
    point = merit_point(program).point
    columns = list(enumerate(zip(point, program.columns, strict=True)))
    upper = {index for index, (x, column) in columns if x == column.quantity}
    basic = next((index for index, (x, column) in columns if 0 < x < column.quantity), 0)
    return Basis((basic,), (BALANCE,), frozenset(upper - {basic}))

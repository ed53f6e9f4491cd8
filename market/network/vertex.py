"""From a solver's hint to the one exact optimum: fills and duals as fractions of whole numbers.

A linear program's optimum is a vertex, named by its basic columns and tight rows. A floating-point solver is asked only
for these names. The vertex is then computed without rounding from the whole numbers of the program (`tableau`), and
improved by exact pivots of the simplex method, should the hint be a neighbour of the optimum. The program has one
optimum, so every solver, method and order of columns ends here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from aipchain.market.network.program import Program, Row
from aipchain.market.network.tableau import BALANCE, Basis, Tableau, duals_of, tableau_of

__all__ = ["Vertex", "improved", "optimal_vertex"]

MOST_PIVOTS: Final = 500


@dataclass(frozen=True, slots=True)
class Vertex:
    """x_i = `point[i]` / `scale` (disturbed) for all columns; y_k = `duals[k]` / `scale` for the tight rows.

    The duals are those of the undisturbed prices [base units per unit of the row].
    """

    scale: int
    point: tuple[int, ...]
    duals: dict[int, int]
    is_unique: bool


def optimal_vertex(program: Program, rows: Sequence[Row], hint: Basis) -> Vertex | None:
    """The optimum that `hint` names or is near to; None if it names none (singular, infeasible, too far)."""
    tableau = improved(program, rows, hint, MOST_PIVOTS)
    return None if tableau is None else _vertex(tableau)


def improved(program: Program, rows: Sequence[Row], start: Basis, most_pivots: int) -> Tableau | None:
    """The optimum by pivots from a feasible basis, or from one that is too good; None if it is neither.

    Primal pivots improve a feasible point; dual pivots bring a point that is better than the optimum back within
    bounds.
    """
    basis = start
    for _ in range(most_pivots):
        tableau = tableau_of(program, rows, basis)
        if tableau is None:
            return None
        step = tableau.improving_step()
        leaving = tableau.worst_infeasibility()
        if leaving is None and step is None:
            return tableau
        if leaving is not None and step is not None:
            return None
        following = tableau.after(step) if step is not None else tableau.without(leaving)
        if following is None:
            return None
        basis = following
    return None


def _vertex(tableau: Tableau) -> Vertex:
    """The vertex; unique if no dual, reduced cost or basic column is at its bound."""
    columns, basis = tableau.program.columns, tableau.basis
    basic = set(basis.basic)
    strict = all(d for index, d in enumerate(tableau.reduced) if index not in basic)
    strict &= all(0 < tableau.point[index] < columns[index].quantity * tableau.scale for index in basic)
    strict &= all(y for row, y in zip(basis.tight, tableau.duals, strict=True) if row != BALANCE)
    duals = duals_of(tableau.inverse, [columns[index].price for index in basis.basic])
    return Vertex(tableau.scale, tuple(tableau.point), dict(zip(basis.tight, duals, strict=True)), strict)

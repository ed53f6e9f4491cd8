"""From a solver's hint to the one exact optimum: fills and duals as fractions of whole numbers.

A linear program's optimum is a vertex, named by its basic columns and tight rows. A floating-point solver is asked only
for these names. The vertex is then computed without rounding from the whole numbers of the program,

    B x_B = b - N x_N,     y B = c_B,     d_N = c_N - y N,

(B: basic columns in tight rows) and improved by exact pivots of the simplex method, should the hint be a neighbour of
the optimum. The program has one optimum, so every solver, method and order of columns ends here.

Dantzig, G. B.: Linear Programming and Extensions, 1963 (bounded variables); Bareiss, E. H.: Sylvester's identity and
multistep integer-preserving Gaussian elimination, Mathematics of Computation 22, 1968 (elimination in whole numbers).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from operator import mul
from typing import Final, NamedTuple

from aipchain.market.network.program import Program, Row

__all__ = ["BALANCE", "Basis", "Vertex", "optimal_vertex"]

BALANCE: Final = -1
"""The balance among the rows of a basis; limits are counted from 0."""
MOST_PIVOTS: Final = 500


@dataclass(frozen=True, slots=True)
class Basis:
    """The names of a vertex: basic columns, tight rows (as many), and columns at their upper bound."""

    basic: tuple[int, ...]
    tight: tuple[int, ...]
    upper: frozenset[int]


@dataclass(frozen=True, slots=True)
class Vertex:
    """x_i = `point[i]` / `scale` (disturbed) for all columns; y_k = `duals[k]` / `scale` for the tight rows.

    The duals are those of the undisturbed prices [base units per unit of the row].
    """

    scale: int
    point: tuple[int, ...]
    duals: dict[int, int]
    is_unique: bool


class _Step(NamedTuple):
    """Change of the right side per step, and which bound of what it ends at."""

    column: int | None
    row: int | None
    direction: int


def optimal_vertex(program: Program, rows: Sequence[Row], hint: Basis) -> Vertex | None:
    """The optimum that `hint` names or is near to; None if it names none (singular, infeasible, too far)."""
    basis = hint
    for _ in range(MOST_PIVOTS):
        tableau = _tableau(program, rows, basis)
        if tableau is None or not tableau.is_feasible():
            return None
        step = tableau.improving_step()
        if step is None:
            return tableau.vertex()
        following = tableau.after(step)
        if following is None:
            return None
        basis = following
    return None


@dataclass(frozen=True, slots=True)
class _Tableau:
    program: Program
    rows: Sequence[Row]
    basis: Basis
    scale: int
    inverse: list[list[int]]
    point: list[int]
    duals: list[int]
    reduced: list[int]

    def is_feasible(self) -> bool:
        """Every column within its bounds."""
        return all(
            0 <= x <= column.quantity * self.scale for x, column in zip(self.point, self.program.columns, strict=True)
        )

    def vertex(self) -> Vertex:
        """The vertex; unique if no dual, reduced cost or basic column is at its bound."""
        basic = set(self.basis.basic)
        columns = self.program.columns
        strict = all(d for index, d in enumerate(self.reduced) if index not in basic)
        strict &= all(0 < self.point[index] < columns[index].quantity * self.scale for index in basic)
        strict &= all(y for row, y in zip(self.basis.tight, self.duals, strict=True) if row != BALANCE)
        prices = [columns[index].price for index in self.basis.basic]
        duals = dict(zip(self.basis.tight, _duals(self.inverse, prices), strict=True))
        return Vertex(self.scale, tuple(self.point), duals, strict)

    def improving_step(self) -> _Step | None:
        """The column or slack whose change improves most; None at the optimum."""
        best, step = 0, None
        basic = set(self.basis.basic)
        for index, d in enumerate(self.reduced):
            gain = -d if index in self.basis.upper else d
            if gain > best and index not in basic:
                best, step = gain, _Step(index, None, -1 if index in self.basis.upper else 1)
        for row, y in zip(self.basis.tight, self.duals, strict=True):
            if row != BALANCE and y < 0 and step is None:
                return _Step(None, row, 1)
        return step

    def after(self, step: _Step) -> Basis | None:
        """The neighbouring basis at the end of `step`; None if nothing ends it."""
        change = self._change_of_point(step)
        nearest, leaving, at_upper = self._own_bound(step)
        for index in self.basis.basic:
            room, upper = self._room(index, change[index])
            if room is not None and (nearest is None or room < nearest):
                nearest, leaving, at_upper = room, ("column", index), upper
        for row in set(range(len(self.rows))) - set(self.basis.tight):
            room = self._slack_room(row, change)
            if room is not None and (nearest is None or room < nearest):
                nearest, leaving, at_upper = room, ("row", row), False
        return None if leaving is None else self._exchanged(step, leaving, at_upper)

    def _change_of_point(self, step: _Step) -> list[int]:
        """How each column changes, times `scale`, for a step of one."""
        tight = self.basis.tight
        if step.column is not None:
            side = [step.direction * _coefficient(self.program, self.rows, row, step.column) for row in tight]
        else:
            side = [int(row == step.row) for row in tight]
        change = [0] * len(self.point)
        for index, line in zip(self.basis.basic, self.inverse, strict=True):
            change[index] = -sum(each * right for each, right in zip(line, side, strict=True))
        if step.column is not None:
            change[step.column] = step.direction * self.scale
        return change

    def _own_bound(self, step: _Step) -> tuple[Fraction | None, tuple[str, int] | None, bool]:
        if step.column is None:
            return None, None, False
        room = Fraction(self.program.columns[step.column].quantity)
        return room, ("column", step.column), step.direction > 0

    def _room(self, index: int, change: int) -> tuple[Fraction | None, bool]:
        if change < 0:
            return Fraction(self.point[index], -change), False
        if change > 0:
            return Fraction(self.program.columns[index].quantity * self.scale - self.point[index], change), True
        return None, False

    def _slack_room(self, row: int, change: Sequence[int]) -> Fraction | None:
        coefficients = self.rows[row].coefficients
        use = sum(a * each for a, each in zip(coefficients, change, strict=True) if each)
        if use <= 0:
            return None
        used = sum(a * x for a, x in zip(coefficients, self.point, strict=True))
        return Fraction(max(0, self.rows[row].bound * self.scale - used), use)

    def _exchanged(self, step: _Step, leaving: tuple[str, int], at_upper: bool) -> Basis:
        kind, index = leaving
        basic, tight, upper = set(self.basis.basic), set(self.basis.tight), set(self.basis.upper)
        if step.column is not None:
            basic.add(step.column)
            upper.discard(step.column)
        if step.row is not None:
            tight.discard(step.row)
        if kind == "row":
            tight.add(index)
        else:
            basic.discard(index)
            (upper.add if at_upper else upper.discard)(index)
        return Basis(tuple(sorted(basic)), tuple(sorted(tight)), frozenset(upper))


def _tableau(program: Program, rows: Sequence[Row], basis: Basis) -> _Tableau | None:
    """Solve both systems of the basis; None if its rows are not independent."""
    columns, basic, tight = program.columns, basis.basic, basis.tight
    inverted = _inverse([[_coefficient(program, rows, row, index) for index in basic] for row in tight])
    if inverted is None:
        return None
    scale, inverse = inverted
    signs = tuple([column.sign for column in columns])
    lines = [signs if row == BALANCE else rows[row].coefficients for row in tight]
    bounds = [0 if row == BALANCE else rows[row].bound for row in tight]
    full = [column.quantity if index in basis.upper else 0 for index, column in enumerate(columns)]
    right = [bound - sum(map(mul, line, full)) for bound, line in zip(bounds, lines, strict=True)]
    point = [scale * quantity for quantity in full]
    for index, solution in zip(basic, inverse, strict=True):
        point[index] = sum(map(mul, solution, right))
    duals = _duals(inverse, [columns[index].value for index in basic])
    reduced = [column.value * scale for column in columns]
    for line, y in zip(lines, duals, strict=True):
        reduced = [d - y * a for d, a in zip(reduced, line, strict=True)]
    return _Tableau(program, rows, basis, scale, inverse, point, duals, reduced)


def _duals(inverse: Sequence[Sequence[int]], values: Sequence[int]) -> list[int]:
    """y = c_B B^-1, times the scale."""
    weighted = ([value * each for each in line] for value, line in zip(values, inverse, strict=True))
    return [sum(column) for column in zip(*weighted, strict=True)]


def _coefficient(program: Program, rows: Sequence[Row], row: int, column: int) -> int:
    return program.columns[column].sign if row == BALANCE else rows[row].coefficients[column]


def _inverse(matrix: list[list[int]]) -> tuple[int, list[list[int]]] | None:
    """(det, det x inverse) with det > 0, by elimination without fractions; None for a singular matrix."""
    size = len(matrix)
    work = [[*line, *(int(i == k) for k in range(size))] for i, line in enumerate(matrix)]
    before = 1
    for step in range(size):
        chosen = next((i for i in range(step, size) if work[i][step]), None)
        if chosen is None:
            return None
        work[step], work[chosen] = work[chosen], work[step]
        line, pivot = work[step], work[step][step]
        for i, other in enumerate(work):
            if i != step:
                factor = other[step]
                work[i] = [(pivot * a - factor * b) // before for a, b in zip(other, line, strict=True)]
        before = pivot
    sign = 1 if before > 0 else -1
    return sign * before, [[sign * each for each in line[size:]] for line in work]

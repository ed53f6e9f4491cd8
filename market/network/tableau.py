"""One basis of a linear program with all that follows from it, in whole numbers; and its neighbours.

    B x_B = b - N x_N,     y B = c_B,     d_N = c_N - y N          (B: basic columns in tight rows)

Everything is kept times `scale`, the determinant of B, so that nothing is rounded. Sources: Dantzig, G. B.: Linear
Programming and Extensions, 1963 (bounded variables, dual method); Bareiss, E. H.: Sylvester's identity and multistep
integer-preserving Gaussian elimination, Mathematics of Computation 22, 1968.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from operator import mul
from typing import Final, NamedTuple

from aipchain.market.network.program import Program, Row

__all__ = ["BALANCE", "Basis", "Leaving", "Step", "Tableau", "duals_of", "tableau_of"]

BALANCE: Final = -1
"""The balance among the rows of a basis; limits are counted from 0."""


@dataclass(frozen=True, slots=True)
class Basis:
    """The names of a vertex: basic columns, tight rows (as many), and columns at their upper bound."""

    basic: tuple[int, ...]
    tight: tuple[int, ...]
    upper: frozenset[int]


class Step(NamedTuple):
    """Change of the right side per step, and which bound of what it ends at."""

    column: int | None
    row: int | None
    direction: int


class Leaving(NamedTuple):
    """What is beyond a bound: a column (its upper bound or zero), or the slack of a row."""

    column: int | None
    row: int | None
    at_upper: bool


@dataclass(frozen=True, slots=True)
class Tableau:
    """One basis with all that follows from it; numbers are times `scale`."""

    program: Program
    rows: Sequence[Row]
    basis: Basis
    scale: int
    inverse: list[list[int]]
    point: list[int]
    duals: list[int]
    reduced: list[int]

    def worst_infeasibility(self) -> Leaving | None:
        """What is furthest beyond a bound (a slack in shares of its largest coefficient); None if nothing is."""
        worst, leaving = Fraction(0), None
        for index in self.basis.basic:
            over = max(-self.point[index], self.point[index] - self.program.columns[index].quantity * self.scale)
            if over > worst:
                worst, leaving = Fraction(over), Leaving(index, None, self.point[index] > 0)
        for row in self._loose_rows():
            coefficients = self.rows[row].coefficients
            over = sum(map(mul, coefficients, self.point)) - self.rows[row].bound * self.scale
            if over > 0 and (share := Fraction(over, max(map(abs, coefficients)))) > worst:
                worst, leaving = share, Leaving(None, row, False)
        return leaving

    def without(self, leaving: Leaving | None) -> Basis | None:
        """The basis in which `leaving` is at its bound and the column or slack that loses least came for it."""
        if leaving is None:
            return None
        falls = self._falls(leaving)
        nearest: Fraction | None = None
        entering: Step | None = None
        basic = set(self.basis.basic)
        for index, (fall, d) in enumerate(zip(falls[0], self.reduced, strict=True)):
            helps = fall > 0 if index in self.basis.upper else fall < 0
            if helps and index not in basic and (nearest is None or Fraction(abs(d), abs(fall)) < nearest):
                nearest, entering = Fraction(abs(d), abs(fall)), Step(index, None, 1)
        for row, fall, y in zip(self.basis.tight, falls[1], self.duals, strict=True):
            if row != BALANCE and fall < 0 and (nearest is None or Fraction(y, -fall) < nearest):
                nearest, entering = Fraction(y, -fall), Step(None, row, 1)
        if entering is None:
            return None
        kind = ("row", leaving.row) if leaving.row is not None else ("column", leaving.column or 0)
        return self._exchanged(entering, kind, leaving.at_upper)

    def _falls(self, leaving: Leaving) -> tuple[list[int], list[int]]:
        """How much further beyond its bound a unit of every column, and of every tight row's slack, takes it."""
        if leaving.row is not None:
            line = self.rows[leaving.row].coefficients
            weights = duals_of(self.inverse, [line[index] for index in self.basis.basic])
            columns = [a * self.scale for a in line]
        else:
            weights = self.inverse[self.basis.basic.index(leaving.column or 0)]
            columns = [0] * len(self.point)
        for row, weight in zip(self.basis.tight, weights, strict=True):
            columns = [each - weight * a for each, a in zip(columns, self._line(row), strict=True)]
        is_below = leaving.row is None and not leaving.at_upper
        return ([-each for each in columns], list(weights)) if is_below else (columns, [-each for each in weights])

    def _line(self, row: int) -> Sequence[int]:
        return [column.sign for column in self.program.columns] if row == BALANCE else self.rows[row].coefficients

    def _loose_rows(self) -> list[int]:
        return sorted(set(range(len(self.rows))) - set(self.basis.tight))

    def improving_step(self) -> Step | None:
        """The column or slack whose change improves most; None at the optimum."""
        best, step = 0, None
        basic = set(self.basis.basic)
        for index, d in enumerate(self.reduced):
            gain = -d if index in self.basis.upper else d
            if gain > best and index not in basic:
                best, step = gain, Step(index, None, -1 if index in self.basis.upper else 1)
        for row, y in zip(self.basis.tight, self.duals, strict=True):
            if row != BALANCE and y < 0 and step is None:
                return Step(None, row, 1)
        return step

    def after(self, step: Step) -> Basis | None:
        """The neighbouring basis at the end of `step`; None if nothing ends it."""
        change = self._change_of_point(step)
        nearest, leaving, at_upper = self._own_bound(step)
        for index in self.basis.basic:
            room, upper = self._room(index, change[index])
            if room is not None and (nearest is None or room < nearest):
                nearest, leaving, at_upper = room, ("column", index), upper
        for row in self._loose_rows():
            room = self._slack_room(row, change)
            if room is not None and (nearest is None or room < nearest):
                nearest, leaving, at_upper = room, ("row", row), False
        return None if leaving is None else self._exchanged(step, leaving, at_upper)

    def _change_of_point(self, step: Step) -> list[int]:
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

    def _own_bound(self, step: Step) -> tuple[Fraction | None, tuple[str, int] | None, bool]:
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

    def _exchanged(self, step: Step, leaving: tuple[str, int], at_upper: bool) -> Basis:
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


def tableau_of(program: Program, rows: Sequence[Row], basis: Basis) -> Tableau | None:
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
    duals = duals_of(inverse, [columns[index].value for index in basic])
    reduced = [column.value * scale for column in columns]
    for line, y in zip(lines, duals, strict=True):
        reduced = [d - y * a for d, a in zip(reduced, line, strict=True)]
    return Tableau(program, rows, basis, scale, inverse, point, duals, reduced)


def duals_of(inverse: Sequence[Sequence[int]], values: Sequence[int]) -> list[int]:
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

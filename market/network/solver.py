"""What a clearing asks of a solver of linear programs: hints, not results."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from aipchain.market.network.program import Program, Row
from aipchain.market.network.tableau import Basis

__all__ = ["Hint", "Session", "Solver"]


@dataclass(frozen=True, slots=True)
class Hint:
    """The names of an optimum (None if the solver gave no basis), and fills rounded to watt-hours, by column."""

    basis: Basis | None
    point: tuple[int, ...]


class Session(Protocol):
    """One program whose rows grow."""

    def add(self, rows: Sequence[Row]) -> None:
        """Add limits."""

    def solve(self) -> Hint | None:
        """The optimum under the rows so far; None if none was found."""


class Solver(Protocol):
    """Starts sessions."""

    def start(self, program: Program) -> Session:
        """A session for the program without limits."""

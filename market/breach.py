"""What the check of a certificate finds wrong, in one form for all clearings: the fault, where it is, by how much.

Each `certificate` has a list of faults of its own (`Fault`), in the order in which it looks for them, and a `verify`
that gives the first one as a `Breach`, or None for a clearing that is proven.
"""

from dataclasses import dataclass
from enum import StrEnum

__all__ = ["At", "Breach", "Thing", "Witness"]


class Witness:
    """What shows a fault to others, as small as can be; `str` names it."""

    __slots__ = ()


class Thing(StrEnum):
    """What a fault can be found at."""

    ORDER = "order"
    TRADE = "trade"
    METER = "meter"
    NODE = "node"
    WAY = "way"


@dataclass(frozen=True, slots=True)
class At(Witness):
    """One thing: an order or a meter by its number; a trade, a node or a way between zones by its place, from 0."""

    thing: Thing
    number: int

    def __str__(self) -> str:
        return f"{self.thing.value} {self.number}"


@dataclass(frozen=True, slots=True)
class Breach:
    """The first fault that was found; `amount` says by how much, where the fault has one unit to say it in."""

    fault: StrEnum
    witness: Witness | None = None
    amount: int | None = None

    def __str__(self) -> str:
        where = "" if self.witness is None else f" at {self.witness}"
        by = "" if self.amount is None else f" by {self.amount}"
        return f"the clearing is not proven: {self.fault.value}{where}{by}"

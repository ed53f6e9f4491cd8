"""The words of proof: what a clearing brings to show that it is good, and what anyone brings to show that it is not.

The chain solves nothing. It looks at a certificate, which is quick; or it keeps a commitment to one that is too long to
look at, and lets anyone point at the one place where it is wrong.
"""

from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias

from aipchain.pallets_spec.types import Hash, OrderNumber
from aipchain.units import Price, Wh

__all__ = [
    "MAX_PATH",
    "MAX_PROVEN_ORDERS",
    "Certificate",
    "Dual",
    "DualFault",
    "Fault",
    "Flaw",
    "Leaf",
    "LineFault",
    "LinePrice",
    "Nothing",
    "Optimum",
    "PairFault",
    "UniformPrice",
]

MAX_PROVEN_ORDERS = 4_000
"""The most orders of a book whose clearing has to prove more than the envelope: as many as can be looked at at once. A
certificate with more duals cannot be encoded as a call."""

MAX_PATH = 12
"""The longest path from a leaf to its root: a tree of 4,000 leaves is no higher. A longer one cannot be encoded."""


@dataclass(frozen=True, slots=True)
class Dual:
    """What an order gains by the clearing, per watt-hour."""

    order: OrderNumber
    wh: Wh
    """The energy of the order."""
    surplus: Price
    """[base units per Wh]"""


@dataclass(frozen=True, slots=True)
class LinePrice:
    """What it would be worth if the line of a zone carried a watt-hour more [base units per Wh]."""

    zone: int
    out: Price
    """Out of the zone."""
    into: Price
    """Into the zone."""


@dataclass(frozen=True, slots=True)
class Nothing:
    """No certificate."""


@dataclass(frozen=True, slots=True)
class UniformPrice:
    """One price, at which supply meets demand."""

    price: Price


@dataclass(frozen=True, slots=True)
class Optimum:
    """Duals of orders and prices of lines that are together worth as much as the trades: no trades are worth more."""

    duals: tuple[Dual, ...]
    """Of every standing order, by number; at most 4,000."""
    lines: tuple[LinePrice, ...]
    """Of the zones that the terms limit, in their order."""


Certificate: TypeAlias = Nothing | UniformPrice | Optimum


class Flaw(Enum):
    """What is wrong with a certificate that is refused."""

    OTHER_PRICE = "OtherPrice"
    """A trade has another price than the certificate."""
    ORDER_LEFT_OUT = "OrderLeftOut"
    """An order that is better than the price is not served in full."""
    DUALS_OUT_OF_ORDER = "DualsOutOfOrder"
    """The duals are not by order number, or an order has two."""
    DUALS_INCOMPLETE = "DualsIncomplete"
    """There are not as many duals as standing orders."""
    OTHER_LINES = "OtherLines"
    """The lines are not those that the terms limit."""
    BOUND_NOT_MET = "BoundNotMet"
    """Duals and lines are worth something else than the trades."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """A dual of an accepted certificate, with the way to the commitment."""

    dual: Dual
    index: int
    """Its place among the duals, from 0."""
    path: tuple[Hash, ...]
    """The neighbours on the way up, at most 12."""


@dataclass(frozen=True, slots=True)
class PairFault:
    """A bid and an offer that would gain more by trading than their duals and the lines between them say."""

    bid: Leaf
    offer: Leaf


@dataclass(frozen=True, slots=True)
class DualFault:
    """A dual of no standing order, or of another energy than the order's."""

    leaf: Leaf


@dataclass(frozen=True, slots=True)
class LineFault:
    """A zone whose line carries more than its limit."""

    zone: int


Fault: TypeAlias = PairFault | DualFault | LineFault

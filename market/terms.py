"""What a community demands of every clearing under a binding (docs/protocol.md, `Terms`).

Zones are numbered as the community's zones are. Energy is in Wh, charges in base units per Wh. Refuses: fractions,
anything below zero, and a pair of zones or a line that is listed twice.
"""

from collections import Counter
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Final

from aipchain.market.errors import BadTerms
from aipchain.market.whole import refuse_fraction
from aipchain.units import Price, Wh

__all__ = ["PLAIN_TERMS", "LineLimit", "Proof", "Terms", "ZoneCharge"]


class Proof(StrEnum):
    """What a clearing has to prove beside keeping the envelope; values are the chain's variant names."""

    ENVELOPE = "Envelope"
    UNIFORM_PRICE = "UniformPrice"
    OPTIMUM = "Optimum"


@dataclass(frozen=True, slots=True)
class ZoneCharge:
    """What carrying energy from an offer's zone `seller` to a bid's zone `buyer` costs [base units per Wh]."""

    seller: int
    buyer: int
    price: Price

    def __post_init__(self) -> None:
        _refuse_negative(f"the charge from zone {self.seller} to zone {self.buyer}", self)


@dataclass(frozen=True, slots=True)
class LineLimit:
    """The most that trades carry, net, out of and into `zone` over its one line in one interval [Wh]."""

    zone: int
    out_wh: Wh
    in_wh: Wh

    def __post_init__(self) -> None:
        _refuse_negative(f"the line of zone {self.zone}", self)


@dataclass(frozen=True, slots=True)
class Terms:
    """What is to be proven, what carrying costs, and what lines carry. Pairs not listed cost nothing.

    :raises BadTerms: a pair of zones, or a line, is listed twice.
    """

    proof: Proof
    charges: tuple[ZoneCharge, ...] = ()
    limits: tuple[LineLimit, ...] = ()

    def __post_init__(self) -> None:
        for (seller, buyer), times in Counter((each.seller, each.buyer) for each in self.charges).items():
            if times > 1:
                raise BadTerms(f"the charge from zone {seller} to zone {buyer}", "it is listed twice; give one charge")
        for zone, times in Counter(each.zone for each in self.limits).items():
            if times > 1:
                raise BadTerms(f"the line of zone {zone}", "it is listed twice; give one limit each way")

    def charge(self, seller: int, buyer: int) -> int:
        """What carrying 1 Wh from one zone to the other costs [base units]."""
        return next((each.price for each in self.charges if (each.seller, each.buyer) == (seller, buyer)), Price(0))


def _refuse_negative(where: str, entry: ZoneCharge | LineLimit) -> None:
    """Check the numbers of an entry.

    :raises TypeError: one is not whole.
    :raises BadTerms: one is below zero.
    """
    for each in fields(entry):
        number = getattr(entry, each.name)
        refuse_fraction(f"{where}: {each.name}", number)
        if number < 0:
            raise BadTerms(where, f"{each.name} is {number}; it must not be negative")


PLAIN_TERMS: Final = Terms(Proof.ENVELOPE)
"""Nothing but the envelope."""

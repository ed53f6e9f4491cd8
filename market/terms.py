"""What a community demands of every clearing under a binding (docs/protocol.md, `Terms`).

Zones are numbered as the community's zones are. Energy is in Wh, charges in base units per Wh.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

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


@dataclass(frozen=True, slots=True)
class LineLimit:
    """The most that trades carry, net, out of and into `zone` over its one line in one interval [Wh]."""

    zone: int
    out_wh: Wh
    in_wh: Wh


@dataclass(frozen=True, slots=True)
class Terms:
    """What is to be proven, what carrying costs, and what lines carry. Pairs not listed cost nothing."""

    proof: Proof
    charges: tuple[ZoneCharge, ...] = ()
    limits: tuple[LineLimit, ...] = ()

    def charge(self, seller: int, buyer: int) -> int:
        """What carrying 1 Wh from one zone to the other costs [base units]."""
        return next((each.price for each in self.charges if (each.seller, each.buyer) == (seller, buyer)), Price(0))


PLAIN_TERMS: Final = Terms(Proof.ENVELOPE)
"""Nothing but the envelope."""

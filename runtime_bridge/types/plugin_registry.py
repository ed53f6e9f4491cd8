"""Plugin bundles, and what fills the slots of a community's market."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Annotated, Final

from aipchain.runtime_bridge import codec
from aipchain.runtime_bridge.types.scalars import U16, AccountId, AtMost, Bytes, CommunityId, Epoch, Hash, Text
from aipchain.units import Price, Wh

__all__ = [
    "PLAIN_TERMS",
    "Binding",
    "BoundBinding",
    "Build",
    "LineLimit",
    "Proof",
    "Slot",
    "SlotState",
    "Terms",
    "ZoneCharge",
]


class Slot(IntEnum):
    """A place in a community's market that one plugin fills."""

    PRICE = 0
    CLEAR = 1


class Proof(IntEnum):
    """What a clearing has to prove beside keeping the envelope."""

    ENVELOPE = 0
    UNIFORM_PRICE = 1
    OPTIMUM = 2


@dataclass(frozen=True, slots=True)
class ZoneCharge:
    """What carrying energy from an offer's zone to a bid's zone costs [base units per Wh]."""

    from_: U16
    to: U16
    price: Price


@dataclass(frozen=True, slots=True)
class LineLimit:
    """The most that trades carry, net, out of and into a zone in one interval [Wh]."""

    zone: U16
    out_wh: Wh
    in_wh: Wh


@dataclass(frozen=True, slots=True)
class Terms:
    """What a community demands of every clearing; charges by (from, to), limits by zone, each ascending."""

    proof: Proof
    charges: Annotated[tuple[ZoneCharge, ...], AtMost(64)] = ()
    limits: Annotated[tuple[LineLimit, ...], AtMost(16)] = ()

    def charge(self, seller_zone: int, buyer_zone: int) -> Price:
        """What carrying 1 Wh from one zone to the other costs [base units]; nothing where nothing is listed."""
        listed = {(charge.from_, charge.to): charge.price for charge in self.charges}
        return listed.get((seller_zone, buyer_zone), Price(0))


PLAIN_TERMS: Final = Terms(Proof.ENVELOPE)
"""Nothing but the envelope: what every price model has, and a market rule unless the community says otherwise."""


@dataclass(frozen=True, slots=True)
class Binding:
    """What fills a slot: a build, its configuration (canonical JSON), its capabilities, its terms, its migration."""

    bundle: Hash
    config: Annotated[Bytes, AtMost(2_048)]
    grants: Annotated[Bytes, AtMost(256)] = b""
    terms: Terms = PLAIN_TERMS
    migration: Hash | None = None


@dataclass(frozen=True, slots=True)
class Build:
    """A registered plugin bundle."""

    owner: AccountId
    name: Text
    release: U16
    build: U16
    deprecated: Annotated[bool, codec.BOOL]


@dataclass(frozen=True, slots=True)
class BoundBinding:
    """A binding that was installed or voted in, under its binding hash."""

    community: CommunityId
    slot: Slot
    binding: Binding
    predecessor: Hash


@dataclass(frozen=True, slots=True)
class SlotState:
    """Binding hashes of a slot: what rules, what comes from which epoch on, what was, and what to fall back to."""

    active: Hash
    pending: tuple[Hash, Epoch] | None
    previous: Hash | None
    fallback: Hash

    def at(self, epoch: Epoch) -> Hash:
        """Give the binding in force at an epoch: what is pending rules from its epoch on, with no hook run."""
        return self.pending[0] if self.pending is not None and epoch >= self.pending[1] else self.active

    @property
    def head(self) -> Hash:
        """What the next change of the slot has to name."""
        return self.active if self.pending is None else self.pending[0]

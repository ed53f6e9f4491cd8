"""Plugin bundles, and what fills the slots of a community's market."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Annotated

from aipchain.runtime_bridge import codec
from aipchain.runtime_bridge.types.scalars import U16, AccountId, AtMost, Bytes, CommunityId, Epoch, Hash, Text

__all__ = ["Binding", "BoundBinding", "Build", "Slot", "SlotState"]


class Slot(IntEnum):
    """A place in a community's market that one plugin fills."""

    PRICE = 0
    CLEAR = 1


@dataclass(frozen=True, slots=True)
class Binding:
    """What fills a slot: a build, its configuration (canonical JSON), its capabilities, its migration."""

    bundle: Hash
    config: Annotated[Bytes, AtMost(2_048)]
    grants: Annotated[Bytes, AtMost(256)] = b""
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

"""What the chapter of communities remembers, and the bounds of what it is told."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from aipchain.pallets_spec.types import (
    NO_HASH,
    AccountId,
    CommunityId,
    Epoch,
    Hash,
    Parameters,
)
from aipchain.units import UnixSeconds

__all__ = [
    "INTERVAL_LENGTHS_S",
    "LONGEST_S",
    "MAX_NAME_BYTES",
    "MAX_ROLES",
    "MAX_ZONES",
    "MAX_ZONE_BYTES",
    "SHORTEST_WINDOW_S",
    "CommunitiesState",
    "Community",
    "InForce",
    "Member",
    "ParameterSet",
]

INTERVAL_LENGTHS_S = (900, 3_600)
"""A delivery interval is a quarter of an hour or an hour [s]."""
LONGEST_S = 7 * 24 * 3_600
"""The longest time a parameter can name: seven days [s]."""
SHORTEST_WINDOW_S = 6
"""The shortest clearing window: the time of one block [s]."""
MAX_NAME_BYTES = 64
"""The longest name of a community; a longer one cannot be encoded as a call."""
MAX_ZONES = 64
"""The most zones of a community; a longer list cannot be encoded as a call."""
MAX_ZONE_BYTES = 32
"""The longest name of a zone; a longer one cannot be encoded as a call."""
MAX_ROLES = 8
"""The most roles in one call; a longer list cannot be encoded as a call."""
_FIRST = CommunityId(0)


@dataclass(frozen=True, slots=True)
class Community:
    """A community: one market, one electorate."""

    name: bytes
    """UTF-8."""
    interval_s: int
    """The length of a delivery interval [s]."""
    epoch_s: int
    """The length of an epoch [s], a multiple of `interval_s`."""
    zones: tuple[bytes, ...]
    """Its zones, at least one, in UTF-8; a meter names its zone by the index."""
    founded_at: UnixSeconds
    members: int = 0
    """How many members it has now."""
    next_member_index: int = 0
    """The index of the next member; never given twice."""
    stewards: int = 1
    """How many accounts hold the steward role; never 0."""


@dataclass(frozen=True, slots=True)
class Member:
    """A membership."""

    index: int
    """Counted up in the community; tells members from later ones."""
    since: UnixSeconds


@dataclass(frozen=True, slots=True)
class ParameterSet:
    """The parameters of a community over time, back to those before the active ones."""

    active: Parameters
    """In force until the pending ones are."""
    head: Hash = NO_HASH
    """The binding hash of the vote that set `active`; zero for the founding."""
    pending: tuple[Parameters, Hash, Epoch] | None = None
    """The next parameters, the binding hash of their vote, and the first epoch they are in force."""
    previous: tuple[Parameters, Epoch] | None = None
    """What `active` replaced, and the first epoch it did so."""

    def at(self, epoch: Epoch) -> Parameters:
        """The parameters in force at `epoch`."""
        if self.pending and epoch >= self.pending[2]:
            return self.pending[0]
        if self.previous and epoch < self.previous[1]:
            return self.previous[0]
        return self.active

    def next_predecessor(self) -> Hash:
        """What the next vote must name as the thing it replaces."""
        return self.pending[1] if self.pending else self.head

    def changes_from(self, epoch_s: int, now: Epoch) -> UnixSeconds:
        """When the next change can be scheduled, seen in the epoch `now` [s].

        A change that makes due parameters the active ones forgets the previous ones. That waits until every reading of
        their epochs is final, under them and under those that would answer for those epochs from then on. Where epochs
        are at least as long as the grace period, no change ever waits.
        """
        if self.previous is None or self.pending is None or now < self.pending[2]:
            return UnixSeconds(0)
        forgotten, until = self.previous
        return UnixSeconds(until * epoch_s + max(forgotten.grace_s, self.active.grace_s))

    def scheduled(self, parameters: Parameters, binding_hash: Hash, from_epoch: Epoch) -> ParameterSet:
        """The set with `parameters` pending, from the next epoch on.

        Pending ones that are in force before `from_epoch` become the active ones first; any others are replaced.
        """
        pending = (parameters, binding_hash, from_epoch)
        if self.pending and self.pending[2] < from_epoch:
            due, due_hash, since = self.pending
            return ParameterSet(active=due, head=due_hash, pending=pending, previous=(self.active, since))
        return replace(self, pending=pending)


@dataclass(frozen=True, slots=True)
class InForce:
    """What orders the market of an interval: the community's lengths of time, and its parameters in force then."""

    interval_s: int
    """The length of a delivery interval [s]."""
    epoch_s: int
    """The length of an epoch [s]."""
    parameters: Parameters

    def final_at(self, start: UnixSeconds) -> UnixSeconds:
        """Readings of the interval that starts at `start` are taken until before this time, and are final then [s]."""
        return self.parameters.final_at(start, self.interval_s)


@dataclass(slots=True)
class CommunitiesState:
    """Everything this chapter stores, named as in the runtime's metadata."""

    next_community_id: CommunityId = _FIRST
    communities: dict[CommunityId, Community] = field(default_factory=dict)
    members: dict[tuple[CommunityId, AccountId], Member] = field(default_factory=dict)
    roles: dict[tuple[CommunityId, AccountId], int] = field(default_factory=dict)
    """The roles an account holds: the sum of their bits, never 0."""
    parameter_sets: dict[CommunityId, ParameterSet] = field(default_factory=dict)

"""What the governance tells: one class per event of the runtime, under its name and with its fields in its order."""

from dataclasses import dataclass

from aipchain.pallets_spec.types import AccountId, CommunityId, Epoch, Event, Hash, ProposalId, TrackKind, TrackSettings
from aipchain.units import UnixSeconds

__all__ = [
    "Approved",
    "Cancelled",
    "CommunityGovernanceEvent",
    "ConfirmationBroken",
    "Confirming",
    "EnactmentFailed",
    "Proposed",
    "Rejected",
    "Scheduled",
    "TrackSet",
    "Voted",
]


class CommunityGovernanceEvent(Event):
    """A fact of the governance."""

    __slots__ = ()
    pallet = "CommunityGovernance"


@dataclass(frozen=True, slots=True)
class TrackSet(CommunityGovernanceEvent):
    """A track has new settings."""

    community: CommunityId
    kind: TrackKind
    settings: TrackSettings


@dataclass(frozen=True, slots=True)
class Proposed(CommunityGovernanceEvent):
    """A proposal opened."""

    proposal: ProposalId
    community: CommunityId
    binding_hash: Hash
    electorate: int


@dataclass(frozen=True, slots=True)
class Voted(CommunityGovernanceEvent):
    """A member voted."""

    proposal: ProposalId
    account: AccountId
    aye: bool


@dataclass(frozen=True, slots=True)
class Confirming(CommunityGovernanceEvent):
    """A proposal passes and must go on passing."""

    proposal: ProposalId
    since: UnixSeconds


@dataclass(frozen=True, slots=True)
class ConfirmationBroken(CommunityGovernanceEvent):
    """A proposal no longer passes."""

    proposal: ProposalId


@dataclass(frozen=True, slots=True)
class Approved(CommunityGovernanceEvent):
    """A proposal passed for its confirmation period; its timelock runs."""

    proposal: ProposalId


@dataclass(frozen=True, slots=True)
class Scheduled(CommunityGovernanceEvent):
    """A proposal's change holds from an epoch on."""

    proposal: ProposalId
    binding_hash: Hash
    epoch: Epoch


@dataclass(frozen=True, slots=True)
class Rejected(CommunityGovernanceEvent):
    """A proposal did not pass."""

    proposal: ProposalId


@dataclass(frozen=True, slots=True)
class Cancelled(CommunityGovernanceEvent):
    """A proposal was taken back."""

    proposal: ProposalId


@dataclass(frozen=True, slots=True)
class EnactmentFailed(CommunityGovernanceEvent):
    """An approved proposal could not be enacted; what was in force stays."""

    proposal: ProposalId

"""What the governance remembers: tracks, proposals and ballots; and when time makes a step of a proposal due."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TypeAlias

from aipchain.pallets_spec.types import (
    MILLION,
    AccountId,
    Change,
    CommunityId,
    Epoch,
    Hash,
    ProposalId,
    TrackKind,
    TrackSettings,
)
from aipchain.units import UnixSeconds

__all__ = [
    "CommunityGovernanceState",
    "Due",
    "IsApproved",
    "IsCancelled",
    "IsDeciding",
    "IsRejected",
    "IsScheduled",
    "IsStale",
    "Proposal",
    "ProposalState",
    "Track",
]


@dataclass(frozen=True, slots=True)
class Track:
    """The settings of one kind of vote in one community."""

    settings: TrackSettings
    head: Hash
    """The binding hash of the vote that set them; zero when a steward did."""


@dataclass(frozen=True, slots=True)
class IsDeciding:
    """Takes votes once its notice is over."""

    confirming_since: UnixSeconds | None = None
    """Since when it passes without a break."""


@dataclass(frozen=True, slots=True)
class IsApproved:
    """Confirmed; waits for its timelock."""

    at: UnixSeconds
    """When that was recorded."""


@dataclass(frozen=True, slots=True)
class IsScheduled:
    """Holds from this epoch on."""

    epoch: Epoch


@dataclass(frozen=True, slots=True)
class IsRejected:
    """Did not pass, or not without a break."""


@dataclass(frozen=True, slots=True)
class IsCancelled:
    """Taken back by its proposer."""


@dataclass(frozen=True, slots=True)
class IsStale:
    """Approved, but what it replaces had changed, or its target refused it."""


ProposalState: TypeAlias = IsDeciding | IsApproved | IsScheduled | IsRejected | IsCancelled | IsStale
"""Where a proposal stands: `Deciding`, `Approved` and so on in the metadata. All but these two are final."""


class Due(Enum):
    """A step that time alone makes due."""

    APPROVE = "confirmed without a break"
    REJECT = "the decision ended without passing"
    ENACT = "the timelock is over"


@dataclass(frozen=True, slots=True)
class Proposal:
    """A change that a community votes on."""

    community: CommunityId
    change: Change
    predecessor: Hash
    """The binding hash of what it replaces."""
    binding_hash: Hash
    """What a vote binds to: the hash of community, change and predecessor."""
    proposer: AccountId
    electorate: int
    """Members when it opened."""
    electorate_until: int
    """Members with a lower index were members when it opened."""
    opened_at: UnixSeconds
    settings: TrackSettings
    """The track's settings when it opened."""
    ayes: int = 0
    nays: int = 0
    state: ProposalState = IsDeciding()

    @property
    def votes_from(self) -> UnixSeconds:
        """When votes are first taken [s]."""
        return UnixSeconds(self.opened_at + self.settings.notice_s)

    @property
    def decided_at(self) -> UnixSeconds:
        """When the decision ends, unless it is being confirmed [s]."""
        return UnixSeconds(self.votes_from + self.settings.decide_s)

    @property
    def passes(self) -> bool:
        """Whether the votes reach their share of the electorate, and the ayes exceed theirs of the votes.

        Exact, without rounding: a turnout of 50 % of 11 members needs 6 votes, an approval of 50 % a majority.
        """
        votes = self.ayes + self.nays
        enough_votes = votes * MILLION >= self.settings.min_turnout * self.electorate
        return enough_votes and self.ayes * MILLION > self.settings.min_approval * votes

    def due(self, now: UnixSeconds) -> Due | None:
        """The step that is due at `now`, if any."""
        match self.state:
            case IsDeciding(None):
                return Due.REJECT if now >= self.decided_at else None
            case IsDeciding(since) if since is not None:
                return Due.APPROVE if now >= since + self.settings.confirm_s else None
            case IsApproved(at):
                return Due.ENACT if now >= at + self.settings.timelock_s else None
            case _:
                return None

    def is_deciding(self, now: UnixSeconds) -> bool:
        """Whether votes still decide it: it is open, and time has not decided it."""
        return isinstance(self.state, IsDeciding) and self.due(now) is None


@dataclass(slots=True)
class CommunityGovernanceState:
    """Everything this chapter stores, named as in the runtime's metadata."""

    next_proposal_id: ProposalId = ProposalId(0)  # noqa: RUF009
    tracks: dict[tuple[CommunityId, TrackKind], Track] = field(default_factory=dict)
    """The tracks that are set."""
    proposals: dict[ProposalId, Proposal] = field(default_factory=dict)
    """Every proposal there ever was."""
    ballots: dict[tuple[ProposalId, AccountId], bool] = field(default_factory=dict)
    """Who voted, and whether for the proposal."""

"""Proposals, the tracks they run on, and what became of them."""

from dataclasses import dataclass
from enum import IntEnum
from typing import ClassVar, TypeAlias

from aipchain.runtime_bridge.types.communities import Parameters
from aipchain.runtime_bridge.types.plugin_registry import Binding, Slot
from aipchain.runtime_bridge.types.scalars import U32, AccountId, CommunityId, Epoch, Hash, Permill
from aipchain.units import UnixSeconds

__all__ = [
    "ApprovedState",
    "CancelledState",
    "Change",
    "Deciding",
    "ParametersChange",
    "PluginChange",
    "Proposal",
    "ProposalState",
    "RejectedState",
    "ScheduledState",
    "StaleState",
    "Track",
    "TrackChange",
    "TrackKind",
    "TrackSettings",
]


class TrackKind(IntEnum):
    """The kind of decision a track is for."""

    PARAMETER = 0
    PLUGIN = 1
    GOVERNANCE = 2


@dataclass(frozen=True, slots=True)
class TrackSettings:
    """The times [s] and thresholds [millionths] of a track."""

    notice_s: U32
    decide_s: U32
    confirm_s: U32
    timelock_s: U32
    min_turnout: Permill
    min_approval: Permill


@dataclass(frozen=True, slots=True)
class PluginChange:
    """Put `binding` into `slot`."""

    variant: ClassVar[str] = "Plugin"
    slot: Slot
    binding: Binding


@dataclass(frozen=True, slots=True)
class ParametersChange:
    """Set the parameters of the community."""

    variant: ClassVar[str] = "Parameters"
    parameters: Parameters


@dataclass(frozen=True, slots=True)
class TrackChange:
    """Set a track."""

    variant: ClassVar[str] = "Track"
    kind: TrackKind
    settings: TrackSettings


Change: TypeAlias = PluginChange | ParametersChange | TrackChange
"""What a vote decides; its encoding goes into the binding hash."""


@dataclass(frozen=True, slots=True)
class Track:
    """The settings of a track and the binding hash that set them, or zero."""

    settings: TrackSettings
    head: Hash


@dataclass(frozen=True, slots=True)
class Deciding:
    """Votes are taken; `confirming_since` is set while the vote passes."""

    variant: ClassVar[str] = "Deciding"
    confirming_since: UnixSeconds | None


@dataclass(frozen=True, slots=True)
class ApprovedState:
    """Confirmed at `at`; waits for its timelock."""

    variant: ClassVar[str] = "Approved"
    at: UnixSeconds


@dataclass(frozen=True, slots=True)
class ScheduledState:
    """In force from `epoch` on."""

    variant: ClassVar[str] = "Scheduled"
    epoch: Epoch


@dataclass(frozen=True, slots=True)
class RejectedState:
    """Did not pass, or broke after the end."""

    variant: ClassVar[str] = "Rejected"


@dataclass(frozen=True, slots=True)
class CancelledState:
    """Withdrawn by its proposer."""

    variant: ClassVar[str] = "Cancelled"


@dataclass(frozen=True, slots=True)
class StaleState:
    """Approved, but what it replaces had changed by then."""

    variant: ClassVar[str] = "Stale"


ProposalState: TypeAlias = Deciding | ApprovedState | ScheduledState | RejectedState | CancelledState | StaleState


@dataclass(frozen=True, slots=True)
class Proposal:
    """A proposal with the electorate and the settings it opened with."""

    community: CommunityId
    change: Change
    predecessor: Hash
    binding_hash: Hash
    proposer: AccountId
    electorate: U32
    electorate_until: U32
    opened_at: UnixSeconds
    settings: TrackSettings
    ayes: U32
    nays: U32
    state: ProposalState

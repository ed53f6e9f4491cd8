"""What happened, as typed facts: one frozen dataclass per event of our pallets, named and shaped as in the metadata.

Events of other pallets come as `OtherEvent`. A `Fact` is an event with its place in the block.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, TypeAlias

from aipchain.runtime_bridge import codec
from aipchain.runtime_bridge.types import (
    U16,
    U32,
    U64,
    AccountId,
    CommunityId,
    Epoch,
    Hash,
    MeterId,
    OrderNumber,
    Parameters,
    ProposalId,
    QuarantineReason,
    Role,
    RuleSet,
    Side,
    Slot,
    Text,
    TrackKind,
    TrackSettings,
)
from aipchain.units import Balance, Price, UnixSeconds, Wh

Flag: TypeAlias = Annotated[bool, codec.BOOL]


@dataclass(frozen=True, slots=True)
class OtherEvent:
    """An event of a pallet that is not ours; `fields` by name, or by place ("0", "1") when the runtime names none."""

    pallet: str
    name: str
    fields: Mapping[str, object]


# communities


@dataclass(frozen=True, slots=True)
class Founded:
    """A community began."""

    community: CommunityId
    steward: AccountId


@dataclass(frozen=True, slots=True)
class Admitted:
    """An account became a member."""

    community: CommunityId
    account: AccountId
    index: U32


@dataclass(frozen=True, slots=True)
class RoleGranted:
    """An account got a role."""

    community: CommunityId
    account: AccountId
    role: Role


@dataclass(frozen=True, slots=True)
class RoleRevoked:
    """An account lost a role."""

    community: CommunityId
    account: AccountId
    role: Role


@dataclass(frozen=True, slots=True)
class Left:
    """A member left."""

    community: CommunityId
    account: AccountId


@dataclass(frozen=True, slots=True)
class ParametersScheduled:
    """A vote set the parameters from an epoch on."""

    community: CommunityId
    parameters: Parameters
    from_epoch: Epoch


# metering


@dataclass(frozen=True, slots=True)
class MeterEnrolled:
    """A meter began to count."""

    meter: MeterId
    community: CommunityId
    owner: AccountId


@dataclass(frozen=True, slots=True)
class BatchRecorded:
    """A gateway delivered readings of one interval."""

    batch_id: Hash
    community: CommunityId
    interval_start: UnixSeconds
    gateway: AccountId
    accepted: U32
    quarantined: U32


@dataclass(frozen=True, slots=True)
class BatchAlreadyRecorded:
    """A batch came again, unchanged."""

    batch_id: Hash


@dataclass(frozen=True, slots=True)
class ReadingsAccepted:
    """Readings of one interval: (meter, import [Wh], export [Wh]) each."""

    community: CommunityId
    interval_start: UnixSeconds
    readings: tuple[tuple[MeterId, Wh, Wh], ...]


@dataclass(frozen=True, slots=True)
class ReadingQuarantined:
    """A reading was set aside."""

    batch_id: Hash
    meter: MeterId
    interval_start: UnixSeconds
    reason: QuarantineReason


# energy


@dataclass(frozen=True, slots=True)
class Minted:
    """Verified production became a lot [Wh]."""

    meter: MeterId
    interval_start: UnixSeconds
    producer: AccountId
    first_wh: Wh
    wh: Wh


@dataclass(frozen=True, slots=True)
class Moved:
    """Part of a lot changed hands."""

    meter: MeterId
    interval_start: UnixSeconds
    first_wh: Wh
    wh: Wh
    from_: AccountId
    to: AccountId


@dataclass(frozen=True, slots=True)
class Retired:
    """Part of a lot was used up."""

    meter: MeterId
    interval_start: UnixSeconds
    first_wh: Wh
    wh: Wh
    owner: AccountId


# market


@dataclass(frozen=True, slots=True)
class ReferencePosted:
    """The grid's prices of an interval are known [base units per Wh]."""

    community: CommunityId
    interval_start: UnixSeconds
    retail: Price
    feed_in: Price


@dataclass(frozen=True, slots=True)
class BookOpened:
    """A book opened and is bound to `rules`."""

    community: CommunityId
    interval_start: UnixSeconds
    rules: RuleSet


@dataclass(frozen=True, slots=True)
class OrderPlaced:
    """An order is in the book."""

    community: CommunityId
    interval_start: UnixSeconds
    number: OrderNumber
    owner: AccountId
    id: U64
    meter: MeterId
    side: Side
    wh: Wh
    limit_price: Price


@dataclass(frozen=True, slots=True)
class OrderCancelled:
    """An order was withdrawn."""

    number: OrderNumber


@dataclass(frozen=True, slots=True)
class IntervalCleared:
    """A clearing was accepted; `result` is `bindings.trade_list_hash` of its trades, `commitment` the root of duals."""

    community: CommunityId
    interval_start: UnixSeconds
    rules: RuleSet
    result: Hash
    trades: U32
    traded_wh: Wh
    commitment: Hash | None
    operator: AccountId


@dataclass(frozen=True, slots=True)
class TradeSettled:
    """A trade was paid for what was delivered."""

    community: CommunityId
    interval_start: UnixSeconds
    index: U32
    buyer: AccountId
    seller: AccountId
    wh: Wh
    delivered_wh: Wh
    price: Price
    paid: Balance


@dataclass(frozen=True, slots=True)
class OrderClosed:
    """An order ended and the rest of its escrow went back [base units]."""

    number: OrderNumber
    owner: AccountId
    filled_wh: Wh
    released: Balance


@dataclass(frozen=True, slots=True)
class BookSettled:
    """All trades are paid, all orders closed."""

    community: CommunityId
    interval_start: UnixSeconds
    delivered_wh: Wh
    paid: Balance


@dataclass(frozen=True, slots=True)
class BookVoided:
    """No result came in time; all holds are released."""

    community: CommunityId
    interval_start: UnixSeconds


@dataclass(frozen=True, slots=True)
class ClearingOverturned:
    """A clearing was shown to be wrong and is undone."""

    community: CommunityId
    interval_start: UnixSeconds
    result: Hash
    challenger: AccountId


# plugin_registry


@dataclass(frozen=True, slots=True)
class BuildRegistered:
    """A plugin build is known to the chain."""

    bundle: Hash
    owner: AccountId
    name: Text
    release: U16
    build: U16


@dataclass(frozen=True, slots=True)
class BuildDeprecated:
    """A build can no longer be scheduled."""

    bundle: Hash


@dataclass(frozen=True, slots=True)
class PluginInstalled:
    """An empty slot got its first plugin."""

    community: CommunityId
    slot: Slot
    binding_hash: Hash
    bundle: Hash


@dataclass(frozen=True, slots=True)
class PluginScheduled:
    """A vote put a plugin into a slot from an epoch on."""

    community: CommunityId
    slot: Slot
    binding_hash: Hash
    bundle: Hash
    from_epoch: Epoch


# community_governance


@dataclass(frozen=True, slots=True)
class TrackSet:
    """A track got its settings."""

    community: CommunityId
    kind: TrackKind
    settings: TrackSettings


@dataclass(frozen=True, slots=True)
class Proposed:
    """A proposal opened with a fixed electorate."""

    proposal: ProposalId
    community: CommunityId
    binding_hash: Hash
    electorate: U32


@dataclass(frozen=True, slots=True)
class Voted:
    """A member voted."""

    proposal: ProposalId
    account: AccountId
    aye: Flag


@dataclass(frozen=True, slots=True)
class Confirming:
    """The vote passes since `since`."""

    proposal: ProposalId
    since: UnixSeconds


@dataclass(frozen=True, slots=True)
class ConfirmationBroken:
    """The vote no longer passes."""

    proposal: ProposalId


@dataclass(frozen=True, slots=True)
class Approved:
    """The vote passed without a break for as long as its track asks."""

    proposal: ProposalId


@dataclass(frozen=True, slots=True)
class Scheduled:
    """The change is in force from `epoch` on."""

    proposal: ProposalId
    binding_hash: Hash
    epoch: Epoch


@dataclass(frozen=True, slots=True)
class Rejected:
    """The vote ended without passing."""

    proposal: ProposalId


@dataclass(frozen=True, slots=True)
class Cancelled:
    """The proposer withdrew it."""

    proposal: ProposalId


@dataclass(frozen=True, slots=True)
class EnactmentFailed:
    """What it replaces had changed; nothing was enacted."""

    proposal: ProposalId


CommunityEvent: TypeAlias = Founded | Admitted | RoleGranted | RoleRevoked | Left | ParametersScheduled
MeteringEvent: TypeAlias = MeterEnrolled | BatchRecorded | BatchAlreadyRecorded | ReadingsAccepted | ReadingQuarantined
EnergyEvent: TypeAlias = Minted | Moved | Retired
MarketEvent: TypeAlias = (
    ReferencePosted
    | BookOpened
    | OrderPlaced
    | OrderCancelled
    | IntervalCleared
    | TradeSettled
    | OrderClosed
    | BookSettled
    | BookVoided
    | ClearingOverturned
)
RegistryEvent: TypeAlias = BuildRegistered | BuildDeprecated | PluginInstalled | PluginScheduled
GovernanceEvent: TypeAlias = (
    TrackSet
    | Proposed
    | Voted
    | Confirming
    | ConfirmationBroken
    | Approved
    | Scheduled
    | Rejected
    | Cancelled
    | EnactmentFailed
)
OwnEvent: TypeAlias = CommunityEvent | MeteringEvent | EnergyEvent | MarketEvent | RegistryEvent | GovernanceEvent
Event: TypeAlias = OwnEvent | OtherEvent


@dataclass(frozen=True, slots=True)
class Fact:
    """An event at `index` of its block, caused by extrinsic `extrinsic` of it, or by the block itself (None)."""

    index: int
    extrinsic: int | None
    event: Event

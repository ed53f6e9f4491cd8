"""What the runtime stores and takes, as frozen dataclasses: docs/protocol.md in Python.

Field order is the SCALE order, field names are the metadata's names; both are compared with the metadata at connect.
Energy [Wh], money [base units], prices [base units per Wh], times [unix seconds] are integers. An account is its
32-byte public key, a hash 32 bytes, a `Permill` a whole number of millionths. Vectors are tuples.
"""

from dataclasses import dataclass
from enum import IntEnum
from typing import Annotated, ClassVar, NewType, TypeAlias

from aipchain.runtime_bridge import codec
from aipchain.units import Balance, Price, UnixSeconds, Wh

__all__ = [
    "AccountBalance",
    "AccountId",
    "AccountInfo",
    "ApprovedState",
    "AtMost",
    "Batch",
    "Binding",
    "Book",
    "BookStatus",
    "BoundBinding",
    "Build",
    "CancelledState",
    "Change",
    "Community",
    "CommunityId",
    "Deciding",
    "EnergySums",
    "Epoch",
    "Hash",
    "Lot",
    "LotState",
    "Member",
    "Meter",
    "MeterId",
    "Mint",
    "NewOrder",
    "Order",
    "OrderNumber",
    "OrderStatus",
    "ParameterSet",
    "Parameters",
    "ParametersChange",
    "Permill",
    "PluginChange",
    "PostedPrice",
    "Proposal",
    "ProposalId",
    "ProposalState",
    "QuarantineReason",
    "QuarantinedReading",
    "Reading",
    "ReferencePrice",
    "Register",
    "RejectedState",
    "Role",
    "Rule",
    "RuleSet",
    "ScheduledState",
    "Side",
    "SignedReading",
    "Slot",
    "SlotState",
    "Source",
    "StaleState",
    "Track",
    "TrackChange",
    "TrackKind",
    "TrackSettings",
    "Trade",
    "roles_of",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class AtMost:
    """Marks a vector, bytes or text that the runtime bounds to so many items or bytes."""

    items: int


CommunityId = NewType("CommunityId", int)
MeterId = NewType("MeterId", int)
ProposalId = NewType("ProposalId", int)
OrderNumber = NewType("OrderNumber", int)
Epoch = NewType("Epoch", int)
Permill = NewType("Permill", int)

AccountId: TypeAlias = Annotated[bytes, codec.fixed(32)]
Hash: TypeAlias = Annotated[bytes, codec.fixed(32)]
Signature: TypeAlias = Annotated[bytes, codec.fixed(64)]
Bytes: TypeAlias = Annotated[bytes, codec.BYTES]
Text: TypeAlias = Annotated[str, codec.TEXT]
U16: TypeAlias = Annotated[int, codec.U16]
U32: TypeAlias = Annotated[int, codec.U32]
U64: TypeAlias = Annotated[int, codec.U64]


class Role(IntEnum):
    """What an account may do in a community."""

    STEWARD = 0
    CONSUMER = 1
    PRODUCER = 2
    GATEWAY = 3
    OPERATOR = 4
    ORACLE = 5
    AUDITOR = 6
    GRID_OPERATOR = 7


def roles_of(bits: int) -> frozenset[Role]:
    """Roles in a set of roles as the chain keeps it: bit `1 << role`."""
    return frozenset(role for role in Role if bits >> role & 1)


class Source(IntEnum):
    """What stands behind a meter's export register."""

    CONSUMPTION = 0
    SOLAR = 1
    WIND = 2
    HYDRO = 3
    BIOMASS = 4
    STORAGE = 5
    OTHER = 6


class Slot(IntEnum):
    """A place in a community's market that one plugin fills."""

    PRICE = 0
    CLEAR = 1


class Side(IntEnum):
    """A bid wants energy, an offer has it."""

    BID = 0
    OFFER = 1


class TrackKind(IntEnum):
    """The kind of decision a track is for."""

    PARAMETER = 0
    PLUGIN = 1
    GOVERNANCE = 2


class QuarantineReason(IntEnum):
    """Why a reading was set aside, in the order the chain checks."""

    UNKNOWN_METER = 0
    BAD_SIGNATURE = 1
    LATE = 2
    CONFLICT = 3
    STALE = 4
    REGISTER_FELL = 5
    ABOVE_CONNECTION_LIMIT = 6
    GAP = 7


class LotState(IntEnum):
    """Whether a lot can be used, is promised, or is used up."""

    FREE = 0
    HELD = 1
    RETIRED = 2


class BookStatus(IntEnum):
    """Where a book is in its life."""

    OPEN = 0
    CLEARED = 1
    VOIDED = 2
    SETTLED = 3


class OrderStatus(IntEnum):
    """Whether an order can still be matched."""

    OPEN = 0
    CANCELLED = 1


class Rule(IntEnum):
    """A rule of the envelope that a clearing's trades must keep."""

    UNKNOWN_ORDER = 0
    WRONG_BOOK = 1
    ORDER_NOT_OPEN = 2
    PLACED_AFTER_GATE = 3
    WRONG_SIDE = 4
    ZERO_ENERGY = 5
    ABOVE_BID_LIMIT = 6
    BELOW_OFFER_LIMIT = 7
    SELF_TRADE = 8
    BID_OVERFILLED = 9
    OFFER_OVERFILLED = 10
    LISTED_TWICE = 11


@dataclass(frozen=True, slots=True)
class AccountBalance:
    """An account's money [base units]: free, of which `frozen` cannot leave, and on hold (`reserved`)."""

    free: Balance
    reserved: Balance
    frozen: Balance
    flags: Annotated[int, codec.U128]


@dataclass(frozen=True, slots=True)
class AccountInfo:
    """What the System pallet keeps of an account: the next nonce, why it exists, and its money."""

    nonce: U32
    consumers: U32
    providers: U32
    sufficients: U32
    data: AccountBalance


@dataclass(frozen=True, slots=True)
class Parameters:
    """The voted times [s] and shares of a community's market."""

    gate_closure_s: U32
    clearing_window_s: U32
    grace_s: U32
    collateral: Permill


@dataclass(frozen=True, slots=True)
class Binding:
    """What fills a slot: a build, its configuration (canonical JSON), its capabilities, its migration."""

    bundle: Hash
    config: Annotated[Bytes, AtMost(2_048)]
    grants: Annotated[Bytes, AtMost(256)] = b""
    migration: Hash | None = None


@dataclass(frozen=True, slots=True)
class RuleSet:
    """The binding hashes of the two slots a book is bound to."""

    price: Hash
    clear: Hash


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
class Community:
    """A community: interval and epoch length [s], zones by name, members now and the index the next one gets."""

    name: Text
    interval_s: U32
    epoch_s: U32
    zones: tuple[Text, ...]
    founded_at: UnixSeconds
    members: U32
    next_member_index: U32
    stewards: U32


@dataclass(frozen=True, slots=True)
class Member:
    """A membership: `index` is counted up by the community and never reused."""

    index: U32
    since: UnixSeconds


@dataclass(frozen=True, slots=True)
class ParameterSet:
    """The active parameters and the binding hash that set them (or zero), and their neighbours in time.

    `pending` is (parameters, binding hash, first epoch); `previous` what `active` replaced, and from which epoch on.
    """

    active: Parameters
    head: Hash
    pending: tuple[Parameters, Hash, Epoch] | None
    previous: tuple[Parameters, Epoch] | None

    def at(self, epoch: Epoch) -> Parameters:
        """Give the parameters in force at an epoch: what is pending is in force from its epoch on, with no hook run."""
        if self.pending is not None and epoch >= self.pending[2]:
            return self.pending[0]
        if self.previous is not None and epoch < self.previous[1]:
            return self.previous[0]
        return self.active

    @property
    def next_predecessor(self) -> Hash:
        """What the next change of the parameters has to name."""
        return self.head if self.pending is None else self.pending[1]


@dataclass(frozen=True, slots=True)
class Meter:
    """An enrolled meter."""

    community: CommunityId
    owner: AccountId
    device_key: Hash
    zone: U16
    source: Source
    connection_limit_w: U32
    enrolled_at: UnixSeconds


@dataclass(frozen=True, slots=True)
class Register:
    """The last trusted registers [Wh] and the time they stand for."""

    at: UnixSeconds
    import_wh: Wh
    export_wh: Wh


@dataclass(frozen=True, slots=True)
class Reading:
    """Energy of one interval [Wh], the registers before it [Wh], and when it becomes final."""

    import_wh: Wh
    export_wh: Wh
    import_register_wh: Wh
    export_register_wh: Wh
    final_at: UnixSeconds


@dataclass(frozen=True, slots=True)
class QuarantinedReading:
    """A reading set aside, with the registers it claimed [Wh]."""

    reason: QuarantineReason
    import_register_wh: Wh
    export_register_wh: Wh


@dataclass(frozen=True, slots=True)
class Batch:
    """A recorded batch of readings."""

    gateway: AccountId
    community: CommunityId
    interval_start: UnixSeconds
    content: Hash
    accepted: U32
    quarantined: U32


@dataclass(frozen=True, slots=True)
class SignedReading:
    """Registers at the end of an interval [Wh] and the device's signature over `bindings.reading_message`."""

    meter: MeterId
    import_register_wh: Wh
    export_register_wh: Wh
    signature: Signature


@dataclass(frozen=True, slots=True)
class Mint:
    """What was minted of one meter and interval, as a range of its export register [Wh], and what of it is held."""

    community: CommunityId
    producer: AccountId
    source: Source
    zone: U16
    first_wh: Wh
    wh: Wh
    held_from_wh: Wh
    held_wh: Wh


@dataclass(frozen=True, slots=True)
class Lot:
    """A range of watt-hours with one owner and one state."""

    owner: AccountId
    wh: Wh
    state: LotState


@dataclass(frozen=True, slots=True)
class EnergySums:
    """An account's energy by state [Wh]."""

    free: Wh
    held: Wh
    retired: Wh


@dataclass(frozen=True, slots=True)
class ReferencePrice:
    """Prices of the grid in one interval [base units per Wh]."""

    retail: Price
    feed_in: Price


@dataclass(frozen=True, slots=True)
class PostedPrice:
    """A reference price to post for one interval."""

    interval_start: UnixSeconds
    retail: Price
    feed_in: Price


@dataclass(frozen=True, slots=True)
class NewOrder:
    """An order to place; `id` is made by the owner and makes placing it again harmless."""

    id: U64
    meter: MeterId
    side: Side
    wh: Wh
    limit_price: Price


@dataclass(frozen=True, slots=True)
class Order:
    """A placed order and what its escrow holds [base units]."""

    community: CommunityId
    interval_start: UnixSeconds
    owner: AccountId
    id: U64
    meter: MeterId
    side: Side
    wh: Wh
    limit_price: Price
    placed_at: UnixSeconds
    status: OrderStatus
    filled_wh: Wh
    escrow: Balance


@dataclass(frozen=True, slots=True)
class Trade:
    """Energy between two orders at one price."""

    bid: OrderNumber
    offer: OrderNumber
    wh: Wh
    price: Price


@dataclass(frozen=True, slots=True)
class Book:
    """The market of one interval: its rules and times stay as it opened."""

    rules: RuleSet
    opened_at: UnixSeconds
    closes_at: UnixSeconds
    deadline: UnixSeconds
    final_at: UnixSeconds
    collateral: Permill
    status: BookStatus
    orders: U32
    trades: U32
    traded_wh: Wh
    settled_trades: U32
    closed_orders: U32
    delivered_wh: Wh
    paid: Balance
    result: Hash | None


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

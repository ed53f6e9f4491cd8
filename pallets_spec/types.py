"""The words of the protocol: identities, quantities, times, and the things more than one chapter speaks of.

Energy is counted in watt-hours [Wh], money in base units, a price in base units per watt-hour, time in seconds since
1970 [s]. All of them are whole numbers. Time is the chain's own: the time of its latest block, never a wall clock.

Three lengths of time order a community's life:

- a *delivery interval* of a quarter of an hour or an hour, in which energy flows and is measured;
- an *epoch*, a whole number of intervals: what a vote changes takes effect at the start of one;
- the community's voted :class:`Parameters`, which say when the gate of an interval closes, until when its clearing is
  accepted, and when its readings are final.

A field has the name, and a dataclass the order of fields, that the runtime's metadata show.
"""

from dataclasses import dataclass
from enum import Enum
from typing import ClassVar, NewType, TypeAlias

from aipchain.units import Price, UnixSeconds, Wh

__all__ = [
    "HOUR_S",
    "MAX_CHARGES",
    "MAX_LIMITS",
    "MILLION",
    "NO_HASH",
    "PLAIN_TERMS",
    "U16_MAX",
    "U32_MAX",
    "U64_MAX",
    "U128_MAX",
    "AccountId",
    "Binding",
    "BookKey",
    "Change",
    "CommunityId",
    "Epoch",
    "Event",
    "FinalReading",
    "Hash",
    "LineLimit",
    "MeterFacts",
    "MeterId",
    "NewOrder",
    "OrderNumber",
    "Parameters",
    "ParametersChange",
    "PartsPerMillion",
    "PluginChange",
    "PostedPrice",
    "Proof",
    "ProposalId",
    "Role",
    "Rule",
    "RuleSet",
    "Side",
    "SignedReading",
    "Slot",
    "Source",
    "Terms",
    "TrackChange",
    "TrackKind",
    "TrackSettings",
    "Trade",
    "ZoneCharge",
    "epoch_of",
    "interval_end",
    "is_aligned",
]

AccountId = NewType("AccountId", bytes)
"""The 32 bytes of an account."""
Hash = NewType("Hash", bytes)
"""The 32 bytes of a blake2b-256 hash."""
CommunityId = NewType("CommunityId", int)
"""A community, counted up by the chain from 0."""
MeterId = NewType("MeterId", int)
"""A meter, counted up by the chain from 0 over all communities."""
ProposalId = NewType("ProposalId", int)
"""A proposal, counted up by the chain from 0 over all communities."""
OrderNumber = NewType("OrderNumber", int)
"""An order, counted up by the chain from 0 over all communities."""
Epoch = NewType("Epoch", int)
"""Unix seconds divided by a community's epoch length, rounded down."""
PartsPerMillion = NewType("PartsPerMillion", int)
"""A share: 0 is nothing, 1,000,000 is the whole."""
BookKey: TypeAlias = tuple[CommunityId, UnixSeconds]
"""What names a book: its community and the start of its delivery interval."""

MILLION = 1_000_000
"""The whole, in parts per million."""

NO_HASH = Hash(bytes(32))
"""Thirty-two zero bytes: where a hash would name a predecessor and there is none."""

MAX_CHARGES = 64
"""The most pairs of zones that terms list; a longer list cannot be encoded as a call."""

MAX_LIMITS = 16
"""The most lines that terms list; a longer list cannot be encoded as a call."""

HOUR_S = 3_600
"""One hour [s]: a watt-hour is a watt for so long."""

U16_MAX = 2**16 - 1
"""The largest number of sixteen bits."""
U32_MAX = 2**32 - 1
"""The largest number of thirty-two bits: communities, meters, members, epochs."""
U64_MAX = 2**64 - 1
"""The largest number of sixty-four bits: watt-hours, prices, times."""
U128_MAX = 2**128 - 1
"""The largest number of a hundred and twenty-eight bits: money."""


class Event:
    """A fact that a call made true; `pallet` is the chapter it belongs to, the class name is the runtime's."""

    __slots__ = ()
    pallet: ClassVar[str]


class Role(Enum):
    """What an account may do in a community. No call moves a role to another account.

    The chain asks for four of them: steward, gateway, operator and oracle. The others are labels that people and
    programs read: no rule of this book asks for them. Who places orders must be a member and have a meter, no more.
    """

    STEWARD = "Steward"
    """Admits members, grants and revokes roles, enrols meters, fills an empty slot with its first plugin and gives a
    track its first settings; votes rule everything else. A steward need not be a member, and has no vote as one."""
    CONSUMER = "Consumer"
    """Takes energy; a label."""
    PRODUCER = "Producer"
    """Delivers energy; a label."""
    GATEWAY = "Gateway"
    """Submits meter batches."""
    OPERATOR = "Operator"
    """Submits clearings."""
    ORACLE = "Oracle"
    """Posts reference prices."""
    AUDITOR = "Auditor"
    """Replays intervals and exports evidence; a label."""
    GRID_OPERATOR = "GridOperator"
    """Sets safety limits; a label."""

    @property
    def bit(self) -> int:
        """The place of this role in a set of roles, which is a whole number: 1, 2, 4, 8 and so on."""
        return 1 << list(Role).index(self)


class Source(Enum):
    """What stands behind a meter's export register. A label on what is minted: no rule of this book asks for it."""

    CONSUMPTION = "Consumption"
    """Nothing: the meter is there to take energy. What its register exports is believed all the same."""
    SOLAR = "Solar"
    WIND = "Wind"
    HYDRO = "Hydro"
    BIOMASS = "Biomass"
    STORAGE = "Storage"
    OTHER = "Other"


class Slot(Enum):
    """A place in a community's market that one plugin fills."""

    PRICE = "Price"
    """The price model."""
    CLEAR = "Clear"
    """The market rule."""


class Side(Enum):
    """The side of an order."""

    BID = "Bid"
    """Wants energy."""
    OFFER = "Offer"
    """Has energy."""


class TrackKind(Enum):
    """The kind of decision that a track of votes is for."""

    PARAMETER = "Parameter"
    """Changes of :class:`Parameters`."""
    PLUGIN = "Plugin"
    """Changes of a :class:`Slot`."""
    GOVERNANCE = "Governance"
    """Changes of a track itself."""


class Rule(Enum):
    """The rules every trade of a clearing keeps, in the order they are checked."""

    UNKNOWN_ORDER = "UnknownOrder"
    """An order of the trade does not exist."""
    WRONG_BOOK = "WrongBook"
    """An order of the trade is of another community or interval."""
    ORDER_NOT_OPEN = "OrderNotOpen"
    """An order of the trade was cancelled."""
    PLACED_AFTER_GATE = "PlacedAfterGate"
    """An order of the trade was placed after the gate closed."""
    WRONG_SIDE = "WrongSide"
    """The bid is no bid or the offer is no offer."""
    ZERO_ENERGY = "ZeroEnergy"
    """The trade has no energy."""
    ABOVE_BID_LIMIT = "AboveBidLimit"
    """The price is above the bid's limit."""
    BELOW_OFFER_LIMIT = "BelowOfferLimit"
    """The price is below the offer's limit."""
    SELF_TRADE = "SelfTrade"
    """Buyer and seller are one account."""
    BID_OVERFILLED = "BidOverfilled"
    """The bid's trades have more energy than the bid."""
    OFFER_OVERFILLED = "OfferOverfilled"
    """The offer's trades have more energy than the offer."""
    LISTED_TWICE = "ListedTwice"
    """The same bid and offer meet twice."""


@dataclass(frozen=True, slots=True)
class Parameters:
    """The voted times and shares of a community's market."""

    gate_closure_s: int
    """Orders are placed until this long before the interval starts [s]."""
    clearing_window_s: int
    """A clearing is accepted for this long after the gate closed [s]."""
    grace_s: int
    """Readings are taken for this long after the interval ended, and are final then [s]."""
    collateral: PartsPerMillion
    """The share of `limit price x energy` that an offer holds."""

    def closes_at(self, start: UnixSeconds) -> UnixSeconds:
        """Orders for the interval that starts at `start` are placed before this time [s]."""
        return UnixSeconds(max(start - self.gate_closure_s, 0))

    def deadline(self, start: UnixSeconds) -> UnixSeconds:
        """A clearing is accepted from the gate's closing until before this time [s]."""
        return UnixSeconds(min(self.closes_at(start) + self.clearing_window_s, U64_MAX))

    def final_at(self, start: UnixSeconds, interval_s: int) -> UnixSeconds:
        """Readings are taken from the interval's end until before this time, and are final then [s]."""
        return UnixSeconds(min(interval_end(start, interval_s) + self.grace_s, U64_MAX))


class Proof(Enum):
    """What a clearing has to prove, beside keeping the envelope."""

    ENVELOPE = "Envelope"
    """Nothing."""
    UNIFORM_PRICE = "UniformPrice"
    """That one price balances the book. Checked when the clearing comes."""
    OPTIMUM = "Optimum"
    """That no trades are worth more. Committed to when the clearing comes, and checked when it is challenged."""


@dataclass(frozen=True, slots=True)
class ZoneCharge:
    """What it costs to carry energy from an offer's zone to a bid's zone."""

    from_: int
    """The offer's zone."""
    to: int
    """The bid's zone."""
    price: Price
    """[base units per Wh]"""


@dataclass(frozen=True, slots=True)
class LineLimit:
    """The most that trades carry over the one line that connects a zone, in one interval."""

    zone: int
    out_wh: Wh
    """Net, out of the zone."""
    in_wh: Wh
    """Net, into the zone."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What a community demands of every clearing under a binding."""

    proof: Proof
    charges: tuple[ZoneCharge, ...] = ()
    """At most 64, by (from, to). What is not listed costs nothing."""
    limits: tuple[LineLimit, ...] = ()
    """At most 16, by zone. A zone that is not listed has no limit."""

    def charge(self, seller_zone: int, buyer_zone: int) -> int:
        """What it costs to carry a watt-hour from one zone to the other [base units]."""
        listed = {(charge.from_, charge.to): charge.price for charge in self.charges}
        return listed.get((seller_zone, buyer_zone), 0)


PLAIN_TERMS = Terms(Proof.ENVELOPE)
"""Nothing but the envelope."""


@dataclass(frozen=True, slots=True)
class Binding:
    """What fills a slot: a build of a plugin, its configuration, its capabilities, its terms, its migration."""

    bundle: Hash
    """Merkle root over the files of the plugin bundle."""
    config: bytes
    """Canonical JSON, at most 2,048 bytes: sorted keys, no spaces, UTF-8."""
    grants: bytes
    """The capabilities the plugin is given, at most 256 bytes."""
    terms: Terms
    """What every clearing under it has to prove and keep."""
    migration: Hash | None
    """The migration that goes with the change, if any."""


@dataclass(frozen=True, slots=True)
class RuleSet:
    """The rules a book is bound to: the binding hashes of the two slots."""

    price: Hash
    clear: Hash


@dataclass(frozen=True, slots=True)
class TrackSettings:
    """The times and thresholds of a track of votes."""

    notice_s: int
    """From opening until votes are taken [s]."""
    decide_s: int
    """How long votes are taken [s]."""
    confirm_s: int
    """How long the vote must pass without a break [s]."""
    timelock_s: int
    """From approval until the change is scheduled [s]."""
    min_turnout: PartsPerMillion
    """The share of the electorate that must vote."""
    min_approval: PartsPerMillion
    """The share of the votes that the ayes must exceed."""


@dataclass(frozen=True, slots=True)
class PluginChange:
    """A vote puts a binding into a slot."""

    slot: Slot
    binding: Binding
    track: ClassVar[TrackKind] = TrackKind.PLUGIN


@dataclass(frozen=True, slots=True)
class ParametersChange:
    """A vote sets the parameters of the community."""

    parameters: Parameters
    track: ClassVar[TrackKind] = TrackKind.PARAMETER


@dataclass(frozen=True, slots=True)
class TrackChange:
    """A vote sets a track itself."""

    kind: TrackKind
    settings: TrackSettings
    track: ClassVar[TrackKind] = TrackKind.GOVERNANCE


Change: TypeAlias = PluginChange | ParametersChange | TrackChange
"""What a vote decides; `track` is the track that decides it."""


@dataclass(frozen=True, slots=True)
class SignedReading:
    """Both registers of a meter at the end of an interval, as its device signed them (ed25519)."""

    meter: MeterId
    import_register_wh: Wh
    export_register_wh: Wh
    signature: bytes
    """64 bytes."""


@dataclass(frozen=True, slots=True)
class MeterFacts:
    """What other chapters need to know of a meter."""

    community: CommunityId
    owner: AccountId
    """The account whose energy it counts: a member when it was enrolled, perhaps none any more."""
    source: Source
    zone: int
    """Index into the community's zones: what terms charge and limit by."""
    connection_limit_w: int
    """The most power its connection carries [W]."""

    def carries_wh(self, interval_s: int) -> Wh:
        """The most whole watt-hours that its connection carries in an interval of `interval_s` [s]."""
        return Wh(self.connection_limit_w * interval_s // HOUR_S)


@dataclass(frozen=True, slots=True)
class FinalReading:
    """A reading that can no longer change."""

    import_wh: Wh
    """Energy taken in the interval."""
    export_wh: Wh
    """Energy delivered in the interval."""
    export_register_wh: Wh
    """The export register before the interval."""


@dataclass(frozen=True, slots=True)
class PostedPrice:
    """The reference price of one interval, as an oracle posts it [base units per Wh]."""

    interval_start: UnixSeconds
    retail: Price
    """The supplier's price."""
    feed_in: Price
    """The feed-in tariff."""


@dataclass(frozen=True, slots=True)
class NewOrder:
    """An order as its owner places it."""

    id: int
    """The owner's own number, used once per book."""
    meter: MeterId
    """The owner's meter that will confirm the energy."""
    side: Side
    wh: Wh
    limit_price: Price
    """The most to pay, or the least to get [base units per Wh]."""


@dataclass(frozen=True, slots=True)
class Trade:
    """A bid and an offer that the clearing brought together."""

    bid: OrderNumber
    offer: OrderNumber
    wh: Wh
    price: Price
    """What the buyer pays and the seller gets [base units per Wh]."""


def epoch_of(at: UnixSeconds, epoch_s: int) -> Epoch:
    """The epoch that `at` falls in, of epochs that last `epoch_s` [s]. A length of 0 does not exist and counts as 1."""
    return Epoch(min(at // max(epoch_s, 1), U32_MAX))


def is_aligned(start: UnixSeconds, interval_s: int) -> bool:
    """Whether an interval of `interval_s` [s] can start at `start`: only at a multiple of its length."""
    return interval_s > 0 and start % interval_s == 0


def interval_end(start: UnixSeconds, interval_s: int) -> UnixSeconds:
    """The first second after the interval of `interval_s` [s] that starts at `start`."""
    return UnixSeconds(min(start + interval_s, U64_MAX))

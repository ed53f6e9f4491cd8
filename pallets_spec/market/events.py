"""What the market tells: one class per event of the runtime, under its name and with its fields in its order."""

from dataclasses import dataclass

from aipchain.pallets_spec.types import AccountId, CommunityId, Event, Hash, MeterId, OrderNumber, RuleSet, Side
from aipchain.units import Balance, Price, UnixSeconds, Wh

__all__ = [
    "BookOpened",
    "BookSettled",
    "BookVoided",
    "ClearingOverturned",
    "IntervalCleared",
    "MarketEvent",
    "OrderCancelled",
    "OrderClosed",
    "OrderPlaced",
    "ReferencePosted",
    "TradeSettled",
]


class MarketEvent(Event):
    """A fact of the market."""

    __slots__ = ()
    pallet = "Market"


@dataclass(frozen=True, slots=True)
class ReferencePosted(MarketEvent):
    """The reference price of an interval stands."""

    community: CommunityId
    interval_start: UnixSeconds
    retail: Price
    feed_in: Price


@dataclass(frozen=True, slots=True)
class BookOpened(MarketEvent):
    """A book opened, bound to these rules."""

    community: CommunityId
    interval_start: UnixSeconds
    rules: RuleSet


@dataclass(frozen=True, slots=True)
class OrderPlaced(MarketEvent):
    """An order was placed and its escrow is held."""

    community: CommunityId
    interval_start: UnixSeconds
    number: OrderNumber
    owner: AccountId
    id: int
    meter: MeterId
    side: Side
    wh: Wh
    limit_price: Price


@dataclass(frozen=True, slots=True)
class OrderCancelled(MarketEvent):
    """An order was taken back and its escrow released."""

    number: OrderNumber


@dataclass(frozen=True, slots=True)
class IntervalCleared(MarketEvent):
    """A book has its trades."""

    community: CommunityId
    interval_start: UnixSeconds
    rules: RuleSet
    result: Hash
    trades: int
    traded_wh: Wh
    commitment: Hash | None
    """The root over the duals of its certificate, where it has any."""
    operator: AccountId


@dataclass(frozen=True, slots=True)
class TradeSettled(MarketEvent):
    """A trade was paid for what was delivered."""

    community: CommunityId
    interval_start: UnixSeconds
    index: int
    """The trade's place in the list, from 0."""
    buyer: AccountId
    seller: AccountId
    wh: Wh
    delivered_wh: Wh
    price: Price
    paid: Balance
    """`price x delivered_wh`, or 0 when the seller's account is closed."""


@dataclass(frozen=True, slots=True)
class OrderClosed(MarketEvent):
    """An order is over and the rest of its escrow released."""

    number: OrderNumber
    owner: AccountId
    filled_wh: Wh
    released: Balance


@dataclass(frozen=True, slots=True)
class BookSettled(MarketEvent):
    """Every trade of a book is settled and every order closed."""

    community: CommunityId
    interval_start: UnixSeconds
    delivered_wh: Wh
    paid: Balance


@dataclass(frozen=True, slots=True)
class BookVoided(MarketEvent):
    """A book without a result has released every hold."""

    community: CommunityId
    interval_start: UnixSeconds


@dataclass(frozen=True, slots=True)
class ClearingOverturned(MarketEvent):
    """A clearing was shown to be wrong and is undone; the book is open."""

    community: CommunityId
    interval_start: UnixSeconds
    result: Hash
    challenger: AccountId

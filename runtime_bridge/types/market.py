"""Prices, orders, books and trades of an interval."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Annotated, ClassVar, TypeAlias

from aipchain.runtime_bridge.types.scalars import (
    U16,
    U32,
    U64,
    AccountId,
    AtMost,
    CommunityId,
    Hash,
    MeterId,
    OrderNumber,
    Permill,
)
from aipchain.units import Balance, Price, UnixSeconds, Wh

__all__ = [
    "Book",
    "BookStatus",
    "Certificate",
    "Dual",
    "DualFault",
    "Fault",
    "Flaw",
    "Leaf",
    "LineFault",
    "LinePrice",
    "NewOrder",
    "Nothing",
    "Optimum",
    "Order",
    "OrderStatus",
    "PairFault",
    "PostedPrice",
    "ReferencePrice",
    "Rule",
    "RuleSet",
    "Side",
    "Trade",
    "UniformPrice",
]


class Side(IntEnum):
    """A bid wants energy, an offer has it."""

    BID = 0
    OFFER = 1


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


class Flaw(IntEnum):
    """What is wrong with a certificate that does not prove its trades."""

    OTHER_PRICE = 0
    ORDER_LEFT_OUT = 1
    DUALS_OUT_OF_ORDER = 2
    DUALS_INCOMPLETE = 3
    OTHER_LINES = 4
    BOUND_NOT_MET = 5


@dataclass(frozen=True, slots=True)
class RuleSet:
    """The binding hashes of the two slots a book is bound to."""

    price: Hash
    clear: Hash


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
class Dual:
    """What an order of `wh` [Wh] gains per watt-hour [base units]."""

    order: OrderNumber
    wh: Wh
    surplus: Price


@dataclass(frozen=True, slots=True)
class LinePrice:
    """What a watt-hour more over the line of a zone, out of it and into it, would be worth [base units per Wh]."""

    zone: U16
    out: Price
    into: Price


@dataclass(frozen=True, slots=True)
class Nothing:
    """The certificate of a clearing that keeps the envelope, and need not prove more."""

    variant: ClassVar[str] = "Nothing"


@dataclass(frozen=True, slots=True)
class UniformPrice:
    """The certificate that one price balances the book."""

    variant: ClassVar[str] = "UniformPrice"
    price: Price


@dataclass(frozen=True, slots=True)
class Optimum:
    """The certificate that no trades are worth more: duals of all standing orders, prices of all limited lines."""

    variant: ClassVar[str] = "Optimum"
    duals: Annotated[tuple[Dual, ...], AtMost(4_000)]
    lines: Annotated[tuple[LinePrice, ...], AtMost(16)] = ()


Certificate: TypeAlias = Nothing | UniformPrice | Optimum


@dataclass(frozen=True, slots=True)
class Leaf:
    """A dual of an accepted certificate, its place, and the neighbours on its way to the commitment."""

    dual: Dual
    index: U32
    path: Annotated[tuple[Hash, ...], AtMost(12)]


@dataclass(frozen=True, slots=True)
class PairFault:
    """A bid and an offer that would gain more by trading than their duals and the lines between them say."""

    variant: ClassVar[str] = "Pair"
    bid: Leaf
    offer: Leaf


@dataclass(frozen=True, slots=True)
class DualFault:
    """A dual of no standing order, or of another energy."""

    variant: ClassVar[str] = "Dual"
    leaf: Leaf


@dataclass(frozen=True, slots=True)
class LineFault:
    """A zone whose line the trades load beyond its limit."""

    variant: ClassVar[str] = "Line"
    zone: U16


Fault: TypeAlias = PairFault | DualFault | LineFault


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
    cancelled: U32
    trades: U32
    traded_wh: Wh
    settled_trades: U32
    closed_orders: U32
    delivered_wh: Wh
    paid: Balance
    result: Hash | None
    commitment: Hash | None

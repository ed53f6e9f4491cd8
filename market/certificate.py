"""Certificates of clearings as they go on chain, and the chain's own check of them (docs/protocol.md, market).

Same rules, same names, same order as on chain, so that no certificate is sent that would be refused. Nothing is solved
here: the kernels bring proofs of their own, from which these are made.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import pairwise
from typing import Final, TypeAlias

from aipchain.market.book import MAX_TRADES, AccountId, BookOrder, OrderNumber, Side, Trade
from aipchain.market.terms import Proof, Terms
from aipchain.units import Price, Wh

__all__ = [
    "MAX_PROVEN_ORDERS",
    "Certificate",
    "Dual",
    "Flaw",
    "LinePrice",
    "Nothing",
    "Optimum",
    "UniformPrice",
    "first_flaw",
    "gain",
    "proof_of",
]

MAX_PROVEN_ORDERS: Final = 4_000
"""Most orders of a book whose terms ask for more than the envelope.

Twice `MAX_TRADES`, and no mistake: every order of the book needs a place in the proof, but only those that are served
need trades. All of n orders served take up to n - 1 trades, so about 2,000 can be; the other half has room to lose.
"""

_TRADES_PER_ORDER: Final = 2
"""Pairing takes no more trades for each order (`market.auctions.pairing`)."""


@dataclass(frozen=True, slots=True)
class Dual:
    """What order `order` of `wh` [Wh] gains by the clearing [base units per Wh]."""

    order: OrderNumber
    wh: Wh
    surplus: Price


@dataclass(frozen=True, slots=True)
class LinePrice:
    """What a watt-hour more over the line of `zone`, out of it or into it, would be worth [base units per Wh]."""

    zone: int
    out: Price
    into: Price


@dataclass(frozen=True, slots=True)
class Nothing:
    """No certificate: the envelope is all that is kept."""


@dataclass(frozen=True, slots=True)
class UniformPrice:
    """One price [base units per Wh] at which supply meets demand."""

    price: Price


@dataclass(frozen=True, slots=True)
class Optimum:
    """A dual for every order of the book, by number, and a price for every limited line, as the terms list them."""

    duals: tuple[Dual, ...]
    lines: tuple[LinePrice, ...] = ()


Certificate: TypeAlias = Nothing | UniformPrice | Optimum

_PROOFS: Final[Mapping[type[Certificate], Proof]] = {
    Nothing: Proof.ENVELOPE,
    UniformPrice: Proof.UNIFORM_PRICE,
    Optimum: Proof.OPTIMUM,
}


class Flaw(StrEnum):
    """Why the chain refuses a certificate, in the order in which it looks; values are its variant names."""

    OTHER_PRICE = "OtherPrice"
    ORDER_LEFT_OUT = "OrderLeftOut"
    DUALS_OUT_OF_ORDER = "DualsOutOfOrder"
    DUALS_INCOMPLETE = "DualsIncomplete"
    OTHER_LINES = "OtherLines"
    BOUND_NOT_MET = "BoundNotMet"


def proof_of(certificate: Certificate) -> Proof:
    """What a certificate proves."""
    return _PROOFS[type(certificate)]


def first_flaw(
    trades: Sequence[Trade], orders: Iterable[BookOrder], terms: Terms, certificate: Certificate
) -> Flaw | None:
    """Why the chain would refuse the certificate of trades that keep the envelope, or None if it would not.

    :param orders: the open orders of the closed book, in any order.
    """
    book = {order.number: order for order in orders}
    match certificate:
        case UniformPrice(price):
            return _flaw_of_price(trades, book, price)
        case Optimum(duals, lines):
            return _flaw_of_optimum(trades, book, terms, duals, lines)
    return None


def gain(terms: Terms, bid: BookOrder, offer: BookOrder) -> int:
    """What 1 Wh from `offer` to `bid` is worth to both together [base units]; negative if it is a loss."""
    return bid.limit_price - offer.limit_price - terms.charge(offer.zone, bid.zone)


def _flaw_of_price(trades: Sequence[Trade], book: Mapping[OrderNumber, BookOrder], price: Price) -> Flaw | None:
    if any(trade.price != price for trade in trades):
        return Flaw.OTHER_PRICE
    cut_wh, left_wh = _most_cut_wh(trades, book.values(), price), _left_wh(trades, book)
    positions = _positions(book, left_wh, price)
    lacks = {side: sum(position.lacks[side] for position in positions.values()) for side in Side}
    if max(lacks.values()) <= cut_wh:
        return None
    for owner, position in positions.items():
        others_lack = max(lacks[side] - position.lacks[side] for side in Side)
        if others_lack <= cut_wh and position.is_balanced(cut_wh) and _is_in_all(owner, trades, book):
            return None
    return Flaw.ORDER_LEFT_OUT


def _most_cut_wh(trades: Sequence[Trade], orders: Iterable[BookOrder], price: Price) -> int:
    """The most energy of a side that a full list may have no room for [Wh]; nothing if it has room."""
    if len(trades) < MAX_TRADES:
        return 0
    least_wh = min(trade.wh for trade in trades)
    willing = (order.wh for order in orders if order.limit_price == price or _is_better(order, price))
    return max(0, sum(min(_TRADES_PER_ORDER * least_wh, wh) for wh in willing) - MAX_TRADES * least_wh)


def _left_wh(trades: Iterable[Trade], book: Mapping[OrderNumber, BookOrder]) -> dict[OrderNumber, int]:
    """Energy of every order that is in no trade [Wh]."""
    left: dict[OrderNumber, int] = {number: order.wh for number, order in book.items()}
    for trade in trades:
        left[trade.bid] -= trade.wh
        left[trade.offer] -= trade.wh
    return left


def _is_better(order: BookOrder, price: Price) -> bool:
    return order.limit_price > price if order.side is Side.BID else order.limit_price < price


@dataclass(frozen=True, slots=True)
class _Position:
    """What one owner's better orders are not served, and its orders at the price, by side [Wh]."""

    lacks: dict[Side, int] = field(default_factory=lambda: dict.fromkeys(Side, 0))
    room: dict[Side, int] = field(default_factory=lambda: dict.fromkeys(Side, 0))

    def is_balanced(self, cut_wh: int) -> bool:
        """Whether it could exchange among its own orders what the better ones lack, but for what was cut."""
        exchanged = max(self.lacks.values())
        return all(exchanged - self.lacks[side] <= self.room[side] + cut_wh for side in Side)


def _positions(
    book: Mapping[OrderNumber, BookOrder], left_wh: Mapping[OrderNumber, int], price: Price
) -> dict[AccountId, _Position]:
    positions: dict[AccountId, _Position] = defaultdict(_Position)
    for number, wh in left_wh.items():
        order = book[number]
        if _is_better(order, price):
            positions[order.owner].lacks[order.side] += wh
        elif order.limit_price == price:
            positions[order.owner].room[order.side] += wh
    return positions


def _is_in_all(owner: AccountId, trades: Iterable[Trade], book: Mapping[OrderNumber, BookOrder]) -> bool:
    return all(owner in (book[trade.bid].owner, book[trade.offer].owner) for trade in trades)


def _flaw_of_optimum(
    trades: Iterable[Trade],
    book: Mapping[OrderNumber, BookOrder],
    terms: Terms,
    duals: Sequence[Dual],
    lines: Sequence[LinePrice],
) -> Flaw | None:
    if any(dual.order >= after.order for dual, after in pairwise(duals)):
        return Flaw.DUALS_OUT_OF_ORDER
    if len(duals) != len(book):
        return Flaw.DUALS_INCOMPLETE
    if [line.zone for line in lines] != [limit.zone for limit in terms.limits]:
        return Flaw.OTHER_LINES
    bound = sum(dual.wh * dual.surplus for dual in duals) + sum(
        line.out * limit.out_wh + line.into * limit.in_wh for line, limit in zip(lines, terms.limits, strict=True)
    )
    welfare = sum(trade.wh * gain(terms, book[trade.bid], book[trade.offer]) for trade in trades)
    return None if bound == welfare else Flaw.BOUND_NOT_MET

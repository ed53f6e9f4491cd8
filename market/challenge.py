"""Faults of a clearing that the chain does not look for, and that undo it when somebody shows one.

Whoever makes a clearing looks for them first (`first_fault`), and so does whoever audits one. All pairs of a book are
looked at in one pass: between two zones only the bid with most left beyond its dual and the offer with least count, of
two owners each, since nobody trades with itself.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Final, TypeAlias

from aipchain.market.book import BookOrder, OrderNumber, Side, Trade
from aipchain.market.certificate import Certificate, LinePrice, Optimum, gain
from aipchain.market.terms import Terms

__all__ = ["DualFault", "Fault", "LineFault", "PairFault", "first_fault"]


@dataclass(frozen=True, slots=True)
class PairFault:
    """Bid and offer would gain more by trading than their duals and the lines between them say."""

    bid: OrderNumber
    offer: OrderNumber

    def __str__(self) -> str:
        return f"bid {self.bid} and offer {self.offer} would gain more by trading than their duals say"


@dataclass(frozen=True, slots=True)
class DualFault:
    """The dual of this order is of no order of the book, or of another energy."""

    order: OrderNumber

    def __str__(self) -> str:
        return f"the dual of order {self.order} is not of that order's energy"


@dataclass(frozen=True, slots=True)
class LineFault:
    """The trades load the line of this zone beyond its limit."""

    zone: int

    def __str__(self) -> str:
        return f"the line of zone {self.zone} carries more than its limit"


Fault: TypeAlias = PairFault | DualFault | LineFault

_OWNERS: Final = 2
"""So many owners of a zone and side are looked at: of any two orders that count, one is not the other one's owner's."""


def first_fault(
    trades: Sequence[Trade], orders: Iterable[BookOrder], terms: Terms, certificate: Certificate
) -> Fault | None:
    """A fault that somebody could show of a clearing the chain accepted, lines first; None if there is none."""
    book = {order.number: order for order in orders}
    line = _overloaded(trades, book, terms)
    if line is not None:
        return LineFault(line)
    if not isinstance(certificate, Optimum):
        return None
    for dual in certificate.duals:
        if dual.order not in book or book[dual.order].wh != dual.wh:
            return DualFault(dual.order)
    return _pair(book, terms, certificate)


def _overloaded(trades: Iterable[Trade], book: Mapping[OrderNumber, BookOrder], terms: Terms) -> int | None:
    """The first zone whose line carries more than its limit, net of what goes the other way."""
    leaving: dict[int, int] = defaultdict(int)
    for trade in trades:
        leaving[book[trade.offer].zone] += trade.wh
        leaving[book[trade.bid].zone] -= trade.wh
    over = (limit.zone for limit in terms.limits if not -limit.in_wh <= leaving[limit.zone] <= limit.out_wh)
    return next(over, None)


def _pair(book: Mapping[OrderNumber, BookOrder], terms: Terms, certificate: Optimum) -> PairFault | None:
    told = {dual.order: dual.surplus for dual in certificate.duals}
    bids, offers = (_foremost(book, told, side) for side in (Side.BID, Side.OFFER))
    for bid, offer in product(bids, offers):
        said = told[bid.number] + told[offer.number] + _price_between(certificate.lines, offer.zone, bid.zone)
        if bid.owner != offer.owner and said < gain(terms, bid, offer):
            return PairFault(bid.number, offer.number)
    return None


def _foremost(book: Mapping[OrderNumber, BookOrder], told: Mapping[OrderNumber, int], side: Side) -> list[BookOrder]:
    """Of every zone the orders of two owners that have most to gain beyond their duals."""
    sign = 1 if side is Side.BID else -1
    ranked = sorted(
        (order for order in book.values() if order.side is side),
        key=lambda order: (told[order.number] - sign * order.limit_price, order.number),
    )
    kept: dict[int, dict[str, BookOrder]] = defaultdict(dict)
    for order in ranked:
        owners = kept[order.zone]
        if order.owner not in owners and len(owners) < _OWNERS:
            owners[order.owner] = order
    return [order for owners in kept.values() for order in owners.values()]


def _price_between(lines: Iterable[LinePrice], seller: int, buyer: int) -> int:
    """What the lines say that 1 Wh from zone to zone is worth [base units]; within a zone there is no line."""
    if seller == buyer:
        return 0
    leaving = {line.zone: line.out - line.into for line in lines}
    return leaving.get(seller, 0) - leaving.get(buyer, 0)

"""Faults of a clearing that the chain does not look for, and that undo it when somebody shows one.

Whoever makes a clearing looks for them first (`first_fault`), and so does whoever audits one. All pairs of a book are
looked at in one pass over each two zones: of the bids at or above an offer's limit only the one with most left beyond
its dual counts, and one of another owner, since nobody trades with itself.
"""

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import TypeAlias

from aipchain.market.book import BookOrder, OrderNumber, Side, Trade
from aipchain.market.certificate import Certificate, LinePrice, Optimum, gain
from aipchain.market.terms import Terms

__all__ = ["DualFault", "Fault", "LineFault", "PairFault", "first_fault"]


@dataclass(frozen=True, slots=True)
class PairFault:
    """Bid and offer may trade, and would gain more by it than their duals and the lines between them say."""

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
    """The pair that would gain most beyond what the certificate says; of equals the one with the lowest numbers."""
    told = {dual.order: dual.surplus for dual in certificate.duals}
    bids, offers = (_dearest_first(book.values(), side) for side in (Side.BID, Side.OFFER))
    found: list[tuple[int, OrderNumber, OrderNumber]] = []
    for seller, buyer in product(offers, bids):
        between = _price_between(certificate.lines, seller, buyer)
        for bid, offer in _foremost(bids[buyer], offers[seller], told):
            left = told[bid.number] + told[offer.number] + between - gain(terms, bid, offer)
            if left < 0:
                found.append((left, bid.number, offer.number))
    return PairFault(*min(found)[1:]) if found else None


def _dearest_first(orders: Iterable[BookOrder], side: Side) -> dict[int, list[BookOrder]]:
    """The orders of a side by zone, in each the highest limit first."""
    zones: dict[int, list[BookOrder]] = defaultdict(list)
    for order in sorted((order for order in orders if order.side is side), key=lambda each: -each.limit_price):
        zones[order.zone].append(order)
    return zones


def _foremost(
    bids: Iterable[BookOrder], offers: Iterable[BookOrder], told: Mapping[OrderNumber, int]
) -> Iterator[tuple[BookOrder, BookOrder]]:
    """For each offer, of the bids that may trade with it the one with most left beyond its dual. Both dearest first."""
    waiting = deque(bids)
    best: list[BookOrder] = []
    for offer in offers:
        while waiting and waiting[0].limit_price >= offer.limit_price:
            best = _best_two_owners([*best, waiting.popleft()], told)
        yield from ((bid, offer) for bid in best if bid.owner != offer.owner)


def _best_two_owners(bids: list[BookOrder], told: Mapping[OrderNumber, int]) -> list[BookOrder]:
    """The bid with most left beyond its dual, and the best one of another owner: one of them is not the seller's."""
    ranked = sorted(bids, key=lambda bid: told[bid.number] - bid.limit_price)
    others = [bid for bid in ranked if bid.owner != ranked[0].owner]
    return [ranked[0], *others[:1]]


def _price_between(lines: Iterable[LinePrice], seller: int, buyer: int) -> int:
    """What the lines say that 1 Wh from zone to zone is worth [base units]; within a zone there is no line."""
    if seller == buyer:
        return 0
    leaving = {line.zone: line.out - line.into for line in lines}
    return leaving.get(seller, 0) - leaving.get(buyer, 0)

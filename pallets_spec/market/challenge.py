"""Challenges: anyone may show what is wrong with a clearing, and so undo it.

What the chain does not look at when a clearing comes, it lets others look at until the readings of the interval are
final. One fault is enough:

- a *pair*: a bid and an offer that may trade, and would gain more by it than their duals and the prices of the lines
  between them say, so that the certificate proves nothing;
- a *dual* that is not of a standing order of the book, or not of its energy;
- a *line* that the trades would load beyond the limit in the terms.

A pair and a dual are shown by leaves of the commitment, a line by its zone alone. The book is open again: until its
deadline another clearing may come, after it the book is voided as any other. Who shows a fault pays the fee of the call
and gets nothing; a penalty for the operator would be a later rule.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from aipchain.pallets_spec import merkle, plugin_registry
from aipchain.pallets_spec.errors import Corruption, Market
from aipchain.pallets_spec.market.book import final_at, get_book
from aipchain.pallets_spec.market.events import ClearingOverturned
from aipchain.pallets_spec.market.optimum import gain, price_between, zone_of
from aipchain.pallets_spec.market.state import Book, BookStatus, Order, OrderStatus
from aipchain.pallets_spec.origin import Origin, ensure_signed
from aipchain.pallets_spec.proofs import Dual, DualFault, Fault, Leaf, LineFault, PairFault
from aipchain.pallets_spec.scale import dual_item
from aipchain.pallets_spec.types import NO_HASH, AccountId, BookKey, CommunityId, OrderNumber, Side, Terms
from aipchain.units import UnixSeconds, Wh

if TYPE_CHECKING:
    from aipchain.pallets_spec.world import World

__all__ = ["challenge_clearing"]


def challenge_clearing(
    world: World, origin: Origin, *, community: CommunityId, interval_start: UnixSeconds, fault: Fault
) -> None:
    """Show a fault of a clearing before the readings of its interval are final; the clearing is undone.

    :raises Market.NoBook: the interval has no book.
    :raises Market.BookNotCleared: the book has no clearing, or is settled.
    :raises Market.ChallengeTooLate: the readings are final, or the settlement has begun.
    :raises Market.NotCommitted: the clearing has no duals, so neither a pair nor a dual is a fault of it.
    :raises Market.BadProof: a dual is not of the commitment.
    :raises Market.NoFault: what is shown is none.

    Never in a sound chain:

    :raises System.Corruption: an order of a trade is gone or filled with less than the trade, or an order's meter is
        gone.
    """
    challenger = ensure_signed(origin)
    key = (community, interval_start)
    book = get_book(world, key)
    if book.status is not BookStatus.CLEARED:
        raise Market.BookNotCleared(status=book.status.value)
    until = final_at(world, key, book)
    if world.now >= until or book.settled_trades > 0 or book.closed_orders > 0:
        raise Market.ChallengeTooLate(final_at=until, now=world.now)
    if not _is_fault(world, key, book, fault):
        raise Market.NoFault(fault=fault)
    _overturn(world, key, book, challenger)


def _is_fault(world: World, key: BookKey, book: Book, fault: Fault) -> bool:
    terms = plugin_registry.terms_of(world, book.rules.clear)
    match fault:
        case PairFault(bid, offer):
            _ensure_committed(book, bid, offer)
            return _gains_more(world, key, terms, bid.dual, offer.dual)
        case DualFault(leaf):
            _ensure_committed(book, leaf)
            order = _standing_order(world, key, leaf.dual.order)
            return order is None or order.wh != leaf.dual.wh
        case LineFault(zone):
            return _is_overloaded(world, key, terms, zone)


def _ensure_committed(book: Book, *leaves: Leaf) -> None:
    """The duals are of the accepted certificate."""
    if book.commitment is None:
        raise Market.NotCommitted
    for leaf in leaves:
        if not merkle.leads_to(book.commitment, dual_item(leaf.dual), leaf.index, book.standing, leaf.path):
            raise Market.BadProof(order=leaf.dual.order)


def _standing_order(world: World, key: BookKey, number: OrderNumber) -> Order | None:
    """The standing order of the book with this number."""
    order = world.market.orders.get(number)
    return order if order and (order.book, order.status) == (key, OrderStatus.OPEN) else None


def _gains_more(world: World, key: BookKey, terms: Terms, bid_dual: Dual, offer_dual: Dual) -> bool:
    """Whether a bid and an offer that may trade would gain more by it than their duals say."""
    bid, offer = _standing_order(world, key, bid_dual.order), _standing_order(world, key, offer_dual.order)
    if bid is None or offer is None or not _may_trade(bid, offer):
        return False
    lines = world.market.line_prices.get(key, ())
    between = price_between(lines, zone_of(world, offer), zone_of(world, bid))
    return bid_dual.surplus + offer_dual.surplus + between < gain(world, terms, bid, offer)


def _may_trade(bid: Order, offer: Order) -> bool:
    """Whether the envelope lets them trade at some price: a bid with an offer, of two owners, not below its limit."""
    sides = (bid.side, offer.side)
    return sides == (Side.BID, Side.OFFER) and bid.owner != offer.owner and bid.limit_price >= offer.limit_price


def _is_overloaded(world: World, key: BookKey, terms: Terms, zone: int) -> bool:
    """Whether the trades take more out of the zone, or bring more into it, than its line may carry."""
    limit = next((limit for limit in terms.limits if limit.zone == zone), None)
    if limit is None:
        return False
    out_wh = sum(
        trade.wh * ((zone_of(world, offer) == zone) - (zone_of(world, bid) == zone))
        for trade in world.market.trades.get(key, ())
        for bid, offer in [(_order(world, trade.bid), _order(world, trade.offer))]
    )
    return out_wh > limit.out_wh or -out_wh > limit.in_wh


def _order(world: World, number: OrderNumber) -> Order:
    """An order of a trade: it exists until all are settled."""
    if number not in world.market.orders:
        raise Corruption(number=number)
    return world.market.orders[number]


def _overturn(world: World, key: BookKey, book: Book, challenger: AccountId) -> None:
    """The book without its clearing, as if none had come."""
    for trade in world.market.trades.pop(key, ()):
        for number in (trade.bid, trade.offer):
            order = _order(world, number)
            if trade.wh > order.filled_wh:
                raise Corruption(number=number)
            world.market.orders[number] = replace(order, filled_wh=Wh(order.filled_wh - trade.wh))
    world.market.line_prices.pop(key, None)
    world.market.books[key] = replace(
        book, status=BookStatus.OPEN, trades=0, traded_wh=Wh(0), result=None, commitment=None
    )
    world.emit(ClearingOverturned(*key, book.result or NO_HASH, challenger))

"""Settlement: every trade is paid for what both meters confirm, and that energy moves to the buyer.

Trades are settled one by one, in list order:

1. *Money.* What the trade is due is paid out of the buyer's escrow. A seller who closed the account, and whom the sum
   does not open again, cannot be paid: the energy stays the seller's, and the escrow goes back to the buyer when the
   order is closed. An offer pays nothing, whatever it delivers: its collateral goes back whole in the end.
2. *Trade.* It is told with what it delivered and what was paid for it.
3. *Energy.* What it delivered moves to the buyer. All that a meter delivers in the book is held when its first trade is
   settled; what was not moved when its last one is goes back to the producer, free.

No trade depends on what is settled together with it, so many small calls end as one great call does.

When no trade is left, the orders of the book are closed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from aipchain.pallets_spec import balances, energy, metering
from aipchain.pallets_spec.errors import Corruption, Market
from aipchain.pallets_spec.market.book import final_at, get_book
from aipchain.pallets_spec.market.closing import close_orders, ensure_limit
from aipchain.pallets_spec.market.delivery import deliveries
from aipchain.pallets_spec.market.events import BookSettled, TradeSettled
from aipchain.pallets_spec.market.orders import ESCROW
from aipchain.pallets_spec.market.state import Book, BookStatus, Order
from aipchain.pallets_spec.origin import Origin, ensure_signed
from aipchain.pallets_spec.types import (
    U64_MAX,
    U128_MAX,
    AccountId,
    BookKey,
    CommunityId,
    FinalReading,
    MeterId,
    OrderNumber,
    Trade,
)
from aipchain.units import Balance, UnixSeconds, Wh, cost

if TYPE_CHECKING:
    from aipchain.pallets_spec.world import World

__all__ = ["settle"]


@dataclass(frozen=True, slots=True)
class _Delivery:
    """A trade of a cleared book, its two orders, and what both meters confirm of it."""

    index: int
    trade: Trade
    bid: Order
    offer: Order
    wh: Wh

    @property
    def due(self) -> Balance:
        return cost(self.wh, self.trade.price)

    @property
    def parties(self) -> tuple[AccountId, AccountId]:
        """Buyer and seller."""
        return (self.bid.owner, self.offer.owner)


def settle(world: World, origin: Origin, *, community: CommunityId, interval_start: UnixSeconds, limit: int) -> None:
    """Settle up to `limit` of the book's next trades; then, within the same limit, close its orders.

    A settled book is left as it is.

    :param limit: trades and orders to handle in this call, 1 to 1,000.
    :raises Market.BadLimit: the limit is out of bounds.
    :raises Market.NoBook: the interval has no book.
    :raises Market.BookNotCleared: the book has no clearing.
    :raises Market.NotFinal: the readings of the interval are not final yet.

    Never in a sound chain:

    :raises System.Corruption: the book's trades or orders are not as many as it counts, one of its orders is gone or
        stands no longer, a trade costs more than its bid's escrow, or a meter delivers more than was minted of it.
    :raises Market.Overflow: what trades agree, deliver, cost or hold together is beyond the largest number.
    :raises Token.Frozen: a buyer has less on hold than a trade costs.
    :raises Token.FundsUnavailable: less is on hold than the escrow of an owner's orders.
    :raises Token.CannotCreate: an owner's account is closed and has escrow all the same.
    :raises Energy.AlreadyMinted: a reading was minted free before.
    :raises Energy.UnknownLot: what was minted for the settlement is gone.
    :raises Energy.InsufficientEnergy: less is held than a trade delivers.
    :raises Energy.Overflow: a sum of energy, or where a lot ends, is beyond the largest number.
    """
    ensure_signed(origin)
    ensure_limit(limit)
    key = (community, interval_start)
    book = get_book(world, key)
    if book.status is BookStatus.SETTLED:
        return
    if book.status is not BookStatus.CLEARED:
        raise Market.BookNotCleared(status=book.status.value)
    since = final_at(world, key, book)
    if world.now < since:
        raise Market.NotFinal(final_at=since, now=world.now)
    world.market.books[key] = _settle_next(world, key, book, limit)


def _settle_next(world: World, key: BookKey, book: Book, limit: int) -> Book:
    """The book after up to `limit` of its next trades and orders."""
    before = book.settled_trades
    if before < book.trades:
        book = _settle_trades(world, key, book, limit)
    if book.settled_trades != book.trades:
        return book
    book = close_orders(world, key, book, limit - (book.settled_trades - before))
    if book.closed_orders < book.orders:
        return book
    world.emit(BookSettled(*key, book.delivered_wh, book.paid))
    return replace(book, status=BookStatus.SETTLED)


def _settle_trades(world: World, key: BookKey, book: Book, limit: int) -> Book:
    """Settle up to `limit` of the next trades."""
    of_book = _deliveries(world, key)
    until = min(book.settled_trades + limit, book.trades)
    if until > len(of_book):
        raise Corruption(book=key, listed=len(of_book))
    for delivery in of_book[book.settled_trades : until]:
        book = _settle_trade(world, key, book, delivery, of_book)
    return book


def _settle_trade(world: World, key: BookKey, book: Book, delivery: _Delivery, of_book: Sequence[_Delivery]) -> Book:
    """The book after one more trade: its money, the trade itself, its energy."""
    is_paid = _is_paid(world, delivery)
    paid, moved_wh = (delivery.due, delivery.wh) if is_paid else (Balance(0), Wh(0))
    _take_escrow(world, delivery.trade.bid, paid)
    book = _counted(book, delivery.wh, paid)
    _tell(world, key, delivery, paid)
    of_meter = [each for each in of_book if each.offer.meter == delivery.offer.meter]
    _move_energy(world, key[1], delivery, of_meter, moved_wh)
    return book


def _counted(book: Book, delivered_wh: Wh, paid: Balance) -> Book:
    """The book with one more trade settled."""
    paid, delivered_wh = Balance(book.paid + paid), Wh(book.delivered_wh + delivered_wh)
    if paid > U128_MAX or delivered_wh > U64_MAX:
        raise Market.Overflow(paid=paid, delivered_wh=delivered_wh)
    return replace(book, settled_trades=book.settled_trades + 1, delivered_wh=delivered_wh, paid=paid)


def _deliveries(world: World, key: BookKey) -> list[_Delivery]:
    """Every trade of the book with what it delivers. All count, so that the share of a trade never depends on how many
    are settled in a call."""
    trades = world.market.trades.get(key, ())
    pairs = list(_recorded(world, trades))
    contracts = [(bid.meter, offer.meter, trade.wh) for trade, (bid, offer) in zip(trades, pairs, strict=True)]
    imports = {bid.meter: _reading(world, bid.meter, key).import_wh for bid, _ in pairs}
    exports = {offer.meter: _reading(world, offer.meter, key).export_wh for _, offer in pairs}
    delivered = deliveries(contracts, imports, exports)
    return [
        _Delivery(index, trade, bid, offer, wh)
        for index, (trade, (bid, offer), wh) in enumerate(zip(trades, pairs, delivered, strict=True))
    ]


def _recorded(world: World, trades: Sequence[Trade]) -> Iterator[tuple[Order, Order]]:
    """The two orders of each trade: they exist until all are settled, and what a meter agrees can be summed up."""
    takes: Counter[MeterId] = Counter()
    gives: Counter[MeterId] = Counter()
    for trade in trades:
        bid, offer = world.market.orders.get(trade.bid), world.market.orders.get(trade.offer)
        if bid is None or offer is None:
            raise Corruption(bid=trade.bid, offer=trade.offer)
        takes[bid.meter] += trade.wh
        gives[offer.meter] += trade.wh
        if max(takes[bid.meter], gives[offer.meter]) > U64_MAX:
            raise Market.Overflow(taken_wh=takes[bid.meter], given_wh=gives[offer.meter])
        yield bid, offer


def _reading(world: World, meter: MeterId, key: BookKey) -> FinalReading:
    """The final reading of the book's interval; a meter that did not report took and gave nothing."""
    return metering.final_reading(world, meter, key[1]) or FinalReading(Wh(0), Wh(0), Wh(0))


def _is_paid(world: World, delivery: _Delivery) -> bool:
    """Pay what the trade is due, whatever else locks the buyer's money; says whether the seller could be paid."""
    buyer, seller = delivery.parties
    if delivery.due == 0:
        return True
    if not balances.can_deposit(world, seller, delivery.due):
        return False
    balances.transfer_on_hold(world, ESCROW, buyer, seller, delivery.due)
    return True


def _take_escrow(world: World, number: OrderNumber, paid: Balance) -> None:
    """Take what was paid off the bid's escrow."""
    bid = world.market.orders[number]
    if paid > bid.escrow:
        raise Corruption(number=number)
    world.market.orders[number] = replace(bid, escrow=Balance(bid.escrow - paid))


def _tell(world: World, key: BookKey, delivery: _Delivery, paid: Balance) -> None:
    trade = delivery.trade
    world.emit(TradeSettled(*key, delivery.index, *delivery.parties, trade.wh, delivery.wh, trade.price, paid))


def _move_energy(
    world: World, interval_start: UnixSeconds, delivery: _Delivery, of_meter: Sequence[_Delivery], wh: Wh
) -> None:
    """Move `wh` of the giving meter to the buyer.

    :param of_meter: every trade of the book that the meter gives for.
    """
    meter = delivery.offer.meter
    supply = Wh(sum(each.wh for each in of_meter))
    if supply == 0:
        return
    if delivery == of_meter[0] and energy.mint_and_hold(world, meter, interval_start, supply) != supply:
        raise Corruption(meter=meter)
    energy.move_held(world, meter, interval_start, delivery.bid.owner, wh)
    if delivery == of_meter[-1]:
        energy.free_held(world, meter, interval_start)

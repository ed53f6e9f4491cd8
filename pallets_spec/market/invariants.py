"""What always holds in the market, call after call."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from aipchain.pallets_spec import balances, communities, metering
from aipchain.pallets_spec.market.orders import ESCROW
from aipchain.pallets_spec.market.state import Book, BookStatus, MarketState, OrderStatus
from aipchain.pallets_spec.scale import trades_hash
from aipchain.pallets_spec.types import AccountId, BookKey, MeterId, OrderNumber, Side

if TYPE_CHECKING:
    from aipchain.pallets_spec.world import World

__all__ = ["invariants"]


def invariants(world: World) -> Iterator[str]:
    """What does not hold though it always should."""
    for number in world.market.orders:
        yield from _of_order(world, number)
    if len(world.market.order_ids) != len(world.market.orders):
        yield "an order id outlives its order"
    yield from _of_holds(world)
    yield from _of_standing(world)
    if any(key not in world.market.books for key in _lists(world.market)):
        yield "a list of no book"
    for key, book in world.market.books.items():
        yield from _of_counts(world, key, book)
        yield from _of_progress(book)


def _lists(market: MarketState) -> Iterator[BookKey]:
    yield from (*market.book_orders, *market.trades, *market.line_prices)


def _of_order(world: World, number: OrderNumber) -> Iterator[str]:
    order = world.market.orders[number]
    if number >= world.market.next_order_number:
        yield "an order number is not counted"
    if order.filled_wh > order.wh:
        yield "an order is overfilled"
    if order.book not in world.market.books:
        yield "an order has no book"
    if world.market.order_ids.get((order.book, (order.owner, order.id))) != number:
        yield "an order id names another order"
    if order.status is OrderStatus.CANCELLED and (order.escrow, order.filled_wh) != (0, 0):
        yield "a cancelled order holds or trades"
    book = world.market.books.get(order.book)
    if order.status is OrderStatus.OPEN and order.filled_wh > 0 and book and not _has_clearing(book):
        yield "an order is filled without a clearing"


def _of_holds(world: World) -> Iterator[str]:
    escrow: dict[AccountId, int] = defaultdict(int)
    for order in world.market.orders.values():
        escrow[order.owner] += order.escrow
    holders = {owner for owner, reason in world.money.holds if reason == ESCROW}
    if any(balances.on_hold(world, ESCROW, owner) != escrow[owner] for owner in holders | set(escrow)):
        yield "a hold is not the sum of its orders' escrow"


def _of_standing(world: World) -> Iterator[str]:
    """What stands by meter and side is the sum of open orders, and no more than the meter's connection carries."""
    sums: dict[tuple[BookKey, tuple[MeterId, Side]], int] = defaultdict(int)
    for order in world.market.orders.values():
        if order.status is OrderStatus.OPEN:
            sums[order.book, (order.meter, order.side)] += order.wh
    if sums != world.market.standing_wh:
        yield "what stands is not the sum of the open orders"
    for ((community, _), (meter, _)), wh in sums.items():
        facts = metering.meter_facts(world, meter)
        if facts is None or wh > facts.carries_wh(communities.interval_s(world, community) or 0):
            yield "more stands than a connection carries"


def _of_counts(world: World, key: BookKey, book: Book) -> Iterator[str]:
    """The lists of a book are as long as it says."""
    numbers = world.market.book_orders.get(key, ())
    trades = world.market.trades.get(key, ())
    if len(numbers) != (0 if _is_over(book) else book.orders):
        yield "a book's list is not its orders"
    if any(number not in world.market.orders for number in numbers[book.closed_orders :]):
        yield "an open order is gone"
    if len(trades) != book.trades:
        yield "a book's list is not its trades"
    if sum(trade.wh for trade in trades) != book.traded_wh:
        yield "a book's energy is not its trades'"
    if book.result != (trades_hash(trades) if _has_clearing(book) else None):
        yield "a result is not its trades' hash"
    if book.commitment is not None and not _has_clearing(book):
        yield "a commitment without a clearing"
    if world.market.line_prices.get(key) and book.commitment is None:
        yield "a price of a line without a commitment"
    if book.closed_orders == 0 and _cancelled(world, numbers) != book.cancelled:
        yield "a book's cancelled orders are others"


def _of_progress(book: Book) -> Iterator[str]:
    """A book is settled trade by trade, then closed order by order, and never beyond what it has."""
    if book.cancelled > book.orders:
        yield "more orders cancelled than placed"
    if book.closed_orders > book.orders:
        yield "more orders closed than placed"
    if book.settled_trades > book.trades:
        yield "more trades settled than cleared"
    if book.delivered_wh > book.traded_wh:
        yield "more delivered than traded"
    if book.status is BookStatus.SETTLED and not (_is_over(book) and book.settled_trades == book.trades):
        yield "a settled book is not finished"
    if book.closed_orders > 0 and book.settled_trades < book.trades:
        yield "an order closed before its trades"


def _has_clearing(book: Book) -> bool:
    return book.status in (BookStatus.CLEARED, BookStatus.SETTLED)


def _cancelled(world: World, numbers: Iterable[OrderNumber]) -> int:
    """How many of the listed orders are cancelled."""
    orders = (world.market.orders.get(number) for number in numbers)
    return sum(order.status is OrderStatus.CANCELLED for order in orders if order)


def _is_over(book: Book) -> bool:
    """Whether every order of a voided or settled book is closed, so that the list of its orders is gone."""
    return book.status in (BookStatus.VOIDED, BookStatus.SETTLED) and book.closed_orders == book.orders

"""Closing orders: what is left of their escrow goes back. And voiding a book that nobody cleared in time."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

from aipchain.pallets_spec import balances
from aipchain.pallets_spec.errors import Corruption, Market
from aipchain.pallets_spec.market.book import get_book
from aipchain.pallets_spec.market.events import BookVoided, OrderClosed
from aipchain.pallets_spec.market.orders import ESCROW
from aipchain.pallets_spec.market.standing import take_standing
from aipchain.pallets_spec.market.state import MAX_LIMIT, Book, BookStatus, Order, OrderStatus
from aipchain.pallets_spec.origin import Origin, ensure_signed
from aipchain.pallets_spec.types import U128_MAX, AccountId, BookKey, CommunityId, OrderNumber
from aipchain.units import Balance, UnixSeconds

if TYPE_CHECKING:
    from aipchain.pallets_spec.world import World

__all__ = ["close_orders", "ensure_limit", "void"]


def void(world: World, origin: Origin, *, community: CommunityId, interval_start: UnixSeconds, limit: int) -> None:
    """Void a book that has no clearing by its deadline, and release the holds of up to `limit` of its orders.

    A voided book whose orders are all closed is left as it is.

    :param limit: orders to close in this call, 1 to 1,000.
    :raises Market.BadLimit: the limit is out of bounds.
    :raises Market.NoBook: the interval has no book.
    :raises Market.BookNotOpen: the book is cleared or settled.
    :raises Market.DeadlineNotPassed: a clearing may still come.

    Never in a sound chain: see :func:`close_orders`.

    :raises System.Corruption: the book's orders are not as many as it counts, or one is gone or stands no longer.
    :raises Market.Overflow: the escrow of an owner's orders is beyond the largest number.
    :raises Token.CannotCreate: an owner's account is closed and has escrow all the same.
    :raises Token.FundsUnavailable: less is on hold than the escrow of an owner's orders.
    """
    ensure_signed(origin)
    ensure_limit(limit)
    key = (community, interval_start)
    book = get_book(world, key)
    if book.status in (BookStatus.CLEARED, BookStatus.SETTLED):
        raise Market.BookNotOpen(status=book.status.value)
    if book.status is BookStatus.OPEN and world.now < book.deadline:
        raise Market.DeadlineNotPassed(deadline=book.deadline, now=world.now)
    if book.status is BookStatus.VOIDED and book.closed_orders == book.orders:
        return
    book = close_orders(world, key, replace(book, status=BookStatus.VOIDED), limit)
    world.market.books[key] = book
    if book.closed_orders == book.orders:
        world.emit(BookVoided(community, interval_start))


def ensure_limit(limit: int) -> None:
    """The work of a call is bounded.

    :raises Market.BadLimit: the limit is not 1 to 1,000.
    """
    if not 1 <= limit <= MAX_LIMIT:
        raise Market.BadLimit(limit=limit)


def close_orders(world: World, key: BookKey, book: Book, limit: int) -> Book:
    """The book with up to `limit` more orders closed, in placing order; the caller stores it.

    What is left of their escrow is released, in one sum per owner, owner by owner in the order of their account ids. A
    cancelled order holds nothing and goes without a word.

    :raises System.Corruption: the book lists fewer orders than it counts, one of them is gone, or less stands of a
        meter and side than its orders.
    :raises Market.Overflow: the escrow of an owner's orders is beyond the largest number.
    :raises Token.CannotCreate: an owner's account is closed and has escrow all the same.
    :raises Token.FundsUnavailable: less is on hold than the escrow of an owner's orders.
    """
    until = min(book.closed_orders + limit, book.orders)
    if until == book.closed_orders:
        return book
    releases: dict[AccountId, int] = defaultdict(int)
    for number in _listed(world, key, book.closed_orders, until):
        order = _remove(world, key, number)
        if order.status is OrderStatus.OPEN:
            take_standing(world, key, order.meter, order.side, order.wh)
            releases[order.owner] = _sum(releases[order.owner], order.escrow)
            world.emit(OrderClosed(number, order.owner, order.filled_wh, order.escrow))
    for owner in sorted(releases):
        if releases[owner] > 0:
            balances.release(world, ESCROW, owner, Balance(releases[owner]))
    if until == book.orders:
        world.market.book_orders.pop(key, None)
    return replace(book, closed_orders=until)


def _listed(world: World, key: BookKey, start: int, until: int) -> tuple[OrderNumber, ...]:
    """The orders of the book from the place `start` until before `until`."""
    numbers = world.market.book_orders.get(key, ())
    if not start <= until <= len(numbers):
        raise Corruption(book=key, listed=len(numbers))
    return numbers[start:until]


def _remove(world: World, key: BookKey, number: OrderNumber) -> Order:
    order = world.market.orders.pop(number, None)
    if order is None:
        raise Corruption(number=number)
    world.market.order_ids.pop((key, (order.owner, order.id)), None)
    return order


def _sum(released: int, escrow: Balance) -> int:
    if released + escrow > U128_MAX:
        raise Market.Overflow(released=released, escrow=escrow)
    return released + escrow

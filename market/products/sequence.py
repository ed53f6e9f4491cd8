"""One product after another: each clears its book, and what is left of the orders goes on under the same number.

An order belongs to the product whose gate was open when it was placed. After a product's clearing its remainder stands
in the next one, if the gate says so, as the same order with less energy: nothing is destroyed, and the remainder can
trade and settle. Orders that are full leave the sequence.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from aipchain.market.book import BookOrder, MeterId, OrderNumber, Trade
from aipchain.market.envelope import PlacedOrder, first_breach_in_book
from aipchain.market.errors import DuplicateOrder
from aipchain.market.products.errors import GateClosed, OrderOfAnotherCommunity, OrderOfAnotherInterval, TradesRefused
from aipchain.market.products.positions import Position, add_trades
from aipchain.market.products.schedule import Product, Schedule, open_product
from aipchain.units import Wh

__all__ = ["ClearProduct", "ProductClearing", "clear_in_sequence", "orders_by_product", "remainders"]

ClearProduct: TypeAlias = Callable[[Product, tuple[BookOrder, ...]], Sequence[Trade]]
"""Trades of one product's book."""


@dataclass(frozen=True, slots=True)
class ProductClearing:
    """One product's book and trades, what is left of the book, and all positions after it."""

    product: Product
    book: tuple[BookOrder, ...]
    trades: tuple[Trade, ...]
    left: tuple[BookOrder, ...]
    positions: dict[MeterId, Position]


def orders_by_product(schedule: Schedule, placed: Iterable[PlacedOrder]) -> dict[Product, list[BookOrder]]:
    """Open orders by the product that took them, in order of number; cancelled ones are left out.

    :raises OrderOfAnotherInterval: an order is not for the schedule's interval.
    :raises OrderOfAnotherCommunity: orders are of two communities.
    :raises DuplicateOrder: a number stands twice.
    :raises GateClosed: an order was placed while no product took any.
    """
    taken: dict[Product, list[BookOrder]] = {gate.product: [] for gate in schedule.gates}
    seen: set[OrderNumber] = set()
    listed = sorted(placed, key=lambda placed_order: placed_order.order.number)
    for each in listed:
        number = each.order.number
        if each.community != listed[0].community:
            raise OrderOfAnotherCommunity(number, each.community, listed[0].community)
        if each.interval_start != schedule.interval.start:
            raise OrderOfAnotherInterval(number, each.interval_start, schedule.interval.start)
        if number in seen:
            raise DuplicateOrder(number)
        seen.add(number)
        product = open_product(schedule, each.placed_at)
        if product is None:
            raise GateClosed(f"the product of order {number}", each.placed_at, None)
        if each.is_open:
            taken[product].append(each.order)
    return taken


def clear_in_sequence(
    schedule: Schedule, placed: Iterable[PlacedOrder], clear: ClearProduct
) -> tuple[ProductClearing, ...]:
    """Clear every product of an interval in turn.

    :param clear: the market rule; it sees one product's book, remainders of earlier products among it.
    :raises TradesRefused: its trades break the envelope of their book. And as `orders_by_product`.
    """
    taken = orders_by_product(schedule, placed)
    carried: tuple[BookOrder, ...] = ()
    positions: dict[MeterId, Position] = {}
    done: list[ProductClearing] = []
    for gate in schedule.gates:
        book = tuple(sorted((*carried, *taken[gate.product]), key=lambda order: order.number))
        trades = tuple(clear(gate.product, book))
        left = remainders(book, trades)
        positions = add_trades(positions, book, trades)
        done.append(ProductClearing(gate.product, book, trades, left, positions))
        carried = left if gate.carries else ()
    return tuple(done)


def remainders(book: Sequence[BookOrder], trades: Sequence[Trade]) -> tuple[BookOrder, ...]:
    """What is left of the orders of a book, with their own numbers, owners, meters and limits.

    :raises TradesRefused: the trades break the envelope of the book.
    """
    refusal = first_breach_in_book(trades, book)
    if refusal is not None:
        raise TradesRefused(refusal)
    traded: dict[OrderNumber, int] = {}
    for trade in trades:
        for number in (trade.bid, trade.offer):
            traded[number] = traded.get(number, 0) + trade.wh
    return tuple(
        replace(order, wh=Wh(order.wh - traded.get(order.number, 0)))
        for order in book
        if traded.get(order.number, 0) < order.wh
    )

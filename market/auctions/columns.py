"""The book and the trades of an auction as columns: plain sequences of whole numbers, one place per order.

A side's orders stand by rising number, so a *row* (a place in the columns) orders as the numbers do. `owners` are any
whole numbers that are only compared; equal means the same owner. Units: energy [Wh], prices [base units per Wh].

Refuses: columns of unequal length, an order number twice, numbers that are not whole, a side that is none, energy of
zero or less, and limit prices below what the community allows. Prices may be negative where `lowest_price` says so; the
chain's own orders (`BookOrder`) never are. There is no upper bound: whole numbers of Python do not overflow. `arrays`
holds the same in 64 bits.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from operator import index, itemgetter
from typing import Final, SupportsIndex

from aipchain.market.auctions.errors import BadOrder, UnequalColumns
from aipchain.market.book import BookOrder, OrderNumber, Side, Trade, in_number_order
from aipchain.market.errors import DuplicateOrder
from aipchain.market.whole import refuse_fraction
from aipchain.units import Price, Wh

__all__ = [
    "ColumnBook",
    "OrderColumns",
    "TradeColumns",
    "as_trades",
    "column_book",
    "columns_of",
    "refuse_terms",
    "side_of",
    "whole_numbers",
]

_WHOLE: Final = ("an order number", "an owner", "an order's energy", "a limit price")
_Row = tuple[int, int, int, int, Side]
"""Number, owner, energy [Wh], limit [base units per Wh], side."""


@dataclass(frozen=True, slots=True)
class OrderColumns:
    """One side of a book, by rising number: energy [Wh] and limit prices [base units per Wh]."""

    numbers: Sequence[int]
    owners: Sequence[int]
    wh: Sequence[int]
    limits: Sequence[int]

    def __len__(self) -> int:
        return len(self.numbers)


@dataclass(frozen=True, slots=True)
class ColumnBook:
    """Both sides of a book."""

    bids: OrderColumns
    offers: OrderColumns


@dataclass(frozen=True, slots=True)
class TradeColumns:
    """Trades by the rows of their bid and offer: energy [Wh] and prices [base units per Wh]."""

    bid_rows: Sequence[int]
    offer_rows: Sequence[int]
    wh: Sequence[int]
    prices: Sequence[int]

    def __len__(self) -> int:
        return len(self.wh)


def columns_of(orders: Iterable[BookOrder]) -> ColumnBook:
    """The columns of a book of the chain's orders, given in any sequence.

    :raises DuplicateOrder: two orders have one number.
    """
    by_number = in_number_order(orders)
    owner_of: dict[str, int] = {}
    rows = [
        (order.number, owner_of.setdefault(order.owner, len(owner_of)), order.wh, order.limit_price, order.side)
        for order in by_number
    ]
    return _book_of(rows)


def column_book(
    numbers: Sequence[int],
    owners: Sequence[int],
    sides: Sequence[Side],
    wh: Sequence[int],
    limits: Sequence[int],
    *,
    lowest_price: int = 0,
) -> ColumnBook:
    """A checked book from five columns, given in any sequence.

    :param lowest_price: the lowest limit price the community allows [base units per Wh]; it may be negative.
    :raises UnequalColumns, DuplicateOrder, BadOrder: see the module's head.
    :raises TypeError: a number that is not whole.
    """
    refuse_fraction("the lowest price", lowest_price)
    lengths = (len(numbers), len(owners), len(sides), len(wh), len(limits))
    if len(set(lengths)) > 1:
        raise UnequalColumns(lengths)
    columns = (whole_numbers(what, column) for what, column in zip(_WHOLE, (numbers, owners, wh, limits), strict=True))
    by_number = sorted(zip(*columns, sides, strict=True), key=itemgetter(0))
    for earlier, later in pairwise(by_number):
        if earlier[0] == later[0]:
            raise DuplicateOrder(earlier[0])
    for number, _, energy, limit, _ in by_number:
        refuse_terms(number, energy, limit, lowest_price)
    return _book_of([(*row, side_of(row[0], side)) for *row, side in by_number])


def whole_numbers(what: str, column: Iterable[SupportsIndex]) -> list[int]:
    """A column as whole numbers of Python, whatever kind of whole number it holds.

    :raises TypeError: a fraction, also one such as 1.0, or no number.
    """
    try:
        return [index(number) for number in column]
    except TypeError as error:
        raise TypeError(f"{what} is not a whole number: {error}") from error


def side_of(number: int, side: str) -> Side:
    """The side of an order, also where it is told as text.

    :raises BadOrder: it is neither.
    """
    try:
        return Side(side)
    except ValueError as error:
        known = " or ".join(repr(each.value) for each in Side)
        raise BadOrder(number, f"its side is {side!r}, not {known}") from error


def refuse_terms(number: int, wh: int, limit: int, lowest_price: int) -> None:
    """Check one order's energy [Wh] and limit price [base units per Wh].

    :raises BadOrder: no energy, or a price below the lowest allowed.
    """
    if wh <= 0:
        raise BadOrder(number, f"{wh} Wh; energy must be above zero")
    if limit < lowest_price:
        raise BadOrder(number, f"its limit price {limit} is below the lowest that the community allows, {lowest_price}")


def as_trades(book: ColumnBook, trades: TradeColumns) -> tuple[Trade, ...]:
    """The trades as objects, in canonical order: rows order as the numbers do."""
    bids, offers = book.bids.numbers, book.offers.numbers
    rows = sorted(zip(trades.bid_rows, trades.offer_rows, trades.wh, trades.prices, strict=True))
    return tuple(
        Trade(OrderNumber(bids[bid]), OrderNumber(offers[offer]), Wh(wh), Price(price))
        for bid, offer, wh, price in rows
    )


def _book_of(rows: Sequence[_Row]) -> ColumnBook:
    """Rows by rising number, cut into sides."""
    return ColumnBook(*(_columns(row[:4] for row in rows if row[4] is side) for side in (Side.BID, Side.OFFER)))


def _columns(rows: Iterable[tuple[int, int, int, int]]) -> OrderColumns:
    numbers, owners, wh, limits = tuple(zip(*rows, strict=True)) or ((), (), (), ())
    return OrderColumns(numbers, owners, wh, limits)

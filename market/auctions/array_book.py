"""The book and the trades of an auction as 64-bit numpy columns, checked like `columns`.

Import it only where numpy is installed. Order numbers, owners and limit prices must fit int64, the energy of one side
must stay below 2^62 Wh, and one side's limits must lie less than 2^62 apart. Fractions are never taken.
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from aipchain.market.auctions.columns import ColumnBook, OrderColumns, TradeColumns, refuse_terms
from aipchain.market.auctions.errors import UnequalColumns
from aipchain.market.errors import DuplicateOrder, OutsideArrayRange
from aipchain.market.words import Int64s

__all__ = [
    "LARGEST",
    "ArrayBook",
    "ArrayOrders",
    "ArrayTrades",
    "Sides",
    "Whole",
    "array_book",
    "booleans",
    "int64s",
    "plain_book",
    "plain_trades",
]

Sides = tuple[Int64s, Int64s]
"""A column of the bids and one of the offers."""
Whole = Sequence[int] | npt.NDArray[Any]
"""Whole numbers as they are given: any sequence of `int`, or a numpy column of an integer type."""

LARGEST: Final = (1 << 62) - 1
"""Most energy of one side [Wh], and most spread of its limit prices [base units per Wh]."""

_LIMITS: Final = np.iinfo(np.int64)


@dataclass(frozen=True, slots=True)
class ArrayOrders:
    """One side of a book, by rising number: energy [Wh] and limit prices [base units per Wh]."""

    numbers: Int64s
    owners: Int64s
    wh: Int64s
    limits: Int64s

    def __len__(self) -> int:
        return len(self.numbers)


@dataclass(frozen=True, slots=True)
class ArrayBook:
    """Both sides of a book."""

    bids: ArrayOrders
    offers: ArrayOrders


@dataclass(frozen=True, slots=True)
class ArrayTrades:
    """Trades by the rows of their bid and offer: energy [Wh] and prices [base units per Wh]."""

    bid_rows: Int64s
    offer_rows: Int64s
    wh: Int64s
    prices: Int64s

    def __len__(self) -> int:
        return len(self.wh)


def array_book(
    numbers: Whole,
    owners: Whole,
    is_offer: Sequence[bool] | npt.NDArray[np.bool_],
    wh: Whole,
    limits: Whole,
    *,
    lowest_price: int = 0,
) -> ArrayBook:
    """A checked book from five columns, given in any sequence.

    :param is_offer: True for offers, False for bids.
    :param lowest_price: the lowest limit price the community allows [base units per Wh].
    :raises UnequalColumns, DuplicateOrder, BadOrder: as `columns.column_book`.
    :raises OutsideArrayRange: a number does not fit.
    :raises TypeError: a column holds something else than whole numbers.
    """
    names = ("an order number", "an owner", "an order's energy", "a limit price")
    columns = [int64s(name, given) for name, given in zip(names, (numbers, owners, wh, limits), strict=True)]
    offered = booleans(is_offer)
    lengths = (len(columns[0]), len(columns[1]), len(offered), len(columns[2]), len(columns[3]))
    if len(set(lengths)) > 1:
        raise UnequalColumns(lengths)
    columns, offered = _by_number(columns, offered)
    _refuse_terms(columns[0], columns[2], columns[3], lowest_price)
    return ArrayBook(_side(columns, np.flatnonzero(~offered)), _side(columns, np.flatnonzero(offered)))


def plain_book(book: ArrayBook) -> ColumnBook:
    """The same book for the plain form."""
    return ColumnBook(*(_plain_side(side) for side in (book.bids, book.offers)))


def plain_trades(trades: ArrayTrades) -> TradeColumns:
    """The same trades for the plain form."""
    columns = (trades.bid_rows, trades.offer_rows, trades.wh, trades.prices)
    return TradeColumns(*(column.tolist() for column in columns))


def int64s(what: str, given: Whole) -> Int64s:
    """Whole numbers as int64, without a change in value.

    Lists are packed by the standard library, in a third of numpy's time: numpy makes fractions of numbers around 2^63,
    and cuts fractions.
    """
    if not isinstance(given, np.ndarray):
        return _packed(what, given)
    if given.dtype.kind not in "iu":
        raise TypeError(f"{what} is not a whole number but {given.dtype}; energy and money are never fractions")
    if given.dtype == np.uint64 and given.size:
        largest = int(given.max())
        if largest > _LIMITS.max:
            raise OutsideArrayRange(what, largest, int(_LIMITS.max))
    return given.astype(np.int64, copy=False)


def booleans(given: Sequence[bool] | npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Truth values as an array; lists are packed as in `int64s`."""
    return given if isinstance(given, np.ndarray) else np.frombuffer(struct.pack(f"{len(given)}?", *given), np.bool_)


def _packed(what: str, given: Sequence[int]) -> Int64s:
    try:
        return np.frombuffer(struct.pack(f"{len(given)}q", *given), np.int64)
    except struct.error:
        kinds = sorted({type(each).__name__ for each in given if not hasattr(each, "__index__")})
        if not kinds:
            raise OutsideArrayRange(what, max(given, key=abs), int(_LIMITS.max)) from None
        raise TypeError(f"{what} is not a whole number but {kinds[0]}; energy and money are never fractions") from None


def _plain_side(side: ArrayOrders) -> OrderColumns:
    return OrderColumns(*(column.tolist() for column in (side.numbers, side.owners, side.wh, side.limits)))


def _by_number(columns: list[Int64s], offered: npt.NDArray[np.bool_]) -> tuple[list[Int64s], npt.NDArray[np.bool_]]:
    steps = np.diff(columns[0])
    if (steps <= 0).any():
        order = np.argsort(columns[0], kind="stable")
        columns, offered = [column[order] for column in columns], offered[order]
        twice = np.flatnonzero(columns[0][1:] == columns[0][:-1])
        if twice.size:
            raise DuplicateOrder(int(columns[0][twice[0]]))
    return columns, offered


def _refuse_terms(numbers: Int64s, wh: Int64s, limits: Int64s, lowest_price: int) -> None:
    bad = (wh <= 0) | (limits < max(lowest_price, int(_LIMITS.min)))
    if bad.any():
        row = int(np.flatnonzero(bad)[0])
        refuse_terms(int(numbers[row]), int(wh[row]), int(limits[row]), lowest_price)


def _side(columns: list[Int64s], rows: npt.NDArray[np.intp]) -> ArrayOrders:
    side = ArrayOrders(*(column[rows] for column in columns))
    if len(side):
        energy = int(side.wh.max()) * len(side)
        energy = energy if energy <= LARGEST else sum(side.wh.tolist())
        spread = int(side.limits.max()) - int(side.limits.min())
        for what, value in (("the energy of one side", energy), ("the spread of one side's limits", spread)):
            if value > LARGEST:
                raise OutsideArrayRange(what, value, LARGEST)
    return side

"""The book and the trades of an auction as 64-bit numpy columns, checked like `columns`.

Import it only where numpy is installed. Order numbers, owners and limit prices must fit int64, the energy of one side
must stay below 2^62 Wh, and one side's limits must lie less than 2^62 apart. Fractions are never taken.
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from aipchain.market.auctions.columns import ColumnBook, OrderColumns, TradeColumns, refuse_terms
from aipchain.market.auctions.errors import UnequalColumns
from aipchain.market.errors import DuplicateOrder, OutsideArrayRange
from aipchain.market.whole import refuse_fraction
from aipchain.market.words import Int64s, Whole, int64s

__all__ = [
    "LARGEST",
    "ArrayBook",
    "ArrayOrders",
    "ArrayTrades",
    "Sides",
    "array_book",
    "booleans",
    "plain_book",
    "plain_trades",
]

Sides = tuple[Int64s, Int64s]
"""A column of the bids and one of the offers."""

LARGEST: Final = (1 << 62) - 1
"""Most energy of one side [Wh], and most spread of its limit prices [base units per Wh]."""


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
    :raises TypeError: a column holds something else than whole numbers, or `lowest_price` is none.
    """
    refuse_fraction("the lowest price", lowest_price)
    names = ("an order number", "an owner", "an order's energy", "a limit price")
    columns = [int64s(name, given) for name, given in zip(names, (numbers, owners, wh, limits), strict=True)]
    _refuse_other_truths(is_offer)
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


def booleans(given: Sequence[bool] | npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Truth values as an array; lists are packed as in `words.int64s`."""
    return given if isinstance(given, np.ndarray) else np.frombuffer(struct.pack(f"{len(given)}?", *given), np.bool_)


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


def _refuse_other_truths(is_offer: Sequence[bool] | npt.NDArray[np.bool_]) -> None:
    """Check that the column of sides is one of truth values: text is true, too, and numbers are not turned round."""
    kinds = {is_offer.dtype.type} if isinstance(is_offer, np.ndarray) else {*map(type, is_offer)}
    if not kinds <= {bool, np.bool_}:
        raise TypeError(f"whether an order is an offer is told as {min(each.__name__ for each in kinds)}, not as bool")


def _refuse_terms(numbers: Int64s, wh: Int64s, limits: Int64s, lowest_price: int) -> None:
    bad = (wh <= 0) | (limits < max(lowest_price, -1 << 63))
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

"""A bilateral book in columns of numpy: int64, checked once, in canonical order.

A pair with owners in common, or without a surplus, is no candidate: it may be listed and never trades.
"""

from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from aipchain.market.bilateral.errors import PairInvalid
from aipchain.market.bilateral.pairs import BilateralBook
from aipchain.market.bilateral.rows import Integers, Rows
from aipchain.market.book import BookOrder
from aipchain.market.errors import DuplicateOrder, OutsideArrayRange
from aipchain.market.words import Words, int64s

__all__ = [
    "MOST_VALUE",
    "MOST_WH",
    "ArrayBook",
    "OrderColumns",
    "PairColumns",
    "array_book",
    "array_book_of",
    "bids_of",
    "energy_by_order",
]

MOST_VALUE: Final = 1 << 60
"""Scaled values stay below, so that sums of a few stay inside int64."""
_MOST_PRICE: Final = MOST_VALUE >> 2
MOST_WH: Final = 1 << 40
"""A terawatt-hour: the energy of a side stays below it, so that a sum over the most pairs stays inside int64."""
_MOST_PAIRS: Final = 1 << 22


@dataclass(frozen=True)
class OrderColumns:
    """One side of a book: unique order numbers, owners as small numbers, energy [Wh], limits [base units per Wh]."""

    number: Words
    owner: Integers
    wh: Integers
    limit: Integers


class PairColumns(NamedTuple):
    """Pairs by the places of bid and offer in their columns; charge and bonus [base units per Wh]."""

    bid: Integers
    offer: Integers
    charge: Integers
    bonus: Integers


@dataclass(frozen=True)
class ArrayBook:
    """Both sides by rising number, the charge of each pair, and its worth in rows.

    Worth is surplus and bonus [base units per Wh], -1 for a pair that may not trade.
    """

    bids: OrderColumns
    offers: OrderColumns
    charge: Integers
    worth: Rows


def array_book(bids: OrderColumns, offers: OrderColumns, pairs: PairColumns) -> ArrayBook:
    """Bring columns into canonical order.

    :raises TypeError: a column holds something else than whole numbers.
    :raises DuplicateOrder: a number appears twice.
    :raises PairInvalid: a pair is listed twice, or has a negative charge or bonus.
    :raises OutsideArrayRange: a sum of energies, or a value, would not fit.
    """
    bids, offers = _whole_side(bids), _whole_side(offers)
    pairs = PairColumns(*(int64s(f"a pair's {name}", each) for name, each in zip(pairs._fields, pairs, strict=True)))
    bid_order, offer_order = np.argsort(bids.number, kind="stable"), np.argsort(offers.number, kind="stable")
    bids, offers = _rearranged(bids, bid_order), _rearranged(offers, offer_order)
    _check_orders(bids, offers)
    row, column = _places(bid_order)[pairs.bid], _places(offer_order)[pairs.offer]
    order = np.argsort(row * max(1, len(offers.wh)) + column, kind="stable")
    pairs = PairColumns(row[order], column[order], pairs.charge[order], pairs.bonus[order])
    _check_pairs(bids, offers, pairs)
    surplus = bids.limit[pairs.bid] - offers.limit[pairs.offer] - pairs.charge
    may_trade = (surplus >= 0) & (bids.owner[pairs.bid] != offers.owner[pairs.offer])
    first = np.searchsorted(pairs.bid, np.arange(len(bids.wh) + 1))
    worth = np.where(may_trade, surplus + pairs.bonus, -1)
    return ArrayBook(bids, offers, pairs.charge, Rows(first, pairs.offer.astype(np.int32), worth))


def array_book_of(book: BilateralBook) -> ArrayBook:
    """The columns of a book of objects.

    :raises OutsideArrayRange: a number does not fit.
    """
    bids, offers = book.bids, book.offers
    owners: dict[str, int] = {}
    sides = [_columns(list(side.values()), owners) for side in (bids, offers)]
    row_of = {number: index for index, number in enumerate(bids)}
    column_of = {number: index for index, number in enumerate(offers)}
    pairs = PairColumns(
        np.array([row_of[pair.bid] for pair in book.pairs], np.int64),
        np.array([column_of[pair.offer] for pair in book.pairs], np.int64),
        int64s("a charge", [pair.charge for pair in book.pairs]),
        int64s("a bonus", [pair.bonus for pair in book.pairs]),
    )
    return array_book(sides[0], sides[1], pairs)


def energy_by_order(book: ArrayBook, fills: Integers) -> tuple[Integers, Integers]:
    """Energy of each bid and each offer that trades [Wh]."""
    running = np.concatenate(([0], np.cumsum(fills)))
    bought = running[book.worth.first[1:]] - running[book.worth.first[:-1]]
    traded = np.flatnonzero(fills)
    sold = np.zeros(len(book.offers.wh), np.int64)
    np.add.at(sold, book.worth.offer[traded], fills[traded])
    return bought, sold


def bids_of(rows: Rows, pairs: Integers) -> Integers:
    """The bid of each of some pairs."""
    return np.searchsorted(rows.first, pairs, side="right") - 1


def _columns(orders: list[BookOrder], owners: dict[str, int]) -> OrderColumns:
    return OrderColumns(
        np.array([order.number for order in orders], np.uint64),
        np.array([owners.setdefault(order.owner, len(owners)) for order in orders], np.int64),
        int64s("the energy of an order [Wh]", [order.wh for order in orders]),
        int64s("a limit price", [order.limit_price for order in orders]),
    )


def _whole_side(side: OrderColumns) -> OrderColumns:
    """The columns of a side as words of 64 bits; numbers of orders may fill theirs."""
    if side.number.dtype != np.uint64:
        raise TypeError(f"an order number is {side.number.dtype}, not uint64")
    columns = (("an owner", side.owner), ("the energy of an order [Wh]", side.wh), ("a limit price", side.limit))
    return OrderColumns(side.number, *(int64s(what, column) for what, column in columns))


def _rearranged(side: OrderColumns, order: NDArray[np.intp]) -> OrderColumns:
    return OrderColumns(side.number[order], side.owner[order], side.wh[order], side.limit[order])


def _places(order: NDArray[np.intp]) -> Integers:
    places = np.empty(len(order), np.int64)
    places[order] = np.arange(len(order))
    return places


def _check_orders(bids: OrderColumns, offers: OrderColumns) -> None:
    numbers = np.sort(np.concatenate([bids.number, offers.number]))
    twice = np.flatnonzero(numbers[1:] == numbers[:-1])
    if len(twice):
        raise DuplicateOrder(int(numbers[twice[0]]))
    for side in (bids, offers):
        total = sum(side.wh.tolist())
        if total >= MOST_WH or int(side.wh.min(initial=1)) <= 0:
            raise OutsideArrayRange("the energy of one side [Wh], of orders above zero,", total, MOST_WH - 1)
        for limit in (int(side.limit.max(initial=0)), -int(side.limit.min(initial=0))):
            if limit >= _MOST_PRICE:
                raise OutsideArrayRange("a limit price", limit, _MOST_PRICE - 1)


def _check_pairs(bids: OrderColumns, offers: OrderColumns, pairs: PairColumns) -> None:
    def invalid(at: int, problem: str) -> PairInvalid:
        return PairInvalid(int(bids.number[pairs.bid[at]]), int(offers.number[pairs.offer[at]]), problem)

    if len(pairs.bid) >= _MOST_PAIRS:
        raise OutsideArrayRange("the number of pairs", len(pairs.bid), _MOST_PAIRS - 1)
    twice = np.flatnonzero((pairs.bid[1:] == pairs.bid[:-1]) & (pairs.offer[1:] == pairs.offer[:-1]))
    if len(twice):
        raise invalid(twice[0], "it is listed twice")
    negative = np.flatnonzero((pairs.charge < 0) | (pairs.bonus < 0))
    if len(negative):
        raise invalid(negative[0], "charge and bonus must not be negative")
    most = max(int(pairs.charge.max(initial=0)), int(pairs.bonus.max(initial=0)))
    if most >= _MOST_PRICE:
        raise OutsideArrayRange("a charge or bonus", most, _MOST_PRICE - 1)

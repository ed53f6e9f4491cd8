"""The continuous double auction over 64-bit columns: the same trades in the same sequence as `continuous`.

Import it only where numpy is installed; books that do not fit 64 bits are refused (`array_book`). Each order depends on
all before it, so numpy has no form of its own for the rule: numba compiles the plain form's loop, and where it is not
installed the plain form itself runs, and gives the same bytes at its own pace.
"""

from typing import Final, NamedTuple

import numpy as np

from aipchain.market.auctions.array_book import ArrayBook, ArrayTrades, Sides, plain_book
from aipchain.market.auctions.continuous import trade_in_turn
from aipchain.market.bilateral.heap import pop, push
from aipchain.market.compiled import HAS_NUMBA, compiled
from aipchain.market.words import Int64s, Whole, int64s

__all__ = ["execute_arrays"]

_BIDS: Final = 0
_OFFERS: Final = 1


class _Arrivals(NamedTuple):
    """All orders by rising number: side, owner, limit, energy, and what must be traded on arrival or not at all."""

    sides: Int64s
    owners: Int64s
    limits: Int64s
    wh: Int64s
    least_wh: Int64s


class _Waiting(NamedTuple):
    """What of each order waits [Wh], and for either side a heap of the places of waiting orders, best first.

    `keys` are lower for a better price; heap s has `sizes[s]` entries; `passed_over` is room for places.
    """

    left: Int64s
    keys: Int64s
    places: Int64s
    sizes: Int64s
    passed_over: Int64s


def execute_arrays(
    book: ArrayBook, least_wh: tuple[Whole, Whole] | None = None, *, compiled: bool = HAS_NUMBA
) -> ArrayTrades:
    """The trades as they happen, as `continuous.trade_in_turn`.

    :param least_wh: energy that each row of the bids, and of the offers, must trade on arrival or not at all [Wh].
    :param compiled: whether to use numba's loop; the result is the same.
    :raises UnequalColumns: not one least fill for each row.
    :raises BadOrder: a least fill below zero or above the order's energy.
    :raises OutsideArrayRange, TypeError: a least fill that is no whole number of 64 bits.
    """
    given = least_wh or (np.zeros_like(book.bids.wh), np.zeros_like(book.offers.wh))
    least = int64s("a least fill", given[0]), int64s("a least fill", given[1])
    if not compiled or not _are_possible(book, least):
        rows = list(trade_in_turn(plain_book(book), (least[0].tolist(), least[1].tolist())))
        return ArrayTrades(*np.array(rows, np.int64).reshape(-1, 4).T)
    arrivals, rows_of = _arrivals(book, least)
    trades = np.empty((4, len(rows_of)), np.int64)
    trades = trades[:, : _trade_in_turn(arrivals, trades)]
    return ArrayTrades(rows_of[trades[0]], rows_of[trades[1]], trades[2], trades[3])


def _are_possible(book: ArrayBook, least_wh: Sides) -> bool:
    """Whether every least fill is one; if not, the plain form says which is none."""
    return all(
        len(least) == len(side) and bool(((least >= 0) & (least <= side.wh)).all())
        for side, least in zip((book.bids, book.offers), least_wh, strict=True)
    )


def _arrivals(book: ArrayBook, least_wh: Sides) -> tuple[_Arrivals, Int64s]:
    """All orders in turn, and the row of each on its side."""
    bids, offers = book.bids, book.offers
    both = (
        (np.full(len(bids), _BIDS), np.full(len(offers), _OFFERS)),
        (bids.owners, offers.owners),
        (bids.limits, offers.limits),
        (bids.wh, offers.wh),
        least_wh,
        (np.arange(len(bids)), np.arange(len(offers))),
    )
    turn = np.argsort(np.concatenate((bids.numbers, offers.numbers)), kind="stable")
    *columns, rows = (np.concatenate(pair)[turn] for pair in both)
    return _Arrivals(*columns), rows


@compiled
def _trade_in_turn(arrivals: _Arrivals, trades: Int64s) -> int:
    """Fill the columns of `trades` with the places of a bid and an offer, energy and price; how many there are."""
    orders = len(arrivals.wh)
    heaps = np.empty((2, orders), np.int64), np.empty((2, orders), np.int64)
    waiting = _Waiting(np.zeros(orders, np.int64), *heaps, np.zeros(2, np.int64), np.empty(orders, np.int64))
    count = 0
    for place in range(orders):
        end = _meet(place, arrivals, waiting, trades, count)
        met_wh = trades[2, count:end].sum()
        if met_wh < arrivals.least_wh[place]:
            _put_back(trades[1 - arrivals.sides[place], count:end], trades[2, count:end], arrivals, waiting)
            continue
        trades[arrivals.sides[place], count:end] = place
        count = end
        if met_wh < arrivals.wh[place]:
            waiting.left[place] = arrivals.wh[place] - met_wh
            _wait(place, arrivals, waiting)
    return count


@compiled
def _key(side: int, limit: int) -> int:
    """Lower for a better price; -1 - limit of a bid, and not -limit, because that fits 64 bits for every limit."""
    return ~limit if side == _BIDS else limit


@compiled
def _wait(place: int, arrivals: _Arrivals, waiting: _Waiting) -> None:
    side = arrivals.sides[place]
    key = _key(side, arrivals.limits[place])
    waiting.sizes[side] = push(waiting.keys[side], waiting.places[side], waiting.sizes[side], key, place)


@compiled
def _meet(place: int, arrivals: _Arrivals, waiting: _Waiting, trades: Int64s, first: int) -> int:
    """`continuous._Waiting.meet`: write partners, energy and price into `trades` from `first` on; where they end."""
    side, owner, needed = 1 - arrivals.sides[place], arrivals.owners[place], arrivals.wh[place]
    keys, places, left = waiting.keys[side], waiting.places[side], waiting.left
    end, reach, passed = first, _key(side, arrivals.limits[place]), 0
    while needed > 0 and waiting.sizes[side] > 0 and keys[0] <= reach:
        partner = places[0]
        step = min(needed, left[partner])
        if arrivals.owners[partner] == owner:
            waiting.passed_over[passed] = partner
            passed += 1
        else:
            trades[side, end], trades[2, end], trades[3, end] = partner, step, arrivals.limits[partner]
            end += 1
            needed -= step
            left[partner] -= step
        if arrivals.owners[partner] == owner or left[partner] == 0:
            waiting.sizes[side] = pop(keys, places, waiting.sizes[side])
    for nth in range(passed):
        _wait(waiting.passed_over[nth], arrivals, waiting)
    return end


@compiled
def _put_back(partners: Int64s, wh: Int64s, arrivals: _Arrivals, waiting: _Waiting) -> None:
    """`continuous._Waiting.put_back`: undo `_meet`."""
    for nth in range(len(partners)):
        if waiting.left[partners[nth]] == 0:
            _wait(partners[nth], arrivals, waiting)
        waiting.left[partners[nth]] += wh[nth]

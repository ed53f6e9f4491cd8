"""The auctions over 64-bit columns: the same results as the plain form, for books of millions of orders.

Import it only where numpy is installed. The uniform price and pay-as-bid are here; the other auctions have modules of
their own (`trade_reduction_arrays`, `continuous_arrays`, `conditions_arrays`). With numba loops are compiled, without
it the bytes are the same. Books that do not fit 64 bits are refused (`array_book`); `clear_orders` then takes the plain
form.
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from aipchain.market.auctions import uniform_price
from aipchain.market.auctions.array_book import ArrayBook, ArrayOrders, ArrayTrades
from aipchain.market.auctions.array_curves import KEY_BITS, Curve, curves, paired
from aipchain.market.auctions.array_orders import ReadOrders, hashes, places, read_orders
from aipchain.market.auctions.columns import columns_of
from aipchain.market.book import BookOrder
from aipchain.market.compiled import HAS_NUMBA
from aipchain.market.errors import OutsideArrayRange
from aipchain.market.rounding import blend
from aipchain.market.words import Int64s

__all__ = ["HAS_NUMBA", "ArrayClearing", "TradeRow", "clear_arrays", "clear_orders", "pay_as_bid_arrays"]

TradeRow = tuple[int, int, int, int]
"""Bid number, offer number, energy [Wh], price [base units per Wh]."""

_ROW: Final = struct.Struct("qqqq")


@dataclass(frozen=True, slots=True)
class ArrayClearing:
    """As `uniform_price.ColumnClearing`: prices [base units per Wh], fills of every row [Wh], trades by rows."""

    low: int
    high: int
    price: int
    bid_fills: Int64s
    offer_fills: Int64s
    trades: ArrayTrades


def clear_arrays(book: ArrayBook, k_permille: int = 500, *, seed: int = 0, compiled: bool = HAS_NUMBA) -> ArrayClearing:
    """Clear the book at one price, as `uniform_price.clear_columns`.

    :param compiled: whether to use numba's loops; the result is the same.
    :raises ValueError: `k_permille` is outside 0..1000.
    """
    bids, offers = curves(book, seed, compiled=compiled)
    low, high = _price_interval(bids, offers)
    price = blend(low, high, k_permille)
    bid_places, offer_places, wh = _pairs(book, bids, offers, compiled=compiled)
    trades = ArrayTrades(bids.rows[bid_places], offers.rows[offer_places], wh, np.full(len(wh), price, np.int64))
    return ArrayClearing(low, high, price, _fills(book.bids, bids), _fills(book.offers, offers), trades)


def pay_as_bid_arrays(book: ArrayBook, *, seed: int = 0, compiled: bool = HAS_NUMBA) -> ArrayTrades:
    """Trades at their bids' limits, as `pay_as_bid.pay_as_bid_columns`."""
    bids, offers = curves(book, seed, compiled=compiled)
    bid_places, offer_places, wh = _pairs(book, bids, offers, compiled=compiled)
    return ArrayTrades(bids.rows[bid_places], offers.rows[offer_places], wh, bids.limits[bid_places])


def clear_orders(
    orders: Sequence[BookOrder], k_permille: int = 500, *, seed: int = 0, compiled: bool = HAS_NUMBA
) -> tuple[TradeRow, ...]:
    """Orders in, trades out in canonical order; books that do not fit 64 bits go through the plain form.

    Nearly all of its time is reading objects and making tuples. Who has columns calls `array_book` and `clear_arrays`.

    :raises ValueError: `k_permille` is outside 0..1000.
    :raises DuplicateOrder: two orders have one number.
    """
    try:
        book, clearing = _clear_read(read_orders(orders), k_permille, seed, compiled=compiled)
    except OutsideArrayRange:
        return _plain_rows(orders, k_permille, seed)
    trades = clearing.trades
    canonical = _by_pair(trades, len(book.offers))
    rows = np.empty((len(trades), len(_ROW.format)), np.int64)
    rows[:, 0] = book.bids.numbers[trades.bid_rows[canonical]]
    rows[:, 1] = book.offers.numbers[trades.offer_rows[canonical]]
    rows[:, 2] = trades.wh[canonical]
    rows[:, 3] = clearing.price
    return (*_ROW.iter_unpack(rows.tobytes()),)


def _clear_read(read: ReadOrders, k_permille: int, seed: int, *, compiled: bool) -> tuple[ArrayBook, ArrayClearing]:
    """As if no owner had two orders; where two of one owner would trade, once more with owners."""
    hashed = read.book(hashes(read.orders))
    clearing = clear_arrays(_strangers(hashed), k_permille, seed=seed, compiled=compiled)
    trades = clearing.trades
    if (hashed.bids.owners[trades.bid_rows] != hashed.offers.owners[trades.offer_rows]).all():
        return hashed, clearing
    book = read.book(places(read.orders))
    return book, clear_arrays(book, k_permille, seed=seed, compiled=compiled)


def _strangers(book: ArrayBook) -> ArrayBook:
    """The book with one owner of all bids and another of all offers: nobody meets itself."""
    bids, offers = book.bids, book.offers
    return ArrayBook(
        replace(bids, owners=np.zeros_like(bids.owners)), replace(offers, owners=np.ones_like(offers.owners))
    )


def _by_pair(trades: ArrayTrades, offers: int) -> Int64s:
    """The places of trades by (bid, offer): as in `array_curves.ranked`, packed into one unique key where that fits."""
    pairs, width = trades.bid_rows * offers + trades.offer_rows, len(trades).bit_length()
    if int(pairs.max(initial=0)).bit_length() + width > KEY_BITS:
        return np.argsort(pairs).astype(np.int64)
    keys = pairs << width | np.arange(len(trades))
    keys.sort()
    return keys & ((1 << width) - 1)


def _plain_rows(orders: Sequence[BookOrder], k_permille: int, seed: int) -> tuple[TradeRow, ...]:
    book = columns_of(orders)
    trades = uniform_price.clear_columns(book, k_permille, seed=seed).trades
    bids = [book.bids.numbers[row] for row in trades.bid_rows]
    offers = [book.offers.numbers[row] for row in trades.offer_rows]
    return tuple(sorted(zip(bids, offers, trades.wh, trades.prices, strict=True)))


def _price_interval(bids: Curve, offers: Curve) -> tuple[int, int]:
    """As `uniform_price.price_interval`."""
    lows = _edges(offers, served=True) + _edges(bids, served=False)
    highs = _edges(bids, served=True) + _edges(offers, served=False)
    if not lows or not highs:
        only = lows or highs or [0]
        return only[0], only[0]
    return max(lows), min(highs)


def _edges(curve: Curve, *, served: bool) -> list[int]:
    """The limit of the worst order served, or of the best one not fully served, if there is one."""
    place = len(curve.served_wh) - 1
    if not served and (place < 0 or curve.served_wh[place] == curve.wh[place]):
        place += 1
    return [int(curve.limits[place])] if 0 <= place < len(curve.rows) else []


def _fills(side: ArrayOrders, curve: Curve) -> Int64s:
    fills = np.zeros(len(side), np.int64)
    fills[curve.served_rows] = curve.served_wh
    return fills


def _pairs(book: ArrayBook, bids: Curve, offers: Curve, *, compiled: bool) -> tuple[Int64s, Int64s, Int64s]:
    """Places among the served fills of both sides, and the energy of each pair [Wh]."""
    owners = book.bids.owners[bids.served_rows], book.offers.owners[offers.served_rows]
    return paired(owners, (bids.served_wh, offers.served_wh), compiled=compiled)

"""The auctions over 64-bit columns: the same results as the plain form, for books of millions of orders.

Import it only where numpy is installed. With numba the loops are compiled (`merge`); without it numpy does the same,
and only a book in which owners meet themselves is paired by the plain loop. All three give equal bytes.

Sort keys hold price, lot and row in 62 bits where they fit (limits up to 2^30 apart with a million orders on a side); a
wider book is sorted by the three columns one after the other, with equal result. Books that do not fit 64 bits are
refused (`array_book`); `clear_orders` then takes the plain form.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from aipchain.market.auctions import merge, uniform_price
from aipchain.market.auctions.array_book import ArrayBook, ArrayOrders, ArrayTrades, arrays_of
from aipchain.market.auctions.columns import columns_of
from aipchain.market.auctions.pairing import Fills, pair_columns
from aipchain.market.auctions.ties import LOT_BITS
from aipchain.market.book import BookOrder
from aipchain.market.compiled import HAS_NUMBA
from aipchain.market.errors import OutsideArrayRange
from aipchain.market.rounding import blend
from aipchain.market.splitmix import GAMMA
from aipchain.market.words import Int64s, mix_words

__all__ = ["HAS_NUMBA", "ArrayClearing", "TradeRow", "clear_arrays", "clear_orders", "pay_as_bid_arrays"]

KEY_BITS: Final = 62
TradeRow = tuple[int, int, int, int]
"""Bid number, offer number, energy [Wh], price [base units per Wh]."""


@dataclass(frozen=True, slots=True)
class ArrayClearing:
    """As `uniform_price.ColumnClearing`: prices [base units per Wh], fills of every row [Wh], trades by rows."""

    low: int
    high: int
    price: int
    bid_fills: Int64s
    offer_fills: Int64s
    trades: ArrayTrades


@dataclass(frozen=True, slots=True)
class _Curve:
    """A side best order first: rows, energy [Wh] and limits of all, and the energy of those served [Wh]."""

    rows: Int64s
    wh: Int64s
    limits: Int64s
    served_wh: Int64s

    @property
    def served_rows(self) -> Int64s:
        return self.rows[: len(self.served_wh)]


def clear_arrays(book: ArrayBook, k_permille: int = 500, *, seed: int = 0, compiled: bool = HAS_NUMBA) -> ArrayClearing:
    """Clear the book at one price, as `uniform_price.clear_columns`.

    :param compiled: whether to use numba's loops; the result is the same.
    :raises ValueError: `k_permille` is outside 0..1000.
    """
    bids, offers = _curves(book, seed, compiled=compiled)
    low, high = _price_interval(bids, offers)
    price = blend(low, high, k_permille)
    bid_places, offer_places, wh = _pairs(book, bids, offers, compiled=compiled)
    trades = ArrayTrades(bids.rows[bid_places], offers.rows[offer_places], wh, np.full(len(wh), price, np.int64))
    return ArrayClearing(low, high, price, _fills(book.bids, bids), _fills(book.offers, offers), trades)


def pay_as_bid_arrays(book: ArrayBook, *, seed: int = 0, compiled: bool = HAS_NUMBA) -> ArrayTrades:
    """Trades at their bids' limits, as `pay_as_bid.pay_as_bid_columns`."""
    bids, offers = _curves(book, seed, compiled=compiled)
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
        book = arrays_of(orders)
    except OutsideArrayRange:
        return _plain_rows(orders, k_permille, seed)
    clearing = clear_arrays(book, k_permille, seed=seed, compiled=compiled)
    trades = clearing.trades
    canonical = _by_pair(trades, len(book.offers))
    bids, offers = book.bids.numbers[trades.bid_rows[canonical]], book.offers.numbers[trades.offer_rows[canonical]]
    columns = (bids.tolist(), offers.tolist(), trades.wh[canonical].tolist(), [clearing.price] * len(trades))
    return (*zip(*columns, strict=True),)


def _by_pair(trades: ArrayTrades, offers: int) -> Int64s:
    """The places of trades by (bid, offer): as in `_ranked`, packed into one unique key where that fits."""
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


def _curves(book: ArrayBook, seed: int, *, compiled: bool) -> tuple[_Curve, _Curve]:
    """Both curves, served up to where they cross."""
    bids = _sorted(book.bids, seed, dearest_first=True, compiled=compiled)
    offers = _sorted(book.offers, seed, dearest_first=False, compiled=compiled)
    crossing = merge.crossing_wh if compiled else _crossing_wh
    wh = int(crossing(bids.wh, bids.limits, offers.wh, offers.limits))
    return _serve(bids, wh), _serve(offers, wh)


def _sorted(side: ArrayOrders, seed: int, *, dearest_first: bool, compiled: bool) -> _Curve:
    rows = _ranked(side, seed, dearest_first=dearest_first, compiled=compiled)
    if compiled:
        wh, limits = merge.take(rows, side.wh), merge.take(rows, side.limits)
    else:
        wh, limits = side.wh[rows], side.limits[rows]
    return _Curve(rows, wh, limits, wh[:0])


def _ranked(side: ArrayOrders, seed: int, *, dearest_first: bool, compiled: bool) -> Int64s:
    """The rows of a side, best price first, equal prices by lot, equal lots by number."""
    if not len(side):
        return np.empty(0, np.int64)
    low, high = int(side.limits.min()), int(side.limits.max())
    offsets = high - side.limits if dearest_first else side.limits - low
    width = len(side).bit_length()
    if (high - low).bit_length() + LOT_BITS + width > KEY_BITS:
        return np.lexsort((_lots(seed, side.numbers), offsets)).astype(np.int64)
    keys = np.empty(len(side), np.int64)
    if compiled:
        merge.pack_keys(side.numbers, offsets, np.uint64(seed), width, keys)
    else:
        keys[:] = (offsets << LOT_BITS | _lots(seed, side.numbers)) << width | np.arange(len(side))
    keys.sort()
    keys &= (1 << width) - 1
    return keys


def _lots(seed: int, numbers: Int64s) -> Int64s:
    """`ties.lots` for a column of numbers."""
    drawn = mix_words(np.uint64(seed) + (numbers.astype(np.uint64) + np.uint64(1)) * np.uint64(GAMMA))
    return (drawn >> np.uint64(64 - LOT_BITS)).astype(np.int64)


def _crossing_wh(bid_wh: Int64s, bid_limits: Int64s, offer_wh: Int64s, offer_limits: Int64s) -> int:
    """Energy up to the crossing [Wh]: an order is served if the other curve, where this order starts, reaches it."""
    if not (len(bid_wh) and len(offer_wh)):
        return 0
    bid_ends, offer_ends = np.cumsum(bid_wh), np.cumsum(offer_wh)
    facing_offer = np.searchsorted(offer_ends, bid_ends - bid_wh, side="right")
    facing_bid = np.searchsorted(bid_ends, offer_ends - offer_wh, side="right")
    asks = np.append(offer_limits, np.iinfo(np.int64).max)[facing_offer]
    bids_served = int(((facing_offer < len(offer_wh)) & (bid_limits >= asks)).sum())
    tops = np.append(bid_limits, np.iinfo(np.int64).min)[facing_bid]
    offers_served = int(((facing_bid < len(bid_wh)) & (tops >= offer_limits)).sum())
    if not bids_served:
        return 0
    return min(int(bid_ends[bids_served - 1]), int(offer_ends[offers_served - 1]))


def _serve(curve: _Curve, energy: int) -> _Curve:
    """Serve `energy` [Wh] from the front of a curve."""
    if not energy:
        return curve
    ends = np.cumsum(curve.wh)
    count = int(np.searchsorted(ends, energy)) + 1
    served = curve.wh[:count].copy()
    served[-1] -= int(ends[count - 1]) - energy
    return _Curve(curve.rows, curve.wh, curve.limits, served)


def _price_interval(bids: _Curve, offers: _Curve) -> tuple[int, int]:
    """As `uniform_price.price_interval`."""
    lows = _edges(offers, served=True) + _edges(bids, served=False)
    highs = _edges(bids, served=True) + _edges(offers, served=False)
    if not lows or not highs:
        only = lows or highs or [0]
        return only[0], only[0]
    return max(lows), min(highs)


def _edges(curve: _Curve, *, served: bool) -> list[int]:
    """The limit of the worst order served, or of the best one not fully served, if there is one."""
    place = len(curve.served_wh) - 1
    if not served and (place < 0 or curve.served_wh[place] == curve.wh[place]):
        place += 1
    return [int(curve.limits[place])] if 0 <= place < len(curve.rows) else []


def _fills(side: ArrayOrders, curve: _Curve) -> Int64s:
    fills = np.zeros(len(side), np.int64)
    fills[curve.served_rows] = curve.served_wh
    return fills


def _pairs(book: ArrayBook, bids: _Curve, offers: _Curve, *, compiled: bool) -> tuple[Int64s, Int64s, Int64s]:
    """Places among the served fills of both sides, and the energy of each pair [Wh]."""
    buyers, sellers = book.bids.owners[bids.served_rows], book.offers.owners[offers.served_rows]
    if compiled:
        pairs = np.empty((3, len(buyers) + len(sellers)), np.int64)
        left = bids.served_wh.copy(), offers.served_wh.copy()
        count, unserved = merge.pair_rows((buyers, sellers), *left, pairs)
        if not unserved:
            return pairs[0, :count], pairs[1, :count], pairs[2, :count]
    else:
        bid_places, offer_places, wh = _cuts(bids.served_wh, offers.served_wh)
        if not (buyers[bid_places] == sellers[offer_places]).any():
            return bid_places, offer_places, wh
    paired = pair_columns(
        Fills(buyers.tolist(), bids.served_wh.tolist()), Fills(sellers.tolist(), offers.served_wh.tolist())
    )
    return np.array(paired.bids, np.int64), np.array(paired.offers, np.int64), np.array(paired.wh, np.int64)


def _cuts(bid_wh: Int64s, offer_wh: Int64s) -> tuple[Int64s, Int64s, Int64s]:
    """Cut both curves at the ends of all orders; each piece is one pair."""
    bid_ends, offer_ends = np.cumsum(bid_wh), np.cumsum(offer_wh)
    ends = np.unique(np.concatenate((bid_ends, offer_ends)))
    pieces = np.diff(ends, prepend=0)
    return np.searchsorted(bid_ends, ends), np.searchsorted(offer_ends, ends), pieces

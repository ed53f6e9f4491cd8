"""The check of a uniform-price certificate over 64-bit columns: `certificate.verify`, for books of millions of orders.

Import it only where numpy is installed. What is found sound here is sound in the plain form and the other way round; a
clearing that is not sound is handed to the plain form, which names the breach, so both say the same about it. What
is no clearing in columns of int64 is malformed.
"""

import numpy as np

from aipchain.market.auctions import certificate, merge
from aipchain.market.auctions.array_book import (
    ArrayBook,
    ArrayOrders,
    ArrayTrades,
    Sides,
    plain_book,
    plain_trades,
)
from aipchain.market.auctions.arrays import ArrayClearing
from aipchain.market.auctions.certificate import Fault, UniformCertificate
from aipchain.market.breach import Breach
from aipchain.market.compiled import HAS_NUMBA
from aipchain.market.whole import is_whole
from aipchain.market.words import Int64s, are_int64s

__all__ = ["verify_array_fills", "verify_arrays"]


def verify_arrays(book: ArrayBook, clearing: ArrayClearing, *, compiled: bool = HAS_NUMBA) -> Breach | None:
    """Whether price and fills of `clearing` prove that its trades are an optimal clearing of the whole `book`.

    :returns: None if so, else the first breach.
    """
    if not _are_fills(clearing) or not _are_trades(clearing.trades):
        return Breach(Fault.MALFORMED)
    if _fills_follow(book, clearing, compiled=compiled) and _trades_realise(book, clearing, compiled=compiled):
        return None
    return certificate.verify(plain_book(book), plain_trades(clearing.trades), _plain_certificate(clearing))


def verify_array_fills(book: ArrayBook, clearing: ArrayClearing, *, compiled: bool = HAS_NUMBA) -> Breach | None:
    """Whether price and fills prove that no clearing of the whole book has more welfare: one unsorted pass."""
    if not _are_fills(clearing):
        return Breach(Fault.MALFORMED)
    if _fills_follow(book, clearing, compiled=compiled):
        return None
    return certificate.verify_fills(plain_book(book), _plain_certificate(clearing))


def _are_fills(clearing: object) -> bool:
    """Whether price and fills are whole numbers."""
    return (
        isinstance(clearing, ArrayClearing)
        and is_whole(clearing.price)
        and are_int64s(clearing.bid_fills, clearing.offer_fills)
    )


def _are_trades(trades: object) -> bool:
    """Whether trades are columns of int64 of one length."""
    if not isinstance(trades, ArrayTrades):
        return False
    columns = (trades.bid_rows, trades.offer_rows, trades.wh, trades.prices)
    return are_int64s(*columns) and len({len(column) for column in columns}) == 1


def _plain_certificate(clearing: ArrayClearing) -> UniformCertificate:
    return UniformCertificate(clearing.price, clearing.bid_fills.tolist(), clearing.offer_fills.tolist())


def _fills_follow(book: ArrayBook, clearing: ArrayClearing, *, compiled: bool) -> bool:
    bids, offers, price = book.bids, book.offers, clearing.price
    if (len(bids), len(offers)) != (len(clearing.bid_fills), len(clearing.offer_fills)):
        return False
    if not -(1 << 63) <= price < 1 << 63:
        return False  # the plain form decides
    bids_follow = merge.bid_fills_follow if compiled else _bid_fills_follow
    offers_follow = merge.offer_fills_follow if compiled else _offer_fills_follow
    demand = int(bids_follow(bids.limits, bids.wh, clearing.bid_fills, price))
    return 0 <= demand == int(offers_follow(offers.limits, offers.wh, clearing.offer_fills, price))


def _bid_fills_follow(limits: Int64s, wh: Int64s, fills: Int64s, price: int) -> int:
    """The sum of the fills if each of them follows from the price, else -1."""
    bad = (fills < np.where(limits > price, wh, 0)) | (fills > np.where(limits < price, 0, wh))
    return -1 if bad.any() else int(fills.sum())


def _offer_fills_follow(limits: Int64s, wh: Int64s, fills: Int64s, price: int) -> int:
    bad = (fills < np.where(limits < price, wh, 0)) | (fills > np.where(limits > price, 0, wh))
    return -1 if bad.any() else int(fills.sum())


def _trades_realise(book: ArrayBook, clearing: ArrayClearing, *, compiled: bool) -> bool:
    """Whether every fill is traded in full, each pair once; self-supply is left to the plain form."""
    trades = clearing.trades
    bid_left, offer_left = clearing.bid_fills.copy(), clearing.offer_fills.copy()
    take_off = merge.count_down if compiled else _count_down
    owners, left = (book.bids.owners, book.offers.owners), (bid_left, offer_left)
    sound = take_off((trades.bid_rows, trades.offer_rows), trades.wh, owners, left)
    return bool(
        sound
        and (trades.prices == clearing.price).all()
        and not bid_left.any()
        and not offer_left.any()
        and _each_once(trades, book.offers)
    )


def _count_down(rows: Sides, wh: Int64s, owners: Sides, left: Sides) -> bool:
    """Take all trades off what is left of their orders."""
    bid_rows, offer_rows = rows
    buyers, sellers = owners
    bid_left, offer_left = left
    if _exact_sum(wh) != _exact_sum(bid_left):
        return False
    inside = (bid_rows >= 0) & (bid_rows < len(buyers)) & (offer_rows >= 0) & (offer_rows < len(sellers))
    if not inside.all() or (wh <= 0).any() or (buyers[bid_rows] == sellers[offer_rows]).any():
        return False
    np.subtract.at(bid_left, bid_rows, wh)
    np.subtract.at(offer_left, offer_rows, wh)
    return bool((bid_left >= 0).all() and (offer_left >= 0).all())


def _exact_sum(wh: Int64s) -> int:
    """The sum of any int64 column; halves of 31 bits cannot overflow."""
    return (int((wh >> 31).sum()) << 31) + int((wh & ((1 << 31) - 1)).sum())


def _each_once(trades: ArrayTrades, offers: ArrayOrders) -> bool:
    """Whether no pair of orders stands twice."""
    pairs = trades.bid_rows * len(offers) + trades.offer_rows
    pairs.sort()
    return not (pairs[1:] == pairs[:-1]).any()

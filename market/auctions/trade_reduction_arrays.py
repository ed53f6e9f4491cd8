"""Trade reduction over 64-bit columns: the same bytes as `trade_reduction`, which has the rules and decides here, too.

Import it only where numpy is installed; books that do not fit 64 bits are refused (`array_book`). What is shared in
proportion is a product of two energies: where that exceeds 64 bits, the plain `allocate` shares it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from aipchain.market.allocation.shares import allocate
from aipchain.market.auctions.array_book import ArrayBook, ArrayOrders, ArrayTrades
from aipchain.market.auctions.array_curves import Curve, curves, paired
from aipchain.market.auctions.trade_reduction import Decision, Margin, one_price, two_prices
from aipchain.market.compiled import HAS_NUMBA
from aipchain.market.words import Int64s

__all__ = ["ArrayReduction", "reduce_one_price_arrays", "reduce_two_prices_arrays"]

_TOP: Final = (1 << 63) - 1


@dataclass(frozen=True, slots=True)
class ArrayReduction:
    """As `trade_reduction.Reduction`: prices [base units per Wh], and trades by rows at the buyers' price."""

    buy_price: int
    sell_price: int
    trades: ArrayTrades

    @property
    def surplus(self) -> int:
        """Money that buyers pay and sellers do not get [base units], zero or more."""
        return (self.buy_price - self.sell_price) * int(self.trades.wh.sum())


def reduce_one_price_arrays(book: ArrayBook, *, seed: int = 0, compiled: bool = HAS_NUMBA) -> ArrayReduction:
    """As `trade_reduction.reduce_one_price`.

    :param compiled: whether to use numba's loops; the result is the same.
    """
    return _reduce(book, one_price, seed, compiled=compiled)


def reduce_two_prices_arrays(book: ArrayBook, *, seed: int = 0, compiled: bool = HAS_NUMBA) -> ArrayReduction:
    """As `trade_reduction.reduce_two_prices`."""
    return _reduce(book, two_prices, seed, compiled=compiled)


def _reduce(book: ArrayBook, decide: Callable[[Margin], Decision], seed: int, *, compiled: bool) -> ArrayReduction:
    bids, offers = curves(book, seed, compiled=compiled)
    if not len(bids.served_wh):
        return ArrayReduction(0, 0, ArrayTrades(*(np.empty(0, np.int64) for _ in range(4))))
    bid, next_bid, bid_in_part = _last(bids)
    ask, next_ask, offer_in_part = _last(offers)
    decision = decide(Margin(bid, ask, next_bid, next_ask, bid_in_part, offer_in_part))
    trades = _trades(book, bids, offers, decision, compiled=compiled)
    return ArrayReduction(decision.buy_price, decision.sell_price, trades)


def _last(curve: Curve) -> tuple[int, int | None, bool]:
    """Limit of the last served order, limit of the next, and whether the last is served in part."""
    count = len(curve.served_wh)
    following = int(curve.limits[count]) if count < len(curve.rows) else None
    return int(curve.limits[count - 1]), following, bool(curve.served_wh[-1] < curve.wh[count - 1])


def _trades(book: ArrayBook, bids: Curve, offers: Curve, decision: Decision, *, compiled: bool) -> ArrayTrades:
    """Serve the rest: the short side in full, the long side in proportion; then pair."""
    bid_rows = _by_number(book.bids, bids.served_rows[: -1 if decision.without_bid else None])
    offer_rows = _by_number(book.offers, offers.served_rows[: -1 if decision.without_offer else None])
    energy = min(int(book.bids.wh[bid_rows].sum()), int(book.offers.wh[offer_rows].sum()))
    bid_rows, bid_wh = _shares(book.bids, bid_rows, energy)
    offer_rows, offer_wh = _shares(book.offers, offer_rows, energy)
    owners = book.bids.owners[bid_rows], book.offers.owners[offer_rows]
    bid_places, offer_places, wh = paired(owners, (bid_wh, offer_wh), compiled=compiled)
    prices = np.full(len(wh), decision.buy_price, np.int64)
    return ArrayTrades(bid_rows[bid_places], offer_rows[offer_places], wh, prices)


def _by_number(side: ArrayOrders, rows: Int64s) -> Int64s:
    """The rows in rising order."""
    chosen = np.zeros(len(side), np.bool_)
    chosen[rows] = True
    return np.flatnonzero(chosen).astype(np.int64, copy=False)


def _shares(side: ArrayOrders, rows: Int64s, energy: int) -> tuple[Int64s, Int64s]:
    """`energy` [Wh] in proportion over the rows, as `shares.allocate`, and the rows that get any of it."""
    wh = side.wh[rows]
    total = int(wh.sum())
    if energy == total:
        return rows, wh
    if total * energy > _TOP:
        shares = np.array(allocate(energy, wh.tolist()), np.int64)
    else:
        shares = np.diff(np.cumsum(wh) * energy // total, prepend=0)
    served = np.flatnonzero(shares)
    return rows[served], shares[served]

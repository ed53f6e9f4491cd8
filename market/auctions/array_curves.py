"""Both sides of a book as curves over 64-bit columns, served up to where they cross, and who of them trades with whom.

Import it only where numpy is installed. With numba the loops are compiled (`merge`); without it numpy does the same,
and only a book in which owners meet themselves is paired by the plain loop. All three give equal bytes.

Sort keys hold price, lot and row in 62 bits where they fit (limits up to 2^30 apart with a million orders on a side); a
wider book is sorted by the three columns one after the other, with equal result.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from aipchain.market.auctions import merge
from aipchain.market.auctions.array_book import ArrayBook, ArrayOrders, Sides
from aipchain.market.auctions.pairing import Fills, pair_columns
from aipchain.market.auctions.ties import LOT_BITS
from aipchain.market.splitmix import GAMMA
from aipchain.market.whole import refuse_seed
from aipchain.market.words import Int64s, mix_words

__all__ = ["KEY_BITS", "Curve", "curves", "paired", "ranked"]

KEY_BITS: Final = 62
"""Width of a sort key."""


@dataclass(frozen=True, slots=True)
class Curve:
    """A side best order first: rows, energy [Wh] and limits of all, and the energy of those served [Wh]."""

    rows: Int64s
    wh: Int64s
    limits: Int64s
    served_wh: Int64s

    @property
    def served_rows(self) -> Int64s:
        """The rows that are served, best first."""
        return self.rows[: len(self.served_wh)]


def curves(book: ArrayBook, seed: int, *, compiled: bool) -> tuple[Curve, Curve]:
    """Both curves, served up to where they cross.

    :raises TypeError, ValueError: the seed is none (`whole.refuse_seed`).
    """
    refuse_seed(seed)
    bids = _sorted(book.bids, seed, dearest_first=True, compiled=compiled)
    offers = _sorted(book.offers, seed, dearest_first=False, compiled=compiled)
    crossing = merge.crossing_wh if compiled else _crossing_wh
    wh = int(crossing(bids.wh, bids.limits, offers.wh, offers.limits))
    return _serve(bids, wh), _serve(offers, wh)


def ranked(side: ArrayOrders, seed: int, *, dearest_first: bool, compiled: bool) -> Int64s:
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


def paired(owners: Sides, wh: Sides, *, compiled: bool) -> tuple[Int64s, Int64s, Int64s]:
    """Pair fills of both sides, as `pairing.pair_columns`: places among them, and the energy of each pair [Wh].

    :param owners: of the bids' and of the offers' fills, in the order of serving; `wh` are their energies [Wh].
    """
    buyers, sellers = owners
    bid_wh, offer_wh = wh
    if compiled:
        pairs = np.empty((3, len(buyers) + len(sellers)), np.int64)
        count, unserved = merge.pair_rows(owners, bid_wh.copy(), offer_wh.copy(), pairs)
        if not unserved:
            return pairs[0, :count], pairs[1, :count], pairs[2, :count]
    else:
        bid_places, offer_places, pieces = _cuts(bid_wh, offer_wh)
        if not (buyers[bid_places] == sellers[offer_places]).any():
            return bid_places, offer_places, pieces
    plain = pair_columns(Fills(buyers.tolist(), bid_wh.tolist()), Fills(sellers.tolist(), offer_wh.tolist()))
    return np.array(plain.bids, np.int64), np.array(plain.offers, np.int64), np.array(plain.wh, np.int64)


def _sorted(side: ArrayOrders, seed: int, *, dearest_first: bool, compiled: bool) -> Curve:
    rows = ranked(side, seed, dearest_first=dearest_first, compiled=compiled)
    if compiled:
        wh, limits = merge.take(rows, side.wh), merge.take(rows, side.limits)
    else:
        wh, limits = side.wh[rows], side.limits[rows]
    return Curve(rows, wh, limits, wh[:0])


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


def _serve(curve: Curve, energy: int) -> Curve:
    """Serve `energy` [Wh] from the front of a curve."""
    if not energy:
        return curve
    ends = np.cumsum(curve.wh)
    count = int(np.searchsorted(ends, energy)) + 1
    served = curve.wh[:count].copy()
    served[-1] -= int(ends[count - 1]) - energy
    return Curve(curve.rows, curve.wh, curve.limits, served)


def _lots(seed: int, numbers: Int64s) -> Int64s:
    """`ties.lots` for a column of numbers."""
    drawn = mix_words(np.uint64(seed) + (numbers.astype(np.uint64) + np.uint64(1)) * np.uint64(GAMMA))
    return (drawn >> np.uint64(64 - LOT_BITS)).astype(np.int64)


def _cuts(bid_wh: Int64s, offer_wh: Int64s) -> tuple[Int64s, Int64s, Int64s]:
    """Cut both curves at the ends of all orders; each piece is one pair."""
    bid_ends, offer_ends = np.cumsum(bid_wh), np.cumsum(offer_wh)
    ends = np.unique(np.concatenate((bid_ends, offer_ends)))
    pieces = np.diff(ends, prepend=0)
    return np.searchsorted(bid_ends, ends), np.searchsorted(offer_ends, ends), pieces

"""Compiled loops of the array form: sort keys, the crossing, pairing, and the check of fills.

Each is the loop of the plain form over 64-bit columns: `ties.lots`, `merit_order`, `pairing`, `certificate`. `arrays`
calls them only where numba is installed; numpy has its own way to the same numbers there.
"""

from typing import Final

import numpy as np

from aipchain.market.auctions.array_book import Sides
from aipchain.market.auctions.ties import LOT_BITS
from aipchain.market.compiled import compiled
from aipchain.market.splitmix import GAMMA
from aipchain.market.words import Int64s, mix_word

__all__ = ["bid_fills_follow", "count_down", "crossing_wh", "offer_fills_follow", "pack_keys", "pair_rows", "take"]

_GAMMA: Final = np.uint64(GAMMA)
_LOT_SHIFT: Final = np.uint64(64 - LOT_BITS)
_ONE: Final = np.uint64(1)


@compiled
def pack_keys(numbers: Int64s, offsets: Int64s, seed: np.uint64, width: int, keys: Int64s) -> None:
    """`(offset << 12 | lot) << width | row` of every row; the price stands in `offsets`, best price 0."""
    for row in range(len(numbers)):
        lot = np.int64(mix_word(seed + (np.uint64(numbers[row]) + _ONE) * _GAMMA) >> _LOT_SHIFT)
        keys[row] = ((offsets[row] << LOT_BITS | lot) << width) | row


@compiled
def take(rows: Int64s, column: Int64s) -> Int64s:
    """The column's entries at `rows`."""
    taken = np.empty(len(rows), np.int64)
    for place in range(len(rows)):
        taken[place] = column[rows[place]]
    return taken


@compiled
def crossing_wh(bid_wh: Int64s, bid_limits: Int64s, offer_wh: Int64s, offer_limits: Int64s) -> int:
    """Energy up to the crossing of two curves, best order first [Wh]."""
    crossed = demanded = supplied = offer = 0
    for bid in range(len(bid_wh)):
        demanded += bid_wh[bid]
        while offer < len(offer_wh) and crossed < demanded and offer_limits[offer] <= bid_limits[bid]:
            if supplied + offer_wh[offer] > demanded:
                crossed = demanded
                break
            supplied += offer_wh[offer]
            crossed = supplied
            offer += 1
        if crossed < demanded:
            break
    return crossed


@compiled
def pair_rows(owners: Sides, bid_wh: Int64s, offer_wh: Int64s, pairs: Int64s) -> tuple[int, int]:
    """`pairing._merge` over served fills; places and energy go to the rows of `pairs`.

    :param owners: of the bids and of the offers.
    :param bid_wh: ends as what is left of each fill; so does `offer_wh`.
    :param pairs: 3 x (bids + offers).
    :returns: how many pairs, and how many bids have something left.
    """
    buyers, sellers = owners
    waiting = np.empty(len(offer_wh), np.int64)
    first = last = head = count = unserved = 0
    for bid in range(len(bid_wh)):
        buyer, left = buyers[bid], bid_wh[bid]
        while left > 0:
            if first < last and sellers[waiting[first]] != buyer:
                offer = waiting[first]
            else:
                while head < len(offer_wh) and sellers[head] == buyer:
                    waiting[last] = head
                    last += 1
                    head += 1
                if head == len(offer_wh):
                    unserved += 1
                    break
                offer = head
            step = min(left, offer_wh[offer])
            pairs[0, count] = bid
            pairs[1, count] = offer
            pairs[2, count] = step
            count += 1
            left -= step
            offer_wh[offer] -= step
            if offer_wh[offer] == 0:
                if offer == head:
                    head += 1
                else:
                    first += 1
        bid_wh[bid] = left
    return count, unserved


@compiled
def bid_fills_follow(limits: Int64s, wh: Int64s, fills: Int64s, price: int) -> int:
    """The sum of the fills if each of them follows from the price, else -1; without branches, so that it vectorises."""
    total, bad = 0, False
    for row in range(len(limits)):
        least = wh[row] if limits[row] > price else 0
        most = 0 if limits[row] < price else wh[row]
        bad |= (fills[row] < least) | (fills[row] > most)
        total += fills[row]
    return -1 if bad else total


@compiled
def offer_fills_follow(limits: Int64s, wh: Int64s, fills: Int64s, price: int) -> int:
    """As `bid_fills_follow`; offers are better below the price."""
    total, bad = 0, False
    for row in range(len(limits)):
        least = wh[row] if limits[row] < price else 0
        most = 0 if limits[row] > price else wh[row]
        bad |= (fills[row] < least) | (fills[row] > most)
        total += fills[row]
    return -1 if bad else total


@compiled
def count_down(rows: Sides, wh: Int64s, owners: Sides, left: Sides) -> bool:
    """Take each trade off what is left of its orders; False if one has no energy, no order, or one owner."""
    bid_rows, offer_rows = rows
    buyers, sellers = owners
    bid_left, offer_left = left
    for trade in range(len(wh)):
        bid, offer = bid_rows[trade], offer_rows[trade]
        if bid < 0 or bid >= len(buyers) or offer < 0 or offer >= len(sellers):
            return False
        if wh[trade] <= 0 or buyers[bid] == sellers[offer]:
            return False
        bid_left[bid] -= wh[trade]
        offer_left[offer] -= wh[trade]
        if bid_left[bid] < 0 or offer_left[offer] < 0:
            return False
    return True

"""The conditions of `certificate` in one pass over all pairs: yes or no.

A pair's pseudo-random number is at least 1 and below 2^bits, so most pairs are decided without drawing it, by their
worth and two duals. A pair can be wrong only where its duals come near its value, or where it has a fill or a price.
Where all is right every pair of the second kind is of the first kind too: it is enough to look at those of the first
kind, and to count those of the second.
"""

from typing import NamedTuple

import numpy as np

from aipchain.market.bilateral.rows import Integers, Rows, Whole
from aipchain.market.compiled import compiled
from aipchain.market.words import Words, mix_word

__all__ = ["Claim", "Side", "duals_fit", "holds"]


class Side(NamedTuple):
    """Orders of one side, their duals, and what each adds to the draws of its pairs."""

    wh: Integers
    limit: Integers
    dual: Integers
    draw: Words


class Claim(NamedTuple):
    """What is said of each pair, its energy [Wh] and price, beside its worth and charge in the book."""

    worth: Rows
    charge: Integers
    fills: Integers
    price: Integers


@compiled
def holds(claim: Claim, bids: Side, offers: Side, bits: int) -> bool:
    """Whether fills, duals and prices keep every condition; duals must be in range, which `duals_fit` says."""
    worth, first, seller = claim.worth.value, claim.worth.first, claim.worth.offer
    fills, price, u, p, draw = claim.fills, claim.price, bids.dual, offers.dual, offers.draw
    sold, near = np.zeros(len(p), np.int64), np.empty(len(fills) + 1, np.int32)
    traded = 0
    for bid in range(len(u)):
        own, of_bid, bought, count = u[bid] - (1 << bits), bids.draw[bid], np.int64(0), np.uint64(0)
        # no branches: a processor would guess most of them wrong; no signed places: each would be tested for its sign
        for arc in range(np.uint64(first[bid]), np.uint64(first[bid + 1])):
            near[count] = arc
            count += np.uint64(own + p[np.uint64(seller[arc])] < worth[arc] << bits)
        for place in range(count):
            pair = np.uint64(near[place])
            offer, wh = np.uint64(seller[pair]), fills[pair]
            beyond = u[bid] + p[offer] - (worth[pair] << bits) - _drawn(of_bid + draw[offer], bits)
            right = min(offers.limit[offer] + (p[offer] >> bits), bids.limit[bid] - claim.charge[pair])
            if not _pair_holds(wh, bids.wh[bid], worth[pair], beyond, price[pair], right):
                return False
            traded += wh != 0
            bought += wh
            sold[offer] += wh
        if not _order_holds(u[bid], bought, bids.wh[bid]):
            return False
    return bool(traded == _used_pairs(fills, price)) and _orders_hold(p, sold, offers.wh)


@compiled
def duals_fit(duals: Integers, most: Whole) -> bool:
    """Whether every dual lies in 0..most; without branches, so that it vectorises."""
    bad = False
    for order in range(len(duals)):
        bad |= (duals[order] < 0) | (duals[order] > most)
    return not bad


@compiled
def _used_pairs(fills: Integers, price: Integers) -> Whole:
    """How many pairs have a fill or a price."""
    count = 0
    for arc in range(len(fills)):
        count += (fills[arc] | price[arc]) != 0
    return count


@compiled
def _pair_holds(  # noqa: PLR0917  compiled functions have no keyword-only parameters
    wh: Whole, most: Whole, worth: Whole, beyond: Whole, price: Whole, right: Whole
) -> bool:
    """As `certificate.pair_breach`, with the price; `beyond` is how far the duals are above the pair's value."""
    if wh == 0:
        return bool(price == 0 and (worth < 0 or beyond >= 0))
    return bool(0 < wh <= most and worth >= 0 and beyond == 0 and price == right)


@compiled
def _orders_hold(duals: Integers, filled: Integers, wh: Integers) -> bool:
    for order in range(len(duals)):  # noqa: SIM110  numba compiles no generators inside all()
        if not _order_holds(duals[order], filled[order], wh[order]):
            return False
    return True


@compiled
def _order_holds(dual: Whole, filled: Whole, wh: Whole) -> bool:
    """As `certificate.order_breach`."""
    return bool(dual >= 0 and filled <= wh and (dual == 0 or filled == wh))


@compiled
def _drawn(draw: np.uint64, bits: int) -> Whole:
    drawn = np.int64(mix_word(draw) >> np.uint64(64 - bits))
    return drawn if drawn > 0 else np.int64(1)

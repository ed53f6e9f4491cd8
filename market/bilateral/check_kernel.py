"""The conditions of `certificate` in one pass over all pairs: yes or no.

A pair's pseudo-random number is at least 1 and below 2^bits, so most pairs are decided without drawing it, by four
numbers of their own and one dual.
"""

from typing import NamedTuple

import numpy as np

from aipchain.market.bilateral.rows import Integers, Rows, Whole
from aipchain.market.compiled import compiled
from aipchain.market.words import Words, mix_word

__all__ = ["Claim", "Side", "holds"]


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
    """Whether fills, duals and prices keep every condition; duals must not be negative."""
    worth, first, seller = claim.worth.value, claim.worth.first, claim.worth.offer
    fills, price, u, p, draw = claim.fills, claim.price, bids.dual, offers.dual, offers.draw
    sold, near = np.zeros(len(p), np.int64), np.empty(len(fills), np.int32)
    for bid in range(len(u)):
        own, of_bid, bought, count = u[bid], bids.draw[bid], np.int64(0), 0
        # no branches here: a processor would guess most of them wrong
        for arc in range(first[bid], first[bid + 1]):
            beyond = own + p[seller[arc]] - (worth[arc] << bits)
            near[count] = arc
            count += (beyond < 1 << bits) | ((fills[arc] | price[arc]) != 0)
        for place in range(count):
            arc = near[place]
            offer, wh = seller[arc], fills[arc]
            beyond = own + p[offer] - (worth[arc] << bits) - _drawn(of_bid + draw[offer], bits)
            right = min(offers.limit[offer] + (p[offer] >> bits), bids.limit[bid] - claim.charge[arc])
            if not _pair_holds(wh, bids.wh[bid], worth[arc], beyond, price[arc], right):
                return False
            bought += wh
            sold[offer] += wh
        if not _order_holds(own, bought, bids.wh[bid]):
            return False
    for offer in range(len(p)):  # noqa: SIM110  numba compiles no generators inside all()
        if not _order_holds(p[offer], sold[offer], offers.wh[offer]):
            return False
    return True


@compiled
def _pair_holds(  # noqa: PLR0917  compiled functions have no keyword-only parameters
    wh: Whole, most: Whole, worth: Whole, beyond: Whole, price: Whole, right: Whole
) -> bool:
    """As `certificate.pair_breach`, with the price; `beyond` is how far the duals are above the pair's value."""
    if wh == 0:
        return bool(price == 0 and (worth < 0 or beyond >= 0))
    return bool(0 < wh <= most and worth >= 0 and beyond == 0 and price == right)


@compiled
def _order_holds(dual: Whole, filled: Whole, wh: Whole) -> bool:
    """As `certificate.order_breach`."""
    return bool(dual >= 0 and filled <= wh and (dual == 0 or filled == wh))


@compiled
def _drawn(draw: np.uint64, bits: int) -> Whole:
    drawn = np.int64(mix_word(draw) >> np.uint64(64 - bits))
    return drawn if drawn > 0 else np.int64(1)

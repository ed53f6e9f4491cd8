"""The conditions of `certificate` in one pass over all pairs: yes or no.

A pair's pseudo-random number is at least 1 and below 2^bits, so most pairs are decided without drawing it.
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
    """Whether fills, duals and prices keep every condition."""
    worth, first, seller = claim.worth.value, claim.worth.first, claim.worth.offer
    fills, price, u, p, draw = claim.fills, claim.price, bids.dual, offers.dual, offers.draw
    sold = np.zeros(len(p), np.int64)
    for bid in range(len(u)):
        own, of_bid, bought = u[bid], bids.draw[bid], np.int64(0)
        for arc in range(first[bid], first[bid + 1]):
            offer, wh = seller[arc], fills[arc]
            beyond = own + p[offer] - (worth[arc] << bits)
            if wh == 0:
                is_enough = worth[arc] < 0 or beyond >= 1 << bits or beyond >= _drawn(of_bid + draw[offer], bits)
                if price[arc] != 0 or not is_enough:
                    return False
                continue
            if wh < 0 or wh > bids.wh[bid] or worth[arc] < 0 or beyond != _drawn(of_bid + draw[offer], bits):
                return False
            if price[arc] != min(offers.limit[offer] + (p[offer] >> bits), bids.limit[bid] - claim.charge[arc]):
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
def _order_holds(dual: Whole, filled: Whole, wh: Whole) -> bool:
    """As `certificate.order_breach`."""
    return bool(dual >= 0 and filled <= wh and (dual == 0 or filled == wh))


@compiled
def _drawn(draw: np.uint64, bits: int) -> Whole:
    drawn = np.int64(mix_word(draw) >> np.uint64(64 - bits))
    return drawn if drawn > 0 else np.int64(1)

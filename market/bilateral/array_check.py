"""The check of a bilateral certificate over arrays: `certificate.verify`, for large books.

With numba one pass says yes or no; where no, or without numba, the conditions are looked at one after the other, and
the first breach is the one that the plain form finds.
"""

from typing import Final

import numpy as np

from aipchain.market.bilateral.array_book import (
    MOST_VALUE,
    MOST_WH,
    ArrayBook,
    OrderColumns,
    bids_of,
    energy_by_order,
)
from aipchain.market.bilateral.array_solve import draws, perturbed, values_fit
from aipchain.market.bilateral.arrays import ArrayCertificate, ArrayClearing, prices_of
from aipchain.market.bilateral.certificate import Fault, ForeignNumbers, OrderChallenge, PairChallenge, foreign_numbers
from aipchain.market.bilateral.check_kernel import Claim, Side, duals_fit, holds
from aipchain.market.bilateral.rows import Integers, Rows
from aipchain.market.bilateral.tie_break import TieBreak
from aipchain.market.book import OrderNumber
from aipchain.market.breach import Breach
from aipchain.market.compiled import HAS_NUMBA
from aipchain.market.words import are_int64s

__all__ = ["verify_arrays"]

_MOST_DUAL: Final = 2 * MOST_VALUE - 1
"""What leaves room for sums in 64 bits."""


def verify_arrays(book: ArrayBook, clearing: ArrayClearing, certificate: ArrayCertificate, seed: int) -> Breach | None:
    """The first breach, or None if the fills are an optimum of the book at the certificate's prices.

    Numbers are taken by place, so an order cannot be dropped: a certificate of other lengths is malformed. Numbers that
    no clearing in 64 bits was made unique by are too long.
    """
    if not _are_told(book, clearing, certificate):
        return Breach(Fault.MALFORMED)
    u, p, fills = certificate.u, certificate.p, clearing.fills
    if numbers := foreign_numbers(certificate.tie_break, seed):
        return Breach(numbers)
    if not values_fit(book, certificate.tie_break):
        return Breach(ForeignNumbers.TOO_LONG)
    if HAS_NUMBA and duals_fit(u, _MOST_DUAL) and duals_fit(p, _MOST_DUAL) and _holds(book, clearing, certificate):
        return None
    return (
        _wrong_dual(book.bids, u)
        or _wrong_dual(book.offers, p)
        or _wrong_sum(book, fills)
        or _wrong_order(book, fills, u, p)
        or _wrong_pair(book, fills, certificate)
        or _wrong_price(book, clearing, certificate)
    )


def _are_told(book: ArrayBook, clearing: object, certificate: object) -> bool:
    """Whether clearing and certificate are of their types, in columns of int64 as long as those of the book."""
    if not isinstance(clearing, ArrayClearing) or not isinstance(certificate, ArrayCertificate):
        return False
    given = (certificate.u, certificate.p, clearing.fills, clearing.price)
    needed = (book.bids.wh, book.offers.wh, book.charge, book.charge)
    return (
        isinstance(certificate.tie_break, TieBreak)
        and are_int64s(*given)
        and all(len(each) == len(other) for each, other in zip(given, needed, strict=True))
    )


def _holds(book: ArrayBook, clearing: ArrayClearing, certificate: ArrayCertificate) -> bool:
    """Yes or no in one pass; where no, the steps after it say why."""
    of_bids, of_offers = draws(book, certificate.tie_break)
    bids = Side(book.bids.wh, book.bids.limit, certificate.u, of_bids)
    offers = Side(book.offers.wh, book.offers.limit, certificate.p, of_offers)
    claim = Claim(book.worth, book.charge, clearing.fills, clearing.price)
    return bool(holds(claim, bids, offers, certificate.tie_break.bits))


def _wrong_dual(side: OrderColumns, duals: Integers) -> Breach | None:
    wrong = np.flatnonzero((duals < 0) | (duals > _MOST_DUAL))
    return _of_order(Fault.DUAL_NEGATIVE, side, int(wrong[0])) if len(wrong) else None


def _wrong_sum(book: ArrayBook, fills: Integers) -> Breach | None:
    """A fill that is more than any order has, either way, so that sums of such could run over."""
    wrong = np.flatnonzero((fills > MOST_WH) | (fills < -MOST_WH))
    if not len(wrong):
        return None
    at = int(wrong[0])
    if fills[at] < 0:
        return _of_pair(Fault.ZERO_ENERGY, book, at)
    return _of_order(Fault.OVERFILLED, book.bids, int(bids_of(book.worth, wrong[:1])[0]))


def _wrong_order(book: ArrayBook, fills: Integers, u: Integers, p: Integers) -> Breach | None:
    bought, sold = energy_by_order(book, fills)
    for filled, side, duals in ((bought, book.bids, u), (sold, book.offers, p)):
        for fault, wrong in (
            (Fault.OVERFILLED, filled > side.wh),
            (Fault.BETTER_FILL_EXISTS, (duals > 0) & (filled < side.wh)),
        ):
            if wrong.any():
                return _of_order(fault, side, int(wrong.argmax()))
    return None


def _wrong_pair(book: ArrayBook, fills: Integers, certificate: ArrayCertificate) -> Breach | None:
    values = perturbed(book, certificate.tie_break)
    at = _first_wrong_pair(book.worth._replace(value=values), fills, certificate.u, certificate.p)
    if at < 0:
        return None
    if values[at] < 0:
        return _of_pair(Fault.UNKNOWN_PAIR, book, at)
    if fills[at] < 0:
        return _of_pair(Fault.ZERO_ENERGY, book, at)
    reached = certificate.u[bids_of(book.worth, np.array([at]))[0]] + certificate.p[book.worth.offer[at]]
    is_short = reached < values[at]
    return _of_pair(Fault.BETTER_PAIR_EXISTS if is_short else Fault.PAIR_NOT_WORTH_IT, book, at)


def _wrong_price(book: ArrayBook, clearing: ArrayClearing, certificate: ArrayCertificate) -> Breach | None:
    right = prices_of(book, clearing.fills, certificate.p >> certificate.tie_break.bits)
    wrong = np.flatnonzero(right != clearing.price)
    return _of_pair(Fault.WRONG_PRICE, book, int(wrong[0])) if len(wrong) else None


def _of_order(fault: Fault, side: OrderColumns, at: int) -> Breach:
    return Breach(fault, OrderChallenge(OrderNumber(int(side.number[at]))))


def _of_pair(fault: Fault, book: ArrayBook, at: int) -> Breach:
    bid = int(book.bids.number[bids_of(book.worth, np.array([at]))[0]])
    return Breach(fault, PairChallenge(OrderNumber(bid), OrderNumber(int(book.offers.number[book.worth.offer[at]]))))


def _first_wrong_pair(rows: Rows, fills: Integers, u: Integers, p: Integers) -> int:
    """Index of the first pair whose duals are wrong, or that trades and may not; -1 if none is."""
    over = np.repeat(u, np.diff(rows.first)) + p[rows.offer] - rows.value
    wrong = np.where(rows.value < 0, fills != 0, (over < 0) | (fills < 0) | ((fills > 0) & (over > 0)))
    found = np.flatnonzero(wrong)
    return int(found[0]) if len(found) else -1

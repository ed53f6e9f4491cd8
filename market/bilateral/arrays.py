"""Bilateral clearing in columns of numpy: for large books, and the same trades, prices and duals as the plain form.

Everything is int64. A book whose numbers could leave it is refused (`OutsideArrayRange`); `clear_objects` then takes
the plain form by itself.
"""

from dataclasses import dataclass

import numpy as np

from aipchain.market.bilateral.array_book import (
    MOST_VALUE,
    ArrayBook,
    OrderColumns,
    PairColumns,
    array_book,
    array_book_of,
)
from aipchain.market.bilateral.array_solve import check_values, dense, draws, perturbed, plain, solve, sparse
from aipchain.market.bilateral.certificate import BilateralCertificate, Fault, OrderChallenge, PairChallenge
from aipchain.market.bilateral.check_kernel import Claim, Side, holds
from aipchain.market.bilateral.clearing import BilateralClearing, clear_bilateral
from aipchain.market.bilateral.dual_kernel import forest, room, transposed_rows
from aipchain.market.bilateral.pairs import BilateralBook
from aipchain.market.bilateral.price_range import is_acyclic
from aipchain.market.bilateral.result import BilateralTrade
from aipchain.market.bilateral.rows import Integers, Rows
from aipchain.market.bilateral.tie_break import TieBreak
from aipchain.market.book import OrderNumber, Trade
from aipchain.market.breach import Breach
from aipchain.market.compiled import HAS_NUMBA
from aipchain.market.errors import OutsideArrayRange
from aipchain.market.rounding import PERMILLE, refuse_k
from aipchain.units import Price, Wh

__all__ = [
    "ArrayBook",
    "ArrayCertificate",
    "ArrayClearing",
    "OrderColumns",
    "PairColumns",
    "array_book",
    "array_book_of",
    "clear_arrays",
    "clear_objects",
    "dense",
    "object_certificate",
    "perturbed",
    "plain",
    "solve",
    "sparse",
    "verify_arrays",
]


@dataclass(frozen=True)
class ArrayCertificate:
    """Duals of bids and offers by index [base units per Wh, scaled by 2^bits], and what made the optimum unique."""

    tie_break: TieBreak
    u: Integers
    p: Integers


@dataclass(frozen=True)
class ArrayClearing:
    """Per pair `fills` [Wh] and `price` [base units per Wh, 0 where nothing trades], and the proof."""

    fills: Integers
    price: Integers
    certificate: ArrayCertificate


def clear_arrays(book: ArrayBook, seed: int, k_permille: int = 500) -> ArrayClearing:
    """The optimum of `book` with its prices, as `clearing.clear_bilateral`.

    :raises ValueError: seed or k is out of range.
    :raises OutsideArrayRange: a scaled value does not fit.
    """
    refuse_k(k_permille)
    tie_break = TieBreak(seed)
    while True:
        values = perturbed(book, tie_break)
        solved = _Solved(book, book.worth._replace(value=values), *solve(book, values))
        if _is_unique(solved):
            break
        tie_break = TieBreak(seed, tie_break.attempt + 1)
    u, p = _blended(solved, k_permille)
    prices = _prices(book, solved.fills, p >> tie_break.bits)
    return ArrayClearing(solved.fills, prices, ArrayCertificate(tie_break, u, p))


def clear_objects(book: BilateralBook, seed: int, k_permille: int = 500) -> BilateralClearing:
    """As `clearing.clear_bilateral`, through arrays where the numbers fit them, and then much faster.

    :raises ValueError: seed or k is out of range.
    """
    try:
        columns = array_book_of(book)
        clearing = clear_arrays(columns, seed, k_permille)
    except OutsideArrayRange:
        return clear_bilateral(book, seed, k_permille)
    return BilateralClearing(_trades(columns, clearing), object_certificate(columns, clearing.certificate))


def object_certificate(book: ArrayBook, certificate: ArrayCertificate) -> BilateralCertificate:
    """The certificate by order number."""
    u, p = (
        {OrderNumber(number): dual for number, dual in zip(side.number.tolist(), duals.tolist(), strict=True)}
        for side, duals in ((book.bids, certificate.u), (book.offers, certificate.p))
    )
    return BilateralCertificate(certificate.tie_break, u, p)


def verify_arrays(book: ArrayBook, clearing: ArrayClearing, certificate: ArrayCertificate) -> Breach | None:
    """The first breach, or None if the fills are an optimum of the book at the certificate's prices.

    Numbers are taken by place, so an order cannot be dropped: a certificate of other lengths is refused.

    :raises ValueError: fills, prices or duals are for another number of pairs or orders.
    """
    u, p, fills = certificate.u, certificate.p, clearing.fills
    sizes = ((u, book.bids.wh), (p, book.offers.wh), (fills, book.charge), (clearing.price, book.charge))
    if any(len(given) != len(needed) for given, needed in sizes):
        raise ValueError("fills, prices and duals must have one number for each pair and order of the book")
    wrong = _wrong_dual(book.bids, u) or _wrong_dual(book.offers, p)
    if wrong is None and HAS_NUMBA and _holds(book, clearing, certificate):
        return None
    return (
        wrong
        or _wrong_order(book, fills, u, p)
        or _wrong_pair(book, fills, certificate)
        or _wrong_price(book, clearing, certificate)
    )


@dataclass(frozen=True)
class _Solved:
    """A book with its values in rows, and an optimum of it."""

    book: ArrayBook
    rows: Rows
    fills: Integers
    u: Integers
    p: Integers

    @property
    def is_full(self) -> tuple[Integers, Integers]:
        """1 for each bid, and each offer, that is served in full, else 0."""
        bought, sold = _filled(self.book, self.fills)
        return (bought == self.book.bids.wh).astype(np.int64), (sold == self.book.offers.wh).astype(np.int64)


def _holds(book: ArrayBook, clearing: ArrayClearing, certificate: ArrayCertificate) -> bool:
    """Yes or no in one pass; where no, the steps after it say why."""
    check_values(book, certificate.tie_break)
    of_bids, of_offers = draws(book, certificate.tie_break)
    bids = Side(book.bids.wh, book.bids.limit, certificate.u, of_bids)
    offers = Side(book.offers.wh, book.offers.limit, certificate.p, of_offers)
    claim = Claim(book.worth, book.charge, clearing.fills, clearing.price)
    return bool(holds(claim, bids, offers, certificate.tie_break.bits))


def _is_unique(solved: _Solved) -> bool:
    """As `price_range.is_unique`."""
    rows, fills, u, p = solved.rows, solved.fills, solved.u, solved.p
    is_full = np.concatenate(solved.is_full)
    is_forest, tree = forest(rows, fills, 1 - is_full)
    if not is_forest:
        return False
    bids, outside = len(u), len(u) + len(p)
    free = np.flatnonzero(
        (fills == 0) & (rows.value >= 0) & (np.repeat(u, np.diff(rows.first)) + p[rows.offer] == rows.value)
    )
    still = np.flatnonzero((is_full == 1) & (np.concatenate([u, p]) == 0))
    steps = list(zip(tree[_row(rows, free)].tolist(), tree[bids + rows.offer[free]].tolist(), strict=True))
    steps += [(tree[node], tree[outside]) if node < bids else (tree[outside], tree[node]) for node in still.tolist()]
    return is_acyclic(set(steps))


def _blended(solved: _Solved, k_permille: int) -> tuple[Integers, Integers]:
    """As `price_range.blend` of `price_range.price_range`."""
    rows, fills, u, p = solved.rows, solved.fills, solved.u, solved.p
    back, index = transposed_rows(rows, len(p))
    is_full = solved.is_full
    rise, fall = room(rows, back._replace(value=fills[index]), is_full[0], u, p)
    p_rise, u_fall = room(back._replace(value=rows.value[index]), rows._replace(value=fills), is_full[1], p, u)
    return u + rise - _share(rise + u_fall, k_permille), p - fall + _share(fall + p_rise, k_permille)


def _share(amount: Integers, k_permille: int) -> Integers:
    """floor(amount k / 1000) without leaving int64."""
    return amount // PERMILLE * k_permille + amount % PERMILLE * k_permille // PERMILLE


def _prices(book: ArrayBook, fills: Integers, advantage: Integers) -> Integers:
    price = np.zeros(len(fills), np.int64)
    traded = np.flatnonzero(fills)
    row = _row(book.worth, traded)
    seller = book.worth.offer[traded]
    most = book.bids.limit[row] - book.charge[traded]
    price[traded] = np.minimum(book.offers.limit[seller] + advantage[seller], most)
    return price


def _trades(book: ArrayBook, clearing: ArrayClearing) -> tuple[BilateralTrade, ...]:
    traded = np.flatnonzero(clearing.fills)
    bids = book.bids.number[_row(book.worth, traded)].tolist()
    offers = book.offers.number[book.worth.offer[traded]].tolist()
    columns = (clearing.fills[traded].tolist(), clearing.price[traded].tolist(), book.charge[traded].tolist())
    return tuple(
        BilateralTrade(Trade(OrderNumber(bid), OrderNumber(offer), Wh(wh), Price(price)), Price(charge))
        for bid, offer, wh, price, charge in zip(bids, offers, *columns, strict=True)
    )


def _filled(book: ArrayBook, fills: Integers) -> tuple[Integers, Integers]:
    """Energy of each bid and each offer that trades [Wh]."""
    running = np.concatenate(([0], np.cumsum(fills)))
    bought = running[book.worth.first[1:]] - running[book.worth.first[:-1]]
    traded = np.flatnonzero(fills)
    sold = np.zeros(len(book.offers.wh), np.int64)
    np.add.at(sold, book.worth.offer[traded], fills[traded])
    return bought, sold


def _row(rows: Rows, pairs: Integers) -> Integers:
    """The bid of each of some pairs."""
    return np.searchsorted(rows.first, pairs, side="right") - 1


def _wrong_dual(side: OrderColumns, duals: Integers) -> Breach | None:
    wrong = np.flatnonzero((duals < 0) | (duals >= 2 * MOST_VALUE))
    return _of_order(Fault.DUAL_NEGATIVE, side, int(wrong[0])) if len(wrong) else None


def _wrong_order(book: ArrayBook, fills: Integers, u: Integers, p: Integers) -> Breach | None:
    bought, sold = _filled(book, fills)
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
    reached = certificate.u[_row(book.worth, np.array([at]))[0]] + certificate.p[book.worth.offer[at]]
    is_short = reached < values[at]
    return _of_pair(Fault.BETTER_PAIR_EXISTS if is_short else Fault.PAIR_NOT_WORTH_IT, book, at)


def _wrong_price(book: ArrayBook, clearing: ArrayClearing, certificate: ArrayCertificate) -> Breach | None:
    right = _prices(book, clearing.fills, certificate.p >> certificate.tie_break.bits)
    wrong = np.flatnonzero(right != clearing.price)
    return _of_pair(Fault.WRONG_PRICE, book, int(wrong[0])) if len(wrong) else None


def _of_order(fault: Fault, side: OrderColumns, at: int) -> Breach:
    return Breach(fault, OrderChallenge(OrderNumber(int(side.number[at]))))


def _of_pair(fault: Fault, book: ArrayBook, at: int) -> Breach:
    bid = int(book.bids.number[_row(book.worth, np.array([at]))[0]])
    return Breach(fault, PairChallenge(OrderNumber(bid), OrderNumber(int(book.offers.number[book.worth.offer[at]]))))


def _first_wrong_pair(rows: Rows, fills: Integers, u: Integers, p: Integers) -> int:
    """Index of the first pair whose duals are wrong, or that trades and may not; -1 if none is."""
    over = np.repeat(u, np.diff(rows.first)) + p[rows.offer] - rows.value
    wrong = np.where(rows.value < 0, fills != 0, (over < 0) | (fills < 0) | ((fills > 0) & (over > 0)))
    found = np.flatnonzero(wrong)
    return int(found[0]) if len(found) else -1

"""Bilateral clearing in columns of numpy: for large books, and the same trades, prices and duals as the plain form.

Everything is int64. A book whose numbers could leave it is refused (`OutsideArrayRange`); `clear_objects` then takes
the plain form by itself.
"""

from dataclasses import dataclass

import numpy as np

from aipchain.market.bilateral.array_book import (
    ArrayBook,
    OrderColumns,
    PairColumns,
    array_book,
    array_book_of,
    bids_of,
    energy_by_order,
)
from aipchain.market.bilateral.array_solve import dense, perturbed, plain, solve, sparse
from aipchain.market.bilateral.certificate import BilateralCertificate
from aipchain.market.bilateral.clearing import BilateralClearing, clear_bilateral
from aipchain.market.bilateral.dual_kernel import forest, room, transposed_rows
from aipchain.market.bilateral.pairs import BilateralBook
from aipchain.market.bilateral.price_range import is_acyclic
from aipchain.market.bilateral.result import BilateralTrade
from aipchain.market.bilateral.rows import Integers, Rows
from aipchain.market.bilateral.tie_break import TieBreak
from aipchain.market.book import OrderNumber, Trade
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
    "prices_of",
    "solve",
    "sparse",
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
    prices = prices_of(book, solved.fills, p >> tie_break.bits)
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
        bought, sold = energy_by_order(self.book, self.fills)
        return (bought == self.book.bids.wh).astype(np.int64), (sold == self.book.offers.wh).astype(np.int64)


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
    steps = list(zip(tree[bids_of(rows, free)].tolist(), tree[bids + rows.offer[free]].tolist(), strict=True))
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


def prices_of(book: ArrayBook, fills: Integers, advantage: Integers) -> Integers:
    """Prices of the pairs that trade, by each offer's advantage over its limit [base units per Wh]; 0 for others."""
    price = np.zeros(len(fills), np.int64)
    traded = np.flatnonzero(fills)
    row = bids_of(book.worth, traded)
    seller = book.worth.offer[traded]
    most = book.bids.limit[row] - book.charge[traded]
    price[traded] = np.minimum(book.offers.limit[seller] + advantage[seller], most)
    return price


def _trades(book: ArrayBook, clearing: ArrayClearing) -> tuple[BilateralTrade, ...]:
    traded = np.flatnonzero(clearing.fills)
    bids = book.bids.number[bids_of(book.worth, traded)].tolist()
    offers = book.offers.number[book.worth.offer[traded]].tolist()
    columns = (clearing.fills[traded].tolist(), clearing.price[traded].tolist(), book.charge[traded].tolist())
    return tuple(
        BilateralTrade(Trade(OrderNumber(bid), OrderNumber(offer), Wh(wh), Price(price)), Price(charge))
        for bid, offer, wh, price, charge in zip(bids, offers, *columns, strict=True)
    )

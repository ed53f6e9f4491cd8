"""The optimum over arrays, by the method that suits the book; both find the same fills.

The network simplex method is faster up to some ten thousand orders, and with many pairs per bid at any size; successive
shortest paths are faster for very many orders with few pairs each. Without numba the plain form does the solving.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from aipchain.market.bilateral import network_simplex
from aipchain.market.bilateral.array_book import MOST_VALUE, ArrayBook
from aipchain.market.bilateral.dense_kernel import solve_dense
from aipchain.market.bilateral.dual_kernel import pair_values
from aipchain.market.bilateral.rows import Integers, Rows
from aipchain.market.bilateral.sparse_kernel import solve_sparse
from aipchain.market.bilateral.tie_break import TieBreak
from aipchain.market.bilateral.transport import Transport
from aipchain.market.compiled import HAS_NUMBA
from aipchain.market.errors import OutsideArrayRange
from aipchain.market.splitmix import GAMMA
from aipchain.market.words import Words, mix_words

__all__ = [
    "DENSE_FROM",
    "MANY_ORDERS",
    "dense",
    "draws",
    "perturbed",
    "plain",
    "solve",
    "sparse",
    "values_fit",
]

MANY_ORDERS: Final = 50_000
"""Orders from which trees are so large that shortest paths win, if there are few pairs."""

DENSE_FROM: Final = 20
"""Pairs per bid from which the network simplex method wins in books of any size."""

Solution = tuple[Integers, Integers, Integers]


def perturbed(book: ArrayBook, tie_break: TieBreak) -> Integers:
    """Values of all pairs, made unique; -1 where a pair may not trade.

    :raises OutsideArrayRange: a value does not fit.
    """
    _check_values(book, tie_break)
    make = pair_values if HAS_NUMBA else _pair_values
    return make(book.worth, *draws(book, tie_break), tie_break.bits)


def _check_values(book: ArrayBook, tie_break: TieBreak) -> None:
    """Refuse a book whose scaled values do not fit.

    :raises OutsideArrayRange: a value does not fit.
    """
    if not values_fit(book, tie_break):
        most = int(book.worth.value.max(initial=0))
        raise OutsideArrayRange("the largest value of a pair", most, (MOST_VALUE >> tie_break.bits) - 1)


def values_fit(book: ArrayBook, tie_break: TieBreak) -> bool:
    """Whether the scaled values of a book fit 64 bits."""
    return int(book.worth.value.max(initial=0)) < MOST_VALUE >> tie_break.bits


def solve(book: ArrayBook, values: Integers) -> Solution:
    """Fills per pair [Wh] and optimal duals, by the method that suits the book."""
    if not HAS_NUMBA:
        return plain(book, values)
    orders = len(book.bids.wh) + len(book.offers.wh)
    is_sparse = orders >= MANY_ORDERS and len(values) < DENSE_FROM * len(book.bids.wh)
    fits = int(values.max(initial=0)) * orders < MOST_VALUE  # potentials are sums along paths of the tree
    return (dense if fits and not is_sparse else sparse)(book, values)


def sparse(book: ArrayBook, values: Integers) -> Solution:
    """Successive shortest paths, large bids first."""
    kept, rows = _kept(book, values)
    order = np.argsort(-book.bids.wh, kind="stable")
    return _solved(kept, solve_sparse(rows, book.bids.wh, book.offers.wh, order))


def dense(book: ArrayBook, values: Integers) -> Solution:
    """The network simplex method."""
    kept, rows = _kept(book, values)
    return _solved(kept, solve_dense(rows, book.bids.wh, book.offers.wh))


def plain(book: ArrayBook, values: Integers) -> Solution:
    """The network simplex method in plain Python."""
    row_of = np.repeat(np.arange(len(book.bids.wh)), np.diff(book.worth.first)).tolist()
    rows: list[dict[int, int]] = [{} for _ in book.bids.wh]
    for row, column, value in zip(row_of, book.worth.offer.tolist(), values.tolist(), strict=True):
        if value >= 0:
            rows[row][column] = value
    problem = Transport(tuple(book.bids.wh.tolist()), tuple(book.offers.wh.tolist()), tuple(rows))
    optimum = network_simplex.solve(problem)
    found = [optimum.fills[row].get(column, 0) for row, column in zip(row_of, book.worth.offer.tolist(), strict=True)]
    return np.array(found, np.int64), np.array(optimum.u, np.int64), np.array(optimum.p, np.int64)


def _kept(book: ArrayBook, values: Integers) -> tuple[NDArray[np.bool_], Rows]:
    """The pairs that may trade."""
    kept = values >= 0
    if kept.all():
        return kept, Rows(book.worth.first, book.worth.offer, values)
    first = np.concatenate(([0], np.cumsum(kept)))[book.worth.first]
    return kept, Rows(first, book.worth.offer[kept], values[kept])


def _solved(kept: NDArray[np.bool_], solution: Solution) -> Solution:
    fills = np.zeros(len(kept), np.int64)
    fills[kept] = solution[0]
    return fills, solution[1], solution[2]


def draws(book: ArrayBook, tie_break: TieBreak) -> tuple[Words, Words]:
    """What each bid and each offer adds to the pseudo-random numbers of its pairs."""
    return mix_words(np.uint64(tie_break.key) ^ book.bids.number), book.offers.number * np.uint64(GAMMA)


def _pair_values(worth: Rows, of_bids: Words, of_offers: Words, bits: int) -> Integers:
    """As `pair_values`, without numba."""
    drawn = mix_words(np.repeat(of_bids, np.diff(worth.first)) + of_offers[worth.offer]) >> np.uint64(64 - bits)
    return np.where(worth.value >= 0, (worth.value << bits) + np.maximum(1, drawn.astype(np.int64)), -1)

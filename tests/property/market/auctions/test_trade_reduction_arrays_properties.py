"""Trade reduction over columns gives the bytes of the plain form, with numba's loops and with numpy alone."""

import random
from collections.abc import Callable

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tests.property.market.auctions.books import books, seeds, wide_books

from aipchain.market.auctions.array_book import plain_trades
from aipchain.market.auctions.array_orders import arrays_of
from aipchain.market.auctions.columns import columns_of
from aipchain.market.auctions.trade_reduction import Reduction, reduce_one_price, reduce_two_prices
from aipchain.market.auctions.trade_reduction_arrays import (
    ArrayReduction,
    reduce_one_price_arrays,
    reduce_two_prices_arrays,
)
from aipchain.market.book import BookOrder

FORMS = pytest.mark.parametrize(
    ("plain", "over_arrays"),
    [(reduce_one_price, reduce_one_price_arrays), (reduce_two_prices, reduce_two_prices_arrays)],
)
COMPILED = pytest.mark.parametrize("compiled", [False, True])
Plain = Callable[..., Reduction]
OverArrays = Callable[..., ArrayReduction]


def as_plain(reduction: ArrayReduction) -> Reduction:
    """The same with plain numbers."""
    return Reduction(reduction.buy_price, reduction.sell_price, plain_trades(reduction.trades))


def in_lists(reduction: Reduction) -> Reduction:
    """The same with lists for columns."""
    trades = reduction.trades
    columns = (list(each) for each in (trades.bid_rows, trades.offer_rows, trades.wh, trades.prices))
    return Reduction(reduction.buy_price, reduction.sell_price, type(trades)(*columns))


@FORMS
@COMPILED
@given(books(small=True, most=24) | wide_books(), seeds)
@example([], 0)
def test_arrays_give_the_plain_forms_bytes(
    plain: Plain, over_arrays: OverArrays, compiled: bool, orders: list[BookOrder], seed: int
) -> None:
    """Prices, surplus, and trades in the same sequence: with ties, owners on both sides, products beyond 64 bits."""
    expected = plain(columns_of(orders), seed=seed)
    found = over_arrays(arrays_of(orders), seed=seed, compiled=compiled)

    assert repr(as_plain(found)) == repr(in_lists(expected))
    assert found.surplus == expected.surplus


@FORMS
@given(books(small=True, most=24), seeds, st.randoms(use_true_random=False))
def test_permuted_books_give_equal_bytes(
    plain: Plain, over_arrays: OverArrays, orders: list[BookOrder], seed: int, rng: random.Random
) -> None:
    """Any arrangement of the book gives the bytes of the plain form."""
    other = rng.sample(orders, len(orders))

    assert as_plain(over_arrays(arrays_of(other), seed=seed)) == in_lists(plain(columns_of(orders), seed=seed))

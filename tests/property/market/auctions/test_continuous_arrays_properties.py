"""The continuous double auction over columns gives the plain form's trades, in the sequence in which they happen."""

import random

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tests.property.market.auctions.books import books, wide_books

from aipchain.market.auctions.array_book import ArrayTrades, array_book, plain_book
from aipchain.market.auctions.array_orders import arrays_of
from aipchain.market.auctions.columns import columns_of
from aipchain.market.auctions.continuous import execute_in_turn, trade_in_turn
from aipchain.market.auctions.continuous_arrays import execute_arrays
from aipchain.market.book import BookOrder

COMPILED = pytest.mark.parametrize("compiled", [False, True])


def rows(trades: ArrayTrades) -> list[tuple[int, ...]]:
    """Trades as plain rows."""
    columns = (trades.bid_rows, trades.offer_rows, trades.wh, trades.prices)
    return list(zip(*(column.tolist() for column in columns), strict=True))


@COMPILED
@given(books(small=True, owners="abc", most=24) | wide_books(), st.data())
@example([], None)
def test_arrays_give_the_plain_forms_bytes(compiled: bool, orders: list[BookOrder], data: st.DataObject | None) -> None:
    """With ties, owners on both sides, least fills on some orders, and numbers at the edge of 64 bits."""
    book = columns_of(orders)
    is_asked = data is not None and data.draw(st.booleans())
    least = tuple([_least(data, wh) for wh in side.wh] for side in (book.bids, book.offers)) if is_asked else None
    expected = list(trade_in_turn(book, least))  # type: ignore[arg-type]

    assert repr(rows(execute_arrays(arrays_of(orders), least, compiled=compiled))) == repr(expected)  # type: ignore[arg-type]


def _least(data: st.DataObject | None, wh: int) -> int:
    assert data is not None
    return data.draw(st.just(0) | st.just(wh) | st.integers(0, wh))


@given(books(small=True, most=24), st.randoms(use_true_random=False))
def test_permuted_books_give_equal_bytes(orders: list[BookOrder], rng: random.Random) -> None:
    """Any arrangement gives the trades of the object form: time is the number, not the place."""
    book = arrays_of(rng.sample(orders, len(orders)))
    found = [
        (int(book.bids.numbers[bid]), int(book.offers.numbers[offer]), wh, price)
        for bid, offer, wh, price in rows(execute_arrays(book))
    ]

    assert found == [(each.bid, each.offer, each.wh, each.price) for each in execute_in_turn(orders)]


@COMPILED
@given(st.lists(st.tuples(st.integers(0, 2), st.booleans(), st.integers(1, 9), st.integers(-3, 3)), max_size=16))
def test_negative_and_lowest_limits_keep_their_rank(compiled: bool, terms: list[tuple[int, bool, int, int]]) -> None:
    """Limits around -2^63, where a sign cannot be turned, are ranked as in the plain form."""
    owners, wh, steps = ([each[column] for each in terms] for column in (0, 2, 3))
    sides = [is_offer for _, is_offer, _, _ in terms]
    for lowest in (0, -(2**63) + 3):
        limits = [lowest + step for step in steps]
        book = array_book(range(len(terms)), owners, sides, wh, limits, lowest_price=-(2**63))

        assert rows(execute_arrays(book, compiled=compiled)) == list(trade_in_turn(plain_book(book)))

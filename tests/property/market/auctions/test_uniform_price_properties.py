"""The uniform price against independent optima, and its three forms against each other."""

import random
from dataclasses import replace

import highspy
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.property.market.auctions.books import best_welfare, books, one_order_each, seeds, welfare

from aipchain.market.auctions.array_book import ArrayTrades, plain_book
from aipchain.market.auctions.array_check import verify_array_fills, verify_arrays
from aipchain.market.auctions.array_orders import arrays_of
from aipchain.market.auctions.arrays import clear_arrays, clear_orders, pay_as_bid_arrays
from aipchain.market.auctions.certificate import Fault, certificate_of, verify, verify_clearing, verify_fills
from aipchain.market.auctions.columns import TradeColumns, columns_of
from aipchain.market.auctions.pay_as_bid import clear_pay_as_bid, pay_as_bid_columns
from aipchain.market.auctions.uniform_price import clear_columns, clear_uniform_price
from aipchain.market.book import BookOrder, Side
from aipchain.market.envelope import first_breach_in_book
from aipchain.market.errors import OutsideArrayRange


@given(books(), seeds)
def test_welfare_is_the_optimum_and_the_price_an_equilibrium(orders: list[BookOrder], seed: int) -> None:
    """Fills are worth the dual optimum; both ends of the interval are proven, and one step outside neither is."""
    book = columns_of(orders)
    clearing = clear_columns(book, 500, seed=seed)
    worth = sum(limit * fill for limit, fill in zip(book.bids.limits, clearing.bid_fills, strict=True))
    worth -= sum(limit * fill for limit, fill in zip(book.offers.limits, clearing.offer_fills, strict=True))

    assert worth == best_welfare(orders)
    for price in (clearing.low, clearing.price, clearing.high):
        assert verify_fills(book, replace(certificate_of(clearing), price=price)) is None
    if book.bids.numbers and book.offers.numbers:
        for price in (clearing.low - 1, clearing.high + 1):
            assert verify_fills(book, replace(certificate_of(clearing), price=price)) is not None


@given(books(small=True), seeds)
def test_without_self_supply_the_trades_have_all_the_welfare(orders: list[BookOrder], seed: int) -> None:
    """With one order per owner nothing is left untraded: the trades themselves are the optimum, in both auctions."""
    book = one_order_each(orders)
    clearing = clear_uniform_price(book, seed=seed)

    assert welfare(book, clearing.trades if clearing else ()) == best_welfare(book)
    assert welfare(book, clear_pay_as_bid(book, seed=seed)) == best_welfare(book)


@settings(max_examples=60)
@given(books(small=True, most=30), seeds)
def test_welfare_is_what_highs_finds(orders: list[BookOrder], seed: int) -> None:
    """The linear program of the book, solved by HiGHS, has the kernel's objective."""
    book = one_order_each(orders)
    clearing = clear_uniform_price(book, seed=seed)
    if not book:
        return
    signs = np.array([1 if order.side is Side.BID else -1 for order in book], dtype=np.float64)
    solver = highspy.Highs()  # type: ignore[no-untyped-call]
    solver.silent()
    solver.addVars(len(book), np.zeros(len(book)), np.array([order.wh for order in book], dtype=np.float64))
    for column, order in enumerate(book):
        solver.changeColCost(column, signs[column] * order.limit_price)
    solver.addRow(0.0, 0.0, len(book), np.arange(len(book), dtype=np.int32), signs)
    solver.changeObjectiveSense(highspy.ObjSense.kMaximize)
    solver.run()

    assert round(solver.getInfo().objective_function_value) == welfare(book, clearing.trades if clearing else ())


@given(books(), seeds, st.integers(0, 1_000), st.randoms(use_true_random=False))
def test_permuted_books_give_equal_bytes(orders: list[BookOrder], seed: int, k: int, rng: random.Random) -> None:
    """Any arrangement gives the same trades, in all forms."""
    other = rng.sample(orders, len(orders))

    assert repr(clear_uniform_price(other, k, seed=seed)) == repr(clear_uniform_price(orders, k, seed=seed))
    assert clear_pay_as_bid(other, seed=seed) == clear_pay_as_bid(orders, seed=seed)
    assert clear_orders(other, k, seed=seed) == clear_orders(orders, k, seed=seed)


@given(books(), seeds, st.integers(0, 1_000), st.booleans())
def test_arrays_give_the_plain_forms_bytes(orders: list[BookOrder], seed: int, k: int, compiled: bool) -> None:
    """Prices, fills and trades in the same sequence, with and without compiled loops."""
    plain = clear_columns(columns_of(orders), k, seed=seed)
    rows = clear_uniform_price(orders, k, seed=seed)
    expected = tuple((t.bid, t.offer, t.wh, t.price) for t in rows.trades) if rows else ()
    assert clear_orders(orders, k, seed=seed, compiled=compiled) == expected
    try:
        arrays = arrays_of(orders)
    except OutsideArrayRange:
        return
    clearing = clear_arrays(arrays, k, seed=seed, compiled=compiled)

    assert plain_book(arrays).bids.numbers == list(columns_of(orders).bids.numbers)
    assert (clearing.low, clearing.high, clearing.price) == (plain.low, plain.high, plain.price)
    assert (clearing.bid_fills.tolist(), clearing.offer_fills.tolist()) == (plain.bid_fills, plain.offer_fills)
    assert _columns(clearing.trades) == plain.trades
    bids = pay_as_bid_columns(columns_of(orders), seed=seed)
    assert _columns(pay_as_bid_arrays(arrays, seed=seed, compiled=compiled)) == bids
    assert verify_arrays(arrays, clearing, compiled=compiled) is None


def _columns(trades: ArrayTrades) -> TradeColumns:
    columns = (trades.bid_rows, trades.offer_rows, trades.wh, trades.prices)
    return TradeColumns(*(column.tolist() for column in columns))


@given(books(), seeds, st.data())
def test_a_spoilt_clearing_is_never_certified(orders: list[BookOrder], seed: int, data: st.DataObject) -> None:
    """Any one fill or trade changed by any amount breaks the proof."""
    book = columns_of(orders)
    clearing = clear_columns(book, seed=seed)
    assert verify(book, clearing.trades, certificate_of(clearing)) is None
    fills = [*clearing.bid_fills, *clearing.offer_fills]
    if not fills:
        return
    place, by = data.draw(st.integers(0, len(fills) - 1)), data.draw(st.sampled_from([-(2**64), -3, -1, 1, 2, 2**64]))
    fills[place] += by
    count = len(clearing.bid_fills)
    spoilt = replace(certificate_of(clearing), bid_fills=fills[:count], offer_fills=fills[count:])

    assert verify(book, clearing.trades, spoilt) is not None


@given(books(small=True), seeds, st.data())
def test_a_dropped_order_is_found(orders: list[BookOrder], seed: int, data: st.DataObject) -> None:
    """A clearing of a book with one order missing is proven for the whole book only if it is right for it, too.

    An order that would not have been served may still have set an end of the price interval, and one at the price may
    have had its turn.
    """
    if not orders:
        return
    dropped = data.draw(st.sampled_from(orders))
    clearing = clear_uniform_price([order for order in orders if order != dropped], seed=seed)
    if clearing is None:
        return
    worth = sum(
        (order.limit_price if order.side is Side.BID else -order.limit_price) * clearing.fills.get(order.number, 0)
        for order in orders
    )

    found = verify_clearing(orders, clearing, 500, seed=seed)
    if found is None or found.fault in {Fault.OTHER_INTERVAL, Fault.TIE_LEFT_OPEN, Fault.TIE_NOT_BY_LOT}:
        assert worth == best_welfare(orders)
    else:
        sign = 1 if dropped.side is Side.BID else -1
        assert sign * (dropped.limit_price - clearing.price) > 0


@given(books(small=True), seeds, st.integers(0, 1_000), st.data())
def test_setting_and_seed_leave_one_clearing(orders: list[BookOrder], seed: int, k: int, data: st.DataObject) -> None:
    """The kernel's fills, interval and price are taken; of another k or seed only where they come to the same."""
    clearing = clear_uniform_price(orders, k, seed=seed)
    if clearing is None:
        return
    assert verify_clearing(orders, clearing, k, seed=seed) is None
    other_k, other_seed = data.draw(st.integers(0, 1_000)), data.draw(st.integers(0, 20))
    other = clear_uniform_price(orders, other_k, seed=other_seed)
    assert other is not None
    same = (other.price, other.fills) == (clearing.price, clearing.fills)

    assert (verify_clearing(orders, other, k, seed=seed) is None) is same
    assert verify_clearing(orders, other, other_k, seed=other_seed) is None


@given(books(), seeds)
def test_every_result_is_inside_the_envelope(orders: list[BookOrder], seed: int) -> None:
    """The chain would take all of them."""
    clearing = clear_uniform_price(orders, seed=seed)
    for trades in (clearing.trades if clearing else (), clear_pay_as_bid(orders, seed=seed)):
        assert first_breach_in_book(trades, orders) is None


@pytest.mark.parametrize("compiled", [False, True])
@given(books(small=True), seeds, st.integers(-1, 14))
def test_array_check_and_plain_check_agree(compiled: bool, orders: list[BookOrder], seed: int, price: int) -> None:
    """At any price, right or wrong, both say the same."""
    book, arrays = columns_of(orders), arrays_of(orders)
    plain = replace(certificate_of(clear_columns(book, seed=seed)), price=price)
    clearing = replace(clear_arrays(arrays, seed=seed), price=price)

    assert verify_array_fills(arrays, clearing, compiled=compiled) == verify_fills(book, plain)

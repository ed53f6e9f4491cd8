"""What trade reduction promises: nobody gains by lying about a limit, nobody loses, and no money is made up."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.property.market.auctions.books import best_welfare, books, one_order_each, seeds, welfare

from aipchain.market.auctions.columns import ColumnBook, as_trades, columns_of
from aipchain.market.auctions.trade_reduction import (
    Reduction,
    clear_trade_reduction,
    reduce_one_price,
    reduce_two_prices,
)
from aipchain.market.book import BookOrder, Side
from aipchain.market.envelope import first_breach_in_book
from aipchain.units import Price

Rule = Callable[..., Reduction]
RULES = pytest.mark.parametrize("rule", [reduce_one_price, reduce_two_prices])


def gain(rule: Rule, orders: Sequence[BookOrder], place: int, true_limit: int, seed: int) -> int:
    """What the owner of an order gains at its true limit [base units]."""
    book = columns_of(orders)
    reduction = rule(book, seed=seed)
    order = orders[place]
    wh = sum(t.wh for t in as_trades(book, reduction.trades) if order.number in (t.bid, t.offer))
    if order.side is Side.BID:
        return (true_limit - reduction.buy_price) * wh
    return (reduction.sell_price - true_limit) * wh


@RULES
@given(books(small=True, most=7), seeds, st.data())
def test_no_misreport_of_a_limit_is_ever_better(
    rule: Rule, orders: list[BookOrder], seed: int, data: st.DataObject
) -> None:
    """For one order, all other limits that could matter are tried; the truth is always among the best."""
    orders = one_order_each(orders)
    if not orders:
        return
    place = data.draw(st.integers(0, len(orders) - 1))
    true_limit = orders[place].limit_price
    honest = gain(rule, orders, place, true_limit, seed)

    for lie in range(14):
        told = [*orders[:place], replace(orders[place], limit_price=Price(lie)), *orders[place + 1 :]]
        assert gain(rule, told, place, true_limit, seed) <= honest


@RULES
@given(books(), seeds)
def test_nobody_loses_and_the_market_never_pays(rule: Rule, orders: list[BookOrder], seed: int) -> None:
    """Every buyer pays at most its limit, every seller gets at least its own, no order gives more than it has."""
    book: ColumnBook = columns_of(orders)
    reduction = rule(book, seed=seed)
    filled = Counter[tuple[Side, int]]()
    for bid, offer, wh in zip(reduction.trades.bid_rows, reduction.trades.offer_rows, reduction.trades.wh, strict=True):
        assert book.bids.limits[bid] >= reduction.buy_price >= reduction.sell_price >= book.offers.limits[offer]
        assert book.bids.owners[bid] != book.offers.owners[offer]
        assert wh > 0
        filled[Side.BID, bid] += wh
        filled[Side.OFFER, offer] += wh
    assert reduction.surplus >= 0
    assert all(wh <= (book.bids if side is Side.BID else book.offers).wh[row] for (side, row), wh in filled.items())


@given(books(), seeds)
def test_one_price_is_inside_the_envelope_and_balanced(orders: list[BookOrder], seed: int) -> None:
    """Trades the chain takes, with nothing left over for anybody."""
    assert first_breach_in_book(clear_trade_reduction(orders, seed=seed), orders) is None
    assert reduce_one_price(columns_of(orders), seed=seed).surplus == 0


@given(books(small=True), seeds)
def test_at_most_the_marginal_orders_are_lost(orders: list[BookOrder], seed: int) -> None:
    """Welfare is the optimum less what the marginal order had a part in; both rules stay below the optimum."""
    orders = one_order_each(orders)
    trades = clear_trade_reduction(orders, seed=seed)
    largest = max((order.wh for order in orders), default=0)

    assert 0 <= welfare(orders, trades) <= best_welfare(orders)
    assert best_welfare(orders) - welfare(orders, trades) <= largest * 12


@given(books(small=True), seeds)
def test_the_order_of_the_book_does_not_matter(orders: list[BookOrder], seed: int) -> None:
    """The other way round it is the same."""
    assert clear_trade_reduction(orders[::-1], seed=seed) == clear_trade_reduction(orders, seed=seed)

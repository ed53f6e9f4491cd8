"""What trade reduction promises: nobody gains by lying about a limit, nobody loses, and no money is made up."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.property.market.auctions.books import best_welfare, books, one_order_each, seeds, welfare

from aipchain.market.auctions.columns import ColumnBook, as_trades, columns_of
from aipchain.market.auctions.merit_order import merit_order
from aipchain.market.auctions.trade_reduction import (
    Reduction,
    clear_trade_reduction,
    reduce_one_price,
    reduce_two_prices,
)
from aipchain.market.book import BookOrder, OrderNumber, Side, keep_largest
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


@given(books(small=True, most=7), seeds, st.integers(0, 3), st.data())
def test_nor_where_only_the_largest_trades_are_kept(
    orders: list[BookOrder], seed: int, most: int, data: st.DataObject
) -> None:
    """What is kept of too many trades does not depend on the limits of orders that trade."""
    orders = one_order_each(orders)
    if not orders:
        return
    place = data.draw(st.integers(0, len(orders) - 1))
    order = orders[place]
    sign = 1 if order.side is Side.BID else -1

    def gained(limit: int) -> int:
        told = [*orders[:place], replace(order, limit_price=Price(limit)), *orders[place + 1 :]]
        kept = keep_largest(clear_trade_reduction(told, seed=seed), most, seed=seed)
        own = [trade for trade in kept if order.number in (trade.bid, trade.offer)]
        return sum(sign * (order.limit_price - trade.price) * trade.wh for trade in own)

    assert all(gained(lie) <= gained(order.limit_price) for lie in range(14))


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


def margins(orders: Sequence[BookOrder], seed: int) -> tuple[int, tuple[BookOrder, int], tuple[BookOrder, int]]:
    """Energy of the optimum [Wh], and the last bid and offer served with what each has of it [Wh]."""
    book, by_number = columns_of(orders), {order.number: order for order in orders}
    merit = merit_order(book, seed)
    last = [
        (by_number[OrderNumber(side.numbers[served.served_rows[-1]])], served.served_wh[-1])
        for side, served in ((book.bids, merit.bids), (book.offers, merit.offers))
    ]
    return sum(merit.bids.served_wh), last[0], last[1]


@given(books(small=True), seeds)
def test_at_most_the_marginal_order_is_lost(orders: list[BookOrder], seed: int) -> None:
    """Either all of the optimum trades, or just what one marginal order had of it does not.

    Each watt-hour lost then had that order on one side, and at best the best order of the other.
    """
    orders = one_order_each(orders)
    trades = clear_trade_reduction(orders, seed=seed)
    traded, lost = sum(trade.wh for trade in trades), best_welfare(orders) - welfare(orders, trades)
    if not merit_order(columns_of(orders), seed).bids.served_wh:
        assert trades == ()
        return
    optimum_wh, (bid, bid_wh), (offer, offer_wh) = margins(orders, seed)
    dearest = max(order.limit_price for order in orders if order.side is Side.BID)
    cheapest = min(order.limit_price for order in orders if order.side is Side.OFFER)
    untraded = {order.number for order in (bid, offer)} - {n for trade in trades for n in (trade.bid, trade.offer)}

    assert (traded, lost) == (optimum_wh, 0) or (
        (
            bid.number in untraded
            and traded == optimum_wh - bid_wh
            and 0 <= lost <= bid_wh * (bid.limit_price - cheapest)
        )
        or (
            offer.number in untraded
            and traded == optimum_wh - offer_wh
            and 0 <= lost <= offer_wh * (dearest - offer.limit_price)
        )
    )


@given(books(small=True), seeds)
def test_mcafee_loses_at_most_the_larger_part_of_the_marginal_orders(orders: list[BookOrder], seed: int) -> None:
    """Both marginal orders are left out or none is; what then trades is the shorter side in full."""
    orders = one_order_each(orders)
    if not merit_order(columns_of(orders), seed).bids.served_wh:
        return
    optimum_wh, (_, bid_wh), (_, offer_wh) = margins(orders, seed)

    traded = sum(reduce_two_prices(columns_of(orders), seed=seed).trades.wh)

    assert traded in (optimum_wh, optimum_wh - max(bid_wh, offer_wh))


@given(books(small=True), seeds)
def test_the_order_of_the_book_does_not_matter(orders: list[BookOrder], seed: int) -> None:
    """The other way round it is the same."""
    assert clear_trade_reduction(orders[::-1], seed=seed) == clear_trade_reduction(orders, seed=seed)

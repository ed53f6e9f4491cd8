"""Conditions hold for what is traded: also of owners on both sides, and where trades do not fit one result."""

from collections import Counter
from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st
from tests.property.market.auctions.books import best_welfare, books, one_order_each, seeds, welfare

from aipchain.market.auctions.branch_and_bound import clear_conditional
from aipchain.market.auctions.conditions import ConditionalClearing, LinkedOrder, as_linked
from aipchain.market.auctions.traded_conditions import clear_traded, traded_fills
from aipchain.market.book import AccountId, BookOrder, OrderNumber, Side
from aipchain.market.envelope import first_breach_in_book
from aipchain.units import Price


@st.composite
def blocks(draw: st.DrawFn) -> list[LinkedOrder]:
    """Orders of three owners over two intervals, many of them blocks."""
    orders = []
    for number in range(draw(st.integers(0, 9))):
        wh = tuple(draw(st.lists(st.integers(0, 4), min_size=2, max_size=2).filter(any)))
        least = draw(st.sampled_from([(0, 0), wh, tuple(each // 2 for each in wh)]))
        owner, side = AccountId(draw(st.sampled_from("abc"))), draw(st.sampled_from(Side))
        orders.append(LinkedOrder(OrderNumber(number), owner, side, Price(draw(st.integers(0, 8))), wh, least))
    return orders


def linked(orders: Sequence[BookOrder], permille: int) -> list[LinkedOrder]:
    """The chain's orders, each with a least fill of so much of its energy."""
    return [as_linked(order, least_wh=-(-order.wh * permille // 1_000)) for order in orders]


def assert_kept(orders: Sequence[LinkedOrder], clearing: ConditionalClearing) -> None:
    """Every order trades as its conditions say, within its limit and never with its owner; its figures are theirs."""
    fills, known = traded_fills(clearing.trades), {order.number: order for order in orders}
    assert clearing.fills == fills
    assert all(known[number].accepts(wh) for number, wh in fills.items())
    for price, trades in zip(clearing.prices, clearing.trades, strict=True):
        for trade in trades:
            bid, offer = known[trade.bid], known[trade.offer]
            assert trade.price == price
            assert offer.limit_price <= trade.price <= bid.limit_price
            assert bid.owner != offer.owner
    gained = Counter({number: known[number].limit_price * sum(wh) for number, wh in fills.items()})
    worth = sum(wh if known[number].side is Side.BID else -wh for number, wh in gained.items())
    assert worth == clearing.welfare <= clearing.bound


@given(
    books(owners="abc", small=True, most=16), seeds, st.sampled_from([0, 1, 100, 500, 999, 1_000]), st.integers(0, 9)
)
def test_few_owners_keep_their_least_fills(orders: list[BookOrder], seed: int, permille: int, most: int) -> None:
    """Whatever share is asked for, however few trades fit, and whatever sequence the book is given in."""
    clearing = clear_traded(linked(orders, permille), seed=seed, most_nodes=20, most_trades=most)
    trades = clearing.trades[0] if clearing.trades else ()

    assert_kept(linked(orders, permille), clearing)
    assert len(trades) <= most
    assert first_breach_in_book(trades, orders) is None
    assert clearing == clear_traded(linked(orders[::-1], permille), seed=seed, most_nodes=20, most_trades=most)


@given(blocks(), seeds)
def test_blocks_of_few_owners_trade_in_all_their_intervals(orders: list[LinkedOrder], seed: int) -> None:
    """A block whose owner stands on the other side too trades in full everywhere, or nowhere."""
    assert_kept(orders, clear_traded(orders, seed=seed, most_nodes=20))


@given(books(small=True), seeds, st.sampled_from([0, 300, 1_000]))
def test_where_all_fits_nothing_changes(orders: list[BookOrder], seed: int, permille: int) -> None:
    """With an owner for each order and room for all trades it is the clearing of the search."""
    alone = linked(one_order_each(orders), permille)

    assert clear_traded(alone, seed=seed) == clear_conditional(alone, seed=seed)
    assert welfare(orders, [t for each in clear_traded(alone).trades for t in each]) <= best_welfare(orders)

"""What the continuous auction promises: nothing crosses afterwards, time has its priority, conditions are kept."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st
from tests.property.market.auctions.books import best_welfare, books, one_order_each, welfare

from aipchain.market.auctions.continuous import clear_continuously, execute_in_turn
from aipchain.market.book import BookOrder, OrderNumber, Side
from aipchain.market.envelope import first_breach_in_book
from aipchain.units import Wh


@given(books())
def test_what_is_left_never_crosses(orders: list[BookOrder]) -> None:
    """No two orders of different owners that both have energy left could still trade; the chain takes the result."""
    trades = clear_continuously(orders)
    filled = Counter[int]()
    for trade in trades:
        filled[trade.bid] += trade.wh
        filled[trade.offer] += trade.wh
    left = [order for order in orders if filled[order.number] < order.wh]

    assert first_breach_in_book(trades, orders) is None
    assert not any(
        bid.limit_price >= offer.limit_price and bid.owner != offer.owner
        for bid in left
        for offer in left
        if (bid.side, offer.side) == (Side.BID, Side.OFFER)
    )


@given(books(small=True))
def test_immediacy_never_beats_the_auction(orders: list[BookOrder]) -> None:
    """Welfare lies between zero and the optimum; each trade has the limit of the order that came first."""
    orders = one_order_each(orders)
    limit = {order.number: order.limit_price for order in orders}

    assert 0 <= welfare(orders, clear_continuously(orders)) <= best_welfare(orders)
    assert all(trade.price == limit[min(trade.bid, trade.offer)] for trade in clear_continuously(orders))


@given(books(small=True), st.randoms(use_true_random=False))
def test_the_future_does_not_change_the_past(orders: list[BookOrder], rng: object) -> None:
    """Trades of the first orders are the same whether more come later or not, in whatever sequence they are given."""
    in_turn = sorted(orders, key=lambda order: order.number)
    trades = list(execute_in_turn(reversed(in_turn)))
    for count in range(len(in_turn)):
        before = list(execute_in_turn(in_turn[:count]))
        assert trades[: len(before)] == before


@given(books(small=True), st.data())
def test_least_fills_are_kept_on_arrival(orders: list[BookOrder], data: st.DataObject) -> None:
    """An order with a least fill trades at least that with orders before it, or nothing at all, ever."""
    least = {order.number: Wh(data.draw(st.integers(0, order.wh))) for order in orders if data.draw(st.booleans())}
    at_once = Counter[OrderNumber]()
    later = Counter[OrderNumber]()
    for trade in execute_in_turn(orders, least_wh=least):
        arriving, waiting = max(trade.bid, trade.offer), min(trade.bid, trade.offer)
        at_once[arriving] += trade.wh
        later[waiting] += trade.wh

    for number, wh in least.items():
        assert at_once[number] >= wh or (at_once[number], later[number]) == (0, 0)

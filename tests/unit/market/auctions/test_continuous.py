"""The continuous double auction: price before time, time before anything else, and least fills on arrival."""

from collections.abc import Callable

import pytest

from aipchain.market.auctions.continuous import clear_continuously, execute_in_turn
from aipchain.market.auctions.errors import BadOrder, UnknownOrder
from aipchain.market.book import BookOrder, OrderNumber, Trade
from aipchain.market.errors import DuplicateOrder
from aipchain.units import Wh

Book = Callable[..., tuple[BookOrder, ...]]


def rows(trades: object) -> list[tuple[int, int, int, int]]:
    """Trades as (bid, offer, energy, price)."""
    assert isinstance(trades, tuple)
    return [(each.bid, each.offer, each.wh, each.price) for each in trades if isinstance(each, Trade)]


def test_the_best_price_goes_first_and_then_the_longest_waiting(book: Book) -> None:
    """The cheapest offer is met first; of two at one price the earlier; each trade has the waiting limit."""
    orders = book("offer a 9@2", "offer b 7@3", "offer c 7@3", "bid d 9@7")

    assert rows(clear_continuously(orders)) == [(3, 0, 1, 9), (3, 1, 3, 7), (3, 2, 3, 7)]


def test_what_is_left_waits(book: Book) -> None:
    """A bid that finds too little stands in the book for the next offer, at the bid's limit."""
    orders = book("offer a 5@2", "bid b 9@5", "offer c 6@9")

    assert rows(clear_continuously(orders)) == [(1, 0, 2, 5), (1, 2, 3, 9)]


def test_trades_happen_in_turn(book: Book) -> None:
    """Seen as they happen, trades follow the arrival of orders, whatever sequence the book is given in."""
    orders = book("bid a 9@2", "offer b 3@1", "offer c 2@1")

    assert [trade.offer for trade in execute_in_turn(reversed(orders))] == [1, 2]


def test_an_order_passes_over_its_owners_own(book: Book) -> None:
    """Ann does not meet herself; her waiting offer keeps its place for Ben."""
    orders = book("offer ann 5@3", "offer cat 6@3", "bid ann 9@3", "bid ben 9@3")

    assert rows(clear_continuously(orders)) == [(2, 1, 3, 6), (3, 0, 3, 5)]


def test_fill_or_kill_trades_in_full_or_not_at_all(book: Book) -> None:
    """The first bid finds 2 of 3 Wh and is gone for good; the next takes what it left untouched."""
    orders = book("offer a 5@2", "bid b 9@3", "offer c 5@9", "bid d 9@4")
    kill = {OrderNumber(1): Wh(3), OrderNumber(3): Wh(4)}

    assert rows(clear_continuously(orders, least_wh=kill)) == [(3, 0, 2, 5), (3, 2, 2, 5)]


def test_a_least_fill_lets_the_rest_wait(book: Book) -> None:
    """2 of 3 Wh are enough at once; the third is met later."""
    orders = book("offer a 5@2", "bid b 9@3", "offer c 5@9")

    assert rows(clear_continuously(orders, least_wh={OrderNumber(1): Wh(2)})) == [(1, 0, 2, 5), (1, 2, 1, 9)]


@pytest.mark.parametrize("wh", [-1, 4])
def test_an_impossible_least_fill_is_refused(book: Book, wh: int) -> None:
    """Below zero or above the order's energy."""
    with pytest.raises(BadOrder, match="least fill"):
        clear_continuously(book("bid b 9@3"), least_wh={OrderNumber(0): Wh(wh)})


def test_a_condition_of_a_stranger_is_refused(book: Book) -> None:
    """A condition must name an order of the book."""
    with pytest.raises(UnknownOrder, match="order 7"):
        clear_continuously(book("bid b 9@3"), least_wh={OrderNumber(7): Wh(1)})


def test_a_number_twice_is_refused(book: Book) -> None:
    """Arrival cannot be told apart."""
    with pytest.raises(DuplicateOrder):
        clear_continuously(book("bid b 9@3") + book("offer a 5@2"))


def test_nothing_comes_of_nothing(book: Book) -> None:
    """An empty book and one side alone."""
    assert clear_continuously(()) == clear_continuously(book("bid a 5@1", "bid b 6@1")) == ()

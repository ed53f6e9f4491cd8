"""Equal shares at a given price against books worked out by hand."""

from collections.abc import Callable

import pytest

from aipchain.market.book import BookOrder
from aipchain.market.pool.equal_shares import clear_equal_shares
from aipchain.units import Price

Book = Callable[..., tuple[BookOrder, ...]]


def served(orders: tuple[BookOrder, ...]) -> dict[int, int]:
    """Energy by order [Wh]."""
    filled: dict[int, int] = {}
    for trade in clear_equal_shares(orders, Price(15)):
        for number in (trade.bid, trade.offer):
            filled[number] = filled.get(number, 0) + trade.wh
    return filled


def test_the_long_side_rises_to_one_level(book: Book) -> None:
    """900 Wh for three: Cat wants 100, Ann and Ben share the other 800, though Ann asks for ten times as much."""
    orders = book("bid ann 20@9000", "bid ben 20@900", "bid cat 20@100", "offer dan 10@900")

    assert served(orders) == {0: 400, 1: 400, 2: 100, 3: 900}


def test_splitting_an_order_gains_nothing(book: Book) -> None:
    """Ann's two orders share one part of 450 Wh, in proportion to their energy."""
    orders = book("bid ann 20@600", "bid ben 20@900", "bid ann 20@300", "offer dan 10@900")

    assert served(orders) == {0: 300, 1: 450, 2: 150, 3: 900}


def test_the_short_side_is_served_in_full_and_limits_count(book: Book) -> None:
    """Who bids below or offers above the price takes no part."""
    orders = book("bid ann 15@50", "bid ben 14@50", "offer cat 10@40", "offer dan 15@70", "offer eve 16@70")

    assert served(orders) == {0: 50, 2: 25, 3: 25}


@pytest.mark.parametrize("lines", [[], ["bid ann 20@5"], ["offer ann 10@5"], ["bid ann 20@5", "offer ann 10@5"]])
def test_books_that_cannot_trade_have_no_trades(book: Book, lines: list[str]) -> None:
    """Empty, one-sided, and one owner alone."""
    assert clear_equal_shares(book(*lines), Price(15)) == ()

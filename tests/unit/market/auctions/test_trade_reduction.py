"""Trade reduction on books small enough to check by hand, each line of both rules once."""

from collections.abc import Callable

import pytest

from aipchain.market.auctions.columns import as_trades, columns_of
from aipchain.market.auctions.trade_reduction import (
    Reduction,
    clear_trade_reduction,
    reduce_one_price,
    reduce_two_prices,
)
from aipchain.market.book import BookOrder

Book = Callable[..., tuple[BookOrder, ...]]


def traded(orders: tuple[BookOrder, ...], reduction: Reduction) -> dict[tuple[int, int], int]:
    """Energy by (bid, offer) [Wh]."""
    return {(trade.bid, trade.offer): trade.wh for trade in as_trades(columns_of(orders), reduction.trades)}


def test_the_next_offer_sets_one_price(book: Book) -> None:
    """Both marginal orders full, the next offer below the last bid: nobody is left out."""
    orders = book("bid a 20@5", "bid b 9@5", "offer c 5@5", "offer d 12@5")
    reduction = reduce_one_price(columns_of(orders))

    assert (reduction.buy_price, reduction.sell_price, reduction.surplus) == (12, 12, 0)
    assert traded(orders, reduction) == {(0, 2): 5}


def test_a_bid_that_sets_the_price_is_left_out(book: Book) -> None:
    """Both full, the next offer above the last bid: the last bid sets the price, sellers share what is left."""
    orders = book("bid a 20@6", "bid b 15@4", "offer c 5@5", "offer d 6@5", "offer e 18@9")
    reduction = reduce_one_price(columns_of(orders))

    assert (reduction.buy_price, reduction.sell_price) == (15, 15)
    assert traded(orders, reduction) == {(0, 2): 3, (0, 3): 3}


def test_an_offer_served_in_part_sets_the_price_and_is_left_out(book: Book) -> None:
    """Offers are plenty: the last of them sets the price, buyers share the rest in proportion."""
    orders = book("bid a 20@6", "bid b 15@2", "offer c 5@4", "offer d 8@9")
    reduction = reduce_one_price(columns_of(orders))

    assert (reduction.buy_price, reduction.sell_price) == (8, 8)
    assert traded(orders, reduction) == {(0, 2): 3, (1, 2): 1}


def test_a_bid_served_in_part_sets_the_price_and_is_left_out(book: Book) -> None:
    """Bids are plenty: the last of them sets the price."""
    orders = book("bid a 20@2", "bid b 15@9", "offer c 5@4")

    assert reduce_one_price(columns_of(orders)).buy_price == 15
    assert traded(orders, reduce_one_price(columns_of(orders))) == {(0, 2): 2}


def test_mcafee_trades_in_full_at_the_middle_of_the_next_pair(book: Book) -> None:
    """floor((9 + 12) / 2) = 10 lies between the marginal limits 5 and 20."""
    orders = book("bid a 20@5", "bid b 9@5", "offer c 5@5", "offer d 12@5")
    reduction = reduce_two_prices(columns_of(orders))

    assert (reduction.buy_price, reduction.sell_price, reduction.surplus) == (10, 10, 0)
    assert traded(orders, reduction) == {(0, 2): 5}


def test_mcafee_leaves_out_the_marginal_pair_and_keeps_a_surplus(book: Book) -> None:
    """Without a usable middle buyers pay the last bid, sellers get the last offer."""
    orders = book("bid a 20@5", "bid b 16@5", "offer c 5@5", "offer d 6@5")
    reduction = reduce_two_prices(columns_of(orders))

    assert (reduction.buy_price, reduction.sell_price, reduction.surplus) == (16, 6, 50)
    assert traded(orders, reduction) == {(0, 2): 5}


@pytest.mark.parametrize("lines", [(), ("bid a 5@9",), ("offer a 5@9",), ("bid a 5@9", "offer b 6@9")])
def test_without_a_crossing_nothing_trades(book: Book, lines: tuple[str, ...]) -> None:
    """Empty, one-sided and apart: no trade, no money."""
    columns = columns_of(book(*lines))

    assert clear_trade_reduction(book(*lines)) == ()
    assert (len(reduce_two_prices(columns).trades), reduce_two_prices(columns).surplus) == (0, 0)


def test_one_pair_alone_is_left_out(book: Book) -> None:
    """With nobody else to set a price there is none that the two did not set themselves."""
    assert clear_trade_reduction(book("bid a 20@5", "offer b 5@5")) == ()

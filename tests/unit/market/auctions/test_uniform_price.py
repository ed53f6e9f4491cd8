"""The uniform-price and pay-as-bid auctions: prices, ties, owners on both sides, and books in which nothing crosses."""

from collections.abc import Callable, Sequence

import pytest

from aipchain.market.auctions.columns import columns_of
from aipchain.market.auctions.merit_order import merit_order
from aipchain.market.auctions.pay_as_bid import clear_pay_as_bid
from aipchain.market.auctions.uniform_price import clear_columns, clear_uniform_price
from aipchain.market.book import BookOrder, OrderNumber, Trade
from aipchain.units import Price, Wh

Book = Callable[..., tuple[BookOrder, ...]]


@pytest.mark.parametrize(("k_permille", "price"), [(0, 12), (500, 14), (1_000, 17)])
def test_k_chooses_a_price_in_the_interval(book: Book, k_permille: int, price: int) -> None:
    """The interval ends at the best order that is not served, not at the marginal pair; k blends, rounded down."""
    orders = book("bid ann 20@5", "bid ben 12@5", "offer cat 5@5", "offer dan 17@5")
    clearing = clear_uniform_price(orders, k_permille)

    assert clearing is not None
    assert (clearing.low, clearing.high, clearing.price) == (12, 17, price)


def test_a_partly_served_order_sets_the_price(book: Book) -> None:
    """With a bid served in part, only its own limit price balances the market."""
    orders = book("bid ann 20@5", "bid ben 12@5", "offer cat 5@7")
    clearing = clear_uniform_price(orders)

    assert clearing is not None
    assert (clearing.low, clearing.high) == (12, 12)
    assert residual_of(orders, clearing.trades, 1) == 3


def residual_of(orders: Sequence[BookOrder], trades: Sequence[Trade], number: int) -> int:
    """Energy of an order that is left after the trades [Wh]."""
    return orders[number].wh - sum(trade.wh for trade in trades if number in (trade.bid, trade.offer))


def test_nothing_crosses_nothing_trades(book: Book) -> None:
    """Without a bid at or above an offer there is no price and no trade."""
    orders = book("bid ann 5@9", "offer ben 6@9")

    assert clear_uniform_price(orders) is None
    assert clear_pay_as_bid(orders) == ()
    assert clear_uniform_price(()) is None


@pytest.mark.parametrize(
    ("lines", "interval"),
    [
        ((), (0, 0)),
        (("bid ann 5@9", "bid ben 7@1"), (7, 7)),
        (("offer ann 5@9", "offer ben 7@1"), (5, 5)),
        (("bid ann 5@9", "offer ben 6@9"), (5, 6)),
    ],
)
def test_a_book_in_which_nothing_trades_still_has_a_price_that_proves_it(
    book: Book, lines: tuple[str, ...], interval: tuple[int, int]
) -> None:
    """Any price between the best bid and the best offer; of one side its best limit; of an empty book 0."""
    clearing = clear_columns(columns_of(book(*lines)))

    assert (clearing.low, clearing.high) == interval
    assert len(clearing.trades) == 0


def test_equal_limits_trade(book: Book) -> None:
    """A bid and an offer at one price trade at it."""
    assert clear_pay_as_bid(book("bid ann 6@9", "offer ben 6@4")) == (
        Trade(OrderNumber(0), OrderNumber(1), Wh(4), Price(6)),
    )


def test_all_equal_prices_clear_the_short_side(book: Book) -> None:
    """Where every limit is the same, everything that fits trades at it."""
    clearing = clear_uniform_price(book("bid a 6@9", "bid b 6@4", "offer c 6@5", "offer d 6@6"))

    assert clearing is not None
    assert (clearing.low, clearing.high, sum(trade.wh for trade in clearing.trades)) == (6, 6, 11)


def test_nobody_trades_with_itself(book: Book) -> None:
    """Ann's best bid skips her own cheapest offer, and both are still served by others."""
    orders = book("bid ann 20@5", "bid ben 18@5", "offer ann 5@5", "offer cat 6@5")

    assert [(trade.bid, trade.offer) for trade in clear_pay_as_bid(orders)] == [(0, 3), (1, 2)]


def test_an_owner_left_with_itself_swaps_with_others(book: Book) -> None:
    """When only Ann is left on both sides, a finished pair of two others makes room for her."""
    orders = book("bid ben 20@5", "bid ann 18@5", "offer cat 5@5", "offer ann 6@5")

    assert [(trade.bid, trade.offer) for trade in clear_pay_as_bid(orders)] == [(0, 3), (1, 2)]


def test_self_supply_is_served_but_not_traded(book: Book) -> None:
    """An owner alone on both sides gets no trade; the fills still prove the price."""
    clearing = clear_uniform_price(book("bid ann 20@5", "offer ann 5@5"))

    assert clearing is not None
    assert clearing.trades == ()
    assert clearing.fills == {0: 5, 1: 5}


@pytest.mark.parametrize("k_permille", [-1, 1_001])
def test_k_outside_its_range_is_refused(book: Book, k_permille: int) -> None:
    """k is a share in permille."""
    with pytest.raises(ValueError, match="permille"):
        clear_uniform_price(book("bid ann 2@1"), k_permille)


def test_full_fills_are_not_cut(book: Book) -> None:
    """Fills follow merit: all but the last of a side are whole."""
    merit = merit_order(columns_of(book("bid a 9@3", "bid b 8@3", "offer c 1@4")))

    assert (merit.bids.served_wh, merit.offers.served_wh) == ([3, 1], [4])

"""The uniform-price and pay-as-bid auctions, with the conformance cases of other markets' known defects by name."""

from collections.abc import Callable, Sequence
from itertools import permutations

import pytest

from aipchain.market.auctions.merit_order import fill_by_merit
from aipchain.market.auctions.pay_as_bid import clear_pay_as_bid
from aipchain.market.auctions.uniform_price import clear_uniform_price, is_equilibrium
from aipchain.market.book import BookOrder, OrderNumber, Trade
from aipchain.units import Price, Wh

Book = Callable[..., tuple[BookOrder, ...]]


def welfare(orders: Sequence[BookOrder], trades: Sequence[Trade]) -> int:
    """Sum over trades of what the bid would have paid above what the offer would have taken."""
    limit = {order.number: order.limit_price for order in orders}
    return sum((limit[trade.bid] - limit[trade.offer]) * trade.wh for trade in trades)


def test_cheap_offers_first(book: Book) -> None:
    """The cheapest offer serves the dearest bid; a dear offer is not used up first."""
    orders = book("bid ann 20@5", "bid ben 12@5", "offer cat 5@5", "offer dan 18@5")

    assert clear_pay_as_bid(orders) == (Trade(OrderNumber(0), OrderNumber(2), Wh(5), Price(20)),)
    assert welfare(orders, clear_pay_as_bid(orders)) == 75


def test_tied_prices_trade_in_full(book: Book) -> None:
    """A book with ties that another market clears at half its welfare clears at all of it."""
    orders = book(
        "bid a 11@6", "bid b 5@4", "bid c 13@4", "bid d 8@8", "bid e 12@5", "bid f 12@1", "offer g 13@7", "offer h 8@9"
    )  # fmt: skip
    clearing = clear_uniform_price(orders)

    assert clearing is not None
    assert welfare(orders, clearing.trades) == 40
    assert sum(trade.wh for trade in clearing.trades) == 9


def test_two_positions_of_one_owner_add(book: Book) -> None:
    """500 Wh and 700 Wh of one owner at one price are 1,200 Wh."""
    orders = book("bid ann 20@500", "bid ann 20@700", "offer ben 10@1200")

    assert sum(trade.wh for trade in clear_pay_as_bid(orders)) == 1_200


def test_ties_go_by_order_number(book: Book) -> None:
    """Of equal bids the one the chain numbered first is served, whatever order the book is given in."""
    orders = book("bid ann 20@5", "bid ben 20@5", "bid cat 20@5", "offer dan 10@7")
    results = {clear_pay_as_bid(arranged) for arranged in permutations(orders)}

    assert results == {
        (
            Trade(OrderNumber(0), OrderNumber(3), Wh(5), Price(20)),
            Trade(OrderNumber(1), OrderNumber(3), Wh(2), Price(20)),
        )
    }


def test_buyer_pays_what_seller_gets(book: Book) -> None:
    """A bid served by two offers pays one price, its own, to both."""
    orders = book("bid ann 20@9", "offer ben 3@4", "offer cat 8@5")

    assert {trade.price for trade in clear_pay_as_bid(orders)} == {Price(20)}


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


def test_equal_limits_trade(book: Book) -> None:
    """A bid and an offer at one price trade at it."""
    assert clear_pay_as_bid(book("bid ann 6@9", "offer ben 6@4")) == (
        Trade(OrderNumber(0), OrderNumber(1), Wh(4), Price(6)),
    )


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
    orders = book("bid ann 20@5", "offer ann 5@5")
    clearing = clear_uniform_price(orders)

    assert clearing is not None
    assert clearing.trades == ()
    assert is_equilibrium(orders, clearing.price, clearing.fills)


def test_the_certificate_rejects_what_is_no_equilibrium(book: Book) -> None:
    """A wrong price, a wrong fill, a fill above the order, unequal sides and strange orders are all found."""
    orders = book("bid ann 20@5", "bid ben 12@5", "offer cat 5@5", "offer dan 17@5")
    full = {OrderNumber(0): Wh(5), OrderNumber(2): Wh(5)}

    assert is_equilibrium(orders, Price(14), full)
    assert not is_equilibrium(orders, Price(11), full)
    assert not is_equilibrium(orders, Price(18), full)
    assert not is_equilibrium(orders, Price(14), {OrderNumber(0): Wh(4), OrderNumber(2): Wh(4)})
    assert not is_equilibrium(orders, Price(20), {OrderNumber(0): Wh(6), OrderNumber(2): Wh(5)})
    assert not is_equilibrium(orders, Price(20), {OrderNumber(2): Wh(5), OrderNumber(3): Wh(5)})
    assert not is_equilibrium(orders, Price(14), full | {OrderNumber(9): Wh(0)})


@pytest.mark.parametrize("k_permille", [-1, 1_001])
def test_k_outside_its_range_is_refused(book: Book, k_permille: int) -> None:
    """k is a share in permille."""
    with pytest.raises(ValueError, match="permille"):
        clear_uniform_price(book("bid ann 2@1"), k_permille)


def test_full_fills_are_not_cut(book: Book) -> None:
    """Fills follow merit: all but the last of a side are whole."""
    merit = fill_by_merit(book("bid a 9@3", "bid b 8@3", "offer c 1@4"))

    assert [fill.wh for fill in merit.bid_fills] == [3, 1]
    assert [fill.wh for fill in merit.offer_fills] == [4]

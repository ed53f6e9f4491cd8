"""Products one after another: remainders, positions, and defects d and e of another market by name."""

from dataclasses import replace

import pytest

from aipchain.market.auctions.pay_as_bid import clear_pay_as_bid
from aipchain.market.book import AccountId, BookOrder, MeterId, OrderNumber, Side, Trade
from aipchain.market.envelope import EnvelopeRule, PlacedOrder
from aipchain.market.errors import DuplicateOrder
from aipchain.market.pool.pro_rata import clear_pro_rata
from aipchain.market.products.errors import GateClosed, OrderOfAnotherCommunity, OrderOfAnotherInterval, TradesRefused
from aipchain.market.products.positions import Position, imbalance
from aipchain.market.products.schedule import GateRule, Product, schedule_of
from aipchain.market.products.sequence import clear_in_sequence, orders_by_product, remainders
from aipchain.units import Interval, Price, UnixSeconds, Wh

HOUR = Interval(UnixSeconds(36_000), 3_600)
SCHEDULE = schedule_of(
    HOUR,
    (
        GateRule(Product.DAY_AHEAD, -3_000, -2_000),
        GateRule(Product.INTRADAY, -2_000, -1_000, carries=False),
        GateRule(Product.POST_DELIVERY, 3_600, 7_200),
    ),
)
PRODUCTS = {Product.DAY_AHEAD: -3_000, Product.INTRADAY: -2_000, Product.POST_DELIVERY: 3_600}


def placed(number: int, terms: str, product: Product = Product.DAY_AHEAD) -> PlacedOrder:
    """An order from a line such as `bid ann 20@5`, placed in the first second of a product."""
    side, owner, price_and_wh = terms.split()
    price, wh = map(int, price_and_wh.split("@"))
    meter = MeterId(ord(owner[0]))
    order = BookOrder(OrderNumber(number), AccountId(owner), meter, Side(side.title()), Wh(wh), Price(price))
    return PlacedOrder(order, 0, HOUR.start, UnixSeconds(HOUR.start + PRODUCTS[product]))


ANN, BEN, CAT = (MeterId(ord(name)) for name in "abc")


def test_a_remainder_trades_in_the_next_product() -> None:
    """Ann wants 10 Wh: Ben sells 6 day-ahead, Cat the other 4 intraday and has 5 left, which end there."""
    cleared = clear_in_sequence(
        SCHEDULE,
        [placed(0, "bid ann 20@10"), placed(1, "offer ben 5@6"), placed(2, "offer cat 5@9", Product.INTRADAY)],
        lambda _, book: clear_pay_as_bid(book),
    )
    day_ahead, intraday, post_delivery = cleared

    assert [(trade.bid, trade.offer, trade.wh) for trade in day_ahead.trades] == [(0, 1, 6)]
    assert [(trade.bid, trade.offer, trade.wh) for trade in intraday.trades] == [(0, 2, 4)]
    assert [(order.number, order.wh) for order in intraday.left] == [(2, 5)]
    assert post_delivery.book == ()
    assert post_delivery.positions == {
        ANN: Position(bought=Wh(10)), BEN: Position(sold=Wh(6)), CAT: Position(sold=Wh(4))
    }  # fmt: skip


def test_a_meter_may_buy_back_what_it_sold() -> None:
    """Ben sold 8 Wh day-ahead and expects clouds: he buys 3 Wh of them from Cat intraday."""
    cleared = clear_in_sequence(
        SCHEDULE,
        [
            placed(0, "bid ann 20@8"),
            placed(1, "offer ben 5@8"),
            placed(2, "bid ben 20@3", Product.INTRADAY),
            placed(3, "offer cat 5@3", Product.INTRADAY),
        ],
        lambda _, book: clear_pay_as_bid(book),
    )

    assert cleared[-1].positions[BEN] == Position(bought=Wh(3), sold=Wh(8))
    assert cleared[-1].positions[BEN].net == -5
    assert sum(position.net for position in cleared[-1].positions.values()) == 0


def test_d_residual_is_kept() -> None:
    """Defect d of another market: a partial fill without a residual destroys the rest. Here it stands."""
    book = [placed(0, "bid ann 20@10").order, placed(1, "offer ben 5@4").order]

    assert remainders(book, clear_pro_rata(book, Price(10))) == (replace(book[0], wh=Wh(6)),)


def test_e_residual_can_settle() -> None:
    """Defect e of another market: residuals have another id and never settle. Here a residual is the same order."""
    book = [placed(0, "bid ann 20@10").order, placed(1, "offer ben 5@4").order]
    (left,) = remainders(book, clear_pro_rata(book, Price(10)))

    assert (left.number, left.owner, left.meter, left.limit_price) == (0, "ann", ANN, 20)
    (trade,) = clear_pro_rata([left, placed(2, "offer cat 5@6").order], Price(10))
    assert (trade.bid, trade.wh) == (0, 6)


def test_imbalance_is_what_was_measured_beyond_the_contracts() -> None:
    """Ann bought 10 Wh and took 12; Ben sold 6 Wh and gave 5, so both took one or two more than agreed."""
    assert imbalance(Position(bought=Wh(10)), Wh(12), Wh(0)) == 2
    assert imbalance(Position(sold=Wh(6)), Wh(0), Wh(5)) == 1
    assert imbalance(Position(sold=Wh(6)), Wh(0), Wh(9)) == -3


def test_orders_belong_to_the_product_that_took_them() -> None:
    """By the time they were placed; cancelled ones are gone; the order of the list does not matter."""
    cancelled = replace(placed(1, "offer ben 5@6"), is_open=False)
    orders = [placed(2, "offer cat 5@9", Product.INTRADAY), cancelled, placed(0, "bid ann 20@10")]
    taken = orders_by_product(SCHEDULE, orders)

    assert {product: [order.number for order in book] for product, book in taken.items()} == {
        Product.DAY_AHEAD: [0],
        Product.INTRADAY: [2],
        Product.POST_DELIVERY: [],
    }


def test_orders_that_cannot_be_are_refused() -> None:
    """Another interval, one number twice, placed between gates."""
    order = placed(0, "bid ann 20@10")
    with pytest.raises(OrderOfAnotherInterval, match="order 0 is for the interval at 39600 s"):
        orders_by_product(SCHEDULE, [replace(order, interval_start=HOUR.end)])
    with pytest.raises(DuplicateOrder, match="order 0 is in the book twice"):
        orders_by_product(SCHEDULE, [order, order])
    with pytest.raises(GateClosed, match="order 0 takes no orders at 36000 s"):
        orders_by_product(SCHEDULE, [replace(order, placed_at=HOUR.start)])


@pytest.mark.parametrize(
    ("trade", "rule"),
    [
        (Trade(OrderNumber(0), OrderNumber(1), Wh(11), Price(9)), EnvelopeRule.BID_OVERFILLED),
        (Trade(OrderNumber(0), OrderNumber(7), Wh(1), Price(9)), EnvelopeRule.UNKNOWN_ORDER),
        (Trade(OrderNumber(0), OrderNumber(1), Wh(-4), Price(9)), EnvelopeRule.ZERO_ENERGY),
        (Trade(OrderNumber(0), OrderNumber(1), Wh(1), Price(21)), EnvelopeRule.ABOVE_BID_LIMIT),
        (Trade(OrderNumber(0), OrderNumber(2), Wh(1), Price(9)), EnvelopeRule.SELF_TRADE),
    ],
)
def test_a_rule_that_breaks_the_envelope_is_refused(trade: Trade, rule: EnvelopeRule) -> None:
    """More than there is, from nobody, less than nothing, beyond a limit, with oneself: the chain would refuse it."""
    book = [placed(0, "bid ann 20@10"), placed(1, "offer ben 5@40"), placed(2, "offer ann 5@3")]

    with pytest.raises(TradesRefused, match=rule.value) as refused:
        clear_in_sequence(SCHEDULE, book, lambda *_: [trade])
    assert refused.value.refusal.rule is rule


def test_orders_of_two_communities_are_refused() -> None:
    """A book is of one community."""
    orders = [placed(0, "bid ann 20@10"), replace(placed(1, "offer ben 5@4"), community=7)]

    with pytest.raises(OrderOfAnotherCommunity, match="order 1 is of community 7"):
        clear_in_sequence(SCHEDULE, orders, lambda *_: [])

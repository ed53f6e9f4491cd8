"""Books at the edge of what a book can be, each put to every kernel that clears one.

A kernel sees the orders of one community and interval: which they are is the chain's and the products' to check
(`test_envelope.py`, `products/test_sequence.py`). Networks that are none stand in `network/`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import fields, replace
from itertools import permutations

import pytest

from aipchain.market.allocation.clearing import ActsOn, KeyTable, clear_by_key
from aipchain.market.allocation.keys import cascade
from aipchain.market.auctions.arrays import clear_orders
from aipchain.market.auctions.branch_and_bound import clear_conditional
from aipchain.market.auctions.conditions import as_linked
from aipchain.market.auctions.continuous import clear_continuously
from aipchain.market.auctions.pay_as_bid import clear_pay_as_bid
from aipchain.market.auctions.trade_reduction import clear_trade_reduction
from aipchain.market.auctions.uniform_price import clear_uniform_price
from aipchain.market.bilateral.arrays import clear_objects
from aipchain.market.bilateral.candidates import Surroundings, candidate_pairs
from aipchain.market.bilateral.clearing import clear_bilateral
from aipchain.market.bilateral.pairs import BilateralBook
from aipchain.market.book import DEAREST, BookOrder, OrderNumber, ReferencePrice, Side, Trade
from aipchain.market.envelope import PlacedOrder, first_breach_in_book
from aipchain.market.errors import DuplicateOrder
from aipchain.market.network.clearing import clear_grid
from aipchain.market.network.errors import UnknownNode, UnknownZone
from aipchain.market.network.feeder import ONE_PU2, Line, NodeId, build_feeder
from aipchain.market.network.grid_book import grid_book
from aipchain.market.network.line_clearing import clear_lines
from aipchain.market.network.tariff import grid_tariff
from aipchain.market.pool.equal_shares import clear_equal_shares
from aipchain.market.pool.pro_rata import clear_pro_rata
from aipchain.market.products.schedule import GateRule, Product, schedule_of
from aipchain.market.products.sequence import clear_in_sequence
from aipchain.market.terms import Proof, Terms
from aipchain.units import Interval, Price, UnixSeconds, Wh

Book = Callable[..., tuple[BookOrder, ...]]
Orders = Sequence[BookOrder]
Clear = Callable[[Orders, int], Sequence[Trade]]

PRICE = 15
SEED = 7
MOST_WH = 2**64 - 1
HOUR = Interval(UnixSeconds(36_000), 3_600)
SCHEDULE = schedule_of(HOUR, (GateRule(Product.DAY_AHEAD, -3_000, -2_000), GateRule(Product.INTRADAY, -2_000, -1_000)))


def uniform_price(orders: Orders, _: int) -> Sequence[Trade]:
    """The trades of a uniform price, none where nothing trades."""
    clearing = clear_uniform_price(orders, seed=SEED)
    return clearing.trades if clearing else ()


def uniform_price_arrays(orders: Orders, _: int) -> Sequence[Trade]:
    """The same by arrays, which go the plain way where numbers are too large."""
    rows = clear_orders(orders, seed=SEED)
    return [Trade(OrderNumber(bid), OrderNumber(offer), Wh(wh), Price(price)) for bid, offer, wh, price in rows]


def conditional(orders: Orders, _: int) -> Sequence[Trade]:
    """Every order with a least fill of zero, in a problem of one interval."""
    clearing = clear_conditional([as_linked(order) for order in orders], seed=SEED)
    return clearing.trades[0] if clearing.trades else ()


def bilateral_book(orders: Orders) -> BilateralBook:
    """Everybody may meet everybody."""
    return BilateralBook(tuple(orders), candidate_pairs(orders, Surroundings()))


def products(orders: Orders, _: int) -> Sequence[Trade]:
    """All orders in the first of two products."""
    at = UnixSeconds(HOUR.start - 3_000)
    placed = [PlacedOrder(order, 0, HOUR.start, at) for order in orders]
    cleared = clear_in_sequence(SCHEDULE, placed, lambda _, book: clear_pay_as_bid(book, seed=SEED))
    return [trade for product in cleared for trade in product.trades]


KERNELS: dict[str, Clear] = {
    "uniform price": uniform_price,
    "uniform price, arrays": uniform_price_arrays,
    "pay as bid": lambda orders, _: clear_pay_as_bid(orders, seed=SEED),
    "trade reduction": lambda orders, _: clear_trade_reduction(orders, seed=SEED),
    "continuous": lambda orders, _: clear_continuously(orders),
    "conditional": conditional,
    "pro rata": lambda orders, price: clear_pro_rata(orders, Price(price)),
    "equal shares": lambda orders, price: clear_equal_shares(orders, Price(price)),
    "allocation key": lambda orders, price: clear_by_key(orders, Price(price), cascade, KeyTable(), ActsOn.LONG_SIDE),
    "bilateral": lambda orders, _: [each.trade for each in clear_bilateral(bilateral_book(orders), SEED).trades],
    "bilateral, arrays": lambda orders, _: [each.trade for each in clear_objects(bilateral_book(orders), SEED).trades],
    "lines": lambda orders, _: clear_lines(orders, Terms(Proof.OPTIMUM), seed=SEED).trades,
    "products": products,
}
FULL = {name: clear for name, clear in KERNELS.items() if name != "trade reduction"}
"""Kernels that trade all that can be traded; a reduction leaves out the orders at the margin."""
every_kernel = pytest.mark.parametrize("clear", KERNELS.values(), ids=KERNELS)
every_full_kernel = pytest.mark.parametrize("clear", FULL.values(), ids=FULL)


def served_on_a_feeder(orders: Orders) -> dict[OrderNumber, Wh]:
    """What each order gets on a line that carries everything; a feeder publishes fills and no trades."""
    line = Line(NodeId(0), NodeId(1), 0, 0, 2**80)
    feeder = build_feeder([line], root=NodeId(0), lowest=ONE_PU2 // 2, highest=2 * ONE_PU2)
    places = {order.meter: NodeId(1) for order in orders}
    grid = grid_book(feeder, orders, places, reference=None, interval_s=3_600)
    return {number: wh for number, wh in clear_grid(grid, seed=SEED).fills.items() if wh}


def traded(clear: Clear, orders: Orders, price: int = PRICE) -> int:
    """The energy of all trades [Wh], which keep the envelope."""
    trades = clear(orders, price)
    assert first_breach_in_book(trades, orders) is None
    return sum(trade.wh for trade in trades)


@every_kernel
def test_an_empty_book_has_no_trades(clear: Clear) -> None:
    """Nothing is no fault."""
    assert traded(clear, ()) == 0


@every_kernel
@pytest.mark.parametrize("side", Side)
def test_one_side_alone_has_no_trades(book: Book, clear: Clear, side: Side) -> None:
    """Neither buyers nor sellers have anybody to trade with."""
    assert traded(clear, book(f"{side.lower()} ann 15@5", f"{side.lower()} ben 15@7")) == 0


def test_a_feeder_serves_nobody_without_a_partner(book: Book) -> None:
    """No orders, bids alone, offers alone."""
    for lines in ((), ("bid ann 15@5", "bid ben 15@7"), ("offer ann 15@5", "offer ben 15@7")):
        assert served_on_a_feeder(book(*lines)) == {}


@every_full_kernel
def test_all_equal_prices_trade_the_short_side_in_full(book: Book, clear: Clear) -> None:
    """12 Wh are wanted and 9 there are, all at one price: 9 Wh trade, at that price."""
    orders = book("bid ann 15@5", "bid ben 15@7", "offer cat 15@6", "offer dan 15@3")

    assert traded(clear, orders) == 9
    assert {trade.price for trade in clear(orders, PRICE)} == {PRICE}


def test_all_equal_prices_and_a_reduction(book: Book) -> None:
    """It trades less, at that price."""
    orders = book("bid ann 15@5", "bid ben 15@7", "offer cat 15@6", "offer dan 15@3")
    trades = clear_trade_reduction(orders, seed=SEED)

    assert 0 < sum(trade.wh for trade in trades) <= 9
    assert {trade.price for trade in trades} == {PRICE}


def test_all_equal_prices_on_a_feeder(book: Book) -> None:
    """Both sellers sell all; buyers get as much."""
    served = served_on_a_feeder(book("bid ann 15@5", "bid ben 15@7", "offer cat 15@6", "offer dan 15@3"))

    assert (served[OrderNumber(2)], served[OrderNumber(3)]) == (6, 3)
    assert sum(served.values()) == 18


@every_kernel
def test_ties_are_not_decided_by_the_sequence_of_the_book(book: Book, clear: Clear) -> None:
    """Equal orders in any arrangement give the same trades."""
    orders = book("bid ann 15@5", "bid ben 15@5", "offer cat 15@4", "offer dan 15@4")

    assert len({tuple(clear(arranged, PRICE)) for arranged in permutations(orders)}) == 1


@every_kernel
def test_prices_at_the_edge_of_u128_stay_exact(book: Book, clear: Clear) -> None:
    """One base unit apart at the very top; every trade keeps both limits."""
    orders = book(
        f"bid ann {DEAREST}@5", f"bid ben {DEAREST - 1}@5", f"offer cat {DEAREST - 1}@5", f"offer dan {DEAREST}@9"
    )

    assert traded(clear, orders, DEAREST - 1) in ((0, 5) if clear is KERNELS["trade reduction"] else (5, 10))


def test_a_reduction_at_the_edge_of_u128_trades_at_the_price_of_whom_it_leaves_out(book: Book) -> None:
    """Ben, who sets the price, is one base unit below the very top, and so is what Ann pays."""
    orders = book(f"bid ann {DEAREST}@5", f"bid ben {DEAREST - 1}@5", f"offer cat {DEAREST - 2}@10")
    trades = clear_trade_reduction(orders, seed=SEED)

    assert trades == (Trade(OrderNumber(0), OrderNumber(2), Wh(5), Price(DEAREST - 1)),)
    assert first_breach_in_book(trades, orders) is None


def test_above_the_edge_there_are_no_orders(book: Book) -> None:
    """No kernel is given one: u128 is the end of prices, u64 of energy."""
    for terms in (f"{DEAREST + 1}@5", f"5@{MOST_WH + 1}"):
        with pytest.raises(ValueError, match=r"order 0: its (limit price|energy .Wh.) is"):
            book(f"bid ann {terms}")


@every_full_kernel
def test_energy_may_be_given_away(book: Book, clear: Clear) -> None:
    """A limit of zero is a limit as any other."""
    orders = book("bid ann 0@5", "bid ben 0@5", "offer cat 0@5", "offer dan 0@5")

    assert traded(clear, orders, 0) == 10
    assert {trade.price for trade in clear(orders, 0)} == {0}


@every_full_kernel
def test_quantities_at_the_cap_trade(book: Book, clear: Clear) -> None:
    """The largest energy of an order on chain, on both sides; no sum runs over."""
    orders = book(
        f"bid ann 20@{MOST_WH}", f"bid ben 20@{MOST_WH}", f"offer cat 10@{MOST_WH}", f"offer dan 10@{MOST_WH}"
    )

    assert traded(clear, orders) == 2 * MOST_WH


def test_quantities_at_the_cap_on_a_feeder(book: Book) -> None:
    """Watt-hours of 64 bits are watts of more."""
    assert served_on_a_feeder(book(f"bid ann 20@{MOST_WH}", f"offer cat 10@{MOST_WH}")) == {0: MOST_WH, 1: MOST_WH}


@every_full_kernel
def test_one_watt_hour_trades(book: Book, clear: Clear) -> None:
    """The smallest order there is."""
    assert traded(clear, book("bid ann 20@1", "offer cat 10@1")) == 1


@pytest.mark.parametrize("terms", ["20@0", "20@-1", "-1@5"])
def test_an_order_of_no_energy_or_below_zero_is_none(book: Book, terms: str) -> None:
    """No kernel is ever given one: it cannot be made. Prices below zero are columns' alone, by permission."""
    with pytest.raises(ValueError, match="order 0"):
        book(f"bid ann {terms}")
    with pytest.raises(ValueError, match="feed-in"):
        ReferencePrice(Price(5), Price(-1))


@every_kernel
def test_a_number_that_stands_twice_is_refused(book: Book, clear: Clear) -> None:
    """Whose trade would it be?"""
    orders = book("bid ann 20@5", "offer cat 10@5")

    for twice in (orders[0], orders[1]):
        with pytest.raises(DuplicateOrder, match=f"order {twice.number} is in the book twice"):
            clear((*orders, twice), PRICE)


def test_a_number_that_stands_twice_is_refused_on_a_feeder(book: Book) -> None:
    """The same words."""
    with pytest.raises(DuplicateOrder, match="order 0 is in the book twice"):
        served_on_a_feeder(book("bid ann 20@5") * 2)


def test_an_order_has_no_interval_of_its_own() -> None:
    """A kernel cannot mix intervals up, since it never knows any; what is placed does, and is checked."""
    named = {field.name for field in fields(BookOrder)}

    assert not {"interval", "interval_start", "community"} & named
    assert {"interval_start", "community"} <= {field.name for field in fields(PlacedOrder)}


@every_kernel
def test_nobody_trades_with_itself(book: Book, clear: Clear) -> None:
    """One owner on both sides alone trades nothing; beside others it trades with them."""
    assert traded(clear, book("bid ann 20@5", "offer ann 10@5")) == 0

    orders = book("bid ann 20@5", "bid ben 20@5", "offer ann 10@5", "offer cat 10@5")
    owner = {order.number: order.owner for order in orders}
    parties = Counter((owner[trade.bid], owner[trade.offer]) for trade in clear(orders, PRICE))
    assert ("ann", "ann") not in parties


def test_an_unknown_place_is_refused(book: Book) -> None:
    """A zone the community has not, and a node the feeder has not."""
    orders = book("bid ann 20@5")
    line = Line(NodeId(0), NodeId(1), 0, 0, 100)
    feeder = build_feeder([line], root=NodeId(0), lowest=ONE_PU2 // 2, highest=2 * ONE_PU2)

    with pytest.raises(UnknownZone, match="a pair of zones names zone 2"):
        grid_tariff([[0, 0], [0, 0]]).charge(0, 2)
    with pytest.raises(UnknownNode, match="meter 0 is at node 5"):
        grid_book(feeder, orders, {orders[0].meter: NodeId(5)}, reference=None, interval_s=3_600)


def test_a_zone_without_terms_is_free(book: Book) -> None:
    """Terms list what is charged or limited; where they are silent a way costs nothing and carries all."""
    bid, offer = book("bid ann 20@5", "offer cat 10@5")
    apart = replace(bid, zone=9), replace(offer, zone=4)

    assert [trade.wh for trade in clear_lines(apart, Terms(Proof.OPTIMUM), seed=SEED).trades] == [5]

"""Worlds that a check of the market must notice."""

from dataclasses import replace

from tests.spec.invariants.spoilt import ADA, BEN, HERE, LATER, NEVER, OTHER_HASH, START, Checks

from aipchain.pallets_spec import balances
from aipchain.pallets_spec.market import ESCROW, BookStatus
from aipchain.pallets_spec.proofs import LinePrice
from aipchain.pallets_spec.types import BookKey, MeterId, OrderNumber, Side
from aipchain.pallets_spec.world import World
from aipchain.units import Balance, Price, Wh

CHECKS = Checks()
CLEARED, OPEN, NO_BOOK = (HERE, START), (HERE, LATER), (HERE, NEVER)
BID, STANDING, CANCELLED, NO_ORDER = (OrderNumber(number) for number in (0, 3, 5, 99))


def _change_book(world: World, key: BookKey, **changed: object) -> None:
    books = world.market.books
    books[key] = replace(books[key], **changed)  # type: ignore[arg-type]


def _change_order(world: World, number: OrderNumber, **changed: object) -> None:
    orders = world.market.orders
    orders[number] = replace(orders[number], **changed)  # type: ignore[arg-type]


# orders


@CHECKS.notice("an order number is not counted")
def order_numbers_begin_anew(world: World) -> None:
    """The last one would be given again."""
    world.market.next_order_number = CANCELLED


@CHECKS.notice("an order is overfilled")
def an_order_trades_more_than_it_offers(world: World) -> None:
    """A watt-hour more."""
    _change_order(world, BID, filled_wh=101)


@CHECKS.notice("an order has no book")
def an_order_for_no_interval(world: World) -> None:
    """It has its id and its number, and does not stand."""
    market, number = world.market, world.market.next_order_number
    stray = replace(market.orders[CANCELLED], interval_start=NEVER)
    market.orders[number], market.order_ids[NO_BOOK, (stray.owner, stray.id)] = stray, number
    market.next_order_number = OrderNumber(number + 1)


@CHECKS.notice("an order id names another order")
def an_id_names_the_wrong_order(world: World) -> None:
    """Cancelling it would take back another one."""
    order = world.market.orders[STANDING]
    world.market.order_ids[OPEN, (order.owner, order.id)] = CANCELLED


@CHECKS.notice("a cancelled order holds or trades")
def a_cancelled_order_trades(world: World) -> None:
    """A watt-hour."""
    _change_order(world, CANCELLED, filled_wh=1)


@CHECKS.notice("a cancelled order holds or trades")
def a_cancelled_order_holds(world: World) -> None:
    """A base unit, which is on hold."""
    _change_order(world, CANCELLED, escrow=1)
    balances.hold(world, ESCROW, BEN, Balance(1))


@CHECKS.notice("an order id outlives its order")
def an_id_names_an_order_twice(world: World) -> None:
    """An id that nobody used."""
    world.market.order_ids[OPEN, (ADA, 77)] = STANDING


# holds and what stands


@CHECKS.notice("a hold is not the sum of its orders' escrow")
def more_is_held_than_ordered(world: World) -> None:
    """A base unit of Ada's."""
    balances.hold(world, ESCROW, ADA, Balance(1))


@CHECKS.notice("a hold is not the sum of its orders' escrow")
def less_is_held_than_ordered(world: World) -> None:
    """A base unit of Ada's."""
    _change_order(world, STANDING, escrow=world.market.orders[STANDING].escrow + 1)


@CHECKS.notice("what stands is not the sum of the open orders")
def something_else_stands(world: World) -> None:
    """A watt-hour of a meter without orders."""
    world.market.standing_wh[OPEN, (MeterId(3), Side.BID)] = Wh(1)


@CHECKS.notice("what stands is not the sum of the open orders")
def a_standing_order_is_not_summed(world: World) -> None:
    """As if it was cancelled."""
    del world.market.standing_wh[OPEN, (MeterId(0), Side.BID)]


@CHECKS.notice("more stands than a connection carries")
def a_connection_grows_thin(world: World) -> None:
    """It carries 49 Wh in the hour, 50 stand."""
    meters = world.metering.meters
    meters[MeterId(4)] = replace(meters[MeterId(4)], connection_limit_w=49)


# books


@CHECKS.notice("an order is filled without a clearing")
def an_order_trades_in_an_open_book(world: World) -> None:
    """A watt-hour."""
    _change_order(world, STANDING, filled_wh=1)


@CHECKS.notice("a list of no book")
def trades_of_no_book(world: World) -> None:
    """Of an interval that nobody traded."""
    world.market.trades[NO_BOOK] = ()


@CHECKS.notice("a list of no book")
def orders_of_no_book(world: World) -> None:
    """Of an interval that nobody traded."""
    world.market.book_orders[NO_BOOK] = ()


@CHECKS.notice("a book's list is not its orders")
def an_order_is_not_listed(world: World) -> None:
    """The first one."""
    lists = world.market.book_orders
    lists[OPEN] = lists[OPEN][1:]


@CHECKS.notice("an open order is gone")
def a_list_names_no_order(world: World) -> None:
    """The first one."""
    lists = world.market.book_orders
    lists[OPEN] = (NO_ORDER, *lists[OPEN][1:])


@CHECKS.notice("a book's list is not its trades")
def a_trade_is_counted_twice(world: World) -> None:
    """One more than there are."""
    _change_book(world, CLEARED, trades=3)


@CHECKS.notice("a book's energy is not its trades'")
def a_book_counts_more_energy(world: World) -> None:
    """A watt-hour more than its trades have."""
    _change_book(world, CLEARED, traded_wh=201)


@CHECKS.notice("a result is not its trades' hash")
def a_result_is_anothers(world: World) -> None:
    """The result of other trades."""
    _change_book(world, CLEARED, result=OTHER_HASH)


@CHECKS.notice("a result is not its trades' hash")
def an_open_book_has_a_result(world: World) -> None:
    """It was never cleared."""
    _change_book(world, OPEN, result=world.market.books[CLEARED].result)


@CHECKS.notice("a commitment without a clearing")
def an_open_book_has_a_commitment(world: World) -> None:
    """It was never cleared."""
    _change_book(world, OPEN, commitment=OTHER_HASH)


@CHECKS.notice("a price of a line without a commitment")
def a_line_has_a_price_in_a_book_without_duals(world: World) -> None:
    """Its terms demand nothing."""
    world.market.line_prices[CLEARED] = (LinePrice(0, Price(1), Price(0)),)


@CHECKS.notice("a list of no book")
def prices_of_lines_of_no_book(world: World) -> None:
    """Of an interval that nobody traded."""
    world.market.line_prices[NO_BOOK] = ()


@CHECKS.notice("a book's cancelled orders are others")
def a_cancelled_order_is_not_counted(world: World) -> None:
    """There is one."""
    _change_book(world, OPEN, cancelled=0)


@CHECKS.notice("more orders cancelled than placed")
def an_order_cancelled_twice(world: World) -> None:
    """One more than there are, in a book whose first order is closed."""
    _change_book(world, CLEARED, cancelled=4, closed_orders=1, settled_trades=2)


@CHECKS.notice("more orders closed than placed")
def an_order_closed_twice(world: World) -> None:
    """One more than there are, in a book without trades."""
    _change_book(world, OPEN, closed_orders=4)


@CHECKS.notice("more trades settled than cleared")
def a_trade_settled_twice(world: World) -> None:
    """One more than there are."""
    _change_book(world, CLEARED, settled_trades=3)


@CHECKS.notice("more delivered than traded")
def more_was_delivered(world: World) -> None:
    """A watt-hour more."""
    _change_book(world, CLEARED, delivered_wh=201)


@CHECKS.notice("a settled book is not finished")
def a_book_is_settled_too_early(world: World) -> None:
    """Half of its trades are settled, and its orders are open."""
    _change_book(world, CLEARED, status=BookStatus.SETTLED)


@CHECKS.notice("an order closed before its trades")
def an_order_closed_too_early(world: World) -> None:
    """Its second trade is not settled."""
    _change_book(world, CLEARED, closed_orders=1)

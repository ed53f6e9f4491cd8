"""The kernels against the specification of the market pallet: one book, one rule, one result."""

import pytest
from tests.spec.conftest import Town
from tests.spec.market.conftest import Square, open_square

from aipchain.market import book as kernel
from aipchain.market.auctions.continuous import clear_continuously
from aipchain.market.auctions.pay_as_bid import clear_pay_as_bid
from aipchain.market.auctions.trade_reduction import clear_trade_reduction
from aipchain.market.auctions.uniform_price import clear_uniform_price
from aipchain.market.envelope import first_breach_in_book
from aipchain.pallets_spec.errors import Market
from aipchain.pallets_spec.market import BookStatus
from aipchain.pallets_spec.types import OrderNumber, Trade
from aipchain.units import Price, Wh

GATE = 1_800_000_000 - 900
WHO = {"ada": 0, "ben": 1, "cat": 2}
ORDERS = (
    ("ada", "bid", "500@20"),
    ("ben", "bid", "300@15"),
    ("cat", "bid", "200@9"),
    ("cat", "offer", "400@5"),
    ("ben", "offer", "400@11"),
    ("ada", "offer", "90@4"),
)


def _kernel_orders() -> tuple[kernel.BookOrder, ...]:
    """The orders as the kernels see them, numbered as the chain numbers them."""
    return tuple(
        kernel.BookOrder(
            kernel.OrderNumber(number),
            kernel.AccountId(who),
            kernel.MeterId(WHO[who]),
            kernel.Side(side.title()),
            Wh(int(terms.split("@")[0])),
            Price(int(terms.split("@")[1])),
        )
        for number, (who, side, terms) in enumerate(ORDERS)
    )


def _uniform(orders: tuple[kernel.BookOrder, ...]) -> tuple[kernel.Trade, ...]:
    clearing = clear_uniform_price(orders)
    return clearing.trades if clearing else ()


RESULTS = {
    "uniform_price": _uniform(_kernel_orders()),
    "pay_as_bid": clear_pay_as_bid(_kernel_orders()),
    "trade_reduction": clear_trade_reduction(_kernel_orders()),
    "continuous": clear_continuously(_kernel_orders()),
}


@pytest.fixture
def closed() -> Square:
    """The gate has just closed on the six orders."""
    town = Town()
    town.found()
    square = open_square(town)
    for place, (who, side, terms) in enumerate(ORDERS):
        square.place(who, square.order(side, terms, WHO[who], place + 1))
    square.town.at(GATE)
    return square


def _for_the_chain(trades: tuple[kernel.Trade, ...]) -> list[Trade]:
    return [Trade(OrderNumber(each.bid), OrderNumber(each.offer), each.wh, each.price) for each in trades]


@pytest.mark.parametrize("rule", RESULTS)
def test_python_and_chain_agree(closed: Square, rule: str) -> None:
    """What a kernel clears, the specification takes as it stands, in its own order of orders and sides."""
    trades = RESULTS[rule]
    assert trades
    assert first_breach_in_book(trades, _kernel_orders()) is None

    closed.clear(*_for_the_chain(trades))

    assert closed.book.status is BookStatus.CLEARED
    assert closed.book.traded_wh == sum(trade.wh for trade in trades)


def test_python_and_chain_agree_on_what_is_wrong(closed: Square) -> None:
    """Bid and offer exchanged, as where two matchers sort the sides in opposite directions: both name one breach."""
    swapped = tuple(kernel.Trade(each.offer, each.bid, each.wh, each.price) for each in RESULTS["pay_as_bid"])
    found = first_breach_in_book(swapped, _kernel_orders())

    refused = closed.clear_refused(*_for_the_chain(swapped))

    assert found is not None
    assert isinstance(refused, Market.TradeRefused)
    assert (refused.index, refused.rule.value) == (found.index, found.rule.value)

"""The proof of a continuous auction: the first trade that is another one, by what is wrong with it."""

from collections.abc import Callable

import pytest

from aipchain.market.auctions.continuous_certificate import Fault, in_turn, verify
from aipchain.market.book import BookOrder, OrderNumber, Trade
from aipchain.market.breach import At, Breach, Thing
from aipchain.units import Price, Wh

Book = Callable[..., tuple[BookOrder, ...]]


def trade(bid: int, offer: int, wh: int, price: int) -> Trade:
    """A trade by its numbers."""
    return Trade(OrderNumber(bid), OrderNumber(offer), Wh(wh), Price(price))


@pytest.fixture
def orders(book: Book) -> tuple[BookOrder, ...]:
    """Three offers wait, Dan takes 7 Wh of them, and Eve 1 Wh of the last."""
    return book("offer ann 9@2", "offer ben 7@3", "offer cat 7@3", "bid dan 9@7", "bid eve 20@1", "bid ann 20@5")


TRADES = (trade(3, 1, 3, 7), trade(3, 2, 3, 7), trade(3, 0, 1, 9), trade(4, 0, 1, 9))


def test_the_trades_prove_themselves(orders: tuple[BookOrder, ...]) -> None:
    """As they happened, and written by hand; Ann's late bid meets nobody."""
    assert in_turn(orders) == TRADES
    assert verify(orders, TRADES) is None
    assert verify(orders[::-1], TRADES) is None


@pytest.mark.parametrize(
    ("trades", "fault", "index"),
    [
        ((trade(3, 2, 3, 7), trade(3, 1, 3, 7), *TRADES[2:]), Fault.OTHER_PARTNER, 0),  # Ben waited longer
        ((trade(3, 0, 2, 9), trade(3, 1, 3, 7), trade(3, 2, 2, 7), trade(4, 2, 1, 7)), Fault.OTHER_PARTNER, 0),
        ((*TRADES[:1], trade(3, 2, 2, 7), *TRADES[2:]), Fault.OTHER_ENERGY, 1),
        ((*TRADES[:2], trade(3, 0, 1, 9), trade(4, 0, 1, 10)), Fault.OTHER_PRICE, 3),
        (TRADES[:3], Fault.TRADE_MISSING, 3),
        (TRADES[1:], Fault.OTHER_PARTNER, 0),
        ((), Fault.TRADE_MISSING, 0),
        ((*TRADES, trade(5, 0, 1, 9)), Fault.OUTSIDE_ENVELOPE, 4),  # Ann with herself
        ((*TRADES[:3], trade(4, 0, 2, 9)), Fault.OUTSIDE_ENVELOPE, 3),
        ((trade(3, 1, 3, 6), *TRADES[1:]), Fault.OUTSIDE_ENVELOPE, 0),
        ((trade(3, 7, 3, 7), *TRADES[1:]), Fault.OUTSIDE_ENVELOPE, 0),
        ((*TRADES[:3], TRADES[3], TRADES[3]), Fault.OUTSIDE_ENVELOPE, 4),
    ],
)
def test_trades_that_did_not_happen(
    orders: tuple[BookOrder, ...], trades: tuple[Trade, ...], fault: Fault, index: int
) -> None:
    """Time or price passed over, other terms, one too few, one the chain would refuse."""
    assert verify(orders, trades) == Breach(fault, At(Thing.TRADE, index))


def test_a_trade_after_the_end_is_found(book: Book) -> None:
    """Orders that do reach each other, but one was dropped for its least fill."""
    orders = book("offer ann 5@2", "bid ben 9@5")
    trades = (trade(1, 0, 2, 5),)

    assert verify(orders, trades) is None
    assert verify(orders, trades, least_wh={OrderNumber(1): Wh(3)}) == Breach(Fault.TRADE_TOO_MANY, At(Thing.TRADE, 0))

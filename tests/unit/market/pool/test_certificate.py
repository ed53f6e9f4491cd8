"""What the check of a clearing at one price finds."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from aipchain.market.allocation.certificate import KeyName
from aipchain.market.book import BookOrder, OrderNumber, Trade
from aipchain.market.breach import At, Breach, Thing
from aipchain.market.pool.certificate import Fault, OnePriceCertificate, most_tradable, verify
from aipchain.market.pool.pro_rata import clear_pro_rata
from aipchain.units import Price, Wh

Book = Callable[..., tuple[BookOrder, ...]]
PRICE = Price(15)
CERTIFICATE = OnePriceCertificate(PRICE, KeyName.PRO_RATA)


def test_a_clearing_is_proven_and_its_flaws_are_found(book: Book) -> None:
    """Too little volume, another price, a limit broken."""
    orders = book("bid a 20@1200", "bid b 15@600", "bid c 14@999", "offer d 10@900", "offer e 16@999")
    trades = clear_pro_rata(orders, PRICE)

    assert verify(orders, trades, CERTIFICATE) is None
    assert verify((*orders, orders[0]), trades, CERTIFICATE) == Breach(Fault.ORDER_TWICE)
    assert verify(orders, trades[:1], CERTIFICATE) == Breach(Fault.ENERGY_MISSING)
    assert verify(orders, (trades[0], replace(trades[1], price=Price(14))), CERTIFICATE) == Breach(
        Fault.OTHER_PRICE, At(Thing.TRADE, 1)
    )
    assert verify(orders, (replace(trades[0], bid=orders[2].number),), CERTIFICATE) == Breach(
        Fault.OUTSIDE_ENVELOPE, At(Thing.TRADE, 0)
    )


@pytest.mark.parametrize("key", [KeyName.PRO_RATA, KeyName.EQUAL])
def test_a_favoured_order_is_found(book: Book, key: KeyName) -> None:
    """Two equal buyers and too little for both: one of them cannot have it all, whatever the price and the volume."""
    orders = book("bid a 20@10", "bid b 20@10", "offer c 5@10")
    favoured = (Trade(OrderNumber(0), OrderNumber(2), Wh(10), PRICE),)

    assert verify(orders, favoured, OnePriceCertificate(PRICE)) is None
    assert verify(orders, favoured, OnePriceCertificate(PRICE, key)) == Breach(Fault.OTHER_PARTS)


def test_the_most_is_what_owners_can_trade_with_others(book: Book) -> None:
    """Ann alone could only trade with herself; with Ben's 3 Wh she can trade 3."""
    assert most_tradable(book("bid ann 20@10", "offer ann 10@10"), PRICE) == 0
    assert most_tradable(book("bid ann 20@10", "offer ann 10@10", "bid ben 20@3"), PRICE) == Wh(3)
    assert most_tradable((), PRICE) == 0


def test_a_breach_is_one_sentence() -> None:
    """What, and where."""
    assert str(Breach(Fault.OTHER_PRICE, At(Thing.TRADE, 4))) == ("the clearing is not proven: OtherPrice at trade 4")

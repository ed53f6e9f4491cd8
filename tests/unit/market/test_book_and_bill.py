"""Orders, the largest trades of a result, and bills against figures worked out by hand."""

from dataclasses import replace

import numpy as np
import pytest

from aipchain.market.auctions.ties import lot
from aipchain.market.bill import Bill, Delivery, bill_interval, total_bill
from aipchain.market.book import (
    AccountId,
    BookOrder,
    MeterId,
    OrderNumber,
    ReferencePrice,
    Side,
    Trade,
    keep_largest,
)
from aipchain.market.errors import DeliveryAboveReading
from aipchain.units import Balance, Price, Wh

REFERENCE = ReferencePrice(retail=Price(300), feed_in=Price(100))


def test_keep_largest_leaves_out_the_smallest() -> None:
    """A result that is too long loses its smallest trades, equal ones by lot, and stays in canonical order."""
    trades = [Trade(OrderNumber(n), OrderNumber(9), Wh(wh), Price(1)) for n, wh in enumerate((3, 7, 3, 5))]

    for seed in range(20):
        kept = min((0, 2), key=lambda number, seed=seed: lot(seed, number))  # type: ignore[misc]
        assert [trade.bid for trade in keep_largest(trades, 3, seed=seed)] == sorted([kept, 1, 3])
    assert len({keep_largest(trades, 3, seed=seed) for seed in range(20)}) == 2


def test_a_bill_with_and_without_trade() -> None:
    """1,000 Wh import at 300 against 600 of them bought at 200; 400 Wh export at 100 against 300 sold at 180."""
    bill = bill_interval(
        REFERENCE,
        import_wh=Wh(1_000),
        export_wh=Wh(400),
        bought=[Delivery(Wh(600), Price(200))],
        sold=[Delivery(Wh(100), Price(180)), Delivery(Wh(200), Price(180))],
    )

    assert bill == Bill(Balance(300_000 - 40_000), Balance(400 * 300 + 600 * 200 - 100 * 100 - 300 * 180))
    assert total_bill([bill, bill]) == Bill(Balance(520_000), Balance(352_000))


def test_a_bill_refuses_more_delivery_than_was_metered() -> None:
    """Contracted energy that was not delivered must not be billed."""
    with pytest.raises(DeliveryAboveReading, match="601 Wh were bought, but the meter shows 600 Wh"):
        bill_interval(REFERENCE, import_wh=Wh(600), export_wh=Wh(0), bought=[Delivery(Wh(601), Price(200))])


U64, U128 = (1 << 64) - 1, (1 << 128) - 1
LARGEST = BookOrder(OrderNumber(U64), AccountId("ann"), MeterId(U64), Side.BID, Wh(U64), Price(U128), zone=U64)


@pytest.mark.parametrize(
    ("field", "number", "sentence"),
    [
        ("wh", 0, f"order {U64}: its energy [Wh] is 0; it must be in 1..{U64}"),
        ("wh", -1, f"order {U64}: its energy [Wh] is -1; it must be in 1..{U64}"),
        ("wh", U64 + 1, f"order {U64}: its energy [Wh] is {U64 + 1}; it must be in 1..{U64}"),
        ("limit_price", -3, f"order {U64}: its limit price is -3; it must be in 0..{U128}"),
        ("limit_price", U128 + 1, f"order {U64}: its limit price is {U128 + 1}; it must be in 0..{U128}"),
        ("number", -1, f"order -1: its number is -1; it must be in 0..{U64}"),
        ("number", U64 + 1, f"order {U64 + 1}: its number is {U64 + 1}; it must be in 0..{U64}"),
        ("meter", -1, f"order {U64}: its meter is -1; it must be in 0..{U64}"),
        ("zone", U64 + 1, f"order {U64}: its zone is {U64 + 1}; it must be in 0..{U64}"),
    ],
)
def test_orders_beyond_what_a_chain_holds_do_not_exist(field: str, number: int, sentence: str) -> None:
    """The type itself refuses them, one beyond the largest that there can be, and says which number is wrong."""
    with pytest.raises(ValueError, match="must be in") as refused:
        replace(LARGEST, **{field: number})  # type: ignore[arg-type]
    assert str(refused.value) == sentence


@pytest.mark.parametrize("field", ["number", "meter", "wh", "limit_price", "zone"])
@pytest.mark.parametrize("number", [1.0, True, "1", None, np.int64(1)])
def test_every_number_of_an_order_is_whole(field: str, number: object) -> None:
    """No fraction, not even of a whole number, no truth value, no text, and nothing that would run over."""
    with pytest.raises(TypeError, match="which is not a whole number"):
        replace(LARGEST, **{field: number})  # type: ignore[arg-type]


def test_reference_prices_are_whole() -> None:
    """What is billed by them stays exact."""
    for prices in ((300.0, 100), (300, 100.0)):
        with pytest.raises(TypeError, match="which is not a whole number"):
            ReferencePrice(*prices)


def test_the_most_trades_are_not_fewer_than_none() -> None:
    """A list cut from its end would keep nearly all."""
    for most, error in ((-1, ValueError), (1.0, TypeError)):
        with pytest.raises(error, match="the most trades"):
            keep_largest((), most, seed=0)  # type: ignore[arg-type]

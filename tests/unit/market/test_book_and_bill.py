"""Orders, the largest trades of a result, and bills against figures worked out by hand."""

from collections.abc import Callable

import pytest

from aipchain.market.auctions.ties import lot
from aipchain.market.bill import Bill, Delivery, bill_interval, total_bill
from aipchain.market.book import BookOrder, OrderNumber, ReferencePrice, Trade, keep_largest
from aipchain.market.errors import DeliveryAboveReading
from aipchain.units import Balance, Price, Wh

Book = Callable[..., tuple[BookOrder, ...]]
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


@pytest.mark.parametrize("terms", ["bid ann 5@0", "offer ann -5@1"])
def test_orders_without_energy_or_with_negative_prices_do_not_exist(book: Book, terms: str) -> None:
    """The type itself refuses them."""
    with pytest.raises(ValueError, match="energy must be above zero"):
        book(terms)

"""Price rules, allocation, pro rata and bills against figures worked out by hand."""

from collections.abc import Callable

import pytest

from aipchain.market.allocation.shares import allocate, delivered_shares
from aipchain.market.bill import Bill, Delivery, bill_interval, total_bill
from aipchain.market.book import BookOrder, OrderNumber, ReferencePrice, Trade, keep_largest
from aipchain.market.errors import DeliveryAboveReading
from aipchain.market.pool.price_rules import (
    CommunityPrices,
    mid_market_rate,
    supply_demand_local_price,
    supply_demand_ratio,
)
from aipchain.market.pool.pro_rata import clear_pro_rata
from aipchain.units import Balance, Price, Wh

Book = Callable[..., tuple[BookOrder, ...]]
REFERENCE = ReferencePrice(retail=Price(300), feed_in=Price(100))


@pytest.mark.parametrize(
    ("supply", "demand", "price"),
    [
        (0, 1_000, 300),  # no supply: retail
        (500, 1_000, 150),  # 100 x 300 / (200 x 0.5 + 100)
        (250, 1_000, 200),  # 100 x 300 / (200 x 0.25 + 100)
        (333, 1_000, 180),  # 180.07..., rounded down
        (1_000, 1_000, 100),  # balanced: feed-in
        (1_001, 1_000, 100),  # more supply than demand: feed-in
        (1_000, 0, 100),
        (0, 0, 300),
    ],
)
def test_supply_demand_ratio_price(supply: int, demand: int, price: int) -> None:
    """The local price falls from retail to feed-in as the ratio rises to 1 (Liu et al. 2017)."""
    assert supply_demand_local_price(REFERENCE, Wh(supply), Wh(demand)) == price


def test_supply_demand_ratio_blends_the_buying_price() -> None:
    """Half of the demand is local at 150, half comes from outside at 300."""
    assert supply_demand_ratio(REFERENCE, Wh(500), Wh(1_000)) == CommunityPrices(Price(225), Price(150))
    assert supply_demand_ratio(REFERENCE, Wh(2_000), Wh(1_000)) == CommunityPrices(Price(100), Price(100))


def test_worthless_feed_in_and_flat_references_have_a_price() -> None:
    """The formula never divides by zero."""
    assert supply_demand_local_price(ReferencePrice(Price(300), Price(0)), Wh(5), Wh(10)) == 0
    assert supply_demand_local_price(ReferencePrice(Price(0), Price(0)), Wh(5), Wh(10)) == 0
    assert supply_demand_local_price(ReferencePrice(Price(200), Price(200)), Wh(5), Wh(10)) == 200


@pytest.mark.parametrize(
    ("supply", "demand", "prices"),
    [
        (1_000, 1_000, (200, 200)),
        (2_000, 1_000, (200, 150)),  # sell = (1000 x 200 + 1000 x 100) / 2000
        (1_000, 2_000, (250, 200)),  # buy = (1000 x 200 + 1000 x 300) / 2000
        (1, 3, (267, 200)),  # 266.6..., rounded up for buyers
        (3, 1, (200, 133)),  # 133.3..., rounded down for sellers
    ],
)
def test_mid_market_rate(supply: int, demand: int, prices: tuple[int, int]) -> None:
    """Surplus or deficit is shared at the outside price (Long et al. 2017)."""
    assert mid_market_rate(REFERENCE, Wh(supply), Wh(demand)) == CommunityPrices(Price(prices[0]), Price(prices[1]))


def test_a_feed_in_price_above_retail_is_refused() -> None:
    """The chain refuses such a posting, so no kernel needs to make sense of it."""
    with pytest.raises(ValueError, match="feed-in"):
        ReferencePrice(retail=Price(1), feed_in=Price(2))


def test_allocation_rounds_cumulatively() -> None:
    """Ten units over three equal weights: the shares sum to ten and differ by at most one."""
    assert allocate(10, [1, 1, 1]) == [3, 3, 4]
    assert allocate(0, [0, 0]) == [0, 0]
    assert delivered_shares([Wh(500), Wh(500)], Wh(701)) == [350, 351]
    assert delivered_shares([Wh(500), Wh(500)], Wh(9_999)) == [500, 500]


def test_allocation_refuses_what_cannot_be_shared() -> None:
    """Nothing is lost in silence."""
    with pytest.raises(ValueError, match="all weights are zero"):
        allocate(1, [0])
    with pytest.raises(ValueError, match="negative"):
        allocate(1, [2, -1])


def test_pro_rata_serves_the_short_side_in_full(book: Book) -> None:
    """900 Wh of offers meet 1,800 Wh of bids: each bid gets half; who is out of the money gets nothing."""
    orders = book("bid a 20@1200", "bid b 15@600", "bid c 14@999", "offer d 10@900", "offer e 16@999")

    assert clear_pro_rata(orders, Price(15)) == (
        Trade(OrderNumber(0), OrderNumber(3), Wh(600), Price(15)),
        Trade(OrderNumber(1), OrderNumber(3), Wh(300), Price(15)),
    )


def test_pro_rata_gives_energy_its_owner_cannot_use_to_others(book: Book) -> None:
    """Ann's offer may not serve her own bid, so Ben gets what he asked for, not only his proportion."""
    orders = book("bid ann 20@10", "bid ben 20@10", "offer ann 10@10")

    assert clear_pro_rata(orders, Price(15)) == (Trade(OrderNumber(1), OrderNumber(2), Wh(10), Price(15)),)


def test_keep_largest_leaves_out_the_smallest() -> None:
    """A result that is too long loses its smallest trades, equal ones by number, and stays in canonical order."""
    trades = [Trade(OrderNumber(n), OrderNumber(9), Wh(wh), Price(1)) for n, wh in enumerate((3, 7, 3, 5))]

    assert [trade.bid for trade in keep_largest(trades, 3)] == [0, 1, 3]


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

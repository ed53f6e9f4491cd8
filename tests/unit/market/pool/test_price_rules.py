"""Pool prices against figures worked out by hand."""

import pytest

from aipchain.market.book import ReferencePrice
from aipchain.market.errors import MarketError
from aipchain.market.pool.errors import NegativeEnergy, PriceOutsideReference
from aipchain.market.pool.price_rules import (
    CommunityPrices,
    average_prices,
    bill_sharing,
    mid_market_local_price,
    mid_market_rate,
    supply_demand_local_price,
    supply_demand_ratio,
)
from aipchain.units import Price, Wh

REFERENCE = ReferencePrice(retail=Price(300), feed_in=Price(100))
U128_TOP = (1 << 128) - 1


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


@pytest.mark.parametrize(
    ("supply", "demand", "prices"),
    [
        (1_000, 1_000, (0, 0)),  # the community needs nothing from outside
        (2_000, 1_000, (0, 50)),  # 1000 Wh exported at 100, shared by 2000 Wh
        (500, 2_000, (225, 0)),  # 1500 Wh imported at 300, shared by 2000 Wh
        (1, 3, (200, 0)),
        (2, 3, (100, 0)),
        (3, 2, (0, 33)),  # 33.3..., rounded down
    ],
)
def test_bill_sharing(supply: int, demand: int, prices: tuple[int, int]) -> None:
    """Members share the community's import and export bill by their energy (Long et al. 2017)."""
    assert bill_sharing(REFERENCE, Wh(supply), Wh(demand)) == CommunityPrices(Price(prices[0]), Price(prices[1]))


def test_bill_sharing_can_leave_a_seller_worse_off_than_outside() -> None:
    """With demand above supply the community exports nothing, and sellers get nothing for what is worth 100 outside."""
    assert bill_sharing(REFERENCE, Wh(500), Wh(2_000)).sell == 0 < REFERENCE.feed_in


def test_an_absent_side_has_the_local_price() -> None:
    """Where nobody buys or nobody sells, no formula divides by zero."""
    for local in (Price(0), Price(150), Price(300)):
        assert average_prices(REFERENCE, Wh(0), Wh(0), local) == CommunityPrices(local, local)
    assert mid_market_rate(REFERENCE, Wh(5), Wh(0)) == CommunityPrices(Price(200), Price(100))
    assert mid_market_rate(REFERENCE, Wh(0), Wh(5)) == CommunityPrices(Price(300), Price(200))
    assert supply_demand_ratio(REFERENCE, Wh(0), Wh(0)) == CommunityPrices(Price(300), Price(300))


def test_prices_at_the_edge_of_u128_are_exact() -> None:
    """Whole numbers do not overflow; at r = 1/2 and F = R - 2: 2 F R / (R + F) = F + F / (R - 1), rounded down."""
    top = ReferencePrice(retail=Price(U128_TOP), feed_in=Price(U128_TOP - 2))

    assert mid_market_local_price(top) == U128_TOP - 1
    assert supply_demand_local_price(top, Wh(U128_TOP), Wh(2 * U128_TOP)) == U128_TOP - 2
    assert supply_demand_ratio(top, Wh(1), Wh(U128_TOP)).buy == U128_TOP


def test_negative_energy_and_prices_outside_the_reference_are_refused() -> None:
    """One sentence each, with the numbers as fields."""
    with pytest.raises(NegativeEnergy, match="supply is -1 Wh") as negative:
        supply_demand_local_price(REFERENCE, Wh(-1), Wh(1))
    assert negative.value.wh == -1
    with pytest.raises(PriceOutsideReference, match="301 must lie between 0 and the retail price 300"):
        average_prices(REFERENCE, Wh(1), Wh(1), Price(301))
    with pytest.raises(PriceOutsideReference):
        average_prices(REFERENCE, Wh(1), Wh(1), Price(-1))
    assert issubclass(NegativeEnergy, MarketError)


def test_p_rate_is_price_per_unit() -> None:
    """Defect p of another market: a rate multiplied by energy. Ten times the energy has the same price per Wh."""
    for rule in (mid_market_rate, supply_demand_ratio, bill_sharing):
        assert rule(REFERENCE, Wh(500), Wh(1_000)) == rule(REFERENCE, Wh(5_000), Wh(10_000))

"""The batched maker and the sequential pool against figures worked out by hand."""

from math import isqrt

import pytest

from aipchain.market.book import ReferencePrice
from aipchain.market.pool.batched_amm import Curve, batched_amm, batched_amm_local_price, price_band
from aipchain.market.pool.constant_product import ConstantProductPool, buy_from, sell_to
from aipchain.market.pool.errors import (
    BandOutsideReference,
    BandUpsideDown,
    NegativeEnergy,
    PoolEmpty,
    PoolTooSmall,
    UnknownCurve,
)
from aipchain.market.pool.price_rules import CommunityPrices
from aipchain.units import Balance, Price, Wh

BAND = (Price(100), Price(400))
REFERENCE = ReferencePrice(retail=Price(400), feed_in=Price(100))
TEN_MWH = 10_000_000


@pytest.mark.parametrize(
    ("supply", "demand", "linear", "concentrated"),
    [
        (0, 1_000, 400, 400),  # no supply: the upper end
        (500, 1_000, 300, 225),  # u = 1/3: 400 - 100;  1 / (2/60 + 1/30)^2 = 15^2
        (1_000, 1_000, 250, 177),  # u = 1/2: the mid;  1 / (1/40 + 1/20)^2 = (40/3)^2 = 177.7..., rounded down
        (1_000, 500, 200, 144),  # u = 2/3: 400 - 200;  1 / (1/60 + 2/30)^2 = 12^2
        (1_000, 0, 100, 100),  # no demand: the lower end
        (0, 0, 400, 400),
    ],
)
def test_the_price_falls_along_the_curve(supply: int, demand: int, linear: int, concentrated: int) -> None:
    """The two curves at levels whose roots are whole: sqrt(400) = 20, sqrt(100) = 10."""
    assert batched_amm_local_price(BAND, Wh(supply), Wh(demand)) == linear
    assert batched_amm_local_price(BAND, Wh(supply), Wh(demand), Curve.CONCENTRATED) == concentrated


def test_a_root_that_is_no_whole_number_is_rounded_as_a_real_one() -> None:
    """Band [1, 3], u = 1/3: 1.938..., a root rounded down alone gives 2. Band [2, 3], u = 1/2: 120 - 48 sqrt 6."""
    assert batched_amm_local_price((Price(1), Price(3)), Wh(1), Wh(2), Curve.CONCENTRATED) == 1
    scale = 10**30
    assert batched_amm_local_price((Price(2 * scale), Price(3 * scale)), Wh(1), Wh(1), Curve.CONCENTRATED) == (
        120 * scale - isqrt(48**2 * 6 * scale**2) - 1
    )


def test_average_prices_of_a_batch() -> None:
    """Half of the demand is local at 300, half comes from outside at 400."""
    assert batched_amm(REFERENCE, Wh(500), Wh(1_000)) == CommunityPrices(Price(350), Price(300))
    assert batched_amm(REFERENCE, Wh(1_000), Wh(500)) == CommunityPrices(Price(200), Price(150))


def test_a_band_inside_the_gap() -> None:
    """A quarter and three quarters of the gap of 300 above the feed-in price of 100."""
    assert price_band(REFERENCE, 250, 750) == (175, 325)
    assert batched_amm(REFERENCE, Wh(9), Wh(9), low_permille=250, high_permille=750).sell == 250


def test_flat_and_worthless_references_have_a_price() -> None:
    """No curve divides by zero, not even one whose band is a point or starts at zero."""
    for curve in Curve:
        assert batched_amm_local_price((Price(7), Price(7)), Wh(5), Wh(10), curve) == 7
        assert batched_amm_local_price((Price(0), Price(0)), Wh(5), Wh(10), curve) == 0
    assert batched_amm_local_price((Price(0), Price(300)), Wh(5), Wh(10), Curve.CONCENTRATED) == 0
    assert batched_amm_local_price((Price(0), Price(300)), Wh(0), Wh(10), Curve.CONCENTRATED) == 300


@pytest.mark.parametrize(("low", "high"), [(-1, 5), (6, 5), (0, 1_001)])
def test_a_band_outside_the_gap_is_refused(low: int, high: int) -> None:
    """A price above retail or below feed-in would leave members worse off than outside."""
    with pytest.raises(BandOutsideReference, match="0 <= low <= high <= 1000"):
        price_band(REFERENCE, low, high)


def test_negative_energy_is_refused() -> None:
    """A maker's batch has two sides, both zero or more."""
    with pytest.raises(NegativeEnergy, match="demand is -5 Wh"):
        batched_amm_local_price(BAND, Wh(1), Wh(-5))
    pool = ConstantProductPool(Wh(10), Balance(10))
    for swap in (buy_from, sell_to):
        with pytest.raises(NegativeEnergy):
            swap(pool, Wh(-1))


def test_a_swap_by_hand() -> None:
    """x = 1000, y = 1000: 200 Wh cost 1000 x 200 / 800 = 250 and raise the price from 1 to 1250 / 800."""
    pool, paid = buy_from(ConstantProductPool(Wh(1_000), Balance(1_000)), Wh(200))
    assert (paid, pool) == (250, ConstantProductPool(Wh(800), Balance(1_250)))
    assert sell_to(pool, Wh(200)) == (ConstantProductPool(Wh(1_000), Balance(1_000)), 250)


def test_a_pool_never_gives_its_last_watt_hour() -> None:
    """The price would be infinite."""
    with pytest.raises(PoolTooSmall, match="10 Wh were asked of a pool of 10 Wh"):
        buy_from(ConstantProductPool(Wh(10), Balance(10)), Wh(10))


@pytest.mark.parametrize(("energy", "money"), [(0, 0), (0, 10), (10, 0), (-1, 10), (10, -1)])
def test_a_pool_without_energy_or_money_is_none(energy: int, money: int) -> None:
    """It has no price."""
    with pytest.raises(PoolEmpty, match="has no price"):
        ConstantProductPool(Wh(energy), Balance(money))


def test_a_curve_that_is_none_is_refused() -> None:
    """Also the plain text of one that is: no other curve is taken silently in its place."""
    for curve in ("bogus", "linear"):
        with pytest.raises(UnknownCurve, match="linear, concentrated"):
            batched_amm_local_price(BAND, Wh(1), Wh(1), curve)  # type: ignore[arg-type]


@pytest.mark.parametrize("band", [(30, 8), (-1, 8)])
def test_a_band_upside_down_is_refused(band: tuple[Price, Price]) -> None:
    """The lower end comes first, and prices are not negative."""
    with pytest.raises(BandUpsideDown, match="lower end first"):
        batched_amm_local_price(band, Wh(1), Wh(1))


def test_sequential_swaps_depend_on_their_order_and_a_batch_does_not() -> None:
    """A thousand equal swaps on a 10 MWh pool: the last pays over 9 % more than the first; a batch has one price."""
    pool, bills = ConstantProductPool(Wh(TEN_MWH), Balance(TEN_MWH * 250)), []
    for _ in range(1_000):
        pool, paid = buy_from(pool, Wh(436))
        bills.append(paid)

    assert bills == sorted(bills)
    assert 1_090 <= bills[-1] * 1_000 // bills[0] <= 1_095
    assert batched_amm_local_price(BAND, Wh(TEN_MWH), Wh(436_000)) == 112

"""Fractions are refused where they enter a pool, and a seed that is none."""

from collections.abc import Callable

import pytest

from aipchain.market.book import MeterId, ReferencePrice
from aipchain.market.pool.batched_amm import batched_amm_local_price, price_band
from aipchain.market.pool.constant_product import ConstantProductPool, buy_from, sell_to
from aipchain.market.pool.equal_shares import clear_equal_shares
from aipchain.market.pool.fitting import clear_within
from aipchain.market.pool.price_rules import (
    average_prices,
    bill_sharing,
    mid_market_rate,
    supply_demand_local_price,
    supply_demand_ratio,
)
from aipchain.market.pool.pro_rata import clear_pro_rata
from aipchain.market.pool.settlement import settle_pool
from aipchain.units import Balance, Price, Wh

REFERENCE = ReferencePrice(retail=Price(30), feed_in=Price(8))
POOL = ConstantProductPool(Wh(10), Balance(10))
HALF = Wh(1.5)  # type: ignore[arg-type]


@pytest.mark.parametrize("rule", [mid_market_rate, supply_demand_ratio, supply_demand_local_price, bill_sharing])
@pytest.mark.parametrize("energies", [(HALF, Wh(5)), (Wh(5), HALF)])
def test_a_rule_takes_whole_watt_hours(rule: Callable[..., object], energies: tuple[Wh, Wh]) -> None:
    """Supply or demand."""
    with pytest.raises(TypeError, match=r"1\.5, which is not a whole number"):
        rule(REFERENCE, *energies)


@pytest.mark.parametrize(
    "act",
    [
        lambda: average_prices(REFERENCE, Wh(1), Wh(1), Price(9.5)),  # type: ignore[arg-type]
        lambda: batched_amm_local_price((Price(8), Price(30)), HALF, Wh(1)),
        lambda: batched_amm_local_price((Price(8.5), Price(30)), Wh(1), Wh(1)),  # type: ignore[arg-type]
        lambda: price_band(REFERENCE, 0.5, 900),  # type: ignore[arg-type]
        lambda: ConstantProductPool(HALF, Balance(1)),
        lambda: ConstantProductPool(Wh(1), Balance(1.5)),  # type: ignore[arg-type]
        lambda: buy_from(POOL, HALF),
        lambda: sell_to(POOL, HALF),
        lambda: settle_pool(REFERENCE, Price(9), {MeterId(1): HALF}, {}),
        lambda: settle_pool(REFERENCE, Price(9.5), {}, {}),  # type: ignore[arg-type]
        lambda: clear_pro_rata([], Price(9.5)),  # type: ignore[arg-type]
        lambda: clear_equal_shares([], Price(9.5)),  # type: ignore[arg-type]
    ],
)
def test_a_fraction_is_no_number_of_a_pool(act: Callable[[], object]) -> None:
    """Prices, bands, pools, swaps and settlements are whole."""
    with pytest.raises(TypeError, match="not a whole number"):
        act()


def test_a_seed_that_is_none_is_refused_though_nothing_is_cut() -> None:
    """In every kernel alike, also where all trades fit."""
    with pytest.raises(ValueError, match="the seed is -1"):
        clear_within([], Price(9), clear_pro_rata, seed=-1)

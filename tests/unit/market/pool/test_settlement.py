"""The money of a pool, to the unit."""

import pytest

from aipchain.market.book import MeterId, ReferencePrice
from aipchain.market.pool.errors import NegativeEnergy, PriceOutsideReference
from aipchain.market.pool.settlement import PoolSettlement, settle_pool
from aipchain.units import Balance, Price, Wh

REFERENCE = ReferencePrice(retail=Price(300), feed_in=Price(100))
ANN, BEN, CAT = MeterId(1), MeterId(2), MeterId(3)


def test_every_unit_is_somebodys() -> None:
    """4 Wh local at 200 and 3 Wh from outside at 300: 1,700 split over 7 Wh by energy, 800 over 4 Wh."""
    settled = settle_pool(REFERENCE, Price(200), {BEN: Wh(3), ANN: Wh(4)}, {CAT: Wh(1), ANN: Wh(3)})

    assert settled == PoolSettlement(
        paid={ANN: Balance(971), BEN: Balance(729)},  # 4/7 of 1700 = 971.4...; the rest
        earned={ANN: Balance(600), CAT: Balance(200)},
        outside=Balance(900),
    )


def test_a_surplus_is_income() -> None:
    """10 Wh offered, 4 Wh used: 6 Wh leave at the feed-in price."""
    settled = settle_pool(REFERENCE, Price(150), {ANN: Wh(4)}, {BEN: Wh(10)})

    assert (settled.paid[ANN], settled.earned[BEN], settled.outside) == (600, 1_200, -600)


def test_an_empty_pool_owes_nothing() -> None:
    """No meters, or only zeros."""
    assert settle_pool(REFERENCE, Price(150), {}, {}) == PoolSettlement({}, {}, Balance(0))
    assert settle_pool(REFERENCE, Price(150), {ANN: Wh(0)}, {}).paid == {ANN: 0}


def test_bad_input_is_refused() -> None:
    """Negative energy, and a price that no member would take."""
    with pytest.raises(NegativeEnergy, match="energy of meter 2 is -1 Wh"):
        settle_pool(REFERENCE, Price(150), {}, {BEN: Wh(-1)})
    with pytest.raises(PriceOutsideReference):
        settle_pool(REFERENCE, Price(301), {}, {})

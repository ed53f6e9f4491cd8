"""The measures of a market on examples that can be counted by hand."""

from fractions import Fraction

import pytest

from aipchain.market.measures import EnergyShares, gini, mean_power_w, permille
from aipchain.units import Wh


@pytest.mark.parametrize(
    ("savings", "expected"),
    [
        ((5, 5, 5, 5), Fraction(0)),
        ((0, 0, 0, 8), Fraction(3, 4)),
        ((1, 2, 3, 4), Fraction(1, 4)),
        ((7,), Fraction(0)),
    ],
)
def test_gini_is_the_ordinary_coefficient_where_nobody_loses(savings: tuple[int, ...], expected: Fraction) -> None:
    """Equal savings give 0, one home that has everything gives (n - 1) / n."""
    assert gini(savings) == expected


@pytest.mark.parametrize("savings", [(), (0,), (0, 0, 0)])
def test_gini_is_zero_where_nobody_saves_anything(savings: tuple[int, ...]) -> None:
    """All are equal then, and so they are where there is nobody."""
    assert gini(savings) == 0


@pytest.mark.parametrize(
    ("savings", "expected"),
    [
        ((-1, 1), Fraction(1, 2)),
        ((-4, -4, -4), Fraction(0)),
        ((-3, 1, 2), Fraction(10, 18)),
    ],
)
def test_gini_has_a_value_where_homes_lose(savings: tuple[int, ...], expected: Fraction) -> None:
    """A sum of zero or below divides nothing: absolute values stand in for it."""
    assert gini(savings) == expected


def test_shares_of_energy() -> None:
    """Of 400 Wh generated 100 leave; of 500 Wh consumed 200 come from outside."""
    energy = EnergyShares(Wh(500), Wh(400), Wh(200), Wh(100))

    assert (energy.self_consumption, energy.self_sufficiency) == (Fraction(3, 4), Fraction(3, 5))


def test_shares_of_nothing_are_zero() -> None:
    """Without generation nothing is used locally, without consumption nothing is covered."""
    nothing = EnergyShares(Wh(0), Wh(0), Wh(0), Wh(0))

    assert (nothing.self_consumption, nothing.self_sufficiency) == (Fraction(0), Fraction(0))


@pytest.mark.parametrize(("energy", "interval_s", "power"), [(500, 3_600, 500), (500, 900, 2_000), (1, 7_200, 1)])
def test_mean_power_of_an_interval(energy: int, interval_s: int, power: int) -> None:
    """A quarter of an hour counts four times; parts of a watt count whole."""
    assert mean_power_w(Wh(energy), interval_s) == power


def test_an_interval_without_length_has_no_power() -> None:
    """It is a fault of the caller."""
    with pytest.raises(ValueError, match="0 s is no interval"):
        mean_power_w(Wh(1), 0)


@pytest.mark.parametrize(("ratio", "shown"), [(Fraction(1, 2), 500), (Fraction(2, 3), 667), (Fraction(1, 2_000), 1)])
def test_permille_rounds_half_up(ratio: Fraction, shown: int) -> None:
    """Shown ratios are whole permille."""
    assert permille(ratio) == shown

"""Quantities are shown without floating point."""

import pytest

from aipchain.units import AIP, Interval, Price, UnixSeconds, Wh, cost, format_aip, format_price


@pytest.mark.parametrize(
    ("amount", "shown"),
    [(0, "0.00"), (AIP, "1.00"), (-AIP // 2, "-0.50"), (5 * 10**9, "0.01"), (-1, "0.00"), (1_234 * AIP, "1,234.00")],
)
def test_money_is_rounded_half_away_from_zero(amount: int, shown: str) -> None:
    """Two decimals, thousands parted, no negative zero."""
    assert format_aip(amount) == shown


def test_price_times_energy_is_exact() -> None:
    """0.22 AIP per kWh is 220,000,000 base units per Wh."""
    assert cost(Wh(1_500), Price(220_000_000)) == 330_000_000_000
    assert format_price(220_000_000) == "0.2200"


def test_an_interval_ends_where_the_next_begins() -> None:
    """Intervals are half-open."""
    assert Interval(UnixSeconds(3_600), 900).end == 4_500

"""Families of theft: what each does to a day, and which are held out."""

import numpy as np
import pytest

from aipchain.ai.anomaly.attacks.generation import over_reported
from aipchain.ai.anomaly.attacks.theft import FAMILIES, HELD_OUT, SEEN, stolen

DAYS = np.tile(np.arange(1.0, 25.0) * 100, (2, 7, 1))


def test_two_families_are_held_out_by_the_digests_of_their_names() -> None:
    """Whoever adds a family may change which, and has to measure anew."""
    assert HELD_OUT == ("off-hours zero", "reversed day")
    assert {*SEEN, *HELD_OUT} == set(FAMILIES)


@pytest.mark.parametrize("family", FAMILIES)
def test_a_seed_gives_the_same_theft_and_gaps_stay_gaps(family: str) -> None:
    """Nothing is invented where nothing was measured, and nothing is below zero."""
    days = DAYS.copy()
    days[0, 2, 5:9] = np.nan
    first, second, other = (stolen(family, days, seed) for seed in (1, 1, 2))

    assert np.array_equal(first, second, equal_nan=True)
    assert (first[~np.isnan(first)] >= 0).all()
    assert np.isnan(first).sum() == np.isnan(days).sum()
    assert np.array_equal(first, other, equal_nan=True) == (family in {"flat mean", "reversed day"})


@pytest.mark.parametrize("family", ["scale", "random scale", "cap", "off-hours zero"])
def test_theft_of_energy_reports_less(family: str) -> None:
    """Never more in any step."""
    reported = stolen(family, DAYS, 5)

    assert (reported <= DAYS).all()
    assert reported.sum() < DAYS.sum()


@pytest.mark.parametrize("family", ["flat mean", "reversed day"])
def test_theft_of_time_reports_as_much(family: str) -> None:
    """Only when it was used is hidden."""
    assert stolen(family, DAYS, 5).sum() == pytest.approx(DAYS.sum())


def test_off_hours_are_four_or_more_and_the_same_each_day() -> None:
    """The meter is off by a clock."""
    off = stolen("off-hours zero", DAYS, 9)[0] == 0

    assert (off == off[0]).all()
    assert off[0].sum() >= 4


def test_over_reporting_reports_more() -> None:
    """In whole watt-hours; a factor that adds nothing is refused."""
    assert over_reported(np.array([1_000.0, 3.0]), 1.2).tolist() == [1_200, 4]
    with pytest.raises(ValueError, match=r"a factor of 1\.0 over-reports nothing"):
        over_reported(np.array([1.0]), 1.0)

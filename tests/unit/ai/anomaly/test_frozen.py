"""Expectations that what is measured in the week cannot move."""

from dataclasses import replace

import numpy as np
import pytest

from aipchain.ai.anomaly.frozen import expectation, measured_week, without_week
from aipchain.ai.errors import UnusablePanel
from aipchain.ai.forecasting.climatology import Climatology
from aipchain.ai.panel import Panel


def test_nothing_from_the_week_on_moves_the_expectation(street: Panel) -> None:
    """Neither the week itself nor what comes later."""
    changed = street.energy_wh.copy()
    changed[:, 70:] = 7
    first = expectation(street, Climatology(), 70)
    second = expectation(replace(street, energy_wh=changed), Climatology(), 70)

    assert np.array_equal(first.forecast, second.forecast)
    assert np.array_equal(first.habits.base, second.habits.base)
    assert first.forecast.shape == (6, 7, 24, 9)


def test_a_week_under_alarm_teaches_nothing(street: Panel) -> None:
    """What a thief reported last week does not set what is expected this week."""
    stolen = street.energy_wh.copy()
    stolen[0, 63:70] //= 4
    thief = replace(street, energy_wh=stolen)
    alarmed, honest = (without_week(panel, "a", 63) for panel in (thief, street))

    assert np.array_equal(
        expectation(alarmed, Climatology(), 70).forecast, expectation(honest, Climatology(), 70).forecast
    )
    assert street.missing.sum() == 0


def test_an_unknown_home_is_told(street: Panel) -> None:
    """With those that there are."""
    with pytest.raises(UnusablePanel, match="there is no home 'z'"):
        without_week(street, "z", 0)


def test_days_that_are_not_over_are_gaps(street: Panel) -> None:
    """A week that began is judged by its days so far."""
    week = measured_week(street, 137)

    assert np.isnan(week).any(axis=(0, 2)).tolist() == [False] * 3 + [True] * 4


def test_a_first_week_has_no_expectation(street: Panel) -> None:
    """No number is made up."""
    assert np.isnan(expectation(street, Climatology(), 0).forecast).all()

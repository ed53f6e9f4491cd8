"""Persistence and climatology, and what every forecaster must keep to."""

import numpy as np
import pytest

from aipchain.ai.benchmark.walk_forward import Fold, folds, walk_forward
from aipchain.ai.forecasting.climatology import Climatology
from aipchain.ai.forecasting.features import feature_rows
from aipchain.ai.forecasting.forecaster import Forecaster
from aipchain.ai.forecasting.persistence import Persistence
from aipchain.ai.forecasting.quantiles import MEDIAN, whole_wh
from aipchain.ai.panel import Panel

SIMPLE = (Persistence(1), Persistence(7), Climatology())


@pytest.mark.parametrize("forecaster", SIMPLE, ids=lambda each: each.name)
def test_only_earlier_days_are_read(year: Panel, forecaster: Forecaster) -> None:
    """Whatever comes from the day on, its forecast is the same."""
    later = year.energy_wh.copy()
    later[:, 30:] = 10**9
    changed = Panel(year.homes, year.start, later, year.missing)

    assert np.array_equal(forecaster.fit(year).forecast(year, [30]), forecaster.fit(year).forecast(changed, [30]))


@pytest.mark.parametrize("forecaster", SIMPLE, ids=lambda each: each.name)
def test_quantiles_are_whole_and_in_order(year: Panel, forecaster: Forecaster) -> None:
    """Also of the day after the last, and of the first days."""
    for days in ([1], [40], [5, 30]):
        told = whole_wh(forecaster.fit(year).forecast(year, days))
        assert told.shape == (3, len(days), 24, 9)
        assert (np.diff(told, axis=-1) >= 0).all()
        assert (told >= 0).all()


def test_persistence_says_what_was(year: Panel) -> None:
    """Yesterday's value is the median."""
    told = Persistence(1).forecast(year, [30])

    assert np.array_equal(told[:, 0, :, MEDIAN], year.energy_wh[:, 29])


def test_climatology_says_what_is_usual(year: Panel) -> None:
    """The median of three weeks, an hour to either side, by hand for one step."""
    told = Climatology().forecast(year, [30])
    near = year.energy_wh[1, 9:30, [11, 12, 13]]

    assert told[1, 0, 12].tolist() == pytest.approx(np.quantile(near, np.arange(1, 10) / 10).tolist())


def test_persistence_says_nothing_of_what_was_never_measured(year: Panel) -> None:
    """No number, where zero would be a lie; what was measured once is said again."""
    missing = year.missing.copy()
    missing[0], missing[1, :, :12], missing[1, 5, 3] = True, True, False
    told = Persistence(1).forecast(Panel(year.homes, year.start, np.where(missing, 0, year.energy_wh), missing), [20])

    assert np.isnan(told[0]).all()
    assert np.isnan(told[1, 0, :12]).any(axis=-1).tolist() == [step != 3 for step in range(12)]
    assert not np.isnan(told[1, 0, 12:]).any()
    assert not np.isnan(told[2]).any()


def test_climatology_leaves_gaps_out(year: Panel) -> None:
    """A step that was not measured changes nothing but by its absence; a home without any has no forecast."""
    missing = year.missing.copy()
    missing[0, 29, 12] = missing[2] = True
    told = Climatology().forecast(Panel(year.homes, year.start, year.energy_wh, missing), [30])
    near = np.delete(year.energy_wh[0, 9:30, [11, 12, 13]].ravel(), 41)

    assert told[0, 0, 12].tolist() == pytest.approx(np.quantile(near, np.arange(1, 10) / 10).tolist())
    assert np.isnan(told[2]).all()


def test_forecasts_that_are_no_numbers_do_not_leave(year: Panel) -> None:
    """Nor such that are out of order, or below zero."""
    told = Climatology().forecast(year, [30])
    for place, value in ((0, np.nan), (8, 0.0), (0, -1.0)):
        wrong = told.copy()
        wrong[..., place] = value
        with pytest.raises(ValueError, match="a forecast has"):
            whole_wh(wrong)


def test_a_walk_learns_anew_every_four_weeks(year: Panel) -> None:
    """Folds part the span, and the last is shorter; a walk puts their forecasts in a row."""
    assert list(folds(range(182, 364)))[-1] == Fold(range(350, 364))
    assert [fold.days.start for fold in folds(range(182, 364))] == [182, 210, 238, 266, 294, 322, 350]

    told = walk_forward(Persistence(1), year, range(30, 40))
    assert np.array_equal(told[..., MEDIAN], year.energy_wh[:, 29:39])


def test_features_see_the_past_only_and_do_not_know_the_size_of_a_home(year: Panel) -> None:
    """What comes later changes nothing, and a home of twice the energy has the same rows."""
    double = Panel(year.homes, year.start, year.energy_wh * 2, year.missing)
    later = year.energy_wh.copy()
    later[:, 30:] = 10**9
    rows = feature_rows(year, [30])

    assert np.array_equal(rows.values, feature_rows(Panel(year.homes, year.start, later, year.missing), [30]).values)
    assert rows.values == pytest.approx(feature_rows(double, [30]).values, rel=0.01)
    assert rows.values.shape == (3, 1, 24, len(rows.names))


def test_features_by_hand(year: Panel) -> None:
    """Yesterday at that hour, the mean of the week, and yesterday from that hour on, by the mean of four weeks."""
    rows = feature_rows(year, [30])
    scale = year.energy_wh[1, 2:30].mean() + 1
    seen = dict(zip(rows.names, rows.values[1, 0, 18].tolist(), strict=True))

    assert rows.scale_wh[1, 0] == pytest.approx(scale)
    assert seen["day -1"] == pytest.approx(year.energy_wh[1, 29, 18] / scale)
    assert seen["mean of a week"] == pytest.approx(year.energy_wh[1, 23:30].mean() / scale)
    assert seen["yesterday from this hour on"] == pytest.approx(year.energy_wh[1, 29, 18:].mean() / scale)
    assert seen["same weekday of 4 weeks"] == pytest.approx(year.energy_wh[1, [23, 16, 9, 2], 18].mean() / scale)
    assert seen["weekend"] == 0.0


def test_a_new_home_has_gaps_and_still_a_scale(year: Panel) -> None:
    """After three days what lies further back is unknown, and the rest is there."""
    rows = feature_rows(year, [3])
    seen = dict(zip(rows.names, rows.values[0, 0, 18].tolist(), strict=True))

    assert np.isnan(seen["day -4"])
    assert seen["mean of 28 days"] == pytest.approx(seen["mean of 3 days"])
    assert rows.scale_wh[0, 0] == pytest.approx(year.energy_wh[0, :3].mean() + 1)

"""Sums of homes, models of them, and the total with its scenarios."""

import numpy as np
import pytest

from aipchain.ai.errors import UnusablePanel
from aipchain.ai.forecasting.aggregate import groups_of, import_of, total_of
from aipchain.ai.forecasting.aggregate_models import MedianTrees, StepwiseRidge
from aipchain.ai.forecasting.aggregate_total import CommunityTotal, FittedTotal
from aipchain.ai.forecasting.quantiles import MEDIAN, whole_wh
from aipchain.ai.panel import Panel

LAST = 70


@pytest.fixture(scope="module")
def fitted(season: Panel) -> FittedTotal:
    """Learned from seventy days."""
    return CommunityTotal(groups=3).fit(season.until(LAST))


def test_a_total_is_the_sum_of_homes_and_lacks_what_one_of_them_lacks(season: Panel) -> None:
    """There is no sum without a part."""
    missing = season.missing.copy()
    missing[1, 3, 4] = True
    found = total_of(Panel(season.homes, season.start, np.where(missing, 0, season.energy_wh), missing))

    assert np.array_equal(found.energy_wh[0, 4:], season.energy_wh[:, 4:].sum(axis=0))
    assert found.missing[0, 3].tolist() == [hour == 4 for hour in range(24)]
    assert found.energy_wh[0, 3, 4] == 0


def test_groups_are_sums_of_some_homes_and_of_all(season: Panel) -> None:
    """The same seed gives the same groups; of one home there is only the whole."""
    found = groups_of(season, 5, seed=1)

    assert found.homes == ("group 0", "group 1", "group 2", "group 3", "group 4", "total")
    assert np.array_equal(found.energy_wh[-1], season.energy_wh.sum(axis=0))
    assert (found.energy_wh[:5].sum(axis=(1, 2)) < found.energy_wh[-1].sum()).all()
    assert np.array_equal(found.energy_wh, groups_of(season, 5, seed=1).energy_wh)
    assert groups_of(season.of_homes(["b"]), 5, seed=1).homes == ("total",)


def test_a_zone_imports_what_its_own_generation_leaves(season: Panel) -> None:
    """Never below zero."""
    sun = np.zeros_like(season.energy_wh)
    sun[0, :, 12] = 10**6
    sun[1, :, 18] = 100
    drawn = import_of(season, Panel(season.homes, season.start, sun, season.missing)).energy_wh[0]
    used = season.energy_wh.sum(axis=0)

    assert (drawn[:, 12] == 0).all()
    assert np.array_equal(drawn[:, 18], used[:, 18] - 100)


def test_ridge_never_says_what_was_never_seen(season: Panel) -> None:
    """A day a thousand times as large as any leaves the next forecast among those seen, by scale."""
    whole = total_of(season)
    model = StepwiseRidge.learned(whole.until(LAST))
    odd = whole.energy_wh.copy()
    odd[0, LAST - 1] *= 1_000
    scale = odd[0, LAST - 28 : LAST].mean() / whole.energy_wh[0, LAST - 28 : LAST].mean()
    told = model.point(Panel(whole.homes, whole.start, odd, whole.missing), [LAST])

    assert (told > 0).all()
    assert told.max() < 2 * scale * whole.energy_wh.max()


@pytest.mark.parametrize("kind", [StepwiseRidge, MedianTrees])
def test_models_learn_the_seventh_day(season: Panel, kind: type[StepwiseRidge] | type[MedianTrees]) -> None:
    """Nearer to what comes than yesterday's value."""
    whole = total_of(season)
    days = range(LAST, season.days)
    told = kind.learned(whole.until(LAST)).point(whole, days)
    actual = whole.energy_wh[:, days.start :]
    yesterday = whole.energy_wh[:, days.start - 1 : -1]

    assert np.abs(told - actual).mean() < 0.8 * np.abs(yesterday - actual).mean()


def test_only_earlier_days_are_read(season: Panel, fitted: FittedTotal) -> None:
    """Whatever comes from the day on, its forecast is the same."""
    later = season.energy_wh.copy()
    later[:, 75:] = 10**7
    changed = Panel(season.homes, season.start, later, season.missing)
    told = fitted.forecast(season, [75])

    assert np.array_equal(told, fitted.forecast(changed, [75]))
    assert np.array_equal(told, fitted.forecast(season.until(75), [75]))
    assert np.array_equal(told[:, 0], fitted.forecast(season, [72, 75])[:, 1])


def test_the_total_has_one_row_of_whole_quantiles(season: Panel, fitted: FittedTotal) -> None:
    """Also of the day after the last; the same panel gives the same bytes."""
    told = whole_wh(fitted.forecast(season, [LAST, season.days]))
    again = CommunityTotal(groups=3).fit(season.until(LAST))

    assert told.shape == (1, 2, 24, 9)
    assert told.tobytes() == whole_wh(again.forecast(season, [LAST, season.days])).tobytes()


def test_the_total_is_near_what_comes(season: Panel, fitted: FittedTotal) -> None:
    """Its middle eighty per cent hold most of it."""
    days = range(LAST, season.days)
    told = fitted.forecast(season, days)[0]
    actual = season.energy_wh.sum(axis=0)[LAST:]

    assert np.abs(told[..., MEDIAN] - actual).sum() < 0.1 * actual.sum()
    assert 0.6 < ((told[..., 0] <= actual) & (actual <= told[..., -1])).mean() < 0.97


def test_a_new_level_is_followed(season: Panel, fitted: FittedTotal) -> None:
    """Once energy is twice what it was, forecasts are higher than those of the models alone would stay."""
    double = season.energy_wh.copy()
    double[:, LAST:] *= 2
    grown = Panel(season.homes, season.start, double, season.missing)
    first, later = (fitted.outlooks(grown, [day])[0].point.sum() for day in (LAST, LAST + 6))

    assert later > 1.6 * first


def test_days_with_gaps_make_no_scenario(season: Panel, fitted: FittedTotal) -> None:
    """Nor do they stop the forecast."""
    missing = season.missing.copy()
    missing[0, 60:63, 5] = True
    holed = Panel(season.homes, season.start, np.where(missing, 0, season.energy_wh), missing)
    whole, gaps = (fitted.outlooks(panel, [LAST])[0].scenarios for panel in (season, holed))

    assert len(gaps) == len(whole) - 3
    assert np.isfinite(gaps).all()


def test_what_cannot_be_forecast_is_told(season: Panel, fitted: FittedTotal) -> None:
    """Too few days, days that the models have learned from, and days after four weeks without a measurement."""
    missing = season.missing.copy()
    missing[2, 50:80] = True
    blind = Panel(season.homes, season.start, np.where(missing, 0, season.energy_wh), missing)
    with pytest.raises(UnusablePanel, match="30 days are too few for a total: give 56"):
        CommunityTotal().fit(season.until(30))
    with pytest.raises(UnusablePanel, match="day 10 was learned from"):
        fitted.outlooks(season, [10])
    with pytest.raises(UnusablePanel, match="nothing was measured in the four weeks before day 79"):
        fitted.outlooks(blind, [75, 79])

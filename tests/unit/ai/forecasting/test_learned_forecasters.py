"""Trees and nets, small ones: what every forecaster must keep to, and that they learn at all."""

import numpy as np
import pytest

from aipchain.ai.errors import UnusablePanel
from aipchain.ai.forecasting.blend import Blend
from aipchain.ai.forecasting.boosted import BoostedTrees
from aipchain.ai.forecasting.forecaster import Forecaster
from aipchain.ai.forecasting.network import FeatureNet
from aipchain.ai.forecasting.persistence import Persistence
from aipchain.ai.forecasting.quantiles import EVERY_SECOND, MEDIAN, all_levels, whole_wh
from aipchain.ai.panel import Panel

TREES = BoostedTrees(rounds=30, settings={"num_leaves": 7, "min_data_in_leaf": 20, "learning_rate": 0.2})
NET = FeatureNet(seeds=(0,), steps=120, batch=128, width=16)
LEARNED = (TREES, NET, Blend("both", ((TREES, 0.5), (NET, 0.5))))

each_forecaster = pytest.mark.parametrize("forecaster", LEARNED, ids=lambda each: each.name)


@each_forecaster
def test_only_earlier_days_are_read(year: Panel, forecaster: Forecaster) -> None:
    """Whatever comes from the day on, its forecast is the same."""
    later = year.energy_wh.copy()
    later[:, 36:] = 10**9
    fitted = forecaster.fit(year.until(36))

    told = fitted.forecast(year, [36])
    assert np.array_equal(told, fitted.forecast(Panel(year.homes, year.start, later, year.missing), [36]))


@each_forecaster
def test_the_same_panel_gives_the_same_bytes(year: Panel, forecaster: Forecaster) -> None:
    """Fitted twice, and whether one day is asked for or several."""
    one, other = (forecaster.fit(year.until(36)).forecast(year, days) for days in ([37], [36, 37]))

    assert whole_wh(one)[:, 0].tobytes() == whole_wh(other)[:, 1].tobytes()


@each_forecaster
def test_learning_beats_repeating(year: Panel, forecaster: Forecaster) -> None:
    """The larger seventh day is foreseen; yesterday's value does not know it."""
    days = range(34, 40)
    told, naive = (each.fit(year.until(34)).forecast(year, days) for each in (forecaster, Persistence(1)))
    actual = year.energy_wh[:, 34:]

    assert np.abs(told[..., MEDIAN] - actual).mean() < np.abs(naive[..., MEDIAN] - actual).mean()


@each_forecaster
def test_a_home_that_was_never_seen_is_forecast_by_its_first_days(year: Panel, forecaster: Forecaster) -> None:
    """Cold start: five days of a home that uses four times as much as any before."""
    fitted = forecaster.fit(year.of_homes(["a", "b"]))
    new = Panel(("d",), year.start, year.energy_wh[2:, :5] * 4, year.missing[2:, :5])
    told = whole_wh(fitted.forecast(new, [5]))

    assert told[0, 0, :, MEDIAN].sum() == pytest.approx(year.energy_wh[2, :5].sum() * 4 / 5, rel=0.3)


@each_forecaster
def test_gaps_are_no_zeroes(year: Panel, forecaster: Forecaster) -> None:
    """A home that was not measured for a week is forecast as usual, and teaches nothing in that week."""
    missing = year.missing.copy()
    missing[1, 25:32] = True
    holed = Panel(year.homes, year.start, np.where(missing, 0, year.energy_wh), missing)
    told = whole_wh(forecaster.fit(holed.until(35)).forecast(holed, [35]))

    assert told[1, 0, :, MEDIAN].sum() == pytest.approx(year.energy_wh[1, 35].sum(), rel=0.3)


@each_forecaster
def test_a_panel_without_a_measurement_teaches_nothing(year: Panel, forecaster: Forecaster) -> None:
    """It is told, not learned from."""
    with pytest.raises(UnusablePanel, match="nothing was measured"):
        forecaster.fit(Panel(year.homes, year.start, year.energy_wh, np.ones_like(year.missing)))


@each_forecaster
def test_quarter_hours_are_steps_like_hours(year: Panel, forecaster: Forecaster) -> None:
    """A day of 96 steps is forecast in 96 steps, in order, near to what is usual."""
    quarters = year.energy_wh.repeat(4, axis=2) // 4
    panel = Panel(year.homes, year.start, quarters, np.zeros(quarters.shape, bool))
    told = whole_wh(forecaster.fit(panel.until(36)).forecast(panel, [36]))

    assert told.shape == (3, 1, 96, 9)
    assert told[..., MEDIAN].sum(axis=(1, 2)) == pytest.approx(quarters[:, 36].sum(axis=1), rel=0.3)


@each_forecaster
def test_readings_that_come_late_do_not_stop_a_forecast(year: Panel, forecaster: Forecaster) -> None:
    """Of yesterday nothing has arrived, of the day before half: what is known is enough."""
    missing = year.missing.copy()
    missing[:, 35] = missing[:, 34, 12:] = True
    late = Panel(year.homes, year.start, np.where(missing, 0, year.energy_wh), missing)
    told = whole_wh(forecaster.fit(late.until(36)).forecast(late, [36]))

    assert told[:, 0, :, MEDIAN].sum(axis=1) == pytest.approx(year.energy_wh[:, 36].sum(axis=1), rel=0.3)


@each_forecaster
def test_constant_and_silent_homes_teach_and_are_forecast(year: Panel, forecaster: Forecaster) -> None:
    """A home that always uses the same, and one that never uses anything."""
    energy = year.energy_wh.copy()
    energy[0], energy[1] = 700, 0
    odd = Panel(year.homes, year.start, energy, year.missing)
    told = whole_wh(forecaster.fit(odd.until(36)).forecast(odd, [36]))

    assert told[0, 0, :, MEDIAN].sum() == pytest.approx(700 * 24, rel=0.3)
    assert told[1].max() <= 10


def test_levels_between_grown_ones_are_their_mean() -> None:
    """Five levels make nine, wherever trees are grown for every second one."""
    assert EVERY_SECOND == (0.1, 0.3, 0.5, 0.7, 0.9)
    assert all_levels(np.array([[0.0, 2, 6, 8, 20]])).tolist() == [[0, 1, 2, 4, 6, 7, 8, 14, 20]]

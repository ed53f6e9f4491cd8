"""Forecasters of generation keep to what all must, know the sun and the clock, and learn what clouds announce."""

import numpy as np
import pytest

from aipchain.ai.forecasting.climatology import Climatology
from aipchain.ai.forecasting.persistence import Persistence
from aipchain.ai.forecasting.quantiles import MEDIAN, whole_wh
from aipchain.ai.forecasting.solar_analogs import SkyAnalogs, weighted_quantiles
from aipchain.ai.forecasting.solar_blend import SkyBlend
from aipchain.ai.panel import Panel
from aipchain.units import Site

both = pytest.mark.parametrize("kind", [SkyAnalogs, SkyBlend])
Kind = type[SkyAnalogs] | type[SkyBlend]


def _error(told: np.ndarray, roofs: Panel, days: range) -> float:
    return float(np.abs(told[..., MEDIAN] - roofs.energy_wh[:, days.start : days.stop]).mean())


@both
def test_only_earlier_days_are_read(site: Site, roofs: Panel, kind: Kind) -> None:
    """Whatever comes from the day on, its forecast is the same; of a home that was never seen, too."""
    later = roofs.energy_wh.copy()
    later[:, 40:] = 10**6
    fitted = kind(site).fit(roofs.until(40).of_homes(["south", "east"]))
    told = fitted.forecast(roofs, [40])

    assert np.array_equal(told, fitted.forecast(Panel(roofs.homes, roofs.start, later, roofs.missing), [40]))
    assert np.array_equal(told, fitted.forecast(roofs.until(40), [40]))
    assert np.array_equal(told[:, 0], fitted.forecast(roofs, [40, 45])[:, 0])


@both
def test_quantiles_are_whole_and_in_order(site: Site, roofs: Panel, kind: Kind) -> None:
    """Also of the day after the last, and of the first days."""
    fitted = kind(site).fit(roofs)
    for days in ([1], [50], [3, 30]):
        told = whole_wh(fitted.forecast(roofs, days))
        assert told.shape == (3, len(days), 24, 9)
        assert (np.diff(told, axis=-1) >= 0).all()
        assert (told >= 0).all()


@both
def test_clouds_are_foreseen_by_the_afternoon_before(site: Site, roofs: Panel, kind: Kind) -> None:
    """Yesterday's value and the usual know nothing of it."""
    days = range(40, 50)
    ours, *others = (each.fit(roofs).forecast(roofs, days) for each in (kind(site), Persistence(1), Climatology()))

    assert _error(ours, roofs, days) < 0.5 * min(_error(told, roofs, days) for told in others)


@both
def test_noon_moves_when_the_clock_does(site: Site, roofs: Panel, kind: Kind) -> None:
    """On the first day of winter time the forecast is not an hour late, as yesterday's value is."""
    told = kind(site).fit(roofs.until(36)).forecast(roofs.until(36), [36])

    assert told[0, 0, :, MEDIAN].argmax() == roofs.energy_wh[0, 36].argmax()
    assert Persistence(1).forecast(roofs, [36])[0, 0, :, MEDIAN].argmax() != roofs.energy_wh[0, 36].argmax()


@both
def test_gaps_are_no_clouds(site: Site, roofs: Panel, kind: Kind) -> None:
    """A week that was not measured leaves the forecast as it is usual on a clear day."""
    missing = roofs.missing.copy()
    missing[0, 30:37] = True
    holed = Panel(roofs.homes, roofs.start, np.where(missing, 0, roofs.energy_wh), missing)
    told = kind(site).fit(holed.until(40)).forecast(holed, [40])

    assert told[0, 0, :, MEDIAN].sum() == pytest.approx(roofs.energy_wh[0, 40].sum(), rel=0.1)


@both
def test_a_roof_that_gives_nothing_is_forecast_to_give_nothing(site: Site, roofs: Panel, kind: Kind) -> None:
    """And one that was never measured has no forecast."""
    energy, missing = roofs.energy_wh.copy(), roofs.missing.copy()
    energy[1] = energy[2] = 0
    missing[2] = True
    broken = Panel(roofs.homes, roofs.start, energy, missing)
    told = kind(site).fit(broken.until(40)).forecast(broken, [40])

    assert (told[1] == 0).all()
    assert np.isnan(told[2]).all()


@both
def test_before_the_first_day_nothing_is_known(site: Site, roofs: Panel, kind: Kind) -> None:
    """So there is no forecast of it."""
    assert np.isnan(kind(site).fit(roofs).forecast(roofs, [0])).all()


@both
def test_quarter_hours_are_steps_like_others(site: Site, roofs: Panel, kind: Kind) -> None:
    """The same energy in quarters is forecast with about the same total."""
    quarters = np.repeat(roofs.energy_wh, 4, axis=2) // 4
    fine = Panel(roofs.homes, roofs.start, quarters, np.zeros(quarters.shape, dtype=np.bool_))
    coarse, finer = (kind(site).fit(panel).forecast(panel, [44])[..., MEDIAN].sum() for panel in (roofs, fine))

    assert finer == pytest.approx(coarse, rel=0.05)


def test_with_few_days_the_blend_says_what_analogs_say(site: Site, roofs: Panel) -> None:
    """Trees need four weeks before the days that they learn from."""
    few = roofs.until(20)
    ours, analogs = (kind(site).fit(few).forecast(few, [20]) for kind in (SkyBlend, SkyAnalogs))

    assert np.array_equal(ours, analogs)


def test_weighted_quantiles_by_hand() -> None:
    """Each value at the middle of its weight; with equal weights the middle one is the median."""
    values = np.array([[[30.0], [10.0], [20.0], [np.nan]]])
    equal = weighted_quantiles(values, np.ones(4))[0, 0]
    heavy = weighted_quantiles(values, np.array([8.0, 1.0, 1.0, 5.0]))[0, 0]

    assert equal[[0, MEDIAN, -1]].tolist() == pytest.approx([10.0, 20.0, 30.0])
    assert heavy[MEDIAN] == pytest.approx(20 + 10 * (0.5 - 0.15) / (0.6 - 0.15))

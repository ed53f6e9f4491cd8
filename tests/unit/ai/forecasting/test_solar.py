"""The sun, the clock and the roof: numbers that can be looked up, and planes that are found again."""

import numpy as np
import pytest

from aipchain.ai.forecasting.neighbours import sky_of_days, unlike
from aipchain.ai.forecasting.solar import on_plane, sunlight
from aipchain.ai.forecasting.solar_clock import UnknownZone, by_standard_time, by_the_clock, clock_ahead
from aipchain.ai.forecasting.solar_planes import learned_planes
from aipchain.ai.panel import Panel
from aipchain.units import Site, UnixSeconds

EQUINOX, SOLSTICE = UnixSeconds(1_490_054_400), UnixSeconds(1_498_003_200)
"""21 March and 21 June 2017."""

OCTOBER = UnixSeconds(1_475_280_000)


def _height(latitude: float, start: UnixSeconds) -> np.ndarray:
    """Of the sun, through a day at the meridian of Greenwich [degrees]."""
    light = sunlight(Site(round(latitude * 1e6), 0, "UTC"), start, range(1), 24, 0.0)
    return np.degrees(np.arcsin(light.direction[0, :, 2]))


def test_the_sun_stands_where_almanacs_say() -> None:
    """Overhead at the equator in March; 62 degrees over Greenwich at midsummer noon, and up for 16 to 17 hours."""
    assert _height(0.0, EQUINOX).max() == pytest.approx(90, abs=1.5)
    assert _height(51.48, SOLSTICE).max() == pytest.approx(62, abs=0.2)
    assert 16 <= (_height(51.48, SOLSTICE) > 0).mean() * 24 <= 17


def test_the_sun_rises_in_the_east() -> None:
    """Its direction is a unit vector; south of it at noon, west in the evening."""
    direction = sunlight(Site(51_480_000, 0, "UTC"), EQUINOX, range(1), 24, 0.0).direction[0].reshape(24, 4, 3)

    assert np.linalg.norm(direction, axis=-1) == pytest.approx(1.0)
    assert (direction[7, :, 0] > 0.8).all()
    assert (direction[12, :, 1] < -0.7).all()
    assert (direction[17, :, 0] < -0.8).all()


def test_at_night_a_plane_gives_nothing_and_at_noon_less_than_the_sun() -> None:
    """Between the solar constant and nothing, most on the plane that faces the sun."""
    light = sunlight(Site(51_480_000, 0, "UTC"), SOLSTICE, range(1), 24, 0.0)
    towards, away = on_plane(light, 180, 28), on_plane(light, 0, 28)

    assert (towards[0, [0, 1, 22, 23]] == 0).all()
    assert 850 < towards.max() < 1_050
    assert towards[0, 12] > away[0, 12] > 0


def test_clocks_go_back_in_november(site: Site) -> None:
    """In California on 6 November 2016, day 36 from 1 October."""
    ahead = clock_ahead(site, OCTOBER, range(50))

    assert ahead[:36].tolist() == [-7.0] * 36
    assert ahead[36:].tolist() == [-8.0] * 14


def test_an_unknown_zone_is_told() -> None:
    """With what to do."""
    with pytest.raises(UnknownZone, match="'Mars/Olympus' is not known here: give one such as Europe/Berlin"):
        clock_ahead(Site(0, 0, "Mars/Olympus"), OCTOBER, range(1))


def test_tables_are_turned_to_standard_time_and_back(site: Site, roofs: Panel) -> None:
    """The largest hour of a roof stays the same over the change, and nothing is lost on the way back."""
    turned = by_standard_time(site, roofs)

    assert roofs.energy_wh[0, 35].argmax() == roofs.energy_wh[0, 36].argmax() + 1
    assert turned[0, 35].argmax() == turned[0, 36].argmax()
    assert np.array_equal(by_the_clock(site, roofs, range(50), turned), roofs.energy_wh)


@pytest.mark.parametrize("late_h", [0, 1, -1])
def test_planes_are_found_again(site: Site, roofs: Panel, late_h: int) -> None:
    """Direction, tilt and size of each roof, though meters stamp an hour early or late, and days are clouded."""
    energy = np.roll(by_standard_time(site, roofs), -late_h, axis=2)
    found = learned_planes(site, roofs.start, roofs.homes, energy, -8.0)

    assert found.stamp_shift_h == late_h
    assert [(plane.facing, plane.tilt) for plane in found.planes.values()] == [(180, 20), (90, 30), (270, 30)]
    assert [plane.size for plane in found.planes.values()] == pytest.approx([2.0] * 3, rel=0.01)


def test_the_sky_is_that_of_the_median_roof() -> None:
    """One dead home changes nothing; afternoons at half are half, and half less than the mornings."""
    clear = np.full((3, 8, 4), 100.0)
    energy = clear * np.array([1.0, 1.0, 0.5, 0.5])
    energy[1] = 0.0
    sky = sky_of_days(energy, clear)

    assert sky[7].tolist() == pytest.approx([0.5, -0.5, 0.75])
    assert unlike(sky, np.array([0.5, -0.3, np.nan])).tolist() == pytest.approx([0.04] * 8)


def test_a_sky_that_nobody_measured_is_unknown() -> None:
    """And is like any other."""
    sky = sky_of_days(np.full((2, 1, 4), np.nan), np.ones((2, 1, 4)))

    assert np.isnan(sky).all()
    assert unlike(sky, np.array([0.5, 0.5, 0.5])).tolist() == [0.0]

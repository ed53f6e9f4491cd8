"""The year that suites are run on: what the pack holds, in panels, and which homes count."""

from dataclasses import dataclass

import numpy as np
import pytest

from aipchain.ai.benchmark.homes import HomesYear, year_of
from aipchain.ai.errors import UnusablePanel
from aipchain.units import Site, UnixSeconds

MONDAY = UnixSeconds(1_470_009_600)
EQUATOR = Site(0, 0, "UTC")


@dataclass(frozen=True)
class Home:
    """A home of two days."""

    name: str
    load_wh: tuple[int, ...]
    pv_wh: tuple[int, ...]
    pv_w: int = 4_000
    battery_wh: int = 6_400
    battery_w: int = 5_000


@dataclass(frozen=True)
class Pack:
    """Two days of homes."""

    homes: tuple[Home, ...]
    start: UnixSeconds = MONDAY
    step_s: int = 3_600
    retail_micro_per_kwh: tuple[int, ...] = tuple(range(48))
    site: Site | None = EQUATOR


def _year() -> HomesYear:
    busy, netted = (300,) * 48, (0,) * 13 + (300,) * 35
    sunny, dead, once = (5,) * 48, (0,) * 48, (0,) * 24 + (5,) * 24
    return year_of(Pack((Home("a", busy, sunny), Home("b", netted, once, 5_000), Home("c", busy, dead))))


def test_panels_prices_and_equipment_are_in_one_order() -> None:
    """Homes as in the pack; prices by day and step."""
    year = _year()

    assert year.load.homes == year.generation.homes == ("a", "b", "c")
    assert year.load.energy_wh[1, 0, 12:14].tolist() == [0, 300]
    assert year.import_micro_per_kwh.tolist() == np.arange(48).reshape(2, 24).tolist()
    assert set(year.feed_in_micro_per_kwh.ravel().tolist()) == {50_000}
    assert year.capacity_of(["b", "a"]).tolist() == [5_000, 4_000]
    assert (year.battery_wh.tolist(), year.battery_w.tolist()) == ([6_400] * 3, [5_000] * 3)


def test_a_home_whose_meter_sees_the_net_is_no_core_home() -> None:
    """More than a quarter of its steps is zero."""
    assert _year().core_load.homes == ("a", "c")


def test_a_home_whose_panels_are_dead_is_no_core_home() -> None:
    """On half of its days is still enough."""
    assert _year().core_generation.homes == ("a", "b")


def test_the_capacity_of_an_unknown_home_is_told() -> None:
    """With those that there are."""
    with pytest.raises(UnusablePanel, match="there is no home 'z': choose from a, b, c"):
        _year().capacity_of(["z"])


def test_a_pack_without_a_place_is_refused() -> None:
    """The sun's way over the homes cannot be known."""
    with pytest.raises(UnusablePanel, match="do not say where the homes are: add the table site"):
        year_of(Pack((), site=None))
